//! Plays the vendors, faults included, so that every failure can be tried first.
//!
//! [`Sandbox`] is one set of bases, databases and ad accounts in memory behind one HTTP endpoint: Airtable's API
//! under `/v0` and its desk for OAuth under `/oauth2/v1`, Notion's of both under `/v1`, Zapier's hooks
//! under `/hooks`, Meta's API under its edition such as `/v26.0`, that of Google Ads under one such as
//! `/v25/customers` with Google's desk at `/o/oauth2/v2/auth`, `/token` and `/revoke`, the switches for
//! faults and all else that only a sandbox can do under `/_sandbox`, and a page for people at `/`. It
//! shares no code with the clients that it is there to test.
mod advertiser;
mod airtable;
mod answer;
mod bidder;
mod control;
mod fault;
mod figures;
mod gate;
mod google;
mod hooks;
mod incoming;
mod journal;
mod meta;
mod notion;
mod oauth;
mod page;
mod pings;
mod serve;
mod settings;
mod workspace;
mod world;
mod zapier;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use airtable::{BaseSeed, FieldSeed, Limits, TableSeed, WebhookKnobs};
pub use gate::Gate;
pub use google::{AdsCampaignSeed, CustomerSeed, GoogleKnobs};
pub use meta::{AdAccountSeed, CampaignSeed, MetaKnobs};
pub use notion::{
    Capabilities, DatabaseSeed, NotionKnobs, NotionLimits, NotionWebhooks, SourceSeed,
};
pub use oauth::{Client as OAuthClient, Knobs as OAuthKnobs};
pub use pings::PingKnobs;
pub use serve::serve;
pub use settings::{BadSeed, Knobs, Settings, Tokens};
pub use zapier::ZapierKnobs;

use jiff::Timestamp;

use crate::base::{Clock, Nudge};
use world::World;

/// A handle on one sandbox; clones share its state.
#[derive(Clone)]
pub struct Sandbox {
    clock: Clock,
    world: Arc<Mutex<World>>,
    /// Rings when a notification may wait to be sent.
    bell: Nudge,
}

impl Sandbox {
    /// Builds the bases that `settings` name. Errs when a seed is not what the vendor would take.
    pub fn new(settings: Settings, clock: Clock) -> Result<Self, BadSeed> {
        let world = World::new(settings, clock.now())?;
        Ok(Self {
            clock,
            world: Arc::new(Mutex::new(world)),
            bell: Nudge::default(),
        })
    }

    /// Everything that the sandbox answers, to be served alone or within another server.
    pub fn endpoint(&self) -> Gate {
        Gate::new(self.clone())
    }

    /// What time it is at the vendors.
    fn there(&self) -> Timestamp {
        self.world().knobs.there(self.clock.now())
    }

    /// The state. Held for one call at a time and never across a wait.
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
