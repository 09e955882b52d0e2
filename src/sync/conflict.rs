//! Keeps what both sides of a two-way sync have changed, until somebody has said who is right.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::job::Starter;
use crate::base::{RunId, SyncId, UserId};
use crate::store::{Collection, Counter, Json};

/// The conflicts by owner, sync and the record's key: a record has one at most.
pub(crate) struct Conflicts;

impl Collection for Conflicts {
    const NAME: &'static str = "conflict";
    type Key = (UserId, SyncId, String);
    type Value = Conflict;
}

/// How many conflicts of a sync nobody has solved yet. A run that goes through the inbox puts it
/// right, should it be wrong.
pub(super) fn unsolved((owner, sync): (UserId, SyncId)) -> Counter {
    Counter::new("conflicts_unsolved", &(owner, sync))
}

/// A record of which both sides have changed the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The provider's id of the remote record.
    pub remote_id: String,
    /// What both have done.
    pub kind: Clash,
    /// The mapped fields in the order of the mapping, those that nobody has changed too.
    pub fields: Vec<Disputed>,
    /// When the record was changed here last, if it is here.
    pub local_changed_at: Option<Timestamp>,
    /// When it was changed there last, at the latest; none if the provider does not tell.
    pub remote_changed_at: Option<Timestamp>,
    /// Who was changed last, as far as that can be told.
    pub newer: Option<Choice>,
    /// When a run has found it first.
    pub found_at: Timestamp,
    /// The run that has seen it last.
    pub run: RunId,
    /// Who is right, once somebody has said so: the next run does it.
    pub solution: Option<Solution>,
    /// Whether it had been solved, and one of the sides was changed before a run came to it.
    pub reopened: bool,
    /// The fingerprint of what both sides hold: a solution is for these contents alone.
    pub(crate) stamp: String,
}

impl Json for Conflict {}

/// What both sides have done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clash {
    /// Both have changed a field, and differently.
    Changed,
    /// It was changed here and deleted there.
    DeletedThere,
    /// It was changed there and deleted here.
    DeletedHere,
}

impl Clash {
    /// Its word in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::DeletedThere => "deleted_there",
            Self::DeletedHere => "deleted_here",
        }
    }
}

/// One field of a conflict; values in words, long ones cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disputed {
    /// The dataset's field.
    pub field: String,
    /// The remote field's id.
    pub remote_field_id: String,
    /// The remote field's name.
    pub remote_field_name: String,
    /// Whether both have changed it, so that somebody has to say who is right.
    pub disputed: bool,
    /// Whether it is known what both last agreed on.
    pub base_known: bool,
    /// What that was; none for an empty value.
    pub base: Option<String>,
    /// What the dataset holds.
    pub local: Option<String>,
    /// What the provider holds.
    pub remote: Option<String>,
}

/// Who is right about a field, or about a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// The dataset.
    Local,
    /// The provider.
    Remote,
    /// Neither: both get this value, spelt as in a CSV file; an empty one clears.
    Value(String),
}

/// What somebody has decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Solution {
    /// Who is right where nothing else is said.
    pub side: Option<Choice>,
    /// Who is right about single fields.
    #[serde(default)]
    pub fields: BTreeMap<String, Choice>,
    /// Who has decided.
    pub by: Option<Starter>,
    /// When.
    pub at: Timestamp,
}

impl Solution {
    /// What was decided about a field.
    pub(crate) fn of(&self, field: &str) -> Option<&Choice> {
        self.fields.get(field).or(self.side.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_field_goes_before_what_is_said_of_the_record() {
        let solution = Solution {
            side: Some(Choice::Remote),
            fields: BTreeMap::from([("city".to_owned(), Choice::Value("Ulm".into()))]),
            by: None,
            at: Timestamp::UNIX_EPOCH,
        };
        assert_eq!(solution.of("city"), Some(&Choice::Value("Ulm".into())));
        assert_eq!(solution.of("name"), Some(&Choice::Remote));
    }
}
