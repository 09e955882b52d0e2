//! Fetches what a feed is due: stretch by stretch, each kept with its place in one batch, so that a
//! fetch that was stopped or killed goes on where it was.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::errand::Fetching;
use super::plan::{Progress, Stretch};
use super::row::{Days, Feeds as Rows, Stored, Told};
use super::service::about;
use super::trouble::judge;
use super::{Category, Due, Error, Feed, Feeds};
use crate::analytics;
use crate::audit::{Code, Outcome};
use crate::base::metrics::FEED_FETCHES;
use crate::base::{Actor, Scope};
use crate::connections::{self, CampaignDay, Credential, ProviderError, Reports, Status};
use crate::store::{self, Batch, Row, Scan, prefix};

/// A feed without trouble is fetched so often.
const EVERY: SignedDuration = SignedDuration::from_hours(1);
/// So long after midnight the new day is asked for.
const AFTER_MIDNIGHT: SignedDuration = SignedDuration::from_mins(1);
/// A change that loses a race is tried again so often.
const TRIES: u32 = 3;

/// How a fetch came out that was not stopped.
enum Met {
    /// All is known.
    All,
    /// The provider wants to be left alone until then.
    Held(Timestamp),
    Trouble(ProviderError),
}

impl Feeds {
    /// Fetches a feed until all is known, something goes wrong, or `stop` is told.
    pub async fn fetch(&self, due: Due, stop: &CancellationToken) -> Result<(), Error> {
        let scope = Scope::owned_by(due.owner);
        let feed = match self.0.sites.open(&scope, due.site) {
            Ok(site) => self.find(&site, due.feed),
            Err(error) => Err(error.into()),
        };
        let feed = match feed {
            // It was deleted meanwhile, by itself or with its site.
            Err(Error::UnknownFeed(_) | Error::Site(analytics::Error::UnknownSite(_))) => {
                return Ok(());
            }
            feed => feed?,
        };
        let connection = self.0.connections.open(&scope, feed.connection())?;
        if connection.health().status == Status::Reconnect {
            return feed.wait_for_credential().await;
        }
        let errand = Arc::new(Fetching::new(stop, &self.0.clock));
        let by = Actor::system();
        let opened = self.0.connections.open_reports(
            &scope,
            feed.connection(),
            (&by, Arc::clone(&errand) as _),
        );
        let (reports, credential) = match opened.await {
            Err(connections::Error::Provider(error)) => return feed.met(&error).await,
            // It does not pass by itself.
            Err(
                error @ (connections::Error::Sealed(_)
                | connections::Error::NoSandbox
                | connections::Error::NoAdvertising(_)),
            ) => return feed.met(&ProviderError::Refused(error.to_string())).await,
            opened => opened?,
        };
        let met = feed.clone().follow(&*reports, &errand).await?;
        let Some(met) = met.filter(|_| !stop.is_cancelled()) else {
            return Ok(());
        };
        feed.note_health(credential, &met).await?;
        match met {
            Met::All => feed.rest().await,
            Met::Held(until) => feed.met(&ProviderError::RateLimited { until }).await,
            Met::Trouble(error) => feed.met(&error).await,
        }
    }

    /// Lets a feed wait that the appliance itself has broken at.
    pub async fn give_up(&self, due: Due) -> Result<(), Error> {
        let site = self.0.sites.open(&Scope::owned_by(due.owner), due.site)?;
        let told = "the appliance itself broke; its log says where".to_owned();
        self.find(&site, due.feed)?
            .met(&ProviderError::Broken(told))
            .await
    }
}

impl Feed {
    /// Asks for one stretch after the other. Gives nothing when it is not wanted any more.
    async fn follow(self, reports: &dyn Reports, errand: &Fetching) -> Result<Option<Met>, Error> {
        let today = self.today();
        let stored = &self.stored;
        // So many days are asked for at once, unless that is too much.
        let mut most_days = stored.provider.restated_days();
        let mut at = Progress::begin(stored.known, stored.reread_on, (today, most_days));
        while let Some(stretch) = at.next(today, most_days) {
            let days = (stretch.first, stretch.last);
            match reports.figures(self.account(), days).await {
                Ok(figures) => {
                    let next = at.with(stretch, today);
                    if !self
                        .keep(stretch, figures, (next, errand.take_calls()))
                        .await?
                    {
                        return Ok(None);
                    }
                    at = next;
                }
                // One day alone cannot be asked for in parts.
                Err(ProviderError::TooLarge) if most_days > 1 => most_days /= 2,
                Err(ProviderError::CalledOff) => return Ok(errand.until().map(Met::Held)),
                Err(error) => return Ok(Some(Met::Trouble(error))),
            }
        }
        Ok(Some(Met::All))
    }

    /// Keeps the days of a stretch that are told otherwise than before, and how far the feed has
    /// come. Gives whether it goes on: it may have been paused or deleted.
    async fn keep(
        &self,
        stretch: Stretch,
        figures: Vec<CampaignDay>,
        (at, calls): (Progress, u64),
    ) -> Result<bool, Error> {
        let parts = &self.all.0;
        let now = parts.now();
        let days = by_day(stretch, figures);
        for _ in 0..TRIES {
            let Some(row) = self.row()? else {
                return Ok(false);
            };
            let fresh = self.told_otherwise(&days, (&row.value, now))?;
            let next = Stored {
                known: at.known,
                reread_on: at.reread_on,
                fetched_at: Some(now),
                ..row.value
            };
            let act = about(
                &self.site,
                (self.id(), &next),
                Code::FeedFetched,
                &Actor::system(),
            )
            .detail("from", stretch.first.to_string())
            .detail("to", stretch.last.to_string())
            .count("calls", calls)
            .count("days", days.len() as u64)
            .count("days_changed", fresh.len() as u64);
            let mut batch = Batch::new(act.build(&parts.clock));
            batch.replace::<Rows>(&self.key, &next, row.version);
            for (day, version, told) in &fresh {
                let (site, feed) = self.key;
                batch.insert::<Days>(&(site, feed, day.to_string(), *version), told);
            }
            match parts.store.commit(batch).await {
                Ok(_version) => return Ok(!next.paused),
                Err(store::Error::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Changed)
    }

    /// The days that are told otherwise than they were before, or for the first time, each with the
    /// number of its version.
    fn told_otherwise<'a>(
        &self,
        days: &'a BTreeMap<Date, Vec<CampaignDay>>,
        (stored, now): (&Stored, Timestamp),
    ) -> Result<Vec<(&'a Date, u32, Told)>, Error> {
        let (site, feed) = self.key;
        let mut fresh = Vec::new();
        for (day, campaigns) in days {
            let scan = Scan::prefix(prefix(&(site, feed, day.to_string())), 1).backwards();
            let before = self.all.0.store.scan::<Days>(&scan)?.rows.pop();
            let campaigns = with_deleted(campaigns, before.as_ref().map(|row| &row.value));
            if before
                .as_ref()
                .is_some_and(|row| row.value.campaigns == campaigns)
            {
                continue;
            }
            let told = Told {
                known_at: now,
                currency: stored.currency.clone(),
                campaigns,
            };
            fresh.push((day, before.map_or(0, |row| row.key.3 + 1), told));
        }
        Ok(fresh)
    }

    /// The row as it is now.
    fn row(&self) -> Result<Option<Row<Rows>>, Error> {
        Ok(self.all.0.store.get::<Rows>(&self.key)?)
    }

    /// Leaves it alone until the next hour, or until a new day has begun at the account.
    async fn rest(&self) -> Result<(), Error> {
        FEED_FETCHES.add(["done".into()], 1);
        let now = self.all.0.now();
        let tomorrow = self.today().saturating_add(1.day());
        let midnight = tomorrow.to_zoned(self.zone());
        let midnight = midnight.map_or(Timestamp::MAX, |midnight| midnight.timestamp());
        let next_at = (now + EVERY).min(
            midnight
                .saturating_add(AFTER_MIDNIGHT)
                .unwrap_or(Timestamp::MAX),
        );
        let settle = |stored: &mut Stored| {
            stored.next_at = next_at;
            stored.trouble = None;
        };
        self.settle(settle, None).await
    }

    /// Keeps what went wrong, and when it is tried again. The book is told when it is something new.
    async fn met(&self, error: &ProviderError) -> Result<(), Error> {
        let now = self.all.0.now();
        let (trouble, next_at) = judge(error, self.stored.trouble.as_ref(), now);
        let category = trouble.category;
        FEED_FETCHES.add([category.name().into()], 1);
        let id = self.id();
        let (word, told) = (category.name(), trouble.told.as_str());
        if category == Category::Waiting {
            info!(feed.id = %id, category = word, "feed {id} waits: {told}");
        } else {
            warn!(feed.id = %id, category = word, tries = trouble.tries, "feed {id} could not be fetched: {told}");
        }
        let outcome = (trouble.tries == 1).then(|| Outcome::Failure {
            code: "PROVIDER_FAILED",
            detail: trouble.told.clone(),
        });
        let settle = |stored: &mut Stored| {
            stored.next_at = next_at;
            stored.trouble = Some(trouble.clone());
        };
        self.settle(settle, outcome).await
    }

    /// Makes no call with a credential that was refused: it is looked at again later whether somebody
    /// has given another. What was said then stays.
    async fn wait_for_credential(&self) -> Result<(), Error> {
        let refused = ProviderError::Unauthorised("it was refused before".to_owned());
        let (trouble, next_at) = judge(&refused, None, self.all.0.now());
        let settle = |stored: &mut Stored| {
            stored.next_at = next_at;
            let before = stored.trouble.take();
            let told = before.filter(|before| before.category == Category::Reconnect);
            stored.trouble = Some(told.unwrap_or_else(|| trouble.clone()));
        };
        self.settle(settle, None).await
    }

    async fn settle(
        &self,
        settle: impl Fn(&mut Stored),
        outcome: Option<Outcome>,
    ) -> Result<(), Error> {
        let parts = &self.all.0;
        for _ in 0..TRIES {
            let Some(mut row) = self.row()? else {
                return Ok(());
            };
            settle(&mut row.value);
            let mut batch = match &outcome {
                None => Batch::bookkeeping(),
                Some(outcome) => {
                    let act = self.event(Code::FeedFetched, &Actor::system());
                    Batch::new(act.status(outcome.clone()).build(&parts.clock))
                }
            };
            batch.replace::<Rows>(&self.key, &row.value, row.version);
            match parts.store.commit(batch).await {
                Ok(_version) => return Ok(()),
                Err(store::Error::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Changed)
    }

    /// Lets the connection's status learn from what the fetch met.
    async fn note_health(&self, credential: Credential, met: &Met) -> Result<(), Error> {
        let scope = Scope::owned_by(self.stored.owner);
        let place = (self.connection(), credential);
        let connections = &self.all.0.connections;
        match met {
            Met::All => connections.was_accepted(&scope, place).await?,
            Met::Held(_) => {}
            Met::Trouble(error) => connections.met_trouble(&scope, place, error).await?,
        }
        Ok(())
    }
}

/// A day's campaigns, and those that it had before and that the provider tells of no more: they were
/// deleted there, and what they cost, they did.
fn with_deleted(campaigns: &[CampaignDay], before: Option<&Told>) -> Vec<CampaignDay> {
    let mut all = campaigns.to_vec();
    let before = before.map(|told| told.campaigns.as_slice());
    for told in before.unwrap_or_default() {
        if !campaigns.iter().any(|one| one.campaign == told.campaign) {
            all.push(told.clone());
        }
    }
    all.sort_by(|one, other| one.campaign.cmp(&other.campaign));
    all
}

/// Every day of a stretch with what its campaigns did, in the order of their ids.
fn by_day(stretch: Stretch, figures: Vec<CampaignDay>) -> BTreeMap<Date, Vec<CampaignDay>> {
    let days = stretch.first.series(1.day());
    let days = days.take_while(|day| *day <= stretch.last);
    let mut days: BTreeMap<Date, BTreeMap<String, CampaignDay>> =
        days.map(|day| (day, BTreeMap::new())).collect();
    for figure in figures {
        // One that came on two pages, since figures moved meanwhile, is one.
        if let Some(day) = days.get_mut(&figure.day) {
            day.insert(figure.campaign.clone(), figure);
        }
    }
    let told = |(day, campaigns): (Date, BTreeMap<_, _>)| (day, campaigns.into_values().collect());
    days.into_iter().map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(campaign: &str, cost_micros: i64) -> CampaignDay {
        CampaignDay {
            day: jiff::civil::date(2026, 11, 1),
            campaign: campaign.to_owned(),
            name: "Spring".to_owned(),
            impressions: 1,
            clicks: 0,
            cost_micros,
            conversions_micros: 0,
            value_micros: 0,
            attribution: String::new(),
        }
    }

    #[test]
    fn what_a_campaign_cost_stays_when_it_is_deleted() {
        let before = Told {
            known_at: Timestamp::UNIX_EPOCH,
            currency: "EUR".to_owned(),
            campaigns: vec![day("1", 5), day("2", 6)],
        };
        let all = with_deleted(&[day("2", 7), day("3", 8)], Some(&before));
        let costs: Vec<i64> = all.iter().map(|day| day.cost_micros).collect();
        assert_eq!(costs, [5, 7, 8]);
        assert_eq!(with_deleted(&[day("2", 7)], None).len(), 1);
    }

    #[test]
    fn a_campaign_that_came_on_two_pages_counts_once() {
        let first = jiff::civil::date(2026, 11, 1);
        let stretch = Stretch { first, last: first };
        let days = by_day(stretch, vec![day("1", 5), day("2", 1), day("1", 6)]);
        let costs: Vec<i64> = days[&first].iter().map(|day| day.cost_micros).collect();
        assert_eq!(costs, [6, 1]);
    }
}
