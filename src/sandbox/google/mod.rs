//! Plays what Google tells of advertising: whose token it is, the accounts of Google Ads and the
//! managers above them, and what each campaign did on each day, as a query asks for it.
//!
//! The figures are made up by a seed and stay the same, but for those of the last 30 days, which are
//! restated a little by every step of [`Google::restate`]. Of the Google Ads API there are
//! `customers:listAccessibleCustomers` and `googleAds:searchStream`; queries ask for customers,
//! clients, campaigns and conversion actions, with `SELECT`, `FROM` and `WHERE`. All else is
//! answered as what does not exist.
mod account;
mod call;
mod knobs;
mod query;
mod refusal;
mod rows;
mod vendor;

pub use account::{AdsCampaignSeed, CustomerSeed};
pub(crate) use call::{Call, is_ours};
pub use knobs::GoogleKnobs;
pub(crate) use refusal::Refusal;
pub(crate) use vendor::{Asked, EVERYTHING, Google, Moment};
