//! Remembers what is about to be created at a provider, until it is known what became of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::base::{RunId, SyncId};
use crate::store::{Collection, Json};

/// The open intents of a sync, numbered in the order in which they were made.
///
/// What is not linked yet needs one, for creating it again might make a second. Writing a linked
/// record again by its remote id changes nothing; but where both sides count, what was written must
/// not be taken for an edit of somebody's, nor may a record that an undo has removed be taken for
/// linked, whatever stops the run.
pub(crate) struct Intents;

impl Collection for Intents {
    const NAME: &'static str = "intent";
    type Key = (SyncId, u64);
    type Value = Intent;
}

/// Some records that are about to be created, or found by their key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Intent {
    /// When it was committed: what the provider created before is not ours.
    pub(crate) at: Timestamp,
    /// What time it then was at the provider, at the latest: by its own clock, since ours may be set
    /// before anybody looks. Not known of intents of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) there: Option<Timestamp>,
    /// Their keys.
    pub(crate) keys: Vec<String>,
    /// What each looked like when it was announced, in the order of the keys: records change here
    /// while nobody knows yet what became of them. Intents of older versions have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) looks: Vec<Look>,
    /// When the last of them was tried, if that is known: until the provider's lists have caught
    /// up, what they do not show may be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tried: Option<Timestamp>,
    /// Records that were not found, and made again: should the first one turn up late, it is one
    /// too many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) again: Vec<Announced>,
    /// Deliveries, where records go to a provider of which nothing can be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) sending: Vec<Sending>,
    /// Linked records that are written to where both sides count, and what the written cells look
    /// like: hyphens for those that are not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) written: Vec<Announced>,
    /// The records whose remote ones are about to be removed where both sides count, or where a push
    /// is undone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) removing: Vec<String>,
    /// The run that announced it, if both sides count or it undoes a push: whatever comes of it is
    /// that run's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) run: Option<RunId>,
    /// Whether that run takes back what one that went both ways has done.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) undoes: bool,
}

/// A delivery that was announced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sending {
    /// Its record's key.
    pub(crate) key: String,
    /// The id that it bears however often it is sent.
    pub(crate) id: String,
    /// The fingerprint of its content, in hexadecimal digits.
    pub(crate) sent: String,
    /// Whether none came before it.
    pub(crate) first: bool,
}

/// A record that was announced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Announced {
    pub(crate) key: String,
    pub(crate) look: Look,
}

/// What a record's cells look like: eight hexadecimal digits for each, and zeros for an empty one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Look(pub(crate) String);

impl Intent {
    /// The intent to create some records.
    pub(crate) fn of(at: Timestamp, records: impl IntoIterator<Item = Announced>) -> Self {
        let mut intent = Self {
            at,
            there: None,
            keys: Vec::new(),
            looks: Vec::new(),
            tried: None,
            again: Vec::new(),
            sending: Vec::new(),
            written: Vec::new(),
            removing: Vec::new(),
            run: None,
            undoes: false,
        };
        records.into_iter().for_each(|record| intent.add(record));
        intent
    }

    /// How many records it makes, as far as is known beforehand.
    pub(crate) fn creates(&self) -> usize {
        let first = self.sending.iter().filter(|one| one.first);
        self.keys.len() + first.count()
    }

    /// Whether nothing was announced.
    pub(crate) fn is_empty(&self) -> bool {
        let made = self.keys.len() + self.again.len() + self.sending.len();
        made + self.written.len() + self.removing.len() == 0
    }

    /// Announces one more.
    pub(crate) fn add(&mut self, record: Announced) {
        self.keys.push(record.key);
        self.looks.push(record.look);
    }

    /// What the record with this key looked like.
    pub(crate) fn look(&self, key: &str) -> Option<&Look> {
        let at = self.keys.iter().position(|known| known == key)?;
        self.looks.get(at)
    }

    /// What stays open of it after a try at `tried`: these keys, and those that were made again.
    pub(crate) fn rest(&self, keys: Vec<String>, again: Vec<Announced>, tried: Timestamp) -> Self {
        let looks = keys.iter().filter_map(|key| self.look(key).cloned());
        Self {
            at: self.at,
            there: self.there,
            looks: looks.collect(),
            keys,
            tried: Some(tried),
            again,
            sending: Vec::new(),
            written: Vec::new(),
            removing: Vec::new(),
            run: self.run,
            undoes: self.undoes,
        }
    }
}

impl Json for Intent {}
