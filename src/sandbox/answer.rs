//! An answer, and the ways in which it can fail to arrive.
use std::io;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use poem::{Body, Response};
use serde::Serialize;
use serde_json::Value;

/// A whole answer, before anything happens to it on its way.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

/// How much of an answer arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
    Whole,
    /// A complete HTTP answer whose JSON stops half-way.
    Truncated,
    /// The connection is closed in the middle of the body.
    Cut,
    /// The connection is closed without an answer.
    Lost,
}

/// Marks a response that the sandbox's own server does not send; any other server breaks it off
/// before its body begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unanswered;

impl Answer {
    pub(super) fn ok(body: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, body)
    }

    pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("what is shown has text for keys");
        Self::with_type(status, "application/json; charset=utf-8", body)
    }

    pub(super) fn with_type(
        status: StatusCode,
        content_type: &'static str,
        body: impl Into<Bytes>,
    ) -> Self {
        let content_type = (header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self {
            status,
            headers: vec![content_type],
            body: body.into(),
        }
    }

    pub(super) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    pub(super) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The answer to a call for a part of a list, as one that leads back to that part. What was
    /// asked without a place leads on as it should.
    pub(super) fn circling(mut self, asked: &[u8]) -> Self {
        const PLACES: [(&str, &str); 2] = [("offset", "offset"), ("start_cursor", "next_cursor")];
        let json = |body: &[u8]| serde_json::from_slice::<Value>(body).ok();
        if let (Some(asked), Some(mut told)) = (json(asked), json(&self.body)) {
            for (here, next) in PLACES {
                if let (Some(here), Some(next)) = (asked.get(here), told.get_mut(next)) {
                    *next = here.clone();
                }
            }
            self.body = Bytes::from(told.to_string());
        }
        self
    }

    /// A page of Meta's as one whose next page begins where it began itself, at `after`.
    pub(super) fn circling_at(mut self, after: &str) -> Self {
        let told = serde_json::from_slice::<Value>(&self.body).ok();
        if let Some(mut told) =
            told.filter(|told| !after.is_empty() && told.get("paging").is_some())
        {
            told["paging"]["cursors"]["after"] = after.into();
            told["paging"]["next"] = format!("http://127.0.0.1/?after={after}").into();
            self.body = Bytes::from(told.to_string());
        }
        self
    }

    /// The body, for a test to look at.
    #[cfg(test)]
    pub(super) fn read(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("the sandbox answers JSON")
    }

    /// The body, for a test to look at; none when there is none.
    #[cfg(test)]
    pub(super) fn try_read(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Hands the answer to the server, as much of it as arrives.
    pub(super) fn deliver(self, delivery: Delivery) -> Response {
        let Self {
            status,
            headers,
            body,
        } = self;
        let half = body.slice(..body.len() / 2);
        let whole_length = HeaderValue::from(body.len());
        let mut response = Response::builder().status(status).finish();
        response.headers_mut().extend(headers);
        match delivery {
            Delivery::Whole => response.set_body(body),
            Delivery::Truncated => response.set_body(half),
            Delivery::Cut => {
                response
                    .headers_mut()
                    .insert(header::CONTENT_LENGTH, whole_length);
                response.set_body(breaking_off(half));
            }
            Delivery::Lost => {
                response.set_data(Unanswered);
                response
                    .headers_mut()
                    .insert(header::CONTENT_LENGTH, HeaderValue::from(1));
                response.set_body(breaking_off(Bytes::new()));
            }
        }
        response
    }
}

/// A body that ends in an error, upon which the server closes the connection.
fn breaking_off(begun: Bytes) -> Body {
    Body::from_bytes_stream(async_stream::stream! {
        if !begun.is_empty() {
            yield Ok(begun);
            // Lets the server send what it has before it learns that there is no more.
            tokio::task::yield_now().await;
        }
        yield Err(io::Error::other("the sandbox was told to close the connection"));
    })
}
