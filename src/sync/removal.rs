//! Says what becomes of remote records that are no longer wanted, and what holds that back.

use serde::{Deserialize, Serialize};

use super::link::Link;
use super::mapping::Fault;
use crate::providers::{Kind, Removal};

/// What becomes of remote records whose record here is gone, or is none that the sync takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletes {
    /// What is done to them.
    #[serde(default)]
    pub policy: Policy,
    /// Whether that goes for records too that the sync has met there and not made.
    #[serde(default)]
    pub matched: bool,
    /// A run that would remove more than so many removes none.
    #[serde(default = "most_records")]
    pub most_records: u32,
    /// A run that would remove more than so many in a hundred of the linked records removes none.
    #[serde(default = "most_percent")]
    pub most_percent: u8,
}

fn most_records() -> u32 {
    100
}

fn most_percent() -> u8 {
    25
}

/// What is done to remote records that are no longer wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// They stay as they are.
    #[default]
    Ignore,
    /// They are put where the provider can bring them back from.
    Archive,
    /// They are deleted.
    Delete,
}

impl Default for Deletes {
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            matched: false,
            most_records: most_records(),
            most_percent: most_percent(),
        }
    }
}

impl Policy {
    /// Its word in the API and in the book.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Archive => "archive",
            Self::Delete => "delete",
        }
    }

    /// What the provider is asked for; none where nothing is removed.
    pub(crate) const fn removal(self) -> Option<Removal> {
        match self {
            Self::Ignore => None,
            Self::Archive => Some(Removal::Archive),
            Self::Delete => Some(Removal::Delete),
        }
    }
}

impl Deletes {
    /// Whether the remote record of a link that is no longer wanted is removed; never one that an
    /// undo has left alone there.
    pub(crate) fn concerns(self, link: &Link) -> bool {
        self.policy.removal().is_some() && (link.ours || self.matched) && !link.apart
    }

    /// Errs with each place that is not acceptable, for a sync that goes to `provider`.
    pub(crate) fn check(self, provider: Kind) -> Result<(), Vec<Fault>> {
        let mut faults = Vec::new();
        let mut fault = |member: &str, message: String| {
            let path = format!("deletes.{member}");
            faults.push(Fault { path, message });
        };
        let wanted = self.policy.removal();
        if wanted.is_some_and(|removal| !provider.removals().contains(&removal)) {
            let policy = self.policy.name();
            fault(
                "policy",
                format!("{provider} does not know how to {policy} records"),
            );
        }
        if self.most_records == 0 {
            fault(
                "most_records",
                "is 1 at least; the policy ignore removes none".into(),
            );
        }
        if !(1..=100).contains(&self.most_percent) {
            fault("most_percent", "is 1 to 100".into());
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }

    /// Whether a run may remove `unwanted` of `linked` records at once, if `wanted` are left here.
    pub(crate) fn brake(self, standing: Standing) -> Option<Brake> {
        let Standing {
            wanted,
            linked,
            unwanted,
        } = standing;
        if unwanted == 0 {
            return None;
        }
        let cause = if wanted == 0 {
            Cause::EmptySource
        } else if unwanted > u64::from(self.most_records)
            || unwanted * 100 > linked * u64::from(self.most_percent)
        {
            Cause::TooMany
        } else {
            return None;
        };
        Some(Brake {
            cause,
            records: unwanted,
            linked,
        })
    }
}

/// How many records there are on both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Records here that the sync takes.
    pub(crate) wanted: u64,
    /// Records that are linked to a remote one.
    pub(crate) linked: u64,
    /// Those of them that are no longer wanted and would be removed.
    pub(crate) unwanted: u64,
}

/// That a run removes nothing, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brake {
    /// Why.
    pub cause: Cause,
    /// How many records it would have removed.
    pub records: u64,
    /// How many were linked.
    pub linked: u64,
}

/// Why a run removes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// It would be more than the sync allows at once: a plan has to be approved.
    TooMany,
    /// No record is left here that the sync takes: that is taken for a mistake.
    EmptySource,
}

impl Cause {
    /// Why a record was left alone, in words.
    pub(crate) const fn told(self) -> &'static str {
        match self {
            Self::TooMany => {
                "held back: the run would remove more records than the sync allows at once; ask \
                 for a plan and approve it"
            }
            Self::EmptySource => {
                "held back: no record is left that the sync takes, and an empty source removes \
                 nothing"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brake(wanted: u64, linked: u64, unwanted: u64) -> Option<Cause> {
        let deletes = Deletes {
            policy: Policy::Delete,
            ..Deletes::default()
        };
        let standing = Standing {
            wanted,
            linked,
            unwanted,
        };
        deletes.brake(standing).map(|brake| brake.cause)
    }

    #[test]
    fn a_run_removes_all_or_none_by_number_and_by_share() {
        let (many, empty) = (Some(Cause::TooMany), Some(Cause::EmptySource));
        for (wanted, linked, unwanted, held) in [
            (900, 1_000, 100, None),
            (900, 1_001, 101, many),
            (75, 100, 25, None),
            (74, 100, 26, many),
            (0, 4, 4, empty),
            (0, 100, 1, empty),
            (0, 0, 0, None),
            (3, 4, 1, None),
        ] {
            let told = format!("{wanted} {linked} {unwanted}");
            assert_eq!(brake(wanted, linked, unwanted), held, "{told}");
        }
    }

    #[test]
    fn what_the_provider_cannot_do_is_refused() {
        let check = |policy| {
            let deletes = Deletes {
                policy,
                ..Deletes::default()
            };
            deletes.check(Kind::Airtable)
        };
        assert!(check(Policy::Ignore).is_ok() && check(Policy::Delete).is_ok());
        let faults = check(Policy::Archive).unwrap_err();
        assert_eq!(faults[0].path, "deletes.policy");
        let none = Deletes {
            most_records: 0,
            most_percent: 0,
            ..Deletes::default()
        };
        assert_eq!(none.check(Kind::Airtable).unwrap_err().len(), 2);
    }

    #[test]
    fn what_was_kept_before_there_was_a_choice_removes_nothing() {
        let kept: Deletes = serde_json::from_str("{}").unwrap();
        assert_eq!(kept, Deletes::default());
        assert_eq!(kept.policy.removal(), None);
    }
}
