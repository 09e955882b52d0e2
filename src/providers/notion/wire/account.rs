//! The account behind a token.

use serde::Deserialize;

use super::super::super::{Account, Error};
use super::answer::parse;

/// The answer of `users/me`.
pub(in super::super) fn account(body: &[u8]) -> Result<Account, Error> {
    #[derive(Deserialize)]
    struct Me {
        id: String,
        /// Its shape differs with the kind of integration.
        #[serde(default)]
        bot: serde_json::Value,
    }
    let Me { id, bot } = parse(body)?;
    let email = bot.pointer("/owner/user/person/email");
    Ok(Account {
        id,
        email: email.and_then(|email| email.as_str()).map(str::to_owned),
        scopes: None,
        expires_at: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_the_integrations_own_user() {
        let person = br#"{"object":"user","id":"bot1","type":"bot","bot":{"owner":{"type":"user","user":{"person":{"email":"a@example.org"}}},"workspace_name":"W"}}"#;
        let told = account(person).unwrap();
        assert_eq!(
            (told.id.as_str(), told.email.as_deref()),
            ("bot1", Some("a@example.org"))
        );
        let bare = account(br#"{"object":"user","id":"bot1","bot":{}}"#).unwrap();
        assert_eq!(bare.email, None);
    }
}
