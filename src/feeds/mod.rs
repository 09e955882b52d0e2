//! Fetches what advertising cost, so that it stands beside what sites count.
//!
//! A [`Feed`] links a site to one ad account that one of its owner's connections reaches. `row` is
//! what is kept, `service` makes, finds and lists feeds, `feed` is one that is open, `plan` says
//! which days are asked for next, `fetch` asks for them and keeps them, `errand` lets no call wait
//! for long, `trouble` judges what went wrong, `due` says which feeds are fetched now, and `costs`
//! adds up what is known of some days.
//!
//! Providers go on changing the figures of a day for weeks. Each day is kept in versions, one for
//! each time that it was told otherwise, so that it can be said what was known when.

mod costs;
mod due;
mod errand;
mod error;
mod feed;
mod fetch;
mod plan;
mod row;
mod service;
mod trouble;

pub(crate) use costs::{CampaignCost, FeedCosts, Unknown, total};
pub use due::Due;
pub use error::Error;
pub use feed::{Feed, State};
pub use service::{Feeds, New, Parts, tables};
pub use trouble::{Category, Trouble};
