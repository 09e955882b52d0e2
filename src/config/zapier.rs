//! `[zapier]`: pacing towards Zapier's hooks.

use super::reader::Section;

/// How fast a hook is called.
#[derive(Clone, Debug)]
pub struct Zapier {
    /// Deliveries a second to one hook.
    pub requests_per_second: u32,
}

impl Zapier {
    pub(super) fn read(mut from: Section<'_, '_>) -> Self {
        Self {
            requests_per_second: from.within(
                "requests_per_second",
                30,
                0..=10_000,
                "Deliveries a second to one catch hook, shared by all syncs. Zapier takes about 30; 0 \
                 leaves them unpaced.",
            ),
        }
    }
}
