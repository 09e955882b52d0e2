//! Brings what a site tells into the form of a sheet.
//!
//! `figures` makes columns and cells of what is measured, `about` says how they are to be read;
//! `report`, `overview` and `funnel` each tell an answer of that kind.

mod about;
mod figures;
mod funnel;
mod overview;
mod report;
#[cfg(test)]
mod trials;

pub(super) use funnel::funnel;
pub(super) use overview::overview;
pub(super) use report::report;
#[cfg(test)]
pub(super) use trials::sample;
