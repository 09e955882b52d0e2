//! `[meta]`: pacing towards Meta.

use super::reader::Section;

/// How fast an ad account is called.
#[derive(Clone, Debug)]
pub struct Meta {
    /// Calls a second about one ad account.
    pub requests_per_second: u32,
}

impl Meta {
    pub(super) fn read(mut from: Section<'_, '_>) -> Self {
        Self {
            requests_per_second: from.within(
                "requests_per_second",
                2,
                0..=10_000,
                "Calls a second about one ad account, shared by all feeds. Meta counts the calls of an \
                 hour and tells how much of it is used up: from 75 % on the appliance calls more \
                 slowly, and from 95 % on not at all for a while. 0 leaves them unpaced until then.",
            ),
        }
    }
}
