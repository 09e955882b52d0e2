//! Says whose runs go first when more of them wait than can be executed.

use serde::{Deserialize, Serialize};

/// How soon the runs of a sync are taken up among others that wait; the later variant first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// After all others.
    Low,
    /// Like most.
    #[default]
    Normal,
    /// Before all others.
    High,
}

impl Priority {
    /// Its word in the book.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }
}
