//! Makes every call that leaves the appliance, and refuses to be led astray.
//!
//! A [`Target`] says where calls may go; a [`Call`] is one request to it; [`Network`] carries it.
//! [`Client`] is the real network: https only, the address that is connected checked against the
//! guard's table, no redirects, no proxies, deadlines, and no answer larger than allowed.

mod call;
mod client;
mod error;
mod guard;
mod resolver;
mod target;
mod timing;

use futures_util::future::BoxFuture;

pub use call::{Answer, Call};
pub use client::Client;
pub use error::Error;
pub use guard::Refusal;
pub use target::{NotLoopback, Target};

/// Carries a call to its target: the [`Client`], or a simulated network.
pub trait Network: Send + Sync {
    /// Sends `call` once and reads the whole answer, whatever its status.
    fn send(&self, call: Call) -> BoxFuture<'_, Result<Answer, Error>>;
}
