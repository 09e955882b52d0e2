//! Shows how far visitors come on a way of steps.

use poem_openapi::Object;

use super::overview::share;
use super::report::FilterView;
use super::view::VisitorIdsView;
use crate::analytics::{AskedFunnel, Followed, Site, Step};
use crate::base::KeptId;
use crate::http::Moment;

/// What a funnel is to tell.
#[derive(Object)]
#[oai(rename = "FunnelQuery", deny_unknown_fields)]
pub(super) struct FunnelQuery {
    /// The first day, such as `2026-11-01`; 27 days before the last without it.
    #[oai(validator(max_length = 40))]
    pub(super) from: Option<String>,
    /// The last day; the present one at the site without it.
    #[oai(validator(max_length = 40))]
    pub(super) to: Option<String>,
    /// What visitors do one after the other: 2 to 10 steps.
    #[oai(validator(max_items = 100))]
    steps: Vec<StepQuery>,
    /// So long after the first step the last may be: 1 to 527040 minutes.
    #[oai(default = "day")]
    within_minutes: u32,
    /// A segment of the site: its filters pick visits, too.
    segment: Option<KeptId>,
    /// Which visits count: those that every filter picks; 20 at most, with those of the segment.
    #[oai(default, validator(max_items = 100))]
    filters: Vec<FilterView>,
}

/// A step of a funnel: an event that every filter picks, or one that reaches a goal.
#[derive(Object)]
#[oai(rename = "FunnelStepQuery", deny_unknown_fields)]
struct StepQuery {
    /// What to call it: 1 to 120 characters.
    #[oai(validator(max_length = 200))]
    name: String,
    /// A goal of the site, in the place of filters. Its conditions count among those of the steps.
    goal: Option<KeptId>,
    /// Which events it is, by `page`, `event` or `hour`: at least one filter where it is no goal, 44
    /// at most in all steps.
    #[oai(default, validator(max_items = 100))]
    filters: Vec<FilterView>,
}

fn day() -> u32 {
    24 * 60
}

/// How many came to a step.
#[derive(Object)]
#[oai(rename = "FunnelStep", skip_serializing_if_is_none)]
struct StepView {
    /// What it is called.
    name: String,
    /// How many visitors came to it.
    visitors: u64,
    /// Their share of those who came to the first step.
    of_first: Option<f64>,
    /// Their share of those who came to the step before; absent for the first.
    of_previous: Option<f64>,
    /// So many came to the step before and not to this one.
    lost: u64,
    /// How long half of them took at most from the step before, in seconds; absent for the first.
    median_seconds: Option<f64>,
}

/// The step that most visitors did not come to who had come to the one before.
#[derive(Object)]
#[oai(rename = "FunnelDrop", skip_serializing_if_is_none)]
struct DropView {
    /// Which step, counted from 1.
    step: u64,
    /// So many did not come to it.
    lost: u64,
    /// Their share of those who had come to the step before.
    rate: f64,
    /// What they would have brought, had they brought as much on average as those who came to the
    /// last step; absent where those brought nothing.
    cost: Option<String>,
}

/// How far visitors come.
#[derive(Object)]
#[oai(rename = "SiteFunnel", skip_serializing_if_is_none)]
pub(super) struct FunnelView {
    /// The first of the days.
    from: String,
    /// The last of them.
    to: String,
    /// When this was known.
    known_at: Moment,
    /// The currency of every amount.
    currency: String,
    /// How visitors are told apart. With daily ids nobody is followed beyond the day.
    visitor_ids: VisitorIdsView,
    /// What visitors do one after the other.
    steps: Vec<StepView>,
    /// What those brought on the days who came to the last step.
    revenue: String,
    /// Where most are lost; absent where nobody is.
    biggest_drop: Option<DropView>,
}

impl From<FunnelQuery> for AskedFunnel {
    fn from(query: FunnelQuery) -> Self {
        let step = |step: StepQuery| Step {
            name: step.name,
            goal: step.goal,
            filters: step.filters.into_iter().map(Into::into).collect(),
        };
        Self {
            steps: query.steps.into_iter().map(step).collect(),
            within_minutes: query.within_minutes,
            segment: query.segment,
            filters: query.filters.into_iter().map(Into::into).collect(),
        }
    }
}

impl FunnelView {
    pub(super) fn of(site: &Site, steps: Vec<Step>, followed: &Followed) -> Self {
        let stages = &followed.funnel.stages;
        let first = stages.first().map_or(0, |first| first.visitors);
        let step = |(place, step): (usize, Step)| {
            let stage = &stages[place];
            let before = place.checked_sub(1).map(|before| stages[before].visitors);
            StepView {
                name: step.name,
                visitors: stage.visitors,
                of_first: share(stage.visitors, first),
                of_previous: before.and_then(|before| share(stage.visitors, before)),
                lost: before.map_or(0, |before| before - stage.visitors),
                median_seconds: stage.median_ms.and_then(|ms| share(ms, 1000)),
            }
        };
        let drop = followed.biggest_drop().map(|drop| DropView {
            step: drop.step as u64 + 1,
            lost: drop.lost,
            rate: share(drop.lost, drop.of).unwrap_or(0.0),
            cost: site.cost(&followed.funnel, drop),
        });
        Self {
            from: followed.period.first.to_string(),
            to: followed.period.last.to_string(),
            known_at: followed.known_at.into(),
            currency: site.currency().to_owned(),
            visitor_ids: site.visitor_ids().into(),
            steps: steps.into_iter().enumerate().map(step).collect(),
            revenue: site.money(followed.funnel.revenue_micros),
            biggest_drop: drop,
        }
    }
}
