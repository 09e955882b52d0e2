//! Airtable's webhooks (Web API, "Webhooks overview").

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Method;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use sha2::Sha256;

use super::super::{Answer, Error, NewWebhook, Webhook, Webhooks};
use super::Airtable;
use super::wire::parse;
use crate::base::{Hex, Secret};

/// The header in which the vendor signs what it sends.
pub(in crate::providers) const SIGNATURE: &str = "x-airtable-content-mac";

/// Whether the vendor has signed these bytes with the key of one of its webhooks.
pub(in crate::providers) fn is_signed(key: &Secret, signature: &str, body: &[u8]) -> bool {
    let key = STANDARD.decode(key.expose()).ok();
    let told = signature.strip_prefix("hmac-sha256=");
    let told = told.and_then(|digits| Hex::read::<32>(digits.as_bytes()));
    let (Some(key), Some(told)) = (key, told) else {
        return false;
    };
    Hmac::<Sha256>::new_from_slice(&key).is_ok_and(|mut mac| {
        mac.update(body);
        mac.verify_slice(&told).is_ok()
    })
}

#[derive(Deserialize)]
struct Listed {
    webhooks: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    id: String,
    #[serde(default)]
    notification_url: Option<String>,
    are_notifications_enabled: bool,
    is_hook_enabled: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    id: String,
    mac_secret_base64: String,
    #[serde(default)]
    expiration_time: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Renewed {
    #[serde(default)]
    expiration_time: Option<Timestamp>,
}

impl Airtable {
    async fn listed(&self, base: &str) -> Result<Vec<Webhook>, Error> {
        let call = self.call(Method::GET, &["bases", base, "webhooks"]);
        let listed: Listed = parse(&self.send(base, "list_webhooks", call).await?)?;
        let webhook = |entry: Entry| Webhook {
            id: entry.id,
            address: entry.notification_url,
            tells: entry.are_notifications_enabled && entry.is_hook_enabled,
        };
        Ok(listed.webhooks.into_iter().map(webhook).collect())
    }

    async fn made(&self, base: &str, address: &str) -> Result<NewWebhook, Error> {
        // All of the base: it takes two webhooks of one integration, whoever has how many syncs.
        let body = json!({
            "notificationUrl": address,
            "specification": { "options": { "filters": { "dataTypes": ["tableData"] } } },
        });
        let call = self.call(Method::POST, &["bases", base, "webhooks"]);
        let call = call.json(body.to_string().into_bytes());
        let made: Made = parse(&self.send(base, "create_webhook", call).await?)?;
        Ok(NewWebhook {
            id: made.id,
            key: Secret::new(made.mac_secret_base64),
            ends_at: made.expiration_time,
        })
    }

    async fn renewed(&self, base: &str, id: &str) -> Result<Option<Timestamp>, Error> {
        let call = self.call(Method::POST, &["bases", base, "webhooks", id, "refresh"]);
        let renewed: Renewed = parse(&self.send(base, "refresh_webhook", call).await?)?;
        Ok(renewed.expiration_time)
    }

    async fn ended(&self, base: &str, id: &str) -> Result<(), Error> {
        let call = self.call(Method::DELETE, &["bases", base, "webhooks", id]);
        match self.send(base, "delete_webhook", call).await {
            Ok(_) | Err(Error::Gone(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl Webhooks for Airtable {
    fn webhooks<'a>(&'a self, base: &'a str) -> Answer<'a, Vec<Webhook>> {
        self.listed(base).boxed()
    }

    fn make<'a>(&'a self, base: &'a str, address: &'a str) -> Answer<'a, NewWebhook> {
        self.made(base, address).boxed()
    }

    fn renew<'a>(&'a self, base: &'a str, id: &'a str) -> Answer<'a, Option<Timestamp>> {
        self.renewed(base, id).boxed()
    }

    fn end<'a>(&'a self, base: &'a str, id: &'a str) -> Answer<'a, ()> {
        self.ended(base, id).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key and the signature were made with Python's `hmac`.
    #[test]
    fn only_the_bytes_that_were_signed_with_the_key_are_the_vendors() {
        let key = Secret::new("c3VwZXIgZHVwZXIgc2VjcmV0");
        let body = br#"{"base":{"id":"app00000000000000"}}"#;
        let signature =
            "hmac-sha256=c8bce83a0cb25ca2dc69ca6fa2b629de93f275c1c78ef972d09c0d44b5537b1f";
        assert!(is_signed(&key, signature, body));
        let other = Secret::new("b3RoZXIgc2VjcmV0");
        assert!(!is_signed(&other, signature, body));
        assert!(!is_signed(&key, signature, b"{}"));
        for wrong in ["", "hmac-sha256=", "hmac-sha256=00", &signature[12..]] {
            assert!(!is_signed(&key, wrong, body), "{wrong}");
        }
        assert!(!is_signed(&Secret::new("not base64!"), signature, body));
    }
}
