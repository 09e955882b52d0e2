//! How Meta behaves where it can be told to.
use serde::{Deserialize, Serialize};

/// How Meta behaves where it can be told to.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetaKnobs {
    /// The calls that an ad account takes in an hour; 0 for as many as come.
    pub calls_per_hour: u32,
    /// More rows than so many are too much data for one question; 0 for as many as there are.
    pub most_rows: u32,
    /// How many rows a page has when nobody says.
    pub page_rows: u32,
    /// What the token was allowed.
    pub permissions: Vec<String>,
    /// In how many days a token ends; 0 for never.
    pub token_days: u32,
}

impl Default for MetaKnobs {
    fn default() -> Self {
        Self {
            calls_per_hour: 600,
            most_rows: 2_000,
            page_rows: 25,
            permissions: vec!["ads_read".to_owned(), "public_profile".to_owned()],
            token_days: 60,
        }
    }
}

impl MetaKnobs {
    /// Takes calls as fast as they come.
    pub fn off() -> Self {
        Self {
            calls_per_hour: 0,
            ..Self::default()
        }
    }
}
