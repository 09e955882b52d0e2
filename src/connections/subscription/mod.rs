//! Subscriptions: how a provider is had to tell of changes whose webhooks a person makes by hand.
//!
//! The person gives the provider a secret address of this appliance's. The provider sends a token
//! there, which the person reads here and pastes over there: that proves to the provider whose
//! address it is. From then on everything that comes is signed with the token. A connection has one
//! address at most; drawing another one ends the one before, with its token. Of the address no more
//! than its SHA-256 is kept, and the token is sealed. `hear` takes in what comes, `open` is what its
//! owner does with it.

mod hear;
mod open;
mod row;

use jiff::{SignedDuration, Timestamp};

use super::{Connections, Error, Place};

pub use hear::Arrived;
pub use open::{Drawn, Step, SubscriptionView};
pub(super) use row::Subscriptions;

use super::watch::{WatchState, WatchView};

/// An address waits so long for the token.
const WAITS: SignedDuration = SignedDuration::from_hours(1);
/// When something came last is kept to the minute.
const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);

impl Connections {
    /// How a provider tells of changes that is set up by hand, for a sync that waits for them.
    pub(super) fn subscribed(&self, (owner, connection, _): &Place) -> Result<WatchView, Error> {
        let row = self.0.store.get::<Subscriptions>(&(*owner, *connection))?;
        let view = row.map(|row| row.value.view(self.0.now()));
        let (state, last_ping_at, problem) = match &view {
            Some(view) if view.is_refusing() => {
                let problem = "what came last was not signed with the token that came here: draw \
                               another address, and subscribe anew at the provider";
                (WatchState::Failing, view.last_event_at, Some(problem))
            }
            Some(view) if view.step == Step::Active => {
                (WatchState::Watching, view.last_event_at, None)
            }
            Some(_) | None => (WatchState::Unsubscribed, None, None),
        };
        Ok(WatchView {
            state,
            ends_at: None,
            last_ping_at,
            problem: problem.map(str::to_owned),
        })
    }
}

/// Whether something that came at a time is news, as far as it is kept.
fn is_new(kept: Option<Timestamp>, now: Timestamp) -> bool {
    // What lies ahead was noted by a clock that was ahead.
    kept.is_none_or(|at| now.duration_since(at).abs() >= NOTED_EVERY)
}
