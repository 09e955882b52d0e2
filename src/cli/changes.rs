//! `weighbridge connection changes`: has a provider tell of changes where that is set up by hand.

use std::fmt::{Display, Formatter, Result as Written};

use clap::Args;
use poem::http::Method;
use serde::Serialize;
use serde_json::Value;

use super::client::Client;
use super::failure::Failure;
use super::named::text;

/// Which connection is meant, and what is to be done.
#[derive(Args)]
pub(super) struct Line {
    /// The connection's name or id.
    pub(super) connection: String,
    /// Draw an address to give the provider; it is shown once, and the one before leads nowhere.
    #[arg(long, group = "act")]
    draw: bool,
    /// Show the verification token that the provider has sent there, once.
    #[arg(long, group = "act")]
    show_token: bool,
    /// End it: the address leads nowhere any more.
    #[arg(long, group = "act")]
    end: bool,
}

/// A subscription, an address or a token, as the API shows them.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Changes(Value);

impl Line {
    /// Carries it out; `path` is the connection's. None when there is nothing to show.
    pub(super) async fn carry_out(
        &self,
        path: &str,
        client: &mut Client,
    ) -> Result<Option<Changes>, Failure> {
        let path = format!("{path}/subscription");
        let shown = if self.draw {
            client.call(Method::POST, &path, None).await?
        } else if self.show_token {
            let path = format!("{path}/token");
            client.call(Method::POST, &path, None).await?
        } else if self.end {
            client.call(Method::DELETE, &path, None).await?;
            return Ok(None);
        } else {
            client.call(Method::GET, &path, None).await?
        };
        Ok(Some(Changes(shown)))
    }
}

impl Display for Changes {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let shown = &self.0;
        // They are read by whoever copies them: alone in their line.
        for member in ["address", "verification_token"] {
            if let Some(secret) = shown[member].as_str() {
                return write!(f, "{secret}");
            }
        }
        match text(shown, "state") {
            "not_by_hand" => write!(f, "There is nothing to set up by hand."),
            "none" => write!(f, "Nobody has begun: --draw draws an address."),
            "waiting" => write!(
                f,
                "The address waits for the provider's token until {}.",
                text(shown, "waits_until")
            ),
            "expired" => write!(f, "No token came in time: --draw draws another address."),
            "verifying" => write!(
                f,
                "The token has come: --show-token shows it, to be pasted at the provider."
            ),
            _ => write!(
                f,
                "The provider tells of changes since {}, last {}.",
                text(shown, "active_since"),
                text(shown, "last_event_at")
            ),
        }?;
        match shown["last_refused_at"].as_str() {
            Some(at) => write!(f, "\n    Something that was not signed came at {at}."),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_stands_alone_and_a_state_says_what_to_do() {
        let told = |shown: Value| Changes(shown).to_string();
        assert_eq!(
            told(json!({"address": "https://a/pings/x"})),
            "https://a/pings/x"
        );
        assert_eq!(told(json!({"verification_token": "secret_x"})), "secret_x");
        assert!(told(json!({"state": "none"})).contains("--draw"));
        assert!(told(json!({"state": "verifying"})).contains("--show-token"));
        let refused = json!({"state": "active", "last_refused_at": "2027-01-01T00:00:00Z"});
        assert!(told(refused).contains("not signed"));
    }
}
