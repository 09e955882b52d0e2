//! Bounds what a request may send, while it is read: a declared length alone proves nothing.

use std::io;

use futures_util::StreamExt as _;
use poem::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH};
use poem::{Body, Request};

use super::cors;
use super::error::{ApiError, Code};

/// The body went past the limit, in bytes.
#[derive(Debug, thiserror::Error)]
#[error("the body is larger than {0} bytes")]
pub(crate) struct TooLarge(u64);

impl TooLarge {
    /// Finds it among the causes for which reading a body stopped.
    pub(crate) fn among(error: &io::Error) -> Option<&Self> {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
        while let Some(error) = cause {
            if let Some(found) = error.downcast_ref() {
                return Some(found);
            }
            cause = match error.downcast_ref::<io::Error>() {
                Some(io) => io.get_ref().map(|inner| inner as _),
                None => error.source(),
            };
        }
        None
    }
}

impl From<&TooLarge> for ApiError {
    fn from(error: &TooLarge) -> Self {
        Self::new(
            Code::TooLarge,
            format!("{error}; see the import operation for files."),
        )
    }
}

/// Refuses a request that declares more than `limit` bytes, and stops one that sends more. One
/// whose body is packed is refused at once: nothing here unpacks what a stranger has packed.
///
/// Operations that stream a file may read any amount: they bound what they keep.
pub(crate) fn bound(request: &mut Request, limit: u64) -> Result<(), ApiError> {
    if is_packed(request) {
        let detail = "The body has a content coding; send it as it is.";
        let error = ApiError::new(Code::UnsupportedMediaType, detail);
        // Which codings would do (RFC 9110, 15.5.16).
        return Err(error.header(ACCEPT_ENCODING, "identity"));
    }
    if streams(request.uri().path()) {
        return Ok(());
    }
    if declared(request).is_some_and(|length| length > limit) {
        return Err((&TooLarge(limit)).into());
    }
    let body = request.take_body();
    request.set_body(limited(body, limit));
    Ok(())
}

fn is_packed(request: &Request) -> bool {
    let codings = request.headers().get_all(CONTENT_ENCODING).iter();
    codings
        .into_iter()
        .any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// Whether the operation reads a file of any size, or bounds by itself what it reads.
fn streams(path: &str) -> bool {
    let imports = ["/api/v1/datasets/", "/api/v1/sites/"];
    let imports = imports.iter().any(|of| path.starts_with(of)) && path.ends_with("/imports");
    path == cors::EVENTS || imports
}

fn declared(request: &Request) -> Option<u64> {
    let length = request.headers().get(CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

fn limited(body: Body, limit: u64) -> Body {
    let mut left = limit;
    Body::from_bytes_stream(body.into_bytes_stream().map(move |chunk| {
        let chunk = chunk?;
        match left.checked_sub(chunk.len() as u64) {
            Some(rest) => {
                left = rest;
                Ok(chunk)
            }
            None => Err(io::Error::other(TooLarge(limit))),
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn sent(bytes: usize, limit: u64) -> Result<usize, ApiError> {
        let chunks = (0..bytes).map(|_| Ok::<_, io::Error>("x"));
        let body = Body::from_bytes_stream(futures_util::stream::iter(chunks));
        let read = limited(body, limit).into_vec().await;
        read.map(|read| read.len())
            .map_err(|error| poem::Error::from(error).into())
    }

    #[tokio::test]
    async fn a_body_of_the_limit_passes_and_one_more_byte_does_not() {
        assert_eq!(sent(10, 10).await.unwrap(), 10);
        assert_eq!(sent(11, 10).await.unwrap_err().code(), Code::TooLarge);
    }

    #[test]
    fn a_declared_length_is_refused_before_anything_is_read() {
        let request = Request::builder().header(CONTENT_LENGTH, 11);
        assert!(bound(&mut request.finish(), 10).is_err());
    }

    #[test]
    fn an_import_may_be_of_any_size() {
        for of in ["datasets", "sites"] {
            let request = Request::builder()
                .uri_str(format!("/api/v1/{of}/1/imports"))
                .header(CONTENT_LENGTH, 1_u64 << 40);
            assert!(bound(&mut request.finish(), 10).is_ok(), "{of}");
        }
    }
}
