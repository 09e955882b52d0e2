//! What is learnt of a vendor beyond its own numbers, in a form that can be kept.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Why a vendor does not do something for longer than a rate limit lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// The calls of the month are used up: it takes none.
    Calls,
    /// The account is full: it takes nothing new.
    Room,
}

impl Limit {
    /// The name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Room => "room",
        }
    }
}

/// A limit that was met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Met {
    /// Which one.
    pub limit: Limit,
    /// What the vendor said.
    pub told: String,
    /// When it is tried again whether the limit is still there.
    pub until: Timestamp,
}

/// What is known of the calls that share one quota.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Learnt {
    /// By how much more than usual the vendor's second is stretched, in milliseconds.
    #[serde(default)]
    pub stretched_ms: u64,
    /// Until when the vendor wants to be left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_until: Option<Timestamp>,
    /// The limits that were met.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub met: Vec<Met>,
}

/// How the calls that share one quota go out now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// How many go out in a second at most; none for as many as anybody likes.
    pub rate: Option<f64>,
    /// How many would if nothing had been learnt.
    pub nominal: Option<f64>,
    /// Until when the vendor wants to be left alone; none when it does not.
    pub held_until: Option<Timestamp>,
    /// The limits that were met and are not tried again yet.
    pub met: Vec<Met>,
}
