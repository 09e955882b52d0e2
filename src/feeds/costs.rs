//! Adds up what is known of some days, and never what is not.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use super::row::{Days, Told};
use super::{Error, Feed, Feeds};
use crate::analytics::{Period, Site};
use crate::audit::Code;
use crate::base::Actor;
use crate::store::{Key as _, Scan};

/// What a campaign did on some days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CampaignCost {
    /// The provider's id of it.
    pub(crate) campaign: String,
    /// What it was called last.
    pub(crate) name: String,
    pub(crate) impressions: u64,
    pub(crate) clicks: u64,
    pub(crate) cost_micros: i64,
    pub(crate) conversions_micros: i64,
    pub(crate) value_micros: i64,
    /// How the provider attributed them, in each of its words.
    pub(crate) attribution: Vec<String>,
}

/// What a feed's campaigns did on some days.
pub(crate) struct FeedCosts {
    pub(crate) feed: Feed,
    /// In the order of their ids.
    pub(crate) campaigns: Vec<CampaignCost>,
    /// Days that have begun at the account and of which nothing is known, or only a part though
    /// they are over.
    pub(crate) missing: Vec<Date>,
    /// The currencies of the amounts: one, unless the account has changed it.
    pub(crate) currencies: Vec<String>,
}

/// Why the cost of some days is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// The site has no feed.
    NoFeed,
    /// An account has another currency than the site.
    OtherCurrency(String),
    /// Of so many days nothing is known, of which this is the first.
    DaysMissing(usize, Date),
}

impl Feeds {
    /// What the campaigns of a site's feeds did on the days of a period, as it was known at a time,
    /// or as it is known now.
    pub(crate) async fn costs(
        &self,
        site: &Site,
        (period, known_at): (Period, Option<Timestamp>),
        by: &Actor,
    ) -> Result<Vec<FeedCosts>, Error> {
        let costs = self.whole_costs(site, (period, known_at)).await?;
        if !costs.is_empty() {
            let event = site.event(Code::FeedsRead, by);
            let event = event
                .detail("from", period.first.to_string())
                .detail("to", period.last.to_string())
                .count("feeds", costs.len() as u64);
            self.0.log.record(event.build(&self.0.clock));
        }
        Ok(costs)
    }

    /// The same without a word in the book.
    pub(crate) async fn whole_costs(
        &self,
        site: &Site,
        (period, known_at): (Period, Option<Timestamp>),
    ) -> Result<Vec<FeedCosts>, Error> {
        let feeds = self.of(site)?;
        let read = move || {
            let costs = feeds.into_iter().map(|feed| feed.costs(period, known_at));
            costs.collect::<Result<Vec<FeedCosts>, Error>>()
        };
        self.0.blocking.run(read).await
    }
}

impl Feed {
    fn costs(self, period: Period, known_at: Option<Timestamp>) -> Result<FeedCosts, Error> {
        let days = self.days(period, known_at)?;
        // A day that has not begun at the account has cost nothing there yet.
        let last = period.last.min(self.today());
        let asked = period.first.series(1.day()).take_while(|day| *day <= last);
        // One that was over when the account was asked last was told as a whole; one that was not,
        // and is over now, was told in part.
        let is_in_part = |day: Date| {
            let end = day.saturating_add(1.day()).to_zoned(self.zone());
            let end = end.map_or(Timestamp::MAX, |end| end.timestamp());
            day < self.today() && self.fetched_at().is_none_or(|fetched| fetched < end)
        };
        let missing = asked.filter(|day| !days.contains_key(&day.to_string()) || is_in_part(*day));
        let missing = missing.collect();
        let mut currencies: Vec<String> = days.values().map(|told| told.currency.clone()).collect();
        currencies.push(self.currency().to_owned());
        currencies.sort();
        currencies.dedup();
        Ok(FeedCosts {
            campaigns: sums(days.values()),
            missing,
            currencies,
            feed: self,
        })
    }

    /// The last version of each day that was known by then.
    fn days(
        &self,
        period: Period,
        known_at: Option<Timestamp>,
    ) -> Result<BTreeMap<String, Told>, Error> {
        let (site, feed) = self.key;
        let place = |day: Date| (site, feed, day.to_string()).bytes();
        let behind = period.last.saturating_add(1.day());
        let scan = Scan::all(usize::MAX)
            .from(place(period.first))
            .to(place(behind));
        let mut days = BTreeMap::new();
        self.all.0.store.snapshot()?.walk::<Days>(&scan, |_, row| {
            if known_at.is_none_or(|known_at| row.value.known_at <= known_at) {
                days.insert(row.key.2, row.value);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(days)
    }
}

/// What each campaign did on all days together.
fn sums<'a>(days: impl Iterator<Item = &'a Told>) -> Vec<CampaignCost> {
    let mut sums: BTreeMap<&str, CampaignCost> = BTreeMap::new();
    for day in days.flat_map(|told| &told.campaigns) {
        let sum = sums.entry(&day.campaign).or_default();
        sum.campaign.clone_from(&day.campaign);
        sum.name.clone_from(&day.name);
        sum.impressions = sum.impressions.saturating_add(day.impressions);
        sum.clicks = sum.clicks.saturating_add(day.clicks);
        sum.cost_micros = sum.cost_micros.saturating_add(day.cost_micros);
        sum.conversions_micros = sum
            .conversions_micros
            .saturating_add(day.conversions_micros);
        sum.value_micros = sum.value_micros.saturating_add(day.value_micros);
        if !day.attribution.is_empty() && !sum.attribution.contains(&day.attribution) {
            sum.attribution.push(day.attribution.clone());
        }
    }
    sums.into_values().collect()
}

impl FeedCosts {
    /// What all campaigns cost together.
    pub(crate) fn cost_micros(&self) -> i64 {
        self.campaigns
            .iter()
            .map(|campaign| campaign.cost_micros)
            .fold(0, i64::saturating_add)
    }
}

/// What all feeds cost together in this currency, or why nobody knows.
pub(crate) fn total(feeds: &[FeedCosts], currency: &str) -> Result<i64, Unknown> {
    if feeds.is_empty() {
        return Err(Unknown::NoFeed);
    }
    let mut currencies = feeds.iter().flat_map(|feed| &feed.currencies);
    if let Some(other) = currencies.find(|one| *one != currency) {
        return Err(Unknown::OtherCurrency(other.clone()));
    }
    let mut missing: Vec<Date> = feeds
        .iter()
        .flat_map(|feed| &feed.missing)
        .copied()
        .collect();
    missing.sort();
    missing.dedup();
    match missing.first() {
        Some(first) => Err(Unknown::DaysMissing(missing.len(), *first)),
        None => Ok(feeds.iter().map(FeedCosts::cost_micros).sum()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::CampaignDay;

    fn day(campaign: &str, name: &str, cost_micros: i64) -> CampaignDay {
        CampaignDay {
            day: jiff::civil::date(2026, 11, 1),
            campaign: campaign.to_owned(),
            name: name.to_owned(),
            impressions: 10,
            clicks: 1,
            cost_micros,
            conversions_micros: 0,
            value_micros: 0,
            attribution: "7d_click".to_owned(),
        }
    }

    #[test]
    fn a_campaign_is_one_whatever_it_was_called() {
        let told = |campaigns| Told {
            known_at: Timestamp::UNIX_EPOCH,
            currency: "EUR".to_owned(),
            campaigns,
        };
        let days = [
            told(vec![day("7", "Spring", 5), day("8", "Autumn", 1)]),
            told(vec![day("7", "Spring sale", 6)]),
        ];
        let sums = sums(days.iter());
        assert_eq!(sums.len(), 2);
        assert_eq!(
            (sums[0].name.as_str(), sums[0].cost_micros),
            ("Spring sale", 11)
        );
        assert_eq!(sums[0].attribution, ["7d_click"]);
    }

    #[test]
    fn without_a_feed_no_cost_is_known() {
        assert_eq!(total(&[], "EUR"), Err(Unknown::NoFeed));
    }
}
