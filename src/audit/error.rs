//! Why the log cannot be opened or read.

use std::io;
use std::path::PathBuf;

use super::segment::SegmentName;

/// Why the log cannot be opened or read. Why it cannot be written is a
/// [`WitnessError`](crate::base::WitnessError).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process writes the same folder.
    #[error("the audit folder {0} is in use by another process")]
    Busy(PathBuf),
    /// The folder cannot be made or held.
    #[error("the audit folder {0} cannot be used")]
    Folder(PathBuf, #[source] io::Error),
    /// The folder cannot be listed.
    #[error("the audit folder cannot be listed")]
    List(#[source] io::Error),
    /// A segment cannot be read.
    #[error("the audit log's segment {0} cannot be read")]
    Segment(SegmentName, #[source] io::Error),
    /// The key file cannot be read, or is no key file.
    #[error("the audit log's key file cannot be read")]
    Keys(#[source] io::Error),
    /// The key file does not open with the master key in use.
    #[error("the audit log's key file does not open with this master key")]
    KeyRefused,
    /// There are segments, and no key that could carry them on. Moving the folder aside begins a
    /// new log.
    #[error(
        "the audit log's key file does not belong to its newest segment {0}: restore both from \
         the same moment, or move the audit folder aside to begin a new log"
    )]
    KeyForeign(SegmentName),
}
