//! The values of properties: what a write may give, and what a read shows.
mod accept;
mod computed;
mod date;
mod draft;
mod seen;
mod show;

pub(crate) use accept::accept;
pub(crate) use computed::{Outcome, computed, moment};
pub(crate) use date::{parse as parse_when, shown as shown_time};
pub(crate) use draft::{Draft, Pick};
pub(crate) use seen::{Seen, seen};
pub(crate) use show::{ValueView, items};
