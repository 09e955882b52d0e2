//! What can go wrong with links, by what the caller can do.

use crate::base::LinkId;
use crate::limits::Refused;
use crate::{analytics, auth, feeds, store};

/// Why something about a link was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The site has none of this id.
    #[error("link {0} does not exist")]
    UnknownLink(LinkId),
    /// No link has this address: there never was one, it was revoked, or it has ended.
    #[error("the link leads nowhere: it is incomplete, was revoked, or has ended")]
    NoLink,
    /// It is opened with a password, and none was given.
    #[error("the link is opened with a password; give it")]
    PasswordNeeded,
    /// The password is another.
    #[error("the password is wrong")]
    PasswordWrong,
    /// Too many tries, or too many looks.
    #[error(transparent)]
    Limited(#[from] Refused),
    /// The name's length or characters.
    #[error("a name has 1 to 120 characters, none of them a control character")]
    BadName,
    /// The site has another link of this name.
    #[error("another link of the site is called {0:?} (upper and lower case count as the same)")]
    NameTaken(String),
    /// The site has as many as one may.
    #[error("a site has no more than {0} links; revoke one that is not needed")]
    TooMany(usize),
    /// It would end before it begins.
    #[error("a link ends later than now, and within 2 years")]
    BadEnd,
    /// The password is too easy to guess.
    #[error("the password of a link has 12 to 200 characters")]
    BadPassword,
    /// A section is named twice.
    #[error("{0} is named twice; each section comes once")]
    SectionTwice(&'static str),
    /// Somebody else changed it at the same time.
    #[error("it was changed by somebody else meanwhile; read it again")]
    Changed,
    /// It is about the site.
    #[error(transparent)]
    Site(#[from] analytics::Error),
    /// It is about what advertising cost.
    #[error(transparent)]
    Feeds(#[from] feeds::Error),
    /// It is about the password, or about who made the site.
    #[error(transparent)]
    Auth(#[from] auth::Error),
    /// The store did not do it.
    #[error("the store did not do it")]
    Store(#[from] store::Error),
}
