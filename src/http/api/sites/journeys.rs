//! Shows which ways visits commonly take through a site.

use poem_openapi::{Enum, Object};

use super::overview::share;
use super::report::FilterView;
use super::word::words;
use crate::analytics::{AskedJourneys, Direction, Facet, Journeyed, Others, Trodden};
use crate::base::KeptId;
use crate::http::Moment;

words! {
    /// What visits go through.
    #[derive(Default)]
    StopView as "JourneyDimension" for Facet {
        /// Pages.
        #[default]
        Page,
        /// The names of events.
        Event,
    }
}

words! {
    /// Which way visits are followed.
    #[derive(Default)]
    DirectionView as "JourneyDirection" for Direction {
        /// From where they begin, or first came to `at`.
        #[default]
        Onward,
        /// From where they end, or last came to `at`, step by step before it.
        Back,
    }
}

/// Which ways are to be told.
#[derive(Object)]
#[oai(rename = "JourneysQuery", deny_unknown_fields)]
pub(super) struct JourneysQuery {
    /// The first day, such as `2026-11-01`; 27 days before the last without it.
    #[oai(validator(max_length = 40))]
    pub(super) from: Option<String>,
    /// The last day; the present one at the site without it.
    #[oai(validator(max_length = 40))]
    pub(super) to: Option<String>,
    /// What visits go through.
    #[oai(default)]
    dimension: StopView,
    /// Which way they are followed.
    #[oai(default)]
    direction: DirectionView,
    /// The page or event that every way begins with, of 1 to 500 bytes; visits without it do not
    /// count. Without it ways begin where visits do, or end where they do.
    #[oai(validator(max_length = 2000))]
    at: Option<String>,
    /// A way has so many steps at most: 2 to 10.
    #[oai(default = "five")]
    steps: u16,
    /// So many ways are told at most: 1 to 500.
    #[oai(default = "fifty")]
    limit: u32,
    /// A segment of the site: its filters pick visits, too.
    segment: Option<KeptId>,
    /// Which visits count: those that every filter picks; 20 at most, with the segment's.
    #[oai(default, validator(max_items = 100))]
    filters: Vec<FilterView>,
}

fn five() -> u16 {
    5
}

fn fifty() -> u32 {
    50
}

/// Visits that took a step which is not told.
#[derive(Object)]
#[oai(rename = "JourneyOthers")]
struct OthersView {
    /// How many visits.
    visits: u64,
    /// To how many different pages or events; 0 where a way has no more steps.
    values: u64,
}

/// A way, and all visits that began with it.
#[derive(Object)]
#[oai(rename = "JourneyWay", skip_serializing_if_is_none)]
struct WayView {
    /// What they came to, one after the other; what repeats the one before is left out.
    steps: Vec<String>,
    /// How many visits.
    visits: u64,
    /// Their share of all visits that are told of.
    of_all: Option<f64>,
    /// Their share of the visits of the way without its last step.
    of_previous: Option<f64>,
    /// So many of them have no other step: they ended there, or, followed back, began there.
    ended: u64,
    /// Those that went on otherwise, or further than is told.
    others: OthersView,
}

/// The ways that visits took.
#[derive(Object)]
#[oai(rename = "SiteJourneys")]
pub(super) struct JourneysView {
    /// The first of the days.
    from: String,
    /// The last of them.
    to: String,
    /// When this was known.
    known_at: Moment,
    /// How many visits have a way at all.
    visits: u64,
    /// Those whose first step is not told.
    others: OthersView,
    /// The commonest ways, in the order of a tree: each after the one that it goes on from, and of
    /// several the commoner first.
    ways: Vec<WayView>,
}

impl From<JourneysQuery> for AskedJourneys {
    fn from(query: JourneysQuery) -> Self {
        Self {
            dimension: query.dimension.into(),
            direction: query.direction.into(),
            at: query.at,
            steps: query.steps,
            limit: query.limit,
            segment: query.segment,
            filters: query.filters.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Others> for OthersView {
    fn from(others: Others) -> Self {
        Self {
            visits: others.visits,
            values: others.values,
        }
    }
}

impl WayView {
    fn of(way: &Trodden, (previous, all): (u64, u64)) -> Self {
        Self {
            steps: way.steps.iter().map(ToString::to_string).collect(),
            visits: way.visits,
            of_all: share(way.visits, all),
            of_previous: share(way.visits, previous),
            ended: way.ended,
            others: way.others.into(),
        }
    }
}

impl From<&Journeyed> for JourneysView {
    fn from(journeyed: &Journeyed) -> Self {
        let travelled = &journeyed.travelled;
        // By depth, the visits of the way that is gone on from.
        let mut before = vec![travelled.visits];
        let ways = travelled.ways.iter().map(|way| {
            before.truncate(way.steps.len());
            let previous = before.last().copied().unwrap_or(travelled.visits);
            before.push(way.visits);
            WayView::of(way, (previous, travelled.visits))
        });
        let ways = ways.collect();
        Self {
            from: journeyed.period.first.to_string(),
            to: journeyed.period.last.to_string(),
            known_at: journeyed.known_at.into(),
            visits: travelled.visits,
            others: travelled.others.into(),
            ways,
        }
    }
}
