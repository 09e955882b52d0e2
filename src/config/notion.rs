//! `[notion]`: pacing towards Notion, and the OAuth integration there.

use std::time::Duration;

use super::reader::Section;
use crate::base::Secret;

/// How fast Notion is called, how far its lists lag behind, and under which name the appliance is
/// registered there.
#[derive(Clone, Debug)]
pub struct Notion {
    /// Calls a second by one integration.
    pub requests_per_second: u32,
    /// How long after a lost answer a page is looked for.
    pub settle_after: Duration,
    /// The public integration's OAuth client id.
    pub client_id: Option<String>,
    /// Its secret.
    pub client_secret: Option<Secret>,
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
            client_id: from.key(
                "client_id",
                None,
                "The OAuth client id of the public integration under which this appliance is \
                 registered at Notion. Without one, people connect by pasting the secret of an \
                 integration of their own. Its redirect address is `server.public_url` with \
                 `/connections/callback/notion` behind it.",
            ),
            client_secret: from.secret(
                "client_secret",
                "The public integration's OAuth client secret, which Notion demands.",
            ),
        }
    }
}
