//! Tells webhooks of changes, and the addresses behind them that there is something to be read.
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::Sha256;

use super::super::{Moment, base::Base, value::moment_text};
use super::{Webhooks, change::TableChange, payload::Teller, webhook::Webhook};
use crate::base::Hex;
use crate::sandbox::{
    pings::{Ended, Ping, Sender},
    settings::Knobs,
};

/// The header that a notification is signed in.
const SIGNATURE: &str = "x-airtable-content-mac";

impl Webhooks {
    /// Whether somebody wants to know what changes in a base.
    pub(super) fn hears(&self, base: &str, now: Timestamp) -> bool {
        let mut all = self.all.iter();
        all.any(|webhook| webhook.base == base && webhook.is_alive(now))
    }

    /// Writes a payload for every webhook that wants to know of the changes.
    pub(super) fn take(&mut self, base: &Base, changes: &[TableChange], moment: Moment<'_>) {
        let number = self.transactions.entry(base.id.clone()).or_default();
        *number += 1;
        let teller = Teller {
            base,
            changes,
            by: moment.by,
            at: moment.now,
            transaction: *number,
        };
        let mut told = Vec::new();
        for webhook in &mut self.all {
            if webhook.base != base.id || !webhook.is_alive(moment.now) {
                continue;
            }
            if let Some(payload) = teller.payload(&webhook.wanted) {
                webhook.add(moment.now, payload);
                told.push(webhook.id.clone());
            }
        }
        for id in told {
            self.notify(&id, moment);
        }
    }

    /// Has a notification sent. One that waits already tells of this too.
    pub(super) fn notify(&mut self, id: &str, moment: Moment<'_>) {
        let knobs = &moment.knobs.pings;
        let waits = |ping: &Ping| ping.attempt == 0 && ping.is_of(id);
        if knobs.dropped || self.waiting.iter().any(waits) {
            return;
        }
        let webhook = self.all.iter().find(|webhook| webhook.id == id);
        let Some(ping) = webhook.and_then(|webhook| webhook.ping(moment.now)) else {
            return;
        };
        let ping = Ping {
            due: moment.now + SignedDuration::from_millis(knobs.gather_ms.into()),
            ..ping
        };
        self.waiting
            .extend(std::iter::repeat_n(ping, if knobs.doubled { 2 } else { 1 }));
    }

    /// Takes down how a notification went, and has it sent again later if it failed.
    pub(crate) fn pinged(&mut self, ping: Ping, ended: &Ended, knobs: &Knobs) {
        let webhook = self.all.iter_mut().find(|webhook| ping.is_of(&webhook.id));
        let Some(webhook) = webhook else {
            return;
        };
        let again = ended.failure.is_some() && ping.attempt < knobs.webhooks.retries;
        let mut result = json!({
            "success": ended.failure.is_none(),
            "completionTimestamp": moment_text(ended.at),
            "durationMs": ended.took_ms,
            "retryNumber": ping.attempt,
        });
        match &ended.failure {
            None => webhook.last_success = Some(ended.at),
            Some(failure) => {
                result["error"] = json!({ "message": failure });
                result["willBeRetried"] = Value::Bool(again);
                // Who cannot be reached for a day is left alone; what changes is still written down.
                webhook.notifies &= again;
            }
        }
        webhook.last_result = Some(result);
        if again {
            self.waiting.push(ping.again(ended.at, &knobs.pings));
        }
    }

    pub(super) fn forget_pings(&mut self, id: &str) {
        self.waiting.retain(|ping| !ping.is_of(id));
    }
}

impl Webhook {
    /// A notification, signed; none when nobody is to be notified.
    fn ping(&self, now: Timestamp) -> Option<Ping> {
        let url = self
            .url
            .clone()
            .filter(|_| self.notifies && self.is_alive(now))?;
        let body = json!({
            "base": { "id": self.base }, "webhook": { "id": self.id }, "timestamp": moment_text(now),
        });
        let body = body.to_string();
        let mac = Hmac::<Sha256>::new_from_slice(&self.secret);
        let mut mac = mac.expect("a key may have any length");
        mac.update(body.as_bytes());
        let digest = mac.finalize().into_bytes();
        Some(Ping {
            sender: Sender::Airtable {
                webhook: self.id.clone(),
            },
            url,
            header: SIGNATURE,
            signature: Some(format!("hmac-sha256={}", Hex(&digest))),
            body,
            due: now,
            attempt: 0,
        })
    }
}
