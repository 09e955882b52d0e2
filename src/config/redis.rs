//! `[redis]`: a store for limits that several appliances share.

use super::reader::Section;
use crate::base::Secret;

/// The shared store.
#[derive(Clone, Debug)]
pub struct Redis {
    /// Its address, which may have a password in it.
    pub url: Option<Secret>,
}

impl Redis {
    pub(super) fn read(mut from: Section<'_, '_>) -> Self {
        let url = from.secret(
            "url",
            "Redis' address. Nothing in this version uses it yet.",
        );
        from.unused("url");
        Self { url }
    }
}
