//! Says from where a connection came, as the listener saw it and no client can claim.

use std::net::SocketAddr;

/// The other end of a connection; the server puts it into each request's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// Somebody on the network.
    Network {
        /// The address the connection came from: the client's, or its proxy's.
        address: SocketAddr,
        /// Whether the connection is encrypted.
        tls: bool,
    },
    /// Root or the service's own user at the machine, through the local socket or in-process.
    Local {
        /// The user id at the operating system.
        uid: u32,
    },
}
