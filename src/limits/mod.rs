//! Meters every call: policies, keys and what the answer says of them.

mod key;
mod limiter;
mod meter;
mod policy;
mod tally;

pub use key::Key;
pub use limiter::Limits;
pub use meter::{Refused, Standing};
pub use policy::{Counted, Policy};
