//! Shows a site's overview to whoever has a link, without an account.
//!
//! A [`Link`] says of one site which days are shown, which sections, and until when; whoever opens
//! it can ask for nothing else. Its address is drawn here, shown once and kept as a fingerprint.
//! `row` is what is kept, `service` makes, lists and revokes links, `link` is one of them, `open`
//! finds the one that an address leads to and answers it, and `tally` tells the book of its use.

mod error;
mod link;
mod open;
mod row;
mod service;
mod tally;

pub use error::Error;
pub use link::{Link, Made};
pub(crate) use open::Opened;
pub(crate) use row::{LinkDays, Section};
pub(crate) use service::New;
pub use service::{Links, Parts, tables};
