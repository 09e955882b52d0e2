//! How the hooks behave where they can be told to.
use serde::{Deserialize, Serialize};

/// How the hooks behave where they can be told to.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ZapierKnobs {
    /// The deliveries that a hook takes in a second; 0 for as many as come.
    pub per_second: u32,
    /// The deliveries that the hooks of an account take in a window; 0 for as many as come.
    pub per_account: u32,
    /// How long the window of an account is.
    pub window_seconds: u32,
    /// The largest body that is taken.
    pub largest_body_bytes: u32,
}

impl Default for ZapierKnobs {
    fn default() -> Self {
        Self {
            per_second: 30,
            per_account: 10_000,
            window_seconds: 300,
            largest_body_bytes: 10 << 20,
        }
    }
}

impl ZapierKnobs {
    /// Takes deliveries as fast as they come.
    pub fn off() -> Self {
        Self {
            per_second: 0,
            per_account: 0,
            ..Self::default()
        }
    }
}
