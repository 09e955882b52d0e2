//! What came in, hook by hook.
use std::collections::{BTreeMap, VecDeque};

use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::quota::Quotas;
use super::{Address, ZapierKnobs};
use crate::sandbox::{answer::Answer, incoming::Incoming, oauth::pairs};

/// So many deliveries are kept one by one; older ones are only counted.
const KEPT: usize = 200_000;
/// A hook that is there from the start, so that its address can be copied.
const FIRST: &str = "catch/100001/demo0001";

/// Whether a hook is listened to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Its Zap is on.
    #[default]
    On,
    /// Its Zap is off: deliveries are accepted and dropped.
    Off,
    /// It was deleted: 410.
    Gone,
}

/// One delivery.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Received {
    /// Its number among all that came in, from 1.
    number: u64,
    at: Timestamp,
    hook: String,
    /// How many Zaps it starts: each member of a list starts one.
    starts: usize,
    /// The headers that a Zap can be told to check a delivery by.
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
    body: Value,
}

/// A hook, and how many deliveries it took and dropped.
#[derive(Debug, Default, Serialize)]
struct Hook {
    state: State,
    received: u64,
    dropped: u64,
}

/// All hooks. Any address of the right form is one.
pub(crate) struct Inbox {
    hooks: BTreeMap<Address, Hook>,
    received: VecDeque<Received>,
    total: u64,
    quotas: Quotas,
    seed: u64,
    answers: u64,
}

impl Inbox {
    /// An inbox that answers with the same ids for the same seed.
    pub(crate) fn new(seed: u64) -> Self {
        let first = FIRST.parse().map(|first| (first, Hook::default()));
        Self {
            hooks: first.into_iter().collect(),
            received: VecDeque::new(),
            total: 0,
            quotas: Quotas::default(),
            seed,
            answers: 0,
        }
    }

    /// Decides whether a delivery is let in; gives the vendor's refusal of one that is not.
    pub(crate) fn admit(
        &mut self,
        address: &Address,
        knobs: &ZapierKnobs,
        now: Timestamp,
    ) -> Result<(), Answer> {
        let hook = self.hooks.entry(address.clone()).or_default();
        if hook.state == State::Gone {
            return Err(gone());
        }
        let admitted = self.quotas.admit(address, knobs, now);
        admitted.map_err(too_many)
    }

    /// Takes a delivery in, and answers it.
    pub(crate) fn take(
        &mut self,
        address: &Address,
        incoming: &Incoming,
        now: Timestamp,
    ) -> Answer {
        let Some(body) = read(incoming) else {
            return refusal(StatusCode::BAD_REQUEST, "the body is no JSON, form or XML");
        };
        let hook = self.hooks.entry(address.clone()).or_default();
        if hook.state == State::Off {
            hook.dropped += 1;
            return self.success();
        }
        hook.received += 1;
        self.total += 1;
        if self.received.len() == KEPT {
            self.received.pop_front();
        }
        self.received.push_back(Received {
            number: self.total,
            at: now,
            hook: address.to_string(),
            starts: body.as_array().map_or(1, Vec::len),
            signature: incoming.signature.clone(),
            body,
        });
        self.success()
    }

    /// Accepts a delivery and throws it away.
    pub(crate) fn drop_one(&mut self, address: &Address) -> Answer {
        self.hooks.entry(address.clone()).or_default().dropped += 1;
        self.success()
    }

    /// Switches a hook.
    pub(crate) fn switch(&mut self, address: &Address, state: State) {
        self.hooks.entry(address.clone()).or_default().state = state;
    }

    /// Forgets what came in, and leaves the hooks as they are.
    pub(crate) fn clear(&mut self) {
        self.received.clear();
        self.total = 0;
        for hook in self.hooks.values_mut() {
            (hook.received, hook.dropped) = (0, 0);
        }
    }

    /// The hooks, as the control API shows them.
    pub(crate) fn hooks(&self) -> Vec<Value> {
        let hooks = self.hooks.iter().map(|(address, hook)| {
            let mut shown = json!(hook);
            shown["hook"] = json!(address.to_string());
            shown
        });
        hooks.collect()
    }

    /// The deliveries to one hook, or to all, in the order in which they came.
    pub(crate) fn received<'a>(
        &'a self,
        hook: Option<&'a str>,
    ) -> impl Iterator<Item = &'a Received> {
        let of = move |one: &&Received| hook.is_none_or(|hook| one.hook == hook);
        self.received.iter().filter(of)
    }

    /// The most deliveries that a hook took within one second.
    pub(crate) fn greatest_rate(&self) -> u32 {
        self.quotas.greatest_rate()
    }

    fn success(&mut self) -> Answer {
        let mut id = || {
            self.answers += 1;
            Uuid::from_u64_pair(self.seed, self.answers).to_string()
        };
        let (id, attempt, request) = (id(), id(), id());
        let told =
            json!({"status": "success", "id": id, "attempt": attempt, "request_id": request});
        Answer::ok(&told)
    }
}

/// A body as a Zap sees it.
fn read(incoming: &Incoming) -> Option<Value> {
    let body = &incoming.body[..];
    if incoming.is_json {
        return serde_json::from_slice(body).ok();
    }
    let text = std::str::from_utf8(body).ok()?;
    if text.trim_start().starts_with('<') {
        return Some(json!({ "raw": text }));
    }
    if !text.contains('=') {
        return None;
    }
    let pairs = pairs(body).into_iter();
    Some(pairs.map(|(name, value)| (name, json!(value))).collect())
}

/// What the vendor says of a hook that was deleted.
pub(crate) fn gone() -> Answer {
    refusal(StatusCode::GONE, "this hook is not subscribed any more")
}

/// What the vendor says when it has had too many.
pub(crate) fn too_many(seconds: u32) -> Answer {
    refusal(StatusCode::TOO_MANY_REQUESTS, "too many requests")
        .with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
}

/// A refusal in the vendor's form.
pub(crate) fn refusal(status: StatusCode, message: &str) -> Answer {
    Answer::json(status, &json!({"status": "error", "errors": [message]}))
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    fn call(body: &str) -> Incoming {
        Incoming::example(Method::POST, "/hooks/catch/1/a", body.to_owned())
    }

    #[test]
    fn a_zap_that_is_off_answers_as_if_it_were_on() {
        let mut inbox = Inbox::new(1);
        let hook: Address = "catch/1/a".parse().unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let on = inbox.take(&hook, &call("{}"), now);
        inbox.switch(&hook, State::Off);
        let off = inbox.take(&hook, &call("{}"), now);
        assert_eq!(on.read()["status"], off.read()["status"]);
        assert_eq!(inbox.received(None).count(), 1);
    }

    #[test]
    fn a_list_starts_one_zap_for_each_of_its_members() {
        let mut inbox = Inbox::new(1);
        let hook: Address = "catch/1/a".parse().unwrap();
        inbox.take(&hook, &call("[{\"a\":1},{\"a\":2}]"), Timestamp::UNIX_EPOCH);
        assert_eq!(inbox.received(Some("catch/1/a")).next().unwrap().starts, 2);
    }

    #[test]
    fn what_cannot_be_read_starts_nothing() {
        let mut inbox = Inbox::new(1);
        let hook: Address = "catch/1/a".parse().unwrap();
        let answer = inbox.take(&hook, &call("{\"a\":"), Timestamp::UNIX_EPOCH);
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(inbox.received(None).count(), 0);
    }
}
