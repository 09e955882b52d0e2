//! Resolves names for the client, and hands out no address that the guard refuses.
//!
//! The client connects to exactly the addresses that this gives, so a name that changes its mind
//! between a check and the connection gains nothing.

use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::guard::Guard;

/// The system's resolver behind the guard.
pub(super) struct Guarded(pub(super) Arc<Guard>);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = Arc::clone(&self.0);
        Box::pin(async move {
            // Port 0 stands for the URL's own.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let addresses: Vec<SocketAddr> = found.collect();
            // One inner address condemns the name: no honest provider has one.
            for address in &addresses {
                guard.check_address(name.as_str(), address.ip())?;
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// Resolves nothing: the sandbox is called by its address alone.
pub(super) struct NoNames;

impl Resolve for NoNames {
    fn resolve(&self, name: Name) -> Resolving {
        let refused = format!(
            "{} is a name, and the sandbox has only an address",
            name.as_str()
        );
        Box::pin(async move { Err(refused.into()) })
    }
}
