//! The real binary as a server on a folder of its own, called over a socket.

mod book;
mod home;
mod served;
mod session;
mod starting;
mod vendor;
mod wait;

use std::time::Duration;

pub(crate) use book::book;
pub(crate) use home::Home;
pub(crate) use served::Served;
pub(crate) use session::Session;
pub(crate) use vendor::PlayedVendor;
pub(crate) use wait::{until, within};

/// How long anything may take on a busy machine before a test gives up.
const PATIENCE: Duration = Duration::from_mins(1);
