//! Shows how often goals are reached.

use poem_openapi::Object;

use super::overview::share;
use super::view::VisitorIdsView;
use crate::analytics::{Completed, GoalFigure, GoalFigures, Period, Site};
use crate::base::KeptId;
use crate::http::Moment;

/// What some days of goals are held against.
#[derive(Object)]
#[oai(rename = "GoalsBefore")]
struct BeforeView {
    /// The first of the days.
    from: String,
    /// The last of them.
    to: String,
    /// All visits of those days.
    visits: u64,
    /// All visitors.
    visitors: u64,
}

/// How often a goal was reached.
#[derive(Object)]
#[oai(rename = "GoalCompletions", skip_serializing_if_is_none)]
struct CompletedView {
    /// Every event that reached it.
    completions: u64,
    /// Visits in which it was reached.
    visits: u64,
    /// Whoever reached it, each counted once. With daily ids, once a day.
    visitors: u64,
    /// These by all visitors of the days; absent where there were none.
    rate: Option<f64>,
    /// What the events themselves came with, in the site's currency.
    value: String,
    /// What the goal assigns to completions whose event came without a value. It is no revenue.
    /// Absent where the goal assigns none.
    assigned_value: Option<String>,
}

/// The completions of a day.
#[derive(Object)]
#[oai(rename = "GoalDay")]
struct DayView {
    /// The day, at the site.
    day: String,
    /// So many events reached the goal.
    completions: u64,
}

/// A goal, and how often it was reached.
#[derive(Object)]
#[oai(rename = "GoalFigure", skip_serializing_if_is_none)]
struct FigureView {
    /// The goal's id.
    id: KeptId,
    /// What people call it.
    name: String,
    /// What happened.
    reached: CompletedView,
    /// What happened before; absent where it is held against nothing.
    before: Option<CompletedView>,
    /// Every day, those without completions too.
    days: Vec<DayView>,
}

/// How often the goals of a site were reached.
#[derive(Object)]
#[oai(rename = "GoalFigures", skip_serializing_if_is_none)]
pub(super) struct GoalFiguresView {
    /// The first of the days.
    from: String,
    /// The last of them.
    to: String,
    /// The zone in which they begin.
    time_zone: String,
    /// The currency of every amount.
    currency: String,
    /// How visitors are told apart.
    visitor_ids: VisitorIdsView,
    /// When this was known.
    known_at: Moment,
    /// All visits of the days; 0 for a site without goals.
    visits: u64,
    /// All visitors; 0 for a site without goals.
    visitors: u64,
    /// What they are held against; absent for nothing.
    before: Option<BeforeView>,
    /// In the order in which the goals were made.
    goals: Vec<FigureView>,
}

impl CompletedView {
    fn of(site: &Site, figure: &GoalFigure, (completed, of): (&Completed, u64)) -> Self {
        let assigned = figure.assigned_micros(completed);
        Self {
            completions: completed.completions,
            visits: completed.visits,
            visitors: completed.visitors,
            rate: share(completed.visitors, of),
            value: site.money(completed.value_micros),
            assigned_value: assigned.map(|micros| site.money(micros)),
        }
    }
}

impl FigureView {
    fn of(site: &Site, told: &GoalFigures, figure: &GoalFigure) -> Self {
        let show = |completed, (_, visitors): (u64, u64)| {
            CompletedView::of(site, figure, (completed, visitors))
        };
        let before = figure.before.as_ref().zip(told.before);
        let days = told.period.each_day(&figure.completed).into_iter();
        Self {
            id: figure.goal.id(),
            name: figure.goal.what().name.clone(),
            reached: show(&figure.completed, told.all),
            before: before.map(|(completed, (_, all))| show(completed, all)),
            days: days
                .map(|(day, completions)| DayView {
                    day: day.to_string(),
                    completions,
                })
                .collect(),
        }
    }
}

impl GoalFiguresView {
    pub(super) fn of(site: &Site, told: &GoalFigures) -> Self {
        let before = |(period, (visits, visitors)): (Period, (u64, u64))| BeforeView {
            from: period.first.to_string(),
            to: period.last.to_string(),
            visits,
            visitors,
        };
        let figures = told.goals.iter();
        Self {
            from: told.period.first.to_string(),
            to: told.period.last.to_string(),
            time_zone: site.time_zone().to_owned(),
            currency: site.currency().to_owned(),
            visitor_ids: site.visitor_ids().into(),
            known_at: told.known_at.into(),
            visits: told.all.0,
            visitors: told.all.1,
            before: told.before.map(before),
            goals: figures
                .map(|figure| FigureView::of(site, told, figure))
                .collect(),
        }
    }
}
