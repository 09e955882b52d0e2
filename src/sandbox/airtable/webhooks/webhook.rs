//! One webhook: what it wants to know, what it was told, and until when it lives.
use std::collections::VecDeque;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::value::moment_text;
use super::specification::Specification;

pub(super) struct Webhook {
    pub(super) id: String,
    pub(super) base: String,
    /// The integration that made it; none for a personal token.
    pub(super) client: Option<String>,
    pub(super) url: Option<String>,
    pub(super) secret: [u8; 32],
    pub(super) wanted: Specification,
    /// The specification as it was sent.
    pub(super) sent: Value,
    /// Whether notifications go out.
    pub(super) notifies: bool,
    pub(super) expires_at: Timestamp,
    /// Those that are kept, the oldest first, each with its time.
    pub(super) payloads: VecDeque<(Timestamp, Value)>,
    /// The number that the next payload gets.
    pub(super) next: u64,
    pub(super) last_result: Option<Value>,
    pub(super) last_success: Option<Timestamp>,
}

impl Webhook {
    pub(super) fn is_alive(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    pub(super) fn add(&mut self, now: Timestamp, payload: Value) {
        self.payloads.push_back((now, payload));
        self.next += 1;
    }

    pub(super) fn forget_before(&mut self, edge: Timestamp) {
        while self.payloads.front().is_some_and(|(at, _)| *at < edge) {
            self.payloads.pop_front();
        }
    }

    /// A part of the payloads from the one numbered `cursor` on, the number that comes after it,
    /// and whether there are more. What is no longer kept is passed over.
    pub(super) fn page(&self, cursor: u64, limit: usize) -> (Vec<&Value>, u64, bool) {
        let first = self.next - self.payloads.len() as u64;
        let from = cursor.clamp(first, self.next);
        let skipped = usize::try_from(from - first).unwrap_or(usize::MAX);
        let page: Vec<&Value> = self
            .payloads
            .iter()
            .skip(skipped)
            .take(limit)
            .map(|(_, payload)| payload)
            .collect();
        let next = from + page.len() as u64;
        (page, next, next < self.next)
    }

    /// As it is listed; its secret is never shown again.
    pub(super) fn show(&self, now: Timestamp) -> Value {
        json!({
            "id": self.id,
            "areNotificationsEnabled": self.notifies,
            "cursorForNextPayload": self.next,
            "isHookEnabled": self.is_alive(now),
            "lastSuccessfulNotificationTime": self.last_success.map(moment_text),
            "notificationUrl": self.url,
            "expirationTime": moment_text(self.expires_at),
            "lastNotificationResult": self.last_result,
            "specification": self.sent,
        })
    }

    pub(super) fn secret_text(&self) -> String {
        STANDARD.encode(self.secret)
    }
}
