//! Shows what advertising cost, beside what a site counts.

use poem_openapi::{Enum, Object};

use super::overview::share;
use crate::analytics::{Answer, AnswerRow, Period, Site, Totals};
use crate::base::{FeedId, MICROS};
use crate::feeds::{CampaignCost, Feed, FeedCosts, Unknown, total};
use crate::http::Moment;

/// Why a cost is not known.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "CostUnknown", rename_all = "snake_case")]
enum UnknownView {
    /// The site has no feed of advertising figures.
    NoFeed,
    /// An ad account has another currency than the site.
    OtherCurrency,
    /// The figures of some days are not there.
    DaysMissing,
}

/// What advertising cost, and what came of it. A cost is told only where that of every day is known
/// in the site's currency.
#[derive(Object)]
#[oai(rename = "SiteAdvertising", skip_serializing_if_is_none)]
pub(super) struct AdvertisingView {
    /// What all ad accounts cost together, in the site's currency.
    cost: Option<String>,
    /// The cost of one of the site's conversions, rounded to the currency.
    cost_per_conversion: Option<String>,
    /// The site's revenue by the cost.
    return_on_spend: Option<f64>,
    /// Why the cost is not known; absent where it is.
    unknown: Option<UnknownView>,
    /// The same in a sentence.
    unknown_because: Option<String>,
    /// When the provider was asked last; of several feeds, the one that was asked first.
    known_at: Option<Moment>,
    /// The zones in which the days of ad accounts begin, where they are not the site's.
    other_time_zones: Vec<String>,
}

/// What a campaign cost, beside what the site counted of it.
#[derive(Object)]
#[oai(rename = "CampaignCost", skip_serializing_if_is_none)]
struct CampaignView {
    /// The feed that tells of it.
    feed_id: FeedId,
    /// The provider's id of it.
    campaign_id: String,
    /// What it is called there.
    name: String,
    /// What it cost, in the currency of its feed.
    cost: String,
    /// How often it was shown.
    impressions: u64,
    /// How often it was clicked on.
    clicks: u64,
    /// Purchases and leads as the provider counts them.
    provider_conversions: f64,
    /// What it says that its purchases were worth, in the currency of its feed.
    provider_value: String,
    /// How the provider attributes them, in its own words.
    attribution: Vec<String>,
    /// Visits whose `utm_campaign` is the campaign's name or id, whatever the case of its letters.
    visits: u64,
    /// Their conversions.
    conversions: u64,
    /// What their purchases were worth, in the site's currency.
    revenue: String,
    /// The cost of one of the site's conversions; absent without any, and in another currency.
    cost_per_conversion: Option<String>,
    /// The site's revenue by the cost; absent where it cost nothing, and in another currency.
    return_on_spend: Option<f64>,
}

/// Where the figures of an ad account stand.
#[derive(Object)]
#[oai(rename = "AdFeedCost", skip_serializing_if_is_none)]
struct FeedView {
    /// The feed.
    feed_id: FeedId,
    /// What people call it.
    name: String,
    /// The currency of its amounts.
    currency: String,
    /// The zone in which its days begin.
    time_zone: String,
    /// What all of its campaigns cost together on the days that are known.
    cost: String,
    /// Of so many days that have begun at the account nothing is known.
    days_missing: u64,
    /// When the provider told figures last.
    known_at: Option<Moment>,
}

/// What campaigns cost on some days, beside what the site counted of them.
#[derive(Object)]
#[oai(rename = "SiteCosts", skip_serializing_if_is_none)]
pub(super) struct CostsView {
    /// The first of the days.
    from: String,
    /// The last of them.
    to: String,
    /// The site's currency.
    currency: String,
    /// When the site's own figures were known.
    known_at: Moment,
    /// All of it together.
    advertising: AdvertisingView,
    /// The ad accounts.
    feeds: Vec<FeedView>,
    /// The campaigns, the dearest first.
    campaigns: Vec<CampaignView>,
}

/// What a site counted of a campaign.
#[derive(Clone, Copy, Default)]
struct Counted {
    visits: u64,
    conversions: u64,
    revenue_micros: i64,
}

impl AdvertisingView {
    /// What the feeds cost together; none where there is no feed.
    pub(super) fn of(site: &Site, costs: &[FeedCosts], totals: &Totals) -> Option<Self> {
        (!costs.is_empty()).then(|| Self::told(site, costs, totals))
    }

    fn told(site: &Site, costs: &[FeedCosts], totals: &Totals) -> Self {
        let fetched = costs.iter().map(|cost| cost.feed.fetched_at());
        let known_at = fetched
            .collect::<Option<Vec<_>>>()
            .and_then(|all| all.into_iter().min());
        let zones = costs.iter().map(|cost| cost.feed.time_zone());
        let mut zones: Vec<String> = zones
            .filter(|zone| *zone != site.time_zone())
            .map(str::to_owned)
            .collect();
        zones.sort();
        zones.dedup();
        let mut view = Self {
            cost: None,
            cost_per_conversion: None,
            return_on_spend: None,
            unknown: None,
            unknown_because: None,
            known_at: known_at.map(Moment),
            other_time_zones: zones,
        };
        match total(costs, site.currency()) {
            Ok(micros) => {
                view.cost = Some(site.money(micros));
                view.cost_per_conversion = site.average(micros, totals.conversions);
                view.return_on_spend = by_cost(totals.revenue_micros, micros);
            }
            Err(unknown) => {
                view.unknown_because = Some(sentence(&unknown, site.currency()));
                view.unknown = Some(unknown.into());
            }
        }
        view
    }
}

impl From<Unknown> for UnknownView {
    fn from(unknown: Unknown) -> Self {
        match unknown {
            Unknown::NoFeed => Self::NoFeed,
            Unknown::OtherCurrency(_) => Self::OtherCurrency,
            Unknown::DaysMissing(..) => Self::DaysMissing,
        }
    }
}

fn sentence(unknown: &Unknown, currency: &str) -> String {
    match unknown {
        Unknown::NoFeed => "The site has no feed of advertising figures.".to_owned(),
        Unknown::OtherCurrency(other) => format!(
            "An ad account counts in {other} and the site in {currency}; amounts are not converted."
        ),
        Unknown::DaysMissing(days, first) => {
            format!("The figures of {days} of the days are not there, the first being {first}.")
        }
    }
}

/// A revenue by what it cost; none where it cost nothing.
fn by_cost(revenue_micros: i64, cost_micros: i64) -> Option<f64> {
    share(
        revenue_micros.try_into().ok()?,
        cost_micros.try_into().ok()?,
    )
}

impl CampaignView {
    fn of(site: &Site, feed: &Feed, (cost, counted): (&CampaignCost, Counted)) -> Self {
        let money = |micros| site.money_in(micros, feed.currency());
        let is_ours = feed.currency() == site.currency();
        let micros = cost.cost_micros;
        let per_conversion = || site.average(micros, counted.conversions);
        Self {
            feed_id: feed.id(),
            campaign_id: cost.campaign.clone(),
            name: cost.name.clone(),
            cost: money(micros),
            impressions: cost.impressions,
            clicks: cost.clicks,
            provider_conversions: parts(cost.conversions_micros),
            provider_value: money(cost.value_micros),
            attribution: cost.attribution.clone(),
            visits: counted.visits,
            conversions: counted.conversions,
            revenue: site.money(counted.revenue_micros),
            cost_per_conversion: is_ours.then(per_conversion).flatten(),
            return_on_spend: is_ours
                .then(|| by_cost(counted.revenue_micros, micros))
                .flatten(),
        }
    }
}

/// A number that is kept in millionths.
#[expect(
    clippy::cast_precision_loss,
    reason = "providers count parts to a few digits"
)]
fn parts(micros: i64) -> f64 {
    micros as f64 / MICROS as f64
}

/// What a site counted of a campaign, by its name or its id.
fn counted(rows: &[AnswerRow], cost: &CampaignCost) -> Counted {
    let named = rows.iter().filter(|row| {
        let text = row.row.cells.first().map_or("", |cell| &*cell.text);
        let is_its = text == cost.campaign || text.to_lowercase() == cost.name.to_lowercase();
        is_its && !text.is_empty()
    });
    named.fold(Counted::default(), |sum, row| {
        let totals = &row.row.figures.totals;
        Counted {
            visits: sum.visits + totals.visits,
            conversions: sum.conversions + totals.conversions,
            revenue_micros: sum.revenue_micros + totals.revenue_micros,
        }
    })
}

impl CostsView {
    pub(super) fn of(
        site: &Site,
        (period, costs): (Period, &[FeedCosts]),
        (all, campaigns): (&Totals, &Answer),
    ) -> Self {
        let rows = &campaigns.page.rows;
        let mut told: Vec<(i64, CampaignView)> = Vec::new();
        for cost in costs {
            told.extend(cost.campaigns.iter().map(|campaign| {
                let ours = counted(rows, campaign);
                let view = CampaignView::of(site, &cost.feed, (campaign, ours));
                (campaign.cost_micros, view)
            }));
        }
        told.sort_by_key(|(micros, _)| std::cmp::Reverse(*micros));
        let feed = |cost: &FeedCosts| FeedView {
            feed_id: cost.feed.id(),
            name: cost.feed.name().to_owned(),
            currency: cost.feed.currency().to_owned(),
            time_zone: cost.feed.time_zone().to_owned(),
            cost: site.money_in(cost.cost_micros(), cost.feed.currency()),
            days_missing: cost.missing.len() as u64,
            known_at: cost.feed.fetched_at().map(Moment),
        };
        Self {
            from: period.first.to_string(),
            to: period.last.to_string(),
            currency: site.currency().to_owned(),
            known_at: campaigns.known_at.into(),
            advertising: AdvertisingView::told(site, costs, all),
            feeds: costs.iter().map(feed).collect(),
            campaigns: told.into_iter().map(|(_, view)| view).collect(),
        }
    }
}
