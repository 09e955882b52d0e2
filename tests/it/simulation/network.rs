//! The network that the appliance calls: a box into which calls are put, until the far side takes
//! them out.

use std::collections::VecDeque;
use std::future::pending;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use poem::http::{HeaderMap, Method};
use tokio::sync::oneshot;
use weighbridge::net::{Answer, Call, Error, Network};

use crate::store::disk::Power;

/// What a caller waits for.
pub(super) type Reply = oneshot::Sender<Result<Answer, Error>>;

/// A call on its way.
pub(super) struct Post {
    pub(super) method: Method,
    /// Path and query.
    pub(super) target: String,
    pub(super) token: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) reply: Reply,
}

impl Post {
    /// Whether it may change a record.
    pub(super) fn writes(&self) -> bool {
        let lists = self.target.ends_with("/listRecords");
        let elsewhere = self.target.starts_with("/v1/") && !self.target.starts_with("/v1/pages");
        self.method != Method::GET && !lists && !elsewhere
    }
}

/// The calls that nobody has taken yet. Clones are the same box.
#[derive(Clone, Default)]
pub(super) struct Posts(Arc<Mutex<VecDeque<Post>>>);

impl Posts {
    pub(super) fn take(&self) -> VecDeque<Post> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    /// The network of a process that lives until the power is cut.
    pub(super) fn line(&self, power: &Power) -> Line {
        Line {
            posts: self.clone(),
            power: power.clone(),
            life: power.life(),
        }
    }
}

/// The network in one life of the process.
pub(super) struct Line {
    posts: Posts,
    power: Power,
    life: u32,
}

impl Network for Line {
    fn send(&self, call: Call) -> BoxFuture<'_, Result<Answer, Error>> {
        async move {
            if self.power.life() != self.life {
                return pending().await; // the dead make no calls
            }
            let (reply, answer) = oneshot::channel();
            let query = call.url().query().map(|query| format!("?{query}"));
            let post = Post {
                method: call.method().clone(),
                target: format!("{}{}", call.url().path(), query.unwrap_or_default()),
                token: call
                    .token()
                    .map(|token| token.expose().to_owned())
                    .unwrap_or_default(),
                headers: call.headers().clone(),
                body: Bytes::copy_from_slice(call.body()),
                reply,
            };
            self.posts.0.lock().unwrap().push_back(post);
            match answer.await {
                Ok(answer) => answer,
                Err(_never) => pending().await,
            }
        }
        .boxed()
    }
}
