//! Who may send people to the desk, and how long what it gives is good.
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// What can be turned at the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Knobs {
    /// For how long a code is good: ten minutes.
    pub code_seconds: u32,
    /// For how long an access token is good: an hour.
    pub access_seconds: u32,
    /// For how long a refresh token is good that is not used: 60 days.
    pub refresh_seconds: u32,
    /// For how long after a refresh the token that it used up is answered 409 rather than 400.
    pub conflict_seconds: u32,
    /// Whether Google's consent screen is still in "Testing": a refresh token then ends after seven
    /// days, used or not.
    pub google_testing: bool,
    /// The integrations that are registered.
    pub clients: Vec<Client>,
}

/// A registered integration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// Its public name.
    pub id: String,
    /// Its secret; without one it is a public client, which shows none. It opens nothing but
    /// this sandbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Where people may be sent back to, compared to the last character; when there is none, to
    /// every address that the vendor would let one register.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            code_seconds: 600,
            access_seconds: 3600,
            refresh_seconds: 5_184_000,
            conflict_seconds: 10,
            google_testing: false,
            clients: vec![
                Client {
                    id: "weighbridge-sandbox".to_owned(),
                    secret: Some("this-secret-opens-the-sandbox-alone".to_owned()),
                    redirect_uris: Vec::new(),
                },
                Client {
                    id: "weighbridge-sandbox-public".to_owned(),
                    secret: None,
                    redirect_uris: Vec::new(),
                },
            ],
        }
    }
}

impl Knobs {
    pub(super) fn client(&self, id: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.id == id)
    }
}

impl Client {
    /// Whether people may be sent back to `uri`.
    pub(super) fn takes(&self, uri: &str) -> bool {
        if self.redirect_uris.is_empty() {
            return may_be_registered(uri);
        }
        self.redirect_uris.iter().any(|known| known == uri)
    }
}

/// An https address, or a plain one on this machine; without a fragment.
fn may_be_registered(uri: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(uri) else {
        return false;
    };
    let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1"));
    let scheme = url.scheme() == "https" || (url.scheme() == "http" && here);
    scheme && url.fragment().is_none() && url.username().is_empty()
}

pub(super) fn seconds(seconds: u32) -> SignedDuration {
    SignedDuration::from_secs(seconds.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_sent_back_only_where_it_was_registered() {
        let client = |uris: &[&str]| Client {
            id: "a".to_owned(),
            secret: None,
            redirect_uris: uris.iter().map(|uri| (*uri).to_owned()).collect(),
        };
        let registered = client(&["https://box.example/callback"]);
        assert!(registered.takes("https://box.example/callback"));
        for other in [
            "https://box.example/callback/",
            "https://box.example/callback?a=b",
            "https://BOX.example/callback",
            "https://evil.example/callback",
        ] {
            assert!(!registered.takes(other), "{other}");
        }
        for (uri, may) in [
            ("https://box.example/callback", true),
            ("http://localhost:8443/callback", true),
            ("http://127.0.0.1:1/callback", true),
            ("http://box.example/callback", false),
            ("javascript:alert(1)", false),
            ("/callback", false),
            ("https://box.example/callback#a", false),
        ] {
            assert_eq!(client(&[]).takes(uri), may, "{uri}");
        }
    }
}
