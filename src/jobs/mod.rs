//! What is done apart from a request, whatever it is about: where it may stand, and how it gets
//! from there to elsewhere.
//!
//! Plans and runs are kept where they belong; all of them stand where the one table in `state`
//! says, and nowhere else.

mod state;

pub(crate) use state::{Ending, Impossible, Step};
pub use state::{Failure, Phase, State};
