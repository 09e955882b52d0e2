//! Shows which visits led to conversions, by several models side by side.

use poem_openapi::{Enum, Object};

use super::overview::share;
use super::report::FilterView;
use super::view::VisitorIdsView;
use super::word::words;
use crate::analytics::{
    AskedAttribution, Credited, CreditedRow, Facet, Figure, Goal, Model, Portion, Site,
};
use crate::base::KeptId;
use crate::http::Moment;

words! {
    /// What the visits before a conversion are told apart by.
    TouchView as "AttributionDimension" for Facet {
        /// The kind of way on which a visit came.
        Channel,
        /// Where it came from.
        Source,
        /// By which means.
        Medium,
        /// Through which campaign.
        Campaign,
        /// The page on which it began.
        LandingPage,
    }
}

words! {
    /// Which conversions are divided.
    #[derive(Default)]
    GoalView as "AttributionGoal" for Goal {
        /// Events called `lead` or `purchase`.
        #[default]
        All,
        /// Events called `lead`.
        Leads,
        /// Events called `purchase`.
        Purchases,
    }
}

words! {
    /// How a conversion is divided among the visits that led to it.
    #[derive(Default)]
    ModelView as "AttributionModel" for Model {
        /// All to the first visit.
        First,
        /// All to the last.
        Last,
        /// All to the last that did not come directly; to the last where all did.
        LastNonDirect,
        /// To each the same.
        Linear,
        /// To each half of what one gets that came a half-life later.
        TimeDecay,
        /// 40 % to the first and to the last, 20 % to those between.
        Position,
        /// By how many conversions would be lost without each value.
        #[default]
        DataDriven,
    }
}

words! {
    /// What is divided.
    #[derive(Default)]
    FigureView as "AttributionFigure" for Figure {
        /// How many there are.
        #[default]
        Conversions,
        /// What purchases were worth.
        Revenue,
    }
}

/// Which conversions are to be divided, and among what.
#[derive(Object)]
#[oai(rename = "AttributionQuery", deny_unknown_fields)]
pub(super) struct AttributionQuery {
    /// The first day with conversions, such as `2026-11-01`; 27 days before the last without it.
    /// Visits before it count for the conversions after it.
    #[oai(validator(max_length = 40))]
    pub(super) from: Option<String>,
    /// The last day; the present one at the site without it.
    #[oai(validator(max_length = 40))]
    pub(super) to: Option<String>,
    /// What visits are told apart by.
    dimension: TouchView,
    /// Which conversions.
    #[oai(default)]
    goal: GoalView,
    /// A visit counts that began at most so many days, each of 24 hours, before the conversion: 1 to
    /// 90.
    #[oai(default = "thirty")]
    lookback_days: u16,
    /// For `time_decay`: a visit counts half as much as one that came so many days later, 1 to 90.
    #[oai(default = "seven")]
    half_life_days: u16,
    /// A segment of the site: its filters pick visits, too.
    segment: Option<KeptId>,
    /// Which visits count: those that every filter picks; 20 at most, with the segment's. A conversion counts where its
    /// own visit does.
    #[oai(default, validator(max_items = 100))]
    filters: Vec<FilterView>,
    /// The model that puts rows into order, the greatest first.
    #[oai(default)]
    sort_model: ModelView,
    /// And its figure.
    #[oai(default)]
    sort_figure: FigureView,
    /// So many rows at most: 1 to 1000.
    #[oai(default = "hundred")]
    limit: u32,
    /// So many rows are left out before.
    #[oai(default)]
    offset: u32,
}

fn thirty() -> u16 {
    30
}

fn seven() -> u16 {
    7
}

fn hundred() -> u32 {
    100
}

/// What a model gives to a row. Over all rows it adds up to the totals exactly.
#[derive(Object)]
#[oai(rename = "AttributionPortion")]
struct PortionView {
    /// Conversions, to the hundredth.
    conversions: f64,
    /// What they brought, to the cent.
    revenue: String,
}

/// What one value gets, by every model.
#[derive(Object)]
#[oai(rename = "AttributionRow", skip_serializing_if_is_none)]
struct RowView {
    /// The value; empty where there was none.
    value: String,
    /// To so many conversions a visit of it led, alone or with others.
    touched: u64,
    /// The share of conversions that would be lost without it; absent beyond the 400 values that
    /// touched the most.
    removal_effect: Option<f64>,
    /// All to the first visit.
    first: PortionView,
    /// All to the last.
    last: PortionView,
    /// All to the last that did not come directly; to the last where all did.
    last_non_direct: PortionView,
    /// To each the same.
    linear: PortionView,
    /// To each half of what one gets that came a half-life later.
    time_decay: PortionView,
    /// 40 % to the first and to the last, 20 % to those between.
    position: PortionView,
    /// By how many conversions would be lost without each value.
    data_driven: PortionView,
}

/// Which visits led to conversions.
#[derive(Object)]
#[oai(rename = "SiteAttribution", skip_serializing_if_is_none)]
pub(super) struct AttributionView {
    /// The first of the days.
    from: String,
    /// The last of them.
    to: String,
    /// When this was known.
    known_at: Moment,
    /// The currency of every amount.
    currency: String,
    /// How visitors are told apart. With daily ids nobody is known again on another day, so that
    /// only the visits of the conversion's own day are on its path.
    visitor_ids: VisitorIdsView,
    /// So many days before a conversion visits count.
    lookback_days: u16,
    /// How fast visits lose weight, for `time_decay`.
    half_life_days: u16,
    /// The conversions of these days.
    conversions: u64,
    /// What they brought.
    revenue: String,
    /// So many visits led to a conversion on average; absent without conversions.
    average_touches: Option<f64>,
    /// To so many conversions one visit led alone: all models agree about them.
    single_touch: u64,
    /// What each value gets.
    rows: Vec<RowView>,
    /// How many rows there are on all pages.
    found: u64,
}

impl From<AttributionQuery> for AskedAttribution {
    fn from(query: AttributionQuery) -> Self {
        Self {
            dimension: query.dimension.into(),
            goal: query.goal.into(),
            lookback_days: query.lookback_days,
            half_life_days: query.half_life_days,
            segment: query.segment,
            filters: query.filters.into_iter().map(Into::into).collect(),
            sort: (query.sort_model.into(), query.sort_figure.into()),
            limit: query.limit,
            offset: query.offset,
        }
    }
}

impl PortionView {
    #[expect(clippy::cast_precision_loss, reason = "conversions are far below 2^53")]
    fn of(site: &Site, portion: Portion) -> Self {
        // Whole hundredths, so that the nearest number is written with two digits.
        let hundredths = portion.conversions_micros / 10_000;
        Self {
            conversions: hundredths as f64 / 100.0,
            revenue: site.money(portion.revenue_micros),
        }
    }
}

impl RowView {
    fn of(site: &Site, row: &CreditedRow) -> Self {
        let by = |model: Model| PortionView::of(site, row.portions[model as usize]);
        Self {
            value: row.value.to_string(),
            touched: row.touched,
            removal_effect: row.effect,
            first: by(Model::First),
            last: by(Model::Last),
            last_non_direct: by(Model::LastNonDirect),
            linear: by(Model::Linear),
            time_decay: by(Model::TimeDecay),
            position: by(Model::Position),
            data_driven: by(Model::DataDriven),
        }
    }
}

impl AttributionView {
    pub(super) fn of(site: &Site, asked: &AskedAttribution, credited: &Credited) -> Self {
        let all = &credited.all;
        let rows = credited.rows.iter().map(|row| RowView::of(site, row));
        Self {
            from: credited.period.first.to_string(),
            to: credited.period.last.to_string(),
            known_at: credited.known_at.into(),
            currency: site.currency().to_owned(),
            visitor_ids: site.visitor_ids().into(),
            lookback_days: asked.lookback_days,
            half_life_days: asked.half_life_days,
            conversions: all.conversions,
            revenue: site.money(all.revenue_micros),
            average_touches: share(all.touches, all.conversions),
            single_touch: all.single,
            rows: rows.collect(),
            found: credited.found,
        }
    }
}
