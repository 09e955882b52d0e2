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
mod way;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

pub use call::{Answer, Call};
pub use client::Client;
pub use error::Error;
pub use guard::{Refusal, look};
pub use target::{NotLoopback, Target};
pub use way::{Step, Way};

/// Carries a call to its target: the [`Client`], or a simulated network.
pub trait Network: Send + Sync {
    /// Sends `call` once and reads the whole answer, whatever its status.
    fn send(&self, call: Call) -> BoxFuture<'_, Result<Answer, Error>>;

    /// Goes the way to `target` and says nothing at its end. A network without names and
    /// connections has none to show.
    fn way<'a>(&'a self, _target: &'a Target) -> BoxFuture<'a, Way> {
        async { Way::default() }.boxed()
    }
}
