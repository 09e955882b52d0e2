//! Turns one request of hyper's into poem's, and the answer back.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, EXPECT, TRANSFER_ENCODING};
use http::uri::Scheme;
use http::{HeaderValue, Method, Request, Response, Version};
use http_body_util::BodyExt;
use http_body_util::combinators::BoxBody;
use hyper::body::Incoming;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Endpoint, RequestParts};

use super::activity::Activity;
use super::answer::Answer;
use super::body::{Lent, Shelf, linger};
use crate::base::{Peer, Tasks};

/// What a connection's requests have in common.
pub(super) struct Answering<E> {
    pub(super) endpoint: Arc<E>,
    pub(super) peer: Peer,
    pub(super) local: LocalAddr,
    pub(super) patience: Duration,
    pub(super) activity: Activity,
    pub(super) tasks: Tasks,
}

/// What must be known of a request after it was given away.
struct Manner {
    version: Version,
    head: bool,
    chunked: bool,
    /// The client sends the body only when it is asked to.
    waits: bool,
}

impl<E: Endpoint> Answering<E> {
    /// Answers one request; an error of the endpoint becomes its answer.
    pub(super) async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<Answer>, Infallible> {
        let open = self.activity.begin();
        let manner = Manner::of(&request);
        let unread = Shelf::default();
        let request = self.translate(request, &unread);
        let response = self.endpoint.get_response(request).await;
        if !manner.waits
            && let Some(rest) = unread.drain().await
        {
            self.tasks.start(linger(rest));
        }
        let response = manner.apply(response.into());
        Ok(response.map(|body| Answer::new(body, open)))
    }

    fn translate(&self, request: Request<Incoming>, unread: &Shelf) -> poem::Request {
        let (mut parts, body) = request.into_parts();
        parts.extensions.insert(self.peer);
        let (remote, scheme) = match self.peer {
            Peer::Network { address, tls: true } => (Addr::SocketAddr(address), Scheme::HTTPS),
            Peer::Network {
                address,
                tls: false,
            } => (Addr::SocketAddr(address), Scheme::HTTP),
            Peer::Local { .. } => (Addr::Custom("local", "".into()), Scheme::HTTP),
        };
        let body = Lent::new(body, unread.clone(), self.patience).boxed();
        let parts = RequestParts::from((parts, self.local.clone(), RemoteAddr(remote), scheme));
        poem::Request::from_parts(parts, body.into())
    }
}

impl Manner {
    fn of(request: &Request<Incoming>) -> Self {
        Self {
            version: request.version(),
            head: request.method() == Method::HEAD,
            chunked: request.headers().contains_key(TRANSFER_ENCODING),
            waits: request.headers().contains_key(EXPECT),
        }
    }

    fn apply(
        &self,
        mut response: Response<BoxBody<Bytes, io::Error>>,
    ) -> Response<BoxBody<Bytes, io::Error>> {
        if self.version == Version::HTTP_2 {
            if self.head {
                // A body in answer to HEAD is an error of the protocol (RFC 9113, 8.1).
                *response.body_mut() = poem::Body::empty().into();
            }
        } else if self.chunked {
            // hyper has dropped a Content-Length that came with it. A proxy in front may have read
            // the request by that length, so nothing after it may be trusted (RFC 9112, 6.1).
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
        }
        response
    }
}
