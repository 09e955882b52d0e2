//! `[sentry]`: error monitoring.

use super::reader::Section;
use crate::base::Secret;

/// Where errors are reported.
#[derive(Clone, Debug)]
pub struct Sentry {
    /// The project's address, which has its key in it.
    pub dsn: Option<Secret>,
}

impl Sentry {
    pub(super) fn read(mut from: Section<'_, '_>) -> Self {
        let dsn = from.secret(
            "dsn",
            "The Sentry project's DSN. Nothing in this version uses it yet.",
        );
        from.unused("dsn");
        Self { dsn }
    }
}
