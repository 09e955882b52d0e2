//! A request's body, lent to whoever answers and taken back to be read to its end.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Sleep, sleep, timeout};

/// So much of an unread body is read after the answer is known.
const DRAIN_BYTES: usize = 1024 * 1024;

/// For so long an unread body is waited for after the answer is known.
const DRAIN_TIME: Duration = Duration::from_secs(2);

/// The place to which an unread body returns.
#[derive(Clone, Default)]
pub(super) struct Shelf(Arc<Mutex<Option<Incoming>>>);

impl Shelf {
    /// Reads the rest of a body that was given back unread, and throws it away.
    ///
    /// An answer that overtakes the body resets the HTTP/2 stream, and many clients then show
    /// their users the reset and not the answer.
    pub(super) async fn drain(&self) {
        let rest = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(rest) = rest {
            // What does not come in time is the client's own loss.
            let _late = timeout(DRAIN_TIME, discard(rest)).await;
        }
    }
}

async fn discard(mut body: Incoming) {
    let mut left = DRAIN_BYTES;
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        let Some(less) = left.checked_sub(length) else {
            return;
        };
        left = less;
    }
}

/// A body that fails when nothing comes for some time, and returns to its shelf when dropped.
pub(super) struct Lent {
    body: Option<Incoming>,
    shelf: Shelf,
    patience: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Lent {
    pub(super) fn new(body: Incoming, shelf: Shelf, patience: Duration) -> Self {
        Self {
            body: Some(body),
            shelf,
            patience,
            waiting: None,
        }
    }
}

impl Body for Lent {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = &mut *self;
        let Some(body) = &mut this.body else {
            return Poll::Ready(None);
        };
        if let Poll::Ready(frame) = Pin::new(body).poll_frame(context) {
            this.waiting = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(io::Error::other)));
        }
        let patience = this.patience;
        let waiting = this
            .waiting
            .get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(waiting.as_mut().poll(context));
        // Nothing more is expected of it, neither now nor for draining.
        this.body = None;
        Poll::Ready(Some(Err(io::ErrorKind::TimedOut.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or_else(SizeHint::new, Body::size_hint)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let unread = self.body.take().filter(|body| !body.is_end_stream());
        if let Some(body) = unread {
            *self.shelf.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(body);
        }
    }
}
