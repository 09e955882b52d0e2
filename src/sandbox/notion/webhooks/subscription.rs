//! One subscription, and what a person does with it at the vendor's page.
use rand::RngExt;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::{Builder, Uuid};

use super::super::vendor::Notion;
use super::super::version::Version;
use super::Webhooks;

/// The letters of a verification token.
const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// What a person fills in to make one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ask {
    /// The address of the subscription.
    url: String,
    /// The edition whose events are sent.
    #[serde(default = "latest")]
    api_version: String,
    /// The types of events; all when absent.
    #[serde(default)]
    event_types: Option<Vec<String>>,
}

fn latest() -> String {
    "2026-03-11".to_owned()
}

/// Why the vendor's page does not take what a person has filled in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unfit {
    #[error("the webhook URL is none")]
    Url,
    #[error("there is no such API version")]
    Version,
    #[error("the verification token is not the one that was sent")]
    Token,
}

pub(super) struct Subscription {
    pub(super) id: Uuid,
    pub(super) url: String,
    pub(super) token: String,
    pub(super) edition: String,
    pub(super) version: Version,
    event_types: Option<Vec<String>>,
    /// Whether its token was shown to the vendor; before that nothing but the token is sent.
    pub(super) is_active: bool,
    /// How the last sending went; none before the first one.
    pub(super) last: Option<Value>,
}

impl Subscription {
    pub(super) fn wants(&self, kind: &str) -> bool {
        let wanted = self.event_types.as_ref();
        self.is_active && wanted.is_none_or(|types| types.iter().any(|one| one == kind))
    }

    fn show(&self) -> Value {
        json!({
            "id": self.id,
            "url": self.url,
            "state": if self.is_active { "active" } else { "unverified" },
            "api_version": self.edition,
            "event_types": self.event_types,
            "last_delivery": self.last,
        })
    }
}

impl Webhooks {
    /// All of them, as the vendor's page shows them: without their tokens.
    pub(crate) fn show(&self) -> Vec<Value> {
        self.all.iter().map(Subscription::show).collect()
    }

    fn token(&mut self) -> String {
        let letters =
            (0..43).map(|_| char::from(LETTERS[self.dice.random_range(0..LETTERS.len())]));
        format!("secret_{}", letters.collect::<String>())
    }
}

impl Notion {
    /// Makes a subscription, and has its token sent to its address.
    pub(crate) fn subscribe(&mut self, ask: Ask, now: jiff::Timestamp) -> Result<Value, Unfit> {
        let url: http::Uri = ask.url.parse().map_err(|_bad| Unfit::Url)?;
        if url.host().is_none() {
            return Err(Unfit::Url);
        }
        let version = Version::parse(Some(&ask.api_version)).map_err(|_bad| Unfit::Version)?;
        let webhooks = &mut self.webhooks;
        let subscription = Subscription {
            id: Builder::from_random_bytes(webhooks.dice.random()).into_uuid(),
            url: ask.url,
            token: webhooks.token(),
            edition: ask.api_version,
            version,
            event_types: ask.event_types,
            is_active: false,
            last: None,
        };
        let shown = subscription.show();
        webhooks.send_token(&subscription, now);
        webhooks.all.push(subscription);
        Ok(shown)
    }

    /// Has the token of one that is not active sent once more. None when there is none of this id.
    pub(crate) fn send_token_again(&mut self, id: Uuid, now: jiff::Timestamp) -> Option<()> {
        let webhooks = &mut self.webhooks;
        let at = webhooks.all.iter().position(|one| one.id == id)?;
        let subscription = webhooks.all.remove(at);
        if !subscription.is_active {
            webhooks.send_token(&subscription, now);
        }
        webhooks.all.insert(at, subscription);
        Some(())
    }

    /// Makes one active whose token somebody has pasted. None when there is none of this id.
    pub(crate) fn verify(&mut self, id: Uuid, token: &str) -> Option<Result<Value, Unfit>> {
        let subscription = self.webhooks.find(id)?;
        if subscription.token != token {
            return Some(Err(Unfit::Token));
        }
        subscription.is_active = true;
        Some(Ok(subscription.show()))
    }

    /// Ends one, with what waits to be sent for it. None when there is none of this id.
    pub(crate) fn unsubscribe(&mut self, id: Uuid) -> Option<()> {
        let webhooks = &mut self.webhooks;
        let at = webhooks.all.iter().position(|one| one.id == id)?;
        webhooks.all.remove(at);
        webhooks.waiting.retain(|ping| !ping.is_notions(id));
        Some(())
    }
}
