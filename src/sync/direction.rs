//! Says which way records go, and what a pull does about those that are gone at the other end.

use serde::{Deserialize, Serialize};

use super::job::Task;
use super::mapping::Fault;
use crate::datasets::Access;

/// Which way records go. It is chosen when a sync is made, and stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the dataset to the remote table.
    #[default]
    Push,
    /// From the remote table into the dataset.
    Pull,
    /// Both: what either side has changed comes to the other.
    TwoWay,
}

impl Direction {
    /// Its word in the API and in the book.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Pull => "pull",
            Self::TwoWay => "two_way",
        }
    }

    /// How far the sync's owner must be let into the dataset.
    pub(super) const fn needs(self) -> Access {
        match self {
            Self::Push => Access::Use,
            Self::Pull | Self::TwoWay => Access::Edit,
        }
    }

    /// What a run of it is to do.
    pub(super) const fn task(self) -> Task {
        match self {
            Self::Push => Task::Push,
            Self::Pull => Task::Pull,
            Self::TwoWay => Task::Both,
        }
    }
}

/// What becomes of a record here whose remote one is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gone {
    /// It stays, and is no longer linked to anything.
    #[default]
    Keep,
    /// It is deleted, if this sync has created it and nobody has changed it here.
    Delete,
}

impl Gone {
    /// Its word in the book.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Delete => "delete",
        }
    }
}

/// Why nothing is deleted that is gone with everything else.
pub(super) const EMPTY: &str =
    "held: the remote table is empty, and an empty table never deletes anything here";

/// Whole tables are read at least so often, in hours.
const MOST_HOURS: u32 = 8_760;

/// How a pull reads, and how it deals with records that are gone at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pulling {
    /// What becomes of them here.
    pub gone: Gone,
    /// If more would be deleted in one run, none is: a plan must be approved.
    pub most: u32,
    /// The same in percent of the records that the sync has linked.
    pub percent: u8,
    /// How long runs may read nothing but what has changed, since one has read the whole table;
    /// zero for never.
    #[serde(default)]
    pub full_every_hours: u32,
}

impl Default for Pulling {
    fn default() -> Self {
        Self {
            gone: Gone::default(),
            most: 100,
            percent: 20,
            full_every_hours: 0,
        }
    }
}

/// What is to be changed of [`Pulling`]; what is none stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PullingChange {
    /// What becomes of records that are gone.
    pub gone: Option<Gone>,
    /// How many may be deleted in one run.
    pub most: Option<u32>,
    /// The same in percent.
    pub percent: Option<u8>,
    /// How long runs may read nothing but what has changed.
    pub full_every_hours: Option<u32>,
}

impl PullingChange {
    /// The rules with the change. Errs for a push, which deletes nothing here.
    pub(super) fn apply(self, direction: Direction, to: Pulling) -> Result<Pulling, Vec<Fault>> {
        let fault = |path: &str, message: &str| Fault {
            path: path.into(),
            message: message.into(),
        };
        if direction == Direction::Push && self.full_every_hours.is_some() {
            let message = "only a pull reads the table";
            return Err(vec![fault("full_every_hours", message)]);
        }
        if direction == Direction::Push && self != Self::default() {
            let message = "a push does not find out what is gone at the provider";
            return Err(vec![fault("gone", message)]);
        }
        if self
            .full_every_hours
            .is_some_and(|hours| hours > MOST_HOURS)
        {
            let message = "the whole table is read once a year at least (8760 hours)";
            return Err(vec![fault("full_every_hours", message)]);
        }
        if self.percent.is_some_and(|percent| percent > 100) {
            return Err(vec![fault("gone_percent", "a share is 0 to 100 percent")]);
        }
        Ok(Pulling {
            gone: self.gone.unwrap_or(to.gone),
            most: self.most.unwrap_or(to.most),
            percent: self.percent.unwrap_or(to.percent),
            full_every_hours: self.full_every_hours.unwrap_or(to.full_every_hours),
        })
    }
}

impl Pulling {
    /// Why `gone` of `linked` records are not deleted without a plan; `None` when they may be.
    /// `listed` is how many the remote table has.
    pub(super) fn brake(self, gone: u64, linked: u64, listed: u64) -> Option<String> {
        if listed == 0 {
            return Some(EMPTY.into());
        }
        let told = |limit: String| {
            format!(
                "held: {gone} of {linked} records are gone at the provider, and a run deletes \
                 {limit} at most; approve a plan to delete them here"
            )
        };
        if gone > u64::from(self.most) {
            return Some(told(self.most.to_string()));
        }
        let share = u64::from(self.percent);
        (gone * 100 > linked * share).then(|| told(format!("{share} %")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(most: u32, percent: u8) -> Pulling {
        Pulling {
            gone: Gone::Delete,
            most,
            percent,
            full_every_hours: 0,
        }
    }

    #[test]
    fn deletions_pass_up_to_the_limits_and_not_beyond() {
        for (gone, linked, most, percent, passes) in [
            (10, 100, 10, 10, true),
            (11, 100, 10, 100, false),
            (11, 100, 100, 10, false),
            (1, 3, 100, 20, false),
            (0, 0, 0, 0, true),
            (100, 100, 100, 100, true),
        ] {
            let brake = rules(most, percent).brake(gone, linked, 1);
            assert_eq!(brake.is_none(), passes, "{gone} of {linked}: {brake:?}");
        }
    }

    #[test]
    fn an_empty_table_never_deletes() {
        assert!(rules(u32::MAX, 100).brake(1, 1, 0).is_some());
    }

    #[test]
    fn a_push_has_no_rules_about_what_is_gone() {
        let change = PullingChange {
            gone: Some(Gone::Delete),
            ..PullingChange::default()
        };
        assert!(change.apply(Direction::Push, Pulling::default()).is_err());
        let kept = change.apply(Direction::Pull, Pulling::default()).unwrap();
        assert_eq!((kept.gone, kept.most), (Gone::Delete, 100));
    }
}
