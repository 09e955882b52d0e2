//! Writes the book: OCSF lines, chained, signed and verifiable without the server.
//!
//! `event` builds an [`Act`](crate::base::Act) under one of the codes of `code`, with the parts
//! that `object` writes; `log` takes acts and `writer` makes them lines (`chain`) of segments
//! (`segment`) on a `disk`, signed (`seal`) by keys that do not outlive their segment (`keys`).
//! `recover` finds the log's end after a crash, `read` searches and pages through it, and `verify`
//! checks it with nothing but the files, which `standing` has the running appliance do and tell.

mod chain;
mod code;
mod disk;
mod error;
mod event;
mod json;
mod keys;
mod lines;
mod log;
#[cfg(test)]
mod memory;
mod object;
mod read;
mod recover;
mod seal;
mod segment;
mod standing;
#[cfg(test)]
mod trials;
mod verify;
mod writer;

pub use code::{BadCode, Class, Code, Row, Severity, code_list};
pub use disk::{Disk, Segments, Tail};
pub use error::Error;
pub use event::{Event, Outcome};
pub use keys::check_key_file;
pub use log::{Log, Settings};
pub use object::OBJECT_TYPES;
pub use read::{CodePattern, Ended, Filter, Mark, Order, Page, Query, first_key};
pub use seal::{BadKey, Checkpoint, KeyBox, PublicKey};
pub use segment::{NotASegment, SegmentName, Void};
pub use standing::{Check, Place, Progress, Standing, Verdict};
pub use verify::{Depth, Extent, Fault, Finding, Options, Report, has_segments, verify, verify_on};
