//! Reads what is asked of a site, and refuses what cannot be answered, each in its own words.

use std::fmt::{Display, Formatter, Result as Written};

use super::ledger::{Facet, Filter, MOST_CONDITIONS, MOST_STEPS, Operator, Path, Reach, Target};
use super::metric::Metric;
use super::period::BadPeriod;
use super::row::WeekStart;
use crate::base::KeptId;

/// A report has so many dimensions at most.
const MOST_DIMENSIONS: usize = 5;
/// So many filters at most pick visits.
const MOST_FILTERS: usize = 20;
/// A filter has so many values at most.
const MOST_VALUES: usize = 50;
/// A value has so many bytes at most.
pub(super) const MOST_BYTES: usize = 500;
/// A page of a report has so many rows at most.
const MOST_ROWS: u32 = 1000;
/// The steps of a funnel have so many filters together at most.
const MOST_STEP_FILTERS: usize = MOST_CONDITIONS - MOST_FILTERS;
/// A step is called by so many characters at most.
const NAME_CHARS: usize = 120;
/// The last step is so many minutes after the first at most: those of 366 days.
const MOST_MINUTES: u32 = 366 * 24 * 60;

/// What a report is to tell.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) dimensions: Vec<Facet>,
    pub(crate) metrics: Vec<Metric>,
    /// Whose filters pick visits besides.
    pub(crate) segment: Option<KeptId>,
    pub(crate) filters: Vec<Filter>,
    /// Of these visits, those alone that reached it.
    pub(crate) goal: Option<KeptId>,
    /// A metric or a dimension that is asked for; the greatest first after a `-`.
    pub(crate) sort: Option<String>,
    pub(crate) limit: u32,
    pub(crate) offset: u32,
}

/// What a funnel is to tell.
#[derive(Clone, Debug)]
pub(crate) struct AskedFunnel {
    pub(crate) steps: Vec<Step>,
    pub(crate) within_minutes: u32,
    /// Whose filters pick visits besides.
    pub(crate) segment: Option<KeptId>,
    pub(crate) filters: Vec<Filter>,
}

/// A step of a funnel.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) name: String,
    /// The goal that is reached by it, in the place of filters.
    pub(crate) goal: Option<KeptId>,
    pub(crate) filters: Vec<Filter>,
}

/// The order of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sort {
    pub(super) by: By,
    pub(super) order: Order,
}

/// What rows are put into order by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    Metric(Metric),
    /// The dimension at this place.
    Dimension(usize),
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Rising,
    Falling,
}

/// Where in a question something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The filter at this place, of those that pick visits.
    Filter(usize),
    /// A step's filter.
    StepFilter {
        /// The step's place.
        step: usize,
        /// The filter's among those of the step.
        filter: usize,
    },
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        match self {
            Self::Filter(filter) => write!(f, "filters[{filter}]"),
            Self::StepFilter { step, filter } => write!(f, "steps[{step}].filters[{filter}]"),
        }
    }
}

/// Why something cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadQuestion {
    /// Rows are told apart by too much.
    #[error("{0} dimensions are asked for, and 5 at most can be")]
    TooManyDimensions(usize),
    /// A dimension comes twice.
    #[error("{0} is asked for twice; each dimension comes once")]
    DimensionTwice(&'static str),
    /// Nothing is measured.
    #[error("none is asked for; name at least one, such as visits")]
    NoMetric,
    /// A metric comes twice.
    #[error("{0} is asked for twice; each metric comes once")]
    MetricTwice(&'static str),
    /// There are too many filters.
    #[error("{0} filters are given, and 20 at most can be")]
    TooManyFilters(usize),
    /// A filter has nothing to hold against.
    #[error("has no value; give at least one, an empty text for what is not there")]
    NoValue(Place),
    /// A filter has too many.
    #[error("has {1} values, and may have 50 at most")]
    TooManyValues(Place, usize),
    /// A value of a filter is too long.
    #[error("a value has {1} bytes, and may have 500 at most")]
    LongValue(Place, usize),
    /// Every text has an empty one in it.
    #[error("every value {1} an empty text; use is with an empty text for what is not there")]
    EmptyValue(Place, &'static str),
    /// The order is by something that is not asked for.
    #[error(
        "{0:?} is not asked for; name a metric or a dimension that is, after - to have the greatest \
         first"
    )]
    BadSort(String),
    /// The page has no rows or too many.
    #[error("{0} rows are asked for; a page has 1 to 1000")]
    BadLimit(u32),
    /// There are too few steps or too many.
    #[error("{0} steps are given; a funnel has 2 to 10")]
    BadSteps(usize),
    /// A step's name.
    #[error("a step's name has 1 to 120 characters, none of them a control character")]
    BadStepName(usize),
    /// A step that every event would be.
    #[error("the step has no filter, so every event would be it; give at least one, or a goal")]
    StepOfAll(usize),
    /// A step is told by two things.
    #[error("the step is a goal and has filters; it is one of both")]
    StepTwofold(usize),
    /// A step's filter looks at what belongs to a visit.
    #[error(
        "{1} belongs to visits, and a step is one event; a step is told by page, event or hour, and \
         visits are picked by the filters of the funnel"
    )]
    NotOfEvents(Place, &'static str),
    /// The steps have too many filters.
    #[error("the steps have {0} filters together, and may have 44 at most")]
    TooManyStepFilters(usize),
    /// The time that a funnel may take.
    #[error(
        "{0} minutes are given; from the first step to the last there are 1 to 527040, those of 366 \
         days"
    )]
    BadWindow(u32),
    /// The days.
    #[error("{}", .0.reason())]
    Days(BadPeriod),
    /// The site has no such segment.
    #[error("the site has no segment {0}; it may have been deleted")]
    UnknownSegment(KeptId),
    /// The site has no such goal.
    #[error("the site has no goal {0}; it may have been deleted")]
    UnknownGoal(KeptId),
    /// Nor has it the one of a step.
    #[error("the site has no goal {1}; it may have been deleted")]
    UnknownStepGoal(usize, KeptId),
    /// A segment has no filter.
    #[error("a segment has 1 to 20 filters; without any it would be all visits")]
    SegmentOfAll,
    /// A segment and the filters beside it are too many.
    #[error("with those of the segment there are {0} filters, and 20 at most can be")]
    TooManyInAll(usize),
    /// The text of a note.
    #[error("a note has 1 to 200 characters, none of them a control character")]
    BadNote,
    /// The days of a note.
    #[error("a note is about 1 to 366 days, the first of which comes first")]
    BadNoteDays,
    /// Too many questions are asked together, or none.
    #[error("{0} reports are asked for; 1 to 12 can be together")]
    BadParts(usize),
    /// The name of one of several questions.
    #[error("a report's name has 1 to 120 characters, none of them a control character")]
    BadPartName(usize),
    /// Two questions have one name.
    #[error("another of the reports has this name; each has its own")]
    PartNameTwice(usize),
    /// How far back the visits of a conversion lie.
    #[error("{0} days are given; a conversion is followed back over 1 to 90")]
    BadLookback(u16),
    /// How long a way may be.
    #[error("{0} steps are given; a way has 2 to 10 at most")]
    BadWay(u16),
    /// How many ways are told.
    #[error("{0} ways are asked for; 1 to 500 can be told")]
    BadWays(u32),
    /// What ways begin with.
    #[error("what ways begin with has 1 to 500 bytes; leave it away for all of them")]
    BadStart,
    /// How fast visits lose weight.
    #[error("{0} days are given; a half-life has 1 to 90")]
    BadHalfLife(u16),
}

impl BadQuestion {
    /// The member that is not acceptable.
    pub fn path(&self) -> String {
        match self {
            Self::TooManyDimensions(_) | Self::DimensionTwice(_) => "dimensions".to_owned(),
            Self::NoMetric | Self::MetricTwice(_) => "metrics".to_owned(),
            Self::TooManyFilters(_) | Self::SegmentOfAll => "filters".to_owned(),
            Self::NoValue(place)
            | Self::TooManyValues(place, _)
            | Self::LongValue(place, _)
            | Self::EmptyValue(place, _) => format!("{place}.values"),
            Self::NotOfEvents(place, _) => format!("{place}.dimension"),
            Self::BadSort(_) => "sort".to_owned(),
            Self::BadLimit(_) | Self::BadWays(_) => "limit".to_owned(),
            Self::BadSteps(_) | Self::TooManyStepFilters(_) | Self::BadWay(_) => "steps".to_owned(),
            Self::BadStart => "at".to_owned(),
            Self::BadStepName(step) => format!("steps[{step}].name"),
            Self::StepOfAll(step) => format!("steps[{step}].filters"),
            Self::StepTwofold(step) | Self::UnknownStepGoal(step, _) => {
                format!("steps[{step}].goal")
            }
            Self::UnknownGoal(_) => "goal".to_owned(),
            Self::BadWindow(_) => "within_minutes".to_owned(),
            Self::Days(bad) => bad.path().to_owned(),
            Self::UnknownSegment(_) | Self::TooManyInAll(_) => "segment".to_owned(),
            Self::BadNote => "text".to_owned(),
            Self::BadNoteDays => "to".to_owned(),
            Self::BadParts(_) => "reports".to_owned(),
            Self::BadPartName(part) | Self::PartNameTwice(part) => {
                format!("reports[{part}].name")
            }
            Self::BadLookback(_) => "lookback_days".to_owned(),
            Self::BadHalfLife(_) => "half_life_days".to_owned(),
        }
    }
}

impl Asked {
    /// The order of the rows, once everything is found acceptable.
    pub(super) fn check(&self) -> Result<Sort, BadQuestion> {
        let many = self.dimensions.len();
        if many > MOST_DIMENSIONS {
            return Err(BadQuestion::TooManyDimensions(many));
        }
        let names = self.dimensions.iter().map(|one| one.name());
        if let Some(name) = twice(names) {
            return Err(BadQuestion::DimensionTwice(name));
        }
        let [first, ..] = self.metrics.as_slice() else {
            return Err(BadQuestion::NoMetric);
        };
        if let Some(name) = twice(self.metrics.iter().map(|one| one.name())) {
            return Err(BadQuestion::MetricTwice(name));
        }
        check_filters(&self.filters)?;
        check_rows(self.limit)?;
        let default = Sort {
            by: By::Metric(*first),
            order: Order::Falling,
        };
        self.sort
            .as_deref()
            .map_or(Ok(default), |sort| self.sort(sort))
    }

    fn sort(&self, sort: &str) -> Result<Sort, BadQuestion> {
        let (name, order) = match sort.strip_prefix('-') {
            Some(name) => (name, Order::Falling),
            None => (sort, Order::Rising),
        };
        let metric = self.metrics.iter().find(|metric| metric.name() == name);
        let dimension = self.dimensions.iter().position(|one| one.name() == name);
        let by = metric.copied().map(By::Metric);
        let by = by.or_else(|| dimension.map(By::Dimension));
        let by = by.ok_or_else(|| BadQuestion::BadSort(sort.to_owned()))?;
        Ok(Sort { by, order })
    }
}

impl AskedFunnel {
    /// The way that visitors are followed on, once everything is found acceptable. What goals stand
    /// for is yet to come.
    pub(super) fn check(&self, week_start: WeekStart) -> Result<Path, BadQuestion> {
        let many = self.steps.len();
        if !(2..=MOST_STEPS).contains(&many) {
            return Err(BadQuestion::BadSteps(many));
        }
        for (step, named) in self.steps.iter().enumerate() {
            let chars = named.name.chars().count();
            let control = named.name.chars().any(char::is_control);
            if !(1..=NAME_CHARS).contains(&chars) || control {
                return Err(BadQuestion::BadStepName(step));
            }
            match (named.goal, named.filters.is_empty()) {
                (None, true) => return Err(BadQuestion::StepOfAll(step)),
                (Some(_), false) => return Err(BadQuestion::StepTwofold(step)),
                _ => {}
            }
            for (filter, given) in named.filters.iter().enumerate() {
                let place = Place::StepFilter { step, filter };
                if given.facet.reach() == Reach::Visit {
                    return Err(BadQuestion::NotOfEvents(place, given.facet.name()));
                }
                check_filter(place, given)?;
            }
        }
        if !(1..=MOST_MINUTES).contains(&self.within_minutes) {
            return Err(BadQuestion::BadWindow(self.within_minutes));
        }
        check_filters(&self.filters)?;
        Ok(Path {
            steps: self.steps.iter().map(Step::target).collect(),
            within_ms: i64::from(self.within_minutes) * 60_000,
            filters: self.filters.clone(),
            week_starts: week_start.after_monday(),
        })
    }
}

impl Step {
    fn target(&self) -> Target {
        Target {
            event: self.filters.clone(),
            visit: Vec::new(),
        }
    }
}

/// Whether there is room for what all steps look at.
pub(super) fn check_room(steps: &[Target]) -> Result<(), BadQuestion> {
    let conditions = steps.iter().map(Target::conditions).sum();
    if conditions > MOST_STEP_FILTERS {
        return Err(BadQuestion::TooManyStepFilters(conditions));
    }
    Ok(())
}

fn twice<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let mut rest = names;
    while let Some(name) = rest.next() {
        if rest.clone().any(|other| other == name) {
            return Some(name);
        }
    }
    None
}

/// Whether a page may have so many rows.
pub(super) fn check_rows(limit: u32) -> Result<(), BadQuestion> {
    if !(1..=MOST_ROWS).contains(&limit) {
        return Err(BadQuestion::BadLimit(limit));
    }
    Ok(())
}

pub(super) fn check_filters(filters: &[Filter]) -> Result<(), BadQuestion> {
    if filters.len() > MOST_FILTERS {
        return Err(BadQuestion::TooManyFilters(filters.len()));
    }
    let mut places = filters.iter().enumerate();
    places.try_for_each(|(place, filter)| check_filter(Place::Filter(place), filter))
}

fn check_filter(place: Place, filter: &Filter) -> Result<(), BadQuestion> {
    let many = filter.values.len();
    if many == 0 {
        return Err(BadQuestion::NoValue(place));
    }
    if many > MOST_VALUES {
        return Err(BadQuestion::TooManyValues(place, many));
    }
    for value in &filter.values {
        if value.len() > MOST_BYTES {
            return Err(BadQuestion::LongValue(place, value.len()));
        }
        let does = match filter.operator {
            Operator::Is | Operator::IsNot => continue,
            Operator::Contains | Operator::NotContains => "contains",
            Operator::StartsWith => "starts with",
        };
        if value.is_empty() {
            return Err(BadQuestion::EmptyValue(place, does));
        }
    }
    Ok(())
}
