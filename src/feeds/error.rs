//! What can go wrong with feeds, by what the caller can do.

use crate::base::FeedId;
use crate::{analytics, connections, store};

/// Why something about a feed was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The site has none of this id.
    #[error("feed {0} does not exist")]
    UnknownFeed(FeedId),
    /// The connection's credential does not reach the ad account.
    #[error("the connection reaches no ad account {0:?}")]
    UnknownAccount(String),
    /// The account's zone is none that is known here.
    #[error("the days of the ad account begin in {0:?}, which is no known time zone")]
    BadZone(String),
    /// The site has a feed of this account.
    #[error("the site has a feed of this ad account already")]
    Taken,
    /// The site has as many as one may.
    #[error("a site has no more than {0} feeds; delete one that is not needed")]
    TooMany(usize),
    /// It is paused.
    #[error("the feed is paused; resume it first")]
    Paused,
    /// Somebody else changed it at the same time.
    #[error("it was changed by somebody else meanwhile; read it again")]
    Changed,
    /// It is about the site.
    #[error(transparent)]
    Site(#[from] analytics::Error),
    /// It is about the connection.
    #[error(transparent)]
    Connection(#[from] connections::Error),
    /// The store did not do it.
    #[error("the store did not do it")]
    Store(#[from] store::Error),
}
