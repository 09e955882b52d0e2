//! Shows what advertising cost, beside what a site counts.

use std::collections::HashMap;

use poem_openapi::{Enum, Object};

use super::overview::share;
use crate::analytics::{Answer, AnswerRow, Period, Site, Totals};
use crate::base::{FeedId, MICROS};
use crate::feeds::{CampaignCost, FeedCosts, Unknown, total};
use crate::http::Moment;

/// Texts of addresses are cut at so many bytes.
const LONGEST_TEXT: usize = 200;

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
    /// Whether another campaign has the same name, so that these visits may be the other's: then
    /// nothing is divided by them.
    name_shared: bool,
    /// Their conversions.
    conversions: u64,
    /// What their purchases were worth, in the site's currency.
    revenue: String,
    /// The cost of one of the site's conversions; absent without any, in another currency, where days
    /// are missing, and where the name is shared.
    cost_per_conversion: Option<String>,
    /// The site's revenue by the cost; absent where it cost nothing, and for the same reasons.
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
    /// Another campaign has the same name.
    is_shared: bool,
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
    fn of(site: &Site, feed: &FeedCosts, (cost, counted): (&CampaignCost, Counted)) -> Self {
        let is_whole = feed.missing.is_empty();
        let feed = &feed.feed;
        let money = |micros| site.money_in(micros, feed.currency());
        // What was counted on all days is not held against the cost of some.
        let is_ours = feed.currency() == site.currency() && is_whole && !counted.is_shared;
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
            name_shared: counted.is_shared,
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
fn counted(rows: &HashMap<String, Counted>, cost: &CampaignCost, is_shared: bool) -> Counted {
    let (id, name) = (cost.campaign.to_lowercase(), known_as(&cost.name));
    let by_name = (name != id).then_some(name);
    let texts = std::iter::once(id).chain(by_name);
    let found = texts.filter_map(|text| rows.get(&text));
    let sum = Counted {
        is_shared,
        ..Counted::default()
    };
    found.fold(sum, |sum, row| Counted {
        visits: sum.visits + row.visits,
        conversions: sum.conversions + row.conversions,
        revenue_micros: sum.revenue_micros.saturating_add(row.revenue_micros),
        is_shared,
    })
}

/// A campaign's name as visits tell it: in small letters, and cut as texts of addresses are.
fn known_as(name: &str) -> String {
    let cut = name.floor_char_boundary(LONGEST_TEXT);
    name[..cut].to_lowercase()
}

/// What a site counted, by the campaign's text in small letters.
fn by_campaign(rows: &[AnswerRow]) -> HashMap<String, Counted> {
    let mut by_text: HashMap<String, Counted> = HashMap::new();
    for row in rows {
        let text = row.row.cells.first().map_or("", |cell| &*cell.text);
        if text.is_empty() {
            continue;
        }
        let totals = &row.row.figures.totals;
        let sum = by_text.entry(text.to_lowercase()).or_default();
        sum.visits += totals.visits;
        sum.conversions += totals.conversions;
        sum.revenue_micros = sum.revenue_micros.saturating_add(totals.revenue_micros);
    }
    by_text
}

/// How many campaigns have each name.
fn named_so(costs: &[FeedCosts]) -> HashMap<String, u32> {
    let mut named: HashMap<String, u32> = HashMap::new();
    for campaign in costs.iter().flat_map(|cost| &cost.campaigns) {
        *named.entry(known_as(&campaign.name)).or_default() += 1;
    }
    named
}

impl CostsView {
    pub(super) fn of(
        site: &Site,
        (period, costs): (Period, &[FeedCosts]),
        (all, campaigns): (&Totals, &Answer),
    ) -> Self {
        let rows = by_campaign(&campaigns.page.rows);
        let named = named_so(costs);
        let mut told: Vec<(i64, CampaignView)> = Vec::new();
        for cost in costs {
            told.extend(cost.campaigns.iter().map(|campaign| {
                let is_shared = named.get(&known_as(&campaign.name)) > Some(&1);
                let ours = counted(&rows, campaign, is_shared);
                let view = CampaignView::of(site, cost, (campaign, ours));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn visits(visits: u64) -> Counted {
        Counted {
            visits,
            ..Counted::default()
        }
    }

    fn campaign(id: &str, name: &str) -> CampaignCost {
        CampaignCost {
            campaign: id.to_owned(),
            name: name.to_owned(),
            ..CampaignCost::default()
        }
    }

    #[test]
    fn a_campaigns_visits_are_those_of_its_name_and_of_its_id() {
        let long = "x".repeat(250);
        let rows = HashMap::from([
            ("spring".to_owned(), visits(3)),
            ("7".to_owned(), visits(4)),
            (long[..LONGEST_TEXT].to_owned(), visits(5)),
        ]);
        for (id, name, expected) in [
            ("7", "SPRING", 7),
            ("8", "Spring", 3),
            ("7", "7", 4),
            ("9", long.as_str(), 5),
            ("9", "Autumn", 0),
        ] {
            let found = counted(&rows, &campaign(id, name), false);
            assert_eq!(found.visits, expected, "{id} {name}");
        }
    }
}
