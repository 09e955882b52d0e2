//! `[store]`: the database.

use super::reader::Section;

/// The database's settings.
#[derive(Clone, Debug)]
pub struct Store {
    /// Memory for its pages.
    pub cache_mib: u32,
}

impl Store {
    pub(super) fn read(mut from: Section<'_, '_>) -> Self {
        Self {
            cache_mib: from.within(
                "cache_mib",
                8,
                1..=65_536,
                "Memory for the database's pages. More makes large datasets faster.",
            ),
        }
    }
}
