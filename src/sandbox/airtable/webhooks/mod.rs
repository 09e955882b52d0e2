//! Webhooks: who wants to know of which changes, the payloads that tell of them, and the
//! notifications that there are new ones (Airtable Web API, "Webhooks overview").
mod calls;
mod change;
mod knobs;
mod notify;
mod payload;
mod specification;
mod webhook;

pub use knobs::WebhookKnobs;

use std::collections::HashMap;

use jiff::Timestamp;
use rand::{RngExt, SeedableRng, rngs::StdRng};

use self::webhook::Webhook;
use crate::sandbox::pings::Ping;

/// The webhooks of all bases.
pub(crate) struct Webhooks {
    all: Vec<Webhook>,
    /// Notifications that wait to be sent.
    pub(crate) waiting: Vec<Ping>,
    /// How many changes each base has seen.
    transactions: HashMap<String, u64>,
    dice: StdRng,
}

impl Webhooks {
    pub(super) fn seeded(seed: u64) -> Self {
        Self {
            all: Vec::new(),
            waiting: Vec::new(),
            transactions: HashMap::new(),
            dice: StdRng::seed_from_u64(seed ^ 0x0ac4),
        }
    }

    /// Forgets those whose time has long passed, and what is kept of changes too long ago.
    fn prune(&mut self, now: Timestamp, knobs: &WebhookKnobs) {
        let (life, kept) = (knobs.life(), knobs.kept());
        self.all.retain(|webhook| now < webhook.expires_at + life);
        for webhook in &mut self.all {
            webhook.forget_before(now - kept);
        }
    }

    fn secret(&mut self) -> [u8; 32] {
        self.dice.random()
    }
}
