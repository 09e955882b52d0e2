//! Whether a connection's bases can be watched at all.

use super::super::Connection;
use crate::providers::Endpoint;

/// Why a connection's bases cannot be watched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoWatch {
    /// The provider tells nothing by itself.
    #[error("Zapier tells of no changes: its hooks take records and have none")]
    Provider,
    /// The provider could not reach this appliance.
    #[error(
        "the provider has to reach this appliance: set server.public_url to an https address that \
         is open to it"
    )]
    NoAddress,
    /// The person has not allowed it, or did so before it was asked for.
    #[error(
        "the connection was not allowed {0}: add that scope to the integration at the provider, \
         then connect anew"
    )]
    NotAllowed(String),
}

impl Connection {
    /// Errs with what stands in the way of watching its bases, as far as that can be told without
    /// asking the provider.
    pub fn watchable(&self) -> Result<(), NoWatch> {
        let stored = &self.stored;
        if stored.provider.signature().is_none() {
            return Err(NoWatch::Provider);
        }
        let registration = &self.all.0.registration;
        // A sandbox lies on this machine, whatever the world can reach.
        if stored.endpoint == Endpoint::Vendor && !registration.public {
            return Err(NoWatch::NoAddress);
        }
        let allowed = self.grant().map(|grant| grant.scopes).unwrap_or_default();
        let dialect = stored.provider.dialect();
        let mut needed = dialect.map_or(&[][..], |dialect| dialect.extras).iter();
        // Of a token that was pasted, and where nothing is said, the provider knows alone.
        match needed.find(|scope| !allowed.iter().any(|own| own == *scope)) {
            Some(scope) if !allowed.is_empty() => Err(NoWatch::NotAllowed((*scope).to_owned())),
            Some(_) | None => Ok(()),
        }
    }
}
