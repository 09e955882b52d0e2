//! Packs answers of JSON and CSV on their way out, where that tells nobody anything.
//!
//! How small an answer gets depends on what in it repeats. Whoever can put a text of their own beside
//! a secret, and sees the length, learns the secret letter by letter (the attack called BREACH). So
//! answers that hold one are never packed: what signs in, sets up, sets a cookie or makes something.

use std::io::{self, Write as _};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::Stream;
use http_body_util::BodyExt as _;
use http_body_util::combinators::BoxBody;
use hyper::body::Body as _;
use poem::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderMap, SET_COOKIE,
    VARY,
};
use poem::http::{HeaderValue, Method};
use poem::{Body, Request, Response};

use super::encoding::takes_gzip;

/// Below this, packing saves no packet on the network.
const LEAST_BYTES: u64 = 1024;

/// So much is packed before others have their turn.
const PIECE_BYTES: usize = 64 * 1024;

/// The types that gain from it. Streams of events are none: each has to arrive when it happens.
const TYPES: [&str; 4] = [
    "application/json",
    "application/problem+json",
    "application/x-ndjson",
    "text/csv",
];

/// Operations whose answers hold secrets.
const SECRET: [&str; 2] = ["/api/v1/auth/", "/api/v1/setup"];

/// Whether the answer to a request may be packed, and whether its sender wants it so.
#[derive(Clone, Copy)]
pub(crate) struct Wish {
    may_be: bool,
    wanted: bool,
}

impl Wish {
    pub(crate) fn of(request: &Request) -> Self {
        let path = request.uri().path();
        let is_secret = SECRET.iter().any(|secret| path.starts_with(secret));
        let accepted = request.headers().get_all(ACCEPT_ENCODING).iter();
        let accepted: Vec<_> = accepted.filter_map(|value| value.to_str().ok()).collect();
        Self {
            may_be: request.method() == Method::GET && !is_secret,
            wanted: takes_gzip(&accepted.join(",")),
        }
    }

    /// The answer as it was wished.
    pub(crate) fn grant(self, mut response: Response) -> Response {
        if !self.may_be || !gains(response.headers()) {
            return response;
        }
        let headers = response.headers_mut();
        headers.append(VARY, HeaderValue::from_static("accept-encoding"));
        if !self.wanted {
            return response;
        }
        let body: BoxBody<Bytes, io::Error> = response.take_body().into();
        let most = body.size_hint().upper();
        if most.is_some_and(|most| most < LEAST_BYTES) {
            response.set_body(Body::from(body));
            return response;
        }
        let headers = response.headers_mut();
        headers.remove(CONTENT_LENGTH);
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        response.set_body(Body::from_bytes_stream(pack(body)));
        response
    }
}

/// Whether an answer with these headers gets smaller, and remains what they say.
///
/// A strong tag and a range speak of the very bytes that were to be sent.
fn gains(headers: &HeaderMap) -> bool {
    let kind = headers.get("content-type");
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let is_strong = |tag: &HeaderValue| !tag.as_bytes().starts_with(b"W/");
    TYPES.contains(&kind)
        && !headers.get(ETAG).is_some_and(is_strong)
        && ![CONTENT_ENCODING, CONTENT_RANGE, SET_COOKIE]
            .iter()
            .any(|name| headers.contains_key(name))
}

/// Packs a body as it comes; a large export is never held as a whole.
fn pack(mut body: BoxBody<Bytes, io::Error>) -> impl Stream<Item = io::Result<Bytes>> {
    async_stream::try_stream! {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        while let Some(frame) = body.frame().await {
            let Ok(mut bytes) = frame?.into_data() else {
                continue;
            };
            while !bytes.is_empty() {
                packer.write_all(&bytes.split_to(bytes.len().min(PIECE_BYTES)))?;
                let ready = std::mem::take(packer.get_mut());
                if ready.is_empty() {
                    tokio::task::yield_now().await;
                } else {
                    yield Bytes::from(ready);
                }
            }
        }
        yield Bytes::from(packer.finish()?);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn wish(method: Method, path: &str, accept: &str) -> Wish {
        let request = Request::builder().method(method).uri_str(path);
        Wish::of(&request.header(ACCEPT_ENCODING, accept).finish())
    }

    fn answer(kind: &str, bytes: usize) -> Response {
        Response::builder()
            .content_type(kind)
            .body(vec![b'7'; bytes])
    }

    fn is_packed(response: &Response) -> bool {
        response.headers().contains_key(CONTENT_ENCODING)
    }

    #[tokio::test]
    async fn what_is_packed_is_the_same_when_it_is_unpacked() {
        let get = wish(Method::GET, "/api/v1/datasets", "gzip");
        for bytes in [1024, PIECE_BYTES - 1, PIECE_BYTES * 3 + 1] {
            let packed = get.grant(answer("application/json; charset=utf-8", bytes));
            assert!(is_packed(&packed));
            assert_eq!(packed.headers()[VARY], "accept-encoding");
            let packed = packed.into_body().into_vec().await.unwrap();
            assert!(packed.len() < bytes / 2);
            let mut plain = Vec::new();
            let mut unpacker = flate2::read::GzDecoder::new(packed.as_slice());
            unpacker.read_to_end(&mut plain).unwrap();
            assert_eq!(plain, vec![b'7'; bytes]);
        }
    }

    #[test]
    fn what_is_small_or_not_wanted_is_left_and_says_that_it_varies() {
        let get = |accept| wish(Method::GET, "/api/v1/datasets", accept);
        for (accept, bytes) in [("gzip", 1023), ("gzip;q=0", 4096), ("", 4096)] {
            let left = get(accept).grant(answer("text/csv", bytes));
            assert!(!is_packed(&left), "{accept}");
            assert_eq!(left.headers()[VARY], "accept-encoding");
        }
    }

    #[test]
    fn secrets_and_what_makes_something_are_never_packed() {
        for (method, path) in [
            (Method::GET, "/api/v1/auth/session"),
            (Method::GET, "/api/v1/setup"),
            (Method::POST, "/api/v1/datasets"),
            (Method::PATCH, "/api/v1/users/1"),
        ] {
            let left = wish(method, path, "gzip").grant(answer("application/json", 4096));
            assert!(!is_packed(&left), "{path}");
        }
        let get = wish(Method::GET, "/api/v1/datasets", "gzip");
        for (name, value) in [
            (SET_COOKIE, "a=b"),
            (ETAG, "\"strong\""),
            (CONTENT_ENCODING, "br"),
            (CONTENT_RANGE, "bytes 0-1/2"),
        ] {
            let mut guarded = answer("application/json", 4096);
            guarded.headers_mut().insert(&name, value.parse().unwrap());
            let left = get.grant(guarded);
            assert_ne!(
                left.headers().get(CONTENT_ENCODING),
                Some(&"gzip".parse().unwrap())
            );
        }
    }

    #[test]
    fn events_and_pictures_are_never_packed() {
        let get = wish(Method::GET, "/api/v1/runs/1/stream", "gzip");
        for kind in ["text/event-stream", "image/png", "application/octet-stream"] {
            assert!(!is_packed(&get.grant(answer(kind, 4096))), "{kind}");
        }
    }
}
