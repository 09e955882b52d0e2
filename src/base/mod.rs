//! Holds what every layer needs and no layer owns: time, ids, secrets, actors.

mod actor;
mod backoff;
mod blocking;
mod cadence;
mod chain;
mod clock;
mod counted;
mod cursor;
mod hex;
mod ids;
pub mod metrics;
mod micros;
mod nudge;
mod peer;
mod precondition;
mod receipt;
mod scope;
mod secret;
pub mod signature;
mod tasks;
#[cfg(test)]
pub(crate) mod testing;
mod witness;

pub use actor::{Actor, Origin, Party};
pub use backoff::Backoff;
pub use blocking::Blocking;
pub use cadence::{BadCadence, Cadence, TimeOfDay, Weekday, When};
pub use chain::chain;
pub use clock::Clock;
pub use counted::counted;
pub use cursor::{BadCursor, Cursor};
pub use hex::Hex;
pub use ids::{
    BadId, ConnectionId, DatasetId, EventId, ExportId, FeedId, HookId, ImportId, InletId, JobId,
    KeptId, LinkId, PlanId, RequestId, RunId, SessionId, SiteId, SyncId, TokenId, UserId, WatchId,
    WriteKeyId,
};
pub use micros::{MICROS, MOST_WHOLE, micros};
pub use nudge::Nudge;
pub use peer::Peer;
pub use precondition::Precondition;
pub use receipt::Receipt;
pub use scope::Scope;
pub use secret::{Secret, SecretBytes};
pub use tasks::Tasks;
pub use witness::{Act, Witness, WitnessError};
