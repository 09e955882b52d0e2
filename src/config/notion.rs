//! `[notion]`: pacing towards Notion.

use std::time::Duration;

use super::reader::Section;

/// How fast Notion is called, and how far its lists lag behind.
#[derive(Clone, Debug)]
pub struct Notion {
    /// Calls a second by one integration.
    pub requests_per_second: u32,
    /// How long after a lost answer a page is looked for.
    pub settle_after: Duration,
}

impl Notion {
    pub(super) fn read(mut from: Section<'_, '_>) -> Self {
        Self {
            requests_per_second: from.within(
                "requests_per_second",
                3,
                0..=10_000,
                "Calls a second by one integration, shared by all syncs. Notion allows 3 on average; \
                 a workspace whose plan allows more takes more, and 0 leaves them unpaced.",
            ),
            settle_after: from.key(
                "settle_after",
                Duration::from_mins(1),
                "What Notion's lists show lags behind what was written. When the answer to a new \
                 page was lost, the page is looked for after so long, and no other is made before.",
            ),
        }
    }
}
