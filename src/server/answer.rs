//! An answer's body, handed out piece by piece.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use hyper::body::{Body, Frame, SizeHint};

use super::activity::Open;

/// A piece at most. The next is asked for only when this one is on its way, so that a client which
/// takes little shows, over HTTP/2 too, where its window stalls one stream and not the connection.
const PIECE_BYTES: usize = 16 * 1024;

/// An answer's body; its request counts as open until it is sent.
pub(super) struct Answer {
    body: BoxBody<Bytes, io::Error>,
    /// What was taken of the body and not handed out yet.
    rest: Bytes,
    open: Open,
}

impl Answer {
    pub(super) fn new(body: BoxBody<Bytes, io::Error>, open: Open) -> Self {
        let rest = Bytes::new();
        Self { body, rest, open }
    }

    fn hand_out(&mut self) -> Frame<Bytes> {
        self.open.hand_out();
        let length = self.rest.len().min(PIECE_BYTES);
        Frame::data(self.rest.split_to(length))
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = &mut *self;
        this.open.taken();
        if this.rest.is_empty() {
            let frame = ready!(Pin::new(&mut this.body).poll_frame(context));
            let frame = match frame {
                Some(Ok(frame)) => frame,
                end => return Poll::Ready(end),
            };
            match frame.into_data() {
                Ok(bytes) => this.rest = bytes,
                Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
            }
        }
        Poll::Ready(Some(Ok(this.hand_out())))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (rest, body) = (self.rest.len() as u64, self.body.size_hint());
        let mut hint = SizeHint::new();
        hint.set_lower(body.lower() + rest);
        if let Some(upper) = body.upper() {
            hint.set_upper(upper + rest);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http_body_util::{BodyExt as _, Full};
    use tokio::time::timeout;

    use super::super::activity::Activity;
    use super::*;

    fn answer(length: usize) -> (Answer, Activity) {
        let activity = Activity::new();
        let body = Full::new(Bytes::from(vec![7; length]));
        let body = BoxBody::new(body.map_err(|never| match never {}));
        (Answer::new(body, activity.begin()), activity)
    }

    #[tokio::test]
    async fn a_large_body_comes_in_pieces_and_whole() {
        let (mut answer, _activity) = answer(3 * PIECE_BYTES + 1);
        let mut lengths = Vec::new();
        while let Some(frame) = answer.frame().await {
            lengths.push(frame.unwrap().into_data().unwrap().len());
            let left = answer.size_hint().exact().unwrap();
            let sent: usize = lengths.iter().sum();
            assert_eq!(left, (3 * PIECE_BYTES + 1 - sent) as u64);
        }
        assert_eq!(lengths, [PIECE_BYTES, PIECE_BYTES, PIECE_BYTES, 1]);
        assert!(answer.is_end_stream());
    }

    #[tokio::test]
    async fn a_piece_that_is_not_taken_shows_and_one_that_is_does_not() {
        let (mut answer, activity) = answer(3 * PIECE_BYTES);
        let span = Duration::from_millis(30);
        let stuck = || timeout(Duration::from_millis(300), activity.stuck_for(span));
        assert!(stuck().await.is_err());
        answer.frame().await.unwrap().unwrap();
        assert!(stuck().await.is_ok());
        drop(answer);
        assert!(stuck().await.is_err());
    }
}
