//! `[airtable]`: pacing towards Airtable.

use super::reader::Section;

/// How fast Airtable is called.
#[derive(Clone, Debug)]
pub struct Airtable {
    /// Calls a second to one base.
    pub requests_per_second: u32,
}

impl Airtable {
    pub(super) fn read(mut from: Section<'_, '_>) -> Self {
        Self {
            requests_per_second: from.within(
                "requests_per_second",
                5,
                0..=10_000,
                "Calls a second to one base, shared by all syncs. Airtable's own limit is 5; only a \
                 sandbox takes more, and 0 leaves them unpaced.",
            ),
        }
    }
}
