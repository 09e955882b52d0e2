//! What a provider can do that tells by itself when a base changes.

use jiff::Timestamp;

use super::Answer;
use crate::base::Secret;

/// One of the account's webhooks: an address that the provider tells of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// The provider's id of it.
    pub id: String,
    /// The address that is told; none when nobody is.
    pub address: Option<String>,
    /// Whether it tells that address of changes now.
    pub tells: bool,
}

/// A webhook that was made.
#[derive(Debug)]
pub struct NewWebhook {
    /// The provider's id of it.
    pub id: String,
    /// What the provider signs with. It is shown this once.
    pub key: Secret,
    /// When it ends unless it is renewed; none where it has no end.
    pub ends_at: Option<Timestamp>,
}

/// What came to an address that a provider was given for webhooks.
#[derive(Debug)]
pub enum Told {
    /// What the provider signs with from now on. It comes once, before anything that is signed.
    Key(Secret),
    /// Something has changed.
    Change(Change),
    /// Something that no record shows.
    Nothing,
}

/// What has changed, as far as a provider tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A base, by the provider's id of it.
    Base(String),
    /// A table, by the provider's id of it.
    Table(String),
    /// It may be anything that the account sees.
    Anything,
}

impl Change {
    /// Whether what is in a table of a base may have changed.
    pub fn concerns(&self, base: &str, table: &str) -> bool {
        match self {
            Self::Base(id) => id == base,
            Self::Table(id) => id == table,
            Self::Anything => true,
        }
    }
}

/// The webhooks of one account. Each call was admitted.
pub trait Webhooks: Send + Sync {
    /// Those of a base that the account may see.
    fn webhooks<'a>(&'a self, base: &'a str) -> Answer<'a, Vec<Webhook>>;

    /// Makes one that tells an address of every change of a base's records.
    fn make<'a>(&'a self, base: &'a str, address: &'a str) -> Answer<'a, NewWebhook>;

    /// Puts its end off, and says until when.
    fn renew<'a>(&'a self, base: &'a str, id: &'a str) -> Answer<'a, Option<Timestamp>>;

    /// Ends it. One that is not there any more is none to worry about.
    fn end<'a>(&'a self, base: &'a str, id: &'a str) -> Answer<'a, ()>;
}
