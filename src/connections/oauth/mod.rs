//! Connections by a person's leave instead of a token that they paste.
//!
//! `authorization` is the way there: a person is sent to the provider and comes back with a code.
//! `grant` is what is kept of it, `tokens` hands its access token to every call, and `renewal`
//! asks for the next pair: once at a time, and a second time with the same refresh token only when
//! the provider has shown that it did nothing the first time, or when nothing else is left. A pair
//! that has come is kept by `renewed`, and `resting` leaves providers in trouble alone.

mod authorization;
mod grant;
mod renewal;
mod renewed;
mod resting;
mod tokens;
mod waiting;

pub use authorization::{Aim, Begin, Begun, Finish, Offer, Returned};
pub use grant::GrantView;

pub(super) use grant::Grant;
pub(super) use renewal::Renewals;
pub(super) use tokens::Granted;
pub(super) use waiting::Waiting;

use std::collections::HashMap;

use crate::providers::oauth::Client;
use crate::providers::{AdsApi, Kind};

/// How this appliance is known to the providers.
#[derive(Clone, Debug, Default)]
pub struct Registration {
    /// The appliance's own address, without a slash at its end: people are sent back there.
    pub address: String,
    /// Whether the world can reach it there: somebody has set it, and it is encrypted.
    pub public: bool,
    /// The name at each provider where it is registered.
    pub clients: HashMap<Kind, Client>,
    /// How Google Ads is called.
    pub ads: AdsApi,
}

impl Registration {
    /// Where a provider sends people back to: to an address of its own, so that no provider can
    /// pass for another one (RFC 9700, 4.4.2.2).
    pub(super) fn back(&self, kind: Kind) -> String {
        format!("{}/connections/callback/{}", self.address, kind.name())
    }
}
