//! `[audit]`: the book.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::reader::Section;

/// Where the book is kept and how often it is sealed.
#[derive(Clone, Debug)]
pub struct Audit {
    /// The folder of its segments.
    pub folder: PathBuf,
    /// The size at which a new segment begins; one begins every day (UTC) anyway.
    pub segment_mib: u32,
    /// A signed checkpoint is written after so many lines.
    pub checkpoint_lines: u32,
    /// A signed checkpoint is written after that long, if there are new lines.
    pub checkpoint_every: Duration,
}

impl Audit {
    pub(super) fn read(mut from: Section<'_, '_>, data: &Path) -> Self {
        Self {
            folder: from.key(
                "folder",
                data.join("audit"),
                "The folder of the audit log; by default `audit` in the data folder.",
            ),
            segment_mib: from.within(
                "segment_mib",
                64,
                1..=4096,
                "Size at which a new file begins. One begins every day (UTC) anyway.",
            ),
            checkpoint_lines: from.within(
                "checkpoint_lines",
                1_000,
                1..=1_000_000,
                "A signed checkpoint is written after so many lines.",
            ),
            checkpoint_every: from.key(
                "checkpoint_every",
                Duration::from_mins(1),
                "A signed checkpoint is written after that long, if there are new lines.",
            ),
        }
    }
}
