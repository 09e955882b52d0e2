//! Plays Meta's Marketing API: ad accounts, their campaigns, and what each of them did on each day,
//! as `insights` tell it.
//!
//! The figures are made up by a seed and stay the same, but for those of the last 28 days, which are
//! restated a little by every step of [`Meta::restate`]. Left out, and answered as paths that do not
//! exist: reports that are made in the background, ad sets, ads, and everything that changes anything.
mod account;
mod call;
mod cursor;
mod insights;
mod knobs;
mod refusal;
mod usage;
mod vendor;

pub use account::{AdAccountSeed, CampaignSeed};
pub(crate) use call::{Call, is_ours};
pub use knobs::MetaKnobs;
pub(crate) use refusal::Refusal;
pub(crate) use usage::Used;
pub(crate) use vendor::{Meta, Moment};
