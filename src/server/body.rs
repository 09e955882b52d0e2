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

/// So much of an unread body is read before the answer is given.
const DRAIN_BYTES: usize = 1024 * 1024;

/// So much more of it is read while the answer is on its way.
const LINGER_BYTES: usize = 16 * 1024 * 1024;

/// For so long an unread body is waited for, before the answer and again with it.
const DRAIN_TIME: Duration = Duration::from_secs(2);

/// In each span of patience so much of a body must come, or its end: one that drips holds its
/// connection as long as one that has stopped.
const PACE_BYTES: usize = 1024;

/// The place to which an unread body returns.
#[derive(Clone, Default)]
pub(super) struct Shelf(Arc<Mutex<Option<Incoming>>>);

impl Shelf {
    /// Reads the rest of a body that was given back unread, and throws it away; gives back what did
    /// not come to its end.
    ///
    /// An answer that overtakes the body resets the HTTP/2 stream, and many clients then show
    /// their users the reset and not the answer.
    pub(super) async fn drain(&self) -> Option<Incoming> {
        let rest = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut rest = rest?;
        match timeout(DRAIN_TIME, discard(&mut rest, DRAIN_BYTES)).await {
            Ok(End::Reached) => None,
            Ok(End::NotReached) | Err(_) => Some(rest),
        }
    }
}

/// Reads on while the answer is on its way: whoever has much to send looks up from it only then, and
/// dropping the rest at once would cut them off, answer and all.
pub(super) async fn linger(mut rest: Incoming) {
    // What does not come in time is the client's own loss.
    let _late = timeout(DRAIN_TIME, discard(&mut rest, LINGER_BYTES)).await;
}

/// Whether a body came to its end.
enum End {
    Reached,
    NotReached,
}

async fn discard(body: &mut Incoming, most: usize) -> End {
    let mut left = most;
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        let Some(less) = left.checked_sub(length) else {
            return End::NotReached;
        };
        left = less;
    }
    End::Reached
}

/// A body that fails when too little comes for some time, and returns to its shelf when dropped.
pub(super) struct Lent {
    body: Option<Incoming>,
    shelf: Shelf,
    patience: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
    /// What has come since it was first waited for.
    came: usize,
}

impl Lent {
    pub(super) fn new(body: Incoming, shelf: Shelf, patience: Duration) -> Self {
        Self {
            body: Some(body),
            shelf,
            patience,
            waiting: None,
            came: 0,
        }
    }

    /// Notes what came, and begins anew to wait when it is enough.
    fn note(&mut self, frame: Option<&Frame<Bytes>>) {
        let bytes = frame.and_then(Frame::data_ref).map_or(0, Bytes::len);
        self.came = self.came.saturating_add(bytes);
        if self.came >= PACE_BYTES {
            self.waiting = None;
            self.came = 0;
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
            this.note(frame.as_ref().and_then(|frame| frame.as_ref().ok()));
            return Poll::Ready(frame.map(|frame| frame.map_err(io::Error::other)));
        }
        let patience = this.patience;
        if this.waiting.is_none() {
            this.came = 0;
        }
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
