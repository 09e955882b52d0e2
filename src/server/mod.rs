//! Accepts connections and hands their requests to the HTTP chain.
//!
//! Slow, silent and too many clients are dealt with here, before a request exists: deadlines for
//! the handshake, the header, the body and the answer, and ceilings on connections in all and per
//! address. What a request says is no concern of this module.

mod accept;
mod activity;
mod answer;
mod body;
mod ceiling;
mod connection;
mod descriptors;
mod listeners;
mod request;
mod stall;

pub use accept::serve;
pub use listeners::{Error, Listeners};
