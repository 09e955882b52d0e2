//! What can go wrong with sites, by what the caller can do.

use jiff::civil::Date;

use super::channels::BadRules;
use super::kept::BadGoal;
use super::ledger;
use super::period::BadPeriod;
use super::question::BadQuestion;
use crate::base::{SiteId, WitnessError, WriteKeyId};
use crate::datasets::Access;
use crate::{store, vault};

/// Why something about a site was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none of this id under the owner.
    #[error("site {0} does not exist")]
    UnknownSite(SiteId),
    /// The site is another's, and not shared so far.
    #[error(
        "the site is another's, who shares it with you to {held}; this needs {needed}",
        held = .held.name(),
        needed = .needed.name()
    )]
    NotAllowed {
        /// How far they may go.
        held: Access,
        /// How far they would have to.
        needed: Access,
    },
    /// It is not shared with that user.
    #[error("the site is not shared with that user")]
    UnknownShare,
    /// It is shared with that user already.
    #[error("the site is shared with {0} already; change that share instead")]
    SharedAlready(String),
    /// One's own site needs no share.
    #[error("this site is your own; share it with somebody else")]
    OwnShare,
    /// It is not in the state that was asked for.
    #[error("it is not in the state that was asked for")]
    Precondition,
    /// The site has none of this id.
    #[error("write key {0} does not exist")]
    UnknownKey(WriteKeyId),
    /// The site has no such thing.
    #[error("the site has no such {0}")]
    UnknownKept(&'static str),
    /// Nobody has given this key out, or it was taken back.
    #[error("the write key is unknown; make one at the site and send it whole")]
    NoKey,
    /// The key is not for this way of sending.
    #[error("{0}")]
    NotThisWay(&'static str),
    /// The key is not for pages of this origin.
    #[error("{0}")]
    NotFromThere(&'static str),
    /// The name's length or characters.
    #[error("a name has 1 to 120 characters, none of them a control character")]
    BadName,
    /// It is no domain.
    #[error(
        "{0:?} is no domain; one is called shop.example, without scheme, port and path, and in \
         Punycode where it has other letters"
    )]
    BadDomain(String),
    /// It is no currency.
    #[error("{0:?} is no currency of ISO 4217; one is called EUR")]
    BadCurrency(String),
    /// It is no time zone.
    #[error("{0:?} is no time zone; one is called Europe/Berlin, another UTC")]
    BadZone(String),
    /// It is no origin.
    #[error(
        "{0:?} is no origin; one is called https://shop.example, with its scheme and without a path"
    )]
    BadOrigin(String),
    /// A public key without origins could be used from anywhere, and a secret one has none.
    #[error("{0}")]
    Origins(&'static str),
    /// What was counted rests on it.
    #[error(
        "{0} cannot be changed once there are events: what was counted rests on it; make another \
         site instead"
    )]
    Settled(&'static str),
    /// The owner has another site of this name.
    #[error("another site is called {0:?} (upper and lower case count as the same)")]
    NameTaken(String),
    /// The site has another thing of this name.
    #[error("another {0} of the site is called {1:?} (upper and lower case count as the same)")]
    KeptNameTaken(&'static str, String),
    /// The site has as many as one may.
    #[error("a site has no more than {1} of these; delete a {0} that is not needed")]
    TooManyKept(&'static str, usize),
    /// The owner has as many as anybody may.
    #[error("nobody has more than {0} sites; delete one that is not needed")]
    TooMany(usize),
    /// The site has as many keys as one may.
    #[error("a site has no more than {0} write keys; delete one that is not needed")]
    TooManyKeys(usize),
    /// Somebody else changed it at the same time.
    #[error("it was changed by somebody else meanwhile; read it again")]
    Changed,
    /// The days that are asked for.
    #[error(transparent)]
    BadPeriod(#[from] BadPeriod),
    /// What is asked of a site.
    #[error(transparent)]
    BadQuestion(#[from] BadQuestion),
    /// A part of what was asked or sent, by the member that it lies in.
    #[error("{0}: {1}")]
    Below(String, Box<Self>),
    /// A report has more rows than can be told apart.
    #[error(
        "the report has more than 100,000 rows, or too many visitors in them; ask for fewer \
         dimensions or days, or for fewer visits by a filter"
    )]
    TooWide,
    /// Visitors went on more different paths than can be told apart.
    #[error(
        "visitors went on more than a million different paths; ask for fewer days or \
         shorter ways, or for fewer visits by a filter"
    )]
    TooManyPaths,
    /// What was sent as a whole.
    #[error("{0}")]
    BadBody(String),
    /// A file of which nothing can be read.
    #[error("{0}")]
    BadFile(String),
    /// More events than may be sent at once.
    #[error("at most {0} events are taken at once; send the rest with another request")]
    TooManyEvents(usize),
    /// The body has more bytes than may be sent at once.
    #[error("at most {0} bytes are taken at once; send the rest with another request")]
    TooLarge(usize),
    /// A sealed key cannot be opened.
    #[error("the stored key of visitors cannot be opened")]
    Sealed(#[source] vault::Error),
    /// The book cannot be written: nothing is counted meanwhile.
    #[error("the book cannot be written")]
    Book(#[from] WitnessError),
    /// The appliance is going down; what was sent may be sent again.
    #[error("the appliance is going down; send it again")]
    Stopped,
    /// How long things are kept: the member, and what it may be.
    #[error("{0}: {1}")]
    BadRetention(&'static str, &'static str),
    /// The rules of channels.
    #[error(transparent)]
    BadRules(#[from] BadRules),
    /// A goal.
    #[error(transparent)]
    BadGoal(#[from] BadGoal),
    /// It is no id that a visitor may have.
    #[error("a visitor's id has 1 to 100 bytes, as the events have it in `visitor`")]
    BadVisitor,
    /// The events of these days are gone.
    #[error(
        "the events of days before {0} are gone, since the site keeps them no longer; ask for days \
         from then on (what earlier days came to, the overview tells)"
    )]
    EventsGone(Date),
    /// Somebody took longer to fetch events than a moment of the store is held.
    #[error("it took too long to fetch the events; ask for fewer days at once")]
    TookTooLong,
    /// The store did not do it.
    #[error("the store did not do it")]
    Store(#[from] store::Error),
}

impl From<ledger::Error> for Error {
    fn from(error: ledger::Error) -> Self {
        match error {
            ledger::Error::Store(error) => error.into(),
            ledger::Error::Stopped => Self::Stopped,
            ledger::Error::TooWide => Self::TooWide,
            ledger::Error::TooManyPaths => Self::TooManyPaths,
            ledger::Error::Gone(first) => Self::EventsGone(first),
        }
    }
}
