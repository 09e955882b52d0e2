//! How webhooks behave where they can be told to.
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// How Airtable's webhooks behave where they can be told to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookKnobs {
    /// The webhooks that a base takes.
    pub per_base: u32,
    /// The webhooks that a base takes from one OAuth integration.
    pub per_integration: u32,
    /// For how long a webhook lives after it was made or refreshed, and is shown after that.
    pub life_seconds: u32,
    /// For how long payloads are kept.
    pub kept_seconds: u32,
    /// How often a notification that failed is sent again before they are switched off.
    pub retries: u32,
}

impl Default for WebhookKnobs {
    fn default() -> Self {
        const WEEK: u32 = 7 * 24 * 3600;
        Self {
            per_base: 10,
            per_integration: 2,
            life_seconds: WEEK,
            kept_seconds: WEEK,
            retries: 13,
        }
    }
}

impl WebhookKnobs {
    pub(super) fn life(&self) -> SignedDuration {
        SignedDuration::from_secs(self.life_seconds.into())
    }

    pub(super) fn kept(&self) -> SignedDuration {
        SignedDuration::from_secs(self.kept_seconds.into())
    }
}
