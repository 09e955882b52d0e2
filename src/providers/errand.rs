//! On whose errand calls are made: told of each, and asked whether another is wanted.

use futures_util::FutureExt as _;
use futures_util::future::{self, BoxFuture};
use jiff::Timestamp;

use super::{Answer, Error};

/// Somebody who has a provider called.
///
/// One question may take many calls: whoever asks it can end it between two of them, and have one
/// that met trouble made again without losing what the others brought.
pub trait Errand: Send + Sync {
    /// Returns when no further call is wanted.
    fn ended(&self) -> BoxFuture<'_, ()> {
        future::pending().boxed()
    }

    /// Whether the call is wanted still whose turn it is now.
    fn wants_call(&self) -> bool {
        true
    }

    /// Told that the next call waits until then, for the provider wants to be left alone.
    fn waits(&self, _until: Timestamp) {}

    /// Told of each call as it leaves.
    fn leaves(&self) {}

    /// Returns when a call that changes nothing is to be made again after the trouble that it met.
    ///
    /// Errs with what it met when it is not.
    fn bears<'a>(&'a self, met: Error, _patience: &'a mut Patience) -> Answer<'a, ()> {
        future::ready(Err(met)).boxed()
    }
}

/// How often a call has met trouble in a row.
#[derive(Debug, Default)]
pub struct Patience {
    /// By trouble of the provider's, or on the way.
    pub tries: u32,
    /// Because there were too many calls.
    pub refusals: u32,
}

/// Somebody who waits for the answer to one question, and hears of trouble at once.
pub struct Alone;

impl Errand for Alone {}
