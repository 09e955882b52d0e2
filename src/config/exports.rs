//! `[exports]`: files that are made in the background.

use std::time::Duration;

use super::reader::Section;

/// How long the files of exports are kept.
#[derive(Clone, Debug)]
pub struct Exports {
    /// Exports that have ended, with their files.
    pub keep: Duration,
}

const DAY: Duration = Duration::from_hours(24);

impl Exports {
    pub(super) fn read(mut from: Section<'_, '_>) -> Self {
        Self {
            keep: from.key(
                "keep",
                3 * DAY,
                "An export that was made in the background is deleted so long after its end, with \
                 its file.",
            ),
        }
    }
}
