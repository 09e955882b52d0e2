//! `[airtable]`: pacing towards Airtable, and the OAuth integration there.

use super::reader::Section;
use crate::base::Secret;

/// How fast Airtable is called, and under which name the appliance is registered there.
#[derive(Clone, Debug)]
pub struct Airtable {
    /// Calls a second to one base.
    pub requests_per_second: u32,
    /// The OAuth integration's public name.
    pub client_id: Option<String>,
    /// The OAuth integration's secret.
    pub client_secret: Option<Secret>,
    /// Whether the integration may be asked to let webhooks be made.
    pub webhooks: bool,
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
            client_id: from.key(
                "client_id",
                None,
                "The id of the OAuth integration under which this appliance is registered at \
                 Airtable. Without one, people connect by pasting a personal access token. Its \
                 redirect address is `server.public_url` with `/connections/callback/airtable` \
                 behind it.",
            ),
            client_secret: from.secret(
                "client_secret",
                "The OAuth integration's secret, if one was made there. Without it the appliance \
                 is a public client.",
            ),
            webhooks: from.key(
                "webhooks",
                true,
                "Ask for the scope `webhook:manage` when somebody connects by OAuth, so that syncs \
                 can run when Airtable tells of a change. Airtable lets nobody connect who asks for \
                 more than the integration has: set false for one that was registered without it.",
            ),
        }
    }
}
