//! Secret addresses through which others write records into a dataset.
//!
//! Who has the address of an [`Inlet`] may create and change records of its one dataset, and do
//! nothing else: read none, delete none, reach no other. The address is drawn by the appliance,
//! shown once and kept as a fingerprint. What comes in may have to be signed; what comes in again
//! under the same id is answered as before and changes nothing.

mod entry;
mod error;
mod inlet;
mod lane;
mod row;
mod service;
mod sweep;

pub use entry::{Arrival, Entered, Written};
pub use error::Error;
pub use inlet::{Inlet, Opened};
pub use row::Signing;
pub use service::{Inlets, New, Parts, tables};
