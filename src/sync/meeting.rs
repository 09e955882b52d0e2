//! Says how a two-way sync settles what both sides have changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::direction::Direction;
use super::mapping::Fault;

/// The rules of a two-way sync.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// Who is right about a field that both sides have changed.
    #[serde(default)]
    pub policy: Policy,
    /// What was edited at the provider so many seconds ago or less waits for the next run: it may
    /// be half typed.
    #[serde(default = "wait_seconds")]
    pub wait_seconds: u32,
    /// The dataset's fields that go one way only.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ways: Ways,
}

/// Fields by their names, and which way each goes. What is not among them goes both.
pub type Ways = BTreeMap<String, FieldWay>;

fn wait_seconds() -> u32 {
    30
}

impl Default for Meeting {
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            wait_seconds: wait_seconds(),
            ways: Ways::new(),
        }
    }
}

/// Who is right about a field that both sides have changed since they last agreed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// The dataset.
    Local,
    /// The provider.
    Remote,
    /// Whoever was changed last, as far as the provider tells when that was; otherwise somebody is
    /// asked.
    Newest,
    /// Somebody is asked.
    #[default]
    Ask,
}

impl Policy {
    /// Its word in the API and in the book.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Remote => "remote",
            Self::Newest => "newest",
            Self::Ask => "ask",
        }
    }
}

/// Which way a field goes in a two-way sync.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldWay {
    /// Changes of either side come to the other.
    #[default]
    Both,
    /// The dataset is always right.
    Push,
    /// The provider is always right.
    Pull,
}

impl FieldWay {
    /// The directions in which its values must fit.
    pub(super) const fn directions(self) -> &'static [Direction] {
        match self {
            Self::Both => &[Direction::Push, Direction::Pull],
            Self::Push => &[Direction::Push],
            Self::Pull => &[Direction::Pull],
        }
    }
}

/// What is to be changed of [`Meeting`]; what is none stays. The ways come with the mapping.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MeetingChange {
    /// Who is right.
    pub policy: Option<Policy>,
    /// How long what was just edited waits.
    pub wait_seconds: Option<u32>,
}

/// Nothing waits longer than a day.
const MOST_SECONDS: u32 = 86_400;

impl MeetingChange {
    /// The rules with the change. Errs where nothing meets.
    pub(super) fn apply(self, direction: Direction, to: &Meeting) -> Result<Meeting, Vec<Fault>> {
        let fault = |path: &str, message: String| {
            let path = path.to_owned();
            vec![Fault { path, message }]
        };
        if direction != Direction::TwoWay && self != Self::default() {
            let path = if self.policy.is_some() {
                "conflicts"
            } else {
                "wait_seconds"
            };
            let message = "only in a two-way sync both sides may have changed the same";
            return Err(fault(path, message.into()));
        }
        if self.wait_seconds.is_some_and(|wait| wait > MOST_SECONDS) {
            return Err(fault("wait_seconds", format!("is {MOST_SECONDS} at most")));
        }
        Ok(Meeting {
            policy: self.policy.unwrap_or(to.policy),
            wait_seconds: self.wait_seconds.unwrap_or(to.wait_seconds),
            ways: to.ways.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_about_both_sides_are_for_two_way_syncs_alone() {
        let change = MeetingChange {
            policy: Some(Policy::Remote),
            wait_seconds: None,
        };
        for direction in [Direction::Push, Direction::Pull] {
            let faults = change.apply(direction, &Meeting::default()).unwrap_err();
            assert_eq!(faults[0].path, "conflicts");
        }
        let kept = change.apply(Direction::TwoWay, &Meeting::default());
        assert_eq!(kept.unwrap().policy, Policy::Remote);
    }

    #[test]
    fn nothing_waits_longer_than_a_day() {
        let change = MeetingChange {
            policy: None,
            wait_seconds: Some(86_401),
        };
        let faults = change.apply(Direction::TwoWay, &Meeting::default());
        assert_eq!(faults.unwrap_err()[0].path, "wait_seconds");
    }

    #[test]
    fn rules_of_before_there_were_any_are_read() {
        let kept: Meeting = serde_json::from_str("{}").unwrap();
        assert_eq!(kept, Meeting::default());
    }
}
