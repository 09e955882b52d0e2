//! Answers what the rollups cannot, out of the events themselves: reports by any dimensions and
//! filters, funnels, which visits led to conversions, which ways they took, and who came again.
//!
//! `scan` reads the days that are asked for, column by column, as leaves of visits; `lexicon` gives
//! every text a small number and asks the `filter`s about it once. `report` gathers visits and
//! events in `groups`, `funnel` follows visitors from step to step, and `goals` counts how often an
//! event came that is a `target`. `attribution` divides what
//! conversions brought among the visits that led to them (`touches`), by the models of `credit`, of
//! which one rests on the graph of all paths (`removal`). `journeys` finds the commonest ways of
//! visits, `cohorts` those who come again. `facet` says what things are told apart by.

mod attribution;
mod cohorts;
mod credit;
mod facet;
mod filter;
mod funnel;
mod goals;
mod groups;
mod journeys;
mod leaf;
mod lexicon;
mod removal;
mod report;
mod scan;
mod target;
mod touches;

pub(crate) use attribution::{Attributed, Attribution, Claim, Goal};
pub(crate) use cohorts::{Cohort, Cohorts, Length, Returned};
pub(crate) use credit::{Credit, Model, PARTS};
pub(crate) use facet::{Facet, Reach};
pub(crate) use filter::{Filter, Operator};
#[cfg(test)]
pub(crate) use funnel::Stage;
pub(crate) use funnel::{Funnel, MOST_STEPS};
pub(crate) use goals::{Completed, Goals, Reached};
pub(crate) use groups::Figures;
pub(crate) use journeys::{Direction, Journeys, Others, Travelled, Trodden};
pub(crate) use report::{Cell, Crowding, Gathered, Row};
pub(crate) use target::Target;

pub(super) use attribution::attribute;
pub(super) use cohorts::return_of;
pub(super) use funnel::follow;
pub(super) use goals::reach;
pub(super) use journeys::travel;
pub(super) use report::gather;

/// Steps and filters of a funnel have so many conditions together, at most: each is a bit of a
/// word.
pub(crate) const MOST_CONDITIONS: usize = 64;

/// What a report gathers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Inquiry {
    /// What rows are told apart by; five at most.
    pub(crate) facets: Vec<Facet>,
    /// Which visits count: those that every filter picks.
    pub(crate) filters: Vec<Filter>,
    /// Of these, those alone in which it was reached.
    pub(crate) reached: Option<Target>,
    pub(crate) crowding: Crowding,
    /// The day that weeks begin with, counted from Monday.
    pub(crate) week_starts: u8,
}

/// The way that a funnel follows visitors on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Path {
    /// What an event must have to be the step, and in which visits.
    pub(crate) steps: Vec<Target>,
    /// How long after the first step the last may be.
    pub(crate) within_ms: i64,
    /// Which visits count.
    pub(crate) filters: Vec<Filter>,
    /// The day that weeks begin with, counted from Monday.
    pub(crate) week_starts: u8,
}
