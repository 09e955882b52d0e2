//! Remembers how far a pull has followed a remote table, so that the next reads what came after.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::direction::Pulling;
use crate::base::SyncId;
use crate::store::{Collection, Json};

/// How far each pull has come.
pub(crate) struct Tides;

impl Collection for Tides {
    const NAME: &'static str = "tide";
    type Key = SyncId;
    type Value = Tide;
}

/// How far a pull has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tide {
    /// When the last run began to read that has read everything it wanted: what was changed there
    /// before, it has met.
    pub(crate) read_at: Timestamp,
    /// When the last one did that has read the whole table.
    pub(crate) full_at: Timestamp,
    /// SHA-256 over what decided then what a row becomes here.
    pub(crate) meaning: String,
}

impl Json for Tide {}

impl Tide {
    /// From when on a run that begins `now` has to read; `None` when it has to read everything.
    ///
    /// Formulas and lookups change without their row being changed, and what is deleted is in no
    /// listing of changes: so the whole table is read now and then.
    pub(crate) fn since(
        &self,
        rules: Pulling,
        (meaning, now): (&str, Timestamp),
        overlap: SignedDuration,
    ) -> Option<Timestamp> {
        let full_every = SignedDuration::from_hours(i64::from(rules.full_every_hours));
        let age = now.duration_since(self.full_at);
        let follows = (SignedDuration::ZERO..full_every).contains(&age);
        // A clock that was set back tells nothing.
        let sane = self.read_at <= now;
        let follows = follows && sane && self.meaning == meaning;
        let since = self.read_at.checked_sub(overlap).ok();
        since.filter(|_| follows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1_000 + hour)
    }

    #[test]
    fn changes_are_followed_until_the_whole_table_is_due() {
        let tide = Tide {
            read_at: at(5),
            full_at: at(0),
            meaning: "m".into(),
        };
        let overlap = SignedDuration::from_mins(10);
        let rules = |hours| Pulling {
            full_every_hours: hours,
            ..Pulling::default()
        };
        let since = |hours, meaning, now| tide.since(rules(hours), (meaning, now), overlap);
        assert_eq!(since(24, "m", at(6)), Some(at(5) - overlap));
        assert_eq!(since(24, "m", at(24)), None, "the whole table is due");
        assert_eq!(since(0, "m", at(6)), None, "it is always due");
        assert_eq!(since(24, "other", at(6)), None, "other fields are mapped");
        assert_eq!(since(24, "m", at(3)), None, "the clock was set back");
    }
}
