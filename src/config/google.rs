//! `[google]`: the OAuth client for Google's reports.

use super::reader::Section;
use crate::base::Secret;

/// Google's OAuth client.
#[derive(Clone, Debug)]
pub struct Google {
    /// Its public name.
    pub client_id: Option<String>,
    /// Its secret.
    pub client_secret: Option<Secret>,
}

impl Google {
    pub(super) fn read(mut from: Section<'_, '_>) -> Self {
        let google = Self {
            client_id: from.key(
                "client_id",
                None,
                "The OAuth client's id. Nothing in this version uses it yet.",
            ),
            client_secret: from.secret(
                "client_secret",
                "The OAuth client's secret. Nothing in this version uses it yet.",
            ),
        };
        from.unused("client_id");
        from.unused("client_secret");
        google
    }
}
