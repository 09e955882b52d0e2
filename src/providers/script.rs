//! A vendor that answers what a test says, such as no honest one does.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::{Access, AdsApi, Alone, Errand, Fixed, Gate, Pace};
use crate::base::{Clock, Secret};
use crate::net::{Answer, Call, Error, Network, Target};

/// What a call is answered with: a status and a body.
pub(super) type Told = (u16, String);

/// The calls that were made: method, path with query, and body.
#[derive(Clone, Default)]
pub(super) struct Calls(Arc<Mutex<Vec<String>>>);

impl Calls {
    pub(super) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

struct Script<F> {
    answer: F,
    calls: Calls,
}

/// More calls than this are a list that never ends.
const MOST_CALLS: usize = 50;

impl<F: Fn(&str) -> Told + Send + Sync> Network for Script<F> {
    fn send(&self, call: Call) -> BoxFuture<'_, Result<Answer, Error>> {
        let url = call.url();
        let query = url.query().unwrap_or_default();
        let body = String::from_utf8_lossy(call.body());
        let told = format!("{} {}?{query} {body}", call.method(), url.path());
        let (status, body) = (self.answer)(&told);
        let mut calls = self.calls.0.lock().unwrap();
        calls.push(told);
        assert!(calls.len() < MOST_CALLS, "it would never end: {calls:?}");
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::from(body),
            took: Duration::ZERO,
        };
        async { Ok(answer) }.boxed()
    }
}

/// An errand that ends once so many calls have left.
pub(super) struct Short {
    left: AtomicU32,
    ended: CancellationToken,
}

impl Short {
    pub(super) fn of(calls: u32) -> Arc<Self> {
        let left = AtomicU32::new(calls);
        let ended = CancellationToken::new();
        Arc::new(Self { left, ended })
    }
}

impl Errand for Short {
    fn ended(&self) -> BoxFuture<'_, ()> {
        self.ended.cancelled().boxed()
    }

    fn leaves(&self) {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.ended.cancel();
        }
    }
}

/// The way to a vendor that answers each call, told as [`Calls`] keeps it, with what `answer` says.
pub(super) fn access(answer: impl Fn(&str) -> Told + Send + Sync + 'static) -> (Access, Calls) {
    let calls = Calls::default();
    let network = Script {
        answer,
        calls: calls.clone(),
    };
    let access = Access {
        target: Target::vendor("vendor.example"),
        network: Arc::new(network),
        gate: Arc::new(Gate::new(Clock::manual(Timestamp::UNIX_EPOCH), Pace::Free)),
        account: String::new(),
        tokens: Arc::new(Fixed(Secret::from("token".to_owned()))),
        errand: Arc::new(Alone),
        settles_after: Duration::ZERO,
        ads: AdsApi::default(),
    };
    (access, calls)
}
