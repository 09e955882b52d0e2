//! `[google]`: the OAuth client for Google's products, and how Google Ads is called.

use super::fault::Reason;
use super::reader::Section;
use crate::base::Secret;

/// Google's OAuth client, and the Google Ads API.
#[derive(Clone, Debug)]
pub struct Google {
    /// The client's public name.
    pub client_id: Option<String>,
    /// Its secret.
    pub client_secret: Option<Secret>,
    /// What names whoever runs this program at Google Ads.
    pub ads_developer_token: Option<Secret>,
    /// The edition of the Google Ads API.
    pub ads_version: u32,
    /// Calls a second about one account.
    pub requests_per_second: u32,
}

impl Google {
    pub(super) fn read(mut from: Section<'_, '_>) -> Self {
        let google = Self {
            client_id: from.key(
                "client_id",
                None,
                "The id of the OAuth client (of the kind \"Web application\") under which this \
                 appliance is registered in a project of Google Cloud. Without one, nobody can \
                 connect with Google. Its redirect address is `server.public_url` with \
                 `/connections/callback/google` behind it.",
            ),
            client_secret: from.secret(
                "client_secret",
                "The OAuth client's secret, which Google demands.",
            ),
            ads_developer_token: from.secret(
                "ads_developer_token",
                "The developer token of the Google Ads API, from the API center of a manager account. \
                 A project of Google Cloud that was itself approved for the API needs none.",
            ),
            ads_version: from.within(
                "ads_version",
                25,
                1..=999,
                "The edition of the Google Ads API that is spoken. Google gives each of them up about a \
                 year after it came: then set a later one.",
            ),
            requests_per_second: from.within(
                "requests_per_second",
                2,
                0..=10_000,
                "Calls a second about one account of Google Ads, shared by all feeds. Google counts \
                 the calls of a day besides, and says how long to wait once they are used up. 0 leaves \
                 them unpaced until then.",
            ),
        };
        let token = google.ads_developer_token.as_ref();
        if token.is_some_and(|token| !fits_a_header(token.expose())) {
            let key = from.path("ads_developer_token");
            let reason = Reason::Unfit {
                key,
                expected: "printable characters without spaces".to_owned(),
                found: "something else".to_owned(),
            };
            from.refuse("ads_developer_token", reason);
        }
        google
    }
}

fn fits_a_header(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}
