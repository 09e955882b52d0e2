//! How Google behaves where it can be told to.
use serde::{Deserialize, Serialize};

/// How Google behaves where it can be told to.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GoogleKnobs {
    /// The calls to Google Ads that are taken in 24 hours; 0 for as many as come.
    pub operations_per_day: u32,
    /// More rows than so many are too much for one query; 0 for as many as there are.
    pub most_rows: u32,
    /// How many rows a part of a stream has.
    pub part_rows: u32,
    /// The developer token that calls to Google Ads have to show; none where it is empty.
    pub developer_token: String,
}

impl Default for GoogleKnobs {
    fn default() -> Self {
        Self {
            operations_per_day: 15_000,
            most_rows: 0,
            part_rows: 50,
            developer_token: String::new(),
        }
    }
}

impl GoogleKnobs {
    /// Takes any number of calls.
    pub fn off() -> Self {
        Self {
            operations_per_day: 0,
            ..Self::default()
        }
    }
}
