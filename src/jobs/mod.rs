//! What is done apart from a request, whatever it is about: where it may stand, and how it gets
//! from there to elsewhere.
//!
//! Plans, runs, imports and exports are kept where they belong; all of them stand where the one
//! table in `state` says, and nowhere else. Whoever executes one holds a lease, which runs out when
//! it does nothing any more.

mod lease;
mod state;

pub(crate) use lease::lapsed;
pub(crate) use state::{Ending, Impossible, Step};
pub use state::{Failure, Phase, State};
