//! Signs what goes out, and has it sent again when it failed.
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use rand::RngExt;
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::{Builder, Uuid};

use super::super::{
    people::{Author, WORKSPACE},
    value::shown_time,
    vendor::Notion,
};
use super::events::{Event, Teller};
use super::{Webhooks, subscription::Subscription};
use crate::base::Hex;
use crate::sandbox::{
    pings::{Ended, Ping, PingKnobs, Sender},
    settings::Knobs,
};

/// The header that an event is signed in.
const SIGNATURE: &str = "x-notion-signature";
/// The integration itself, as events name it.
const INTEGRATION: Uuid = Uuid::from_u128(0x1d00_0000_0000_4000_8000_0000_0000_0001);
/// By how much an event is late that those after it overtake.
const OVERTAKEN: SignedDuration = SignedDuration::from_secs(3);

/// What is sent to a subscription: its token, or an event of a type about something.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Attempt {
    /// The token that proves the address.
    Token,
    /// An event with all it says, so that it can be signed again for another attempt.
    Event(Box<Value>),
}

impl Webhooks {
    /// Has the token of a subscription sent to its address, once and unsigned: nobody there could
    /// check a signature yet.
    pub(super) fn send_token(&mut self, subscription: &Subscription, now: Timestamp) {
        let body = json!({ "verification_token": subscription.token });
        self.waiting.push(Ping {
            sender: Sender::Notion {
                subscription: subscription.id,
                attempt: Attempt::Token,
            },
            url: subscription.url.clone(),
            header: SIGNATURE,
            signature: None,
            body: body.to_string(),
            due: now,
            attempt: 0,
        });
    }

    /// Takes down how a sending went. An event that failed is sent again later, and says then
    /// which attempt it is.
    pub(crate) fn pinged(&mut self, ping: &Ping, ended: &Ended, knobs: &Knobs) {
        let Sender::Notion {
            subscription: id,
            attempt,
        } = &ping.sender
        else {
            return;
        };
        let (id, attempt) = (*id, attempt.clone());
        let Some(subscription) = self.find(id) else {
            return;
        };
        subscription.last = Some(json!({
            "at": shown_time(ended.at),
            "attempt_number": ping.attempt + 1,
            "failure": ended.failure,
        }));
        let Attempt::Event(mut event) = attempt else {
            return;
        };
        if ended.failure.is_none() || ping.attempt >= knobs.notion.webhooks.retries {
            return;
        }
        event["attempt_number"] = json!(ping.attempt + 2);
        let wait = i64::from(knobs.notion.webhooks.retry_after_seconds) << ping.attempt.min(20);
        let due = ended.at + SignedDuration::from_secs(wait);
        let again = Ping {
            attempt: ping.attempt + 1,
            ..signed(subscription, *event, due)
        };
        self.waiting.push(again);
    }
}

impl Notion {
    /// Tells the subscriptions what the last call has changed.
    pub(crate) fn publish(&mut self, by: Author, now: Timestamp, knobs: &PingKnobs) {
        let news = std::mem::take(&mut self.webhooks.news);
        if news.is_empty() || knobs.dropped {
            return;
        }
        let mut told = Vec::new();
        for (place, subscription) in self.webhooks.all.iter().enumerate() {
            let teller = Teller {
                notion: self,
                version: subscription.version,
            };
            let events = teller.events(&news).into_iter();
            let wanted = events.filter(|event| subscription.wants(event.kind));
            told.extend(wanted.map(|event| (place, event)));
        }
        for (place, event) in told {
            self.webhooks.send(place, &event, (by, now), knobs);
        }
    }
}

impl Webhooks {
    /// Has an event sent to the subscription at a place. One of the same type about the same thing
    /// that still waits tells of this too.
    fn send(
        &mut self,
        place: usize,
        event: &Event,
        (by, now): (Author, Timestamp),
        knobs: &PingKnobs,
    ) {
        let id = Builder::from_random_bytes(self.dice.random()).into_uuid();
        let subscription = &self.all[place];
        let fresh = whole(subscription, (id, event), by, now);
        let mut is_told = false;
        for ping in &mut self.waiting {
            let Some(held) = ping.first_try_of(subscription.id) else {
                continue;
            };
            if held["type"] == fresh["type"] && held["entity"] == fresh["entity"] {
                let both = merged(held, &fresh);
                let due = ping.due;
                *ping = signed(subscription, both, due);
                is_told = true;
            }
        }
        if is_told {
            return;
        }
        self.made += 1;
        let due = now + SignedDuration::from_millis(knobs.gather_ms.into());
        let is_late = knobs.out_of_order && self.made % 2 == 1;
        let due = if is_late { due + OVERTAKEN } else { due };
        let ping = signed(subscription, fresh, due);
        let copies = if knobs.doubled { 2 } else { 1 };
        self.waiting.extend(std::iter::repeat_n(ping, copies));
    }
}

impl Ping {
    /// The event that it brings, if it is one of a subscription's that nobody has tried to send.
    fn first_try_of(&self, subscription: Uuid) -> Option<&Value> {
        match &self.sender {
            Sender::Notion {
                subscription: id,
                attempt: Attempt::Event(event),
            } if *id == subscription && self.attempt == 0 => Some(event),
            _ => None,
        }
    }
}

/// An event as it is sent the first time.
fn whole(
    subscription: &Subscription,
    (id, event): (Uuid, &Event),
    by: Author,
    now: Timestamp,
) -> Value {
    let author = match by {
        Author::Bot => "bot",
        Author::Colleague => "person",
    };
    let (entity, kind) = event.entity;
    json!({
        "id": id,
        "timestamp": shown_time(now),
        "workspace_id": WORKSPACE,
        "workspace_name": "Sandbox",
        "subscription_id": subscription.id,
        "integration_id": INTEGRATION,
        "type": event.kind,
        "authors": [{ "id": by.id(), "type": author }],
        "attempt_number": 1,
        "api_version": subscription.edition,
        "entity": { "id": entity, "type": kind },
        "data": event.data,
    })
}

/// An event that waits, with what another one about the same thing says beside it.
fn merged(held: &Value, fresh: &Value) -> Value {
    let mut both = held.clone();
    add_missing(&mut both["authors"], &fresh["authors"]);
    for list in ["updated_properties", "updated_blocks"] {
        if held["data"][list].is_array() {
            add_missing(&mut both["data"][list], &fresh["data"][list]);
        }
    }
    both["timestamp"] = fresh["timestamp"].clone();
    both
}

fn add_missing(held: &mut Value, more: &Value) {
    let (Value::Array(held), Value::Array(more)) = (held, more) else {
        return;
    };
    for one in more {
        if !held.contains(one) {
            held.push(one.clone());
        }
    }
}

/// An event with its signature over every byte of its body.
fn signed(subscription: &Subscription, event: Value, due: Timestamp) -> Ping {
    let body = event.to_string();
    let mac = Hmac::<Sha256>::new_from_slice(subscription.token.as_bytes());
    let mut mac = mac.expect("a key may have any length");
    mac.update(body.as_bytes());
    let digest = mac.finalize().into_bytes();
    Ping {
        sender: Sender::Notion {
            subscription: subscription.id,
            attempt: Attempt::Event(Box::new(event)),
        },
        url: subscription.url.clone(),
        header: SIGNATURE,
        signature: Some(format!("sha256={}", Hex(&digest))),
        body,
        due,
        attempt: 0,
    }
}
