//! One request and its answer.

use std::fmt::{Debug, Formatter, Result as Shown};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use reqwest::Url;

use super::target::Reach;
use crate::base::Secret;

/// A request that is ready to go. Its `Debug` shows neither query nor body, which hold records.
#[derive(Clone)]
pub struct Call {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) reach: Reach,
    pub(super) bearer: Option<Secret>,
    pub(super) headers: HeaderMap,
    pub(super) basic: Option<(String, Secret)>,
    pub(super) json: Option<Bytes>,
    pub(super) form: Option<Bytes>,
    pub(super) purpose: Purpose,
    /// Whether the path is a secret, too.
    pub(super) path_is_secret: bool,
}

/// What a call is for, for the log and the metrics.
#[derive(Clone, Copy, Debug)]
pub(super) struct Purpose {
    pub(super) provider: &'static str,
    pub(super) operation: &'static str,
    pub(super) waited: Duration,
}

impl Call {
    pub(super) fn new(method: Method, url: Url, reach: Reach) -> Self {
        Self {
            method,
            url,
            reach,
            bearer: None,
            headers: HeaderMap::new(),
            basic: None,
            json: None,
            form: None,
            purpose: Purpose {
                provider: "none",
                operation: "none",
                waited: Duration::ZERO,
            },
            path_is_secret: false,
        }
    }

    /// Adds a parameter to the query.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    /// Adds a segment to the path that is percent-encoded already, as some vendors' ids are.
    #[must_use]
    pub fn escaped_segment(mut self, segment: &str) -> Self {
        // It is one segment of this path, whatever a vendor has written into it.
        let foreign = |c: char| matches!(c, '/' | '\\' | '?' | '#');
        let safe = segment.replace(foreign, "");
        let unfolded = safe.to_ascii_lowercase().replace("%2e", ".");
        let safe = if matches!(unfolded.as_str(), "." | "..") {
            ""
        } else {
            &safe
        };
        let path = format!("{}/{safe}", self.url.path());
        self.url.set_path(&path);
        self
    }

    /// Sends this header, which holds no secret.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sends this token in the `Authorization` header.
    #[must_use]
    pub fn bearer(mut self, token: &Secret) -> Self {
        self.bearer = Some(token.clone());
        self
    }

    /// Shows a client's name and secret in the `Authorization` header (RFC 7617).
    #[must_use]
    pub fn basic(mut self, name: &str, secret: &Secret) -> Self {
        self.basic = Some((name.to_owned(), secret.clone()));
        self
    }

    /// Sends these pairs as the body, encoded as a form.
    #[must_use]
    pub fn form(mut self, pairs: &[(&str, &str)]) -> Self {
        let mut url = self.url.clone();
        url.query_pairs_mut().clear().extend_pairs(pairs);
        let form = url.query().unwrap_or_default();
        self.form = Some(Bytes::copy_from_slice(form.as_bytes()));
        self
    }

    /// Sends this JSON as the body.
    #[must_use]
    pub fn json(mut self, body: impl Into<Bytes>) -> Self {
        self.json = Some(body.into());
        self
    }

    /// Says that the path is a secret: who knows it needs no other.
    #[must_use]
    pub fn secret_path(mut self) -> Self {
        self.path_is_secret = true;
        self
    }

    /// The token that it shows.
    pub fn token(&self) -> Option<&Secret> {
        self.bearer.as_ref()
    }

    /// Says for the log what the call is for, in words of the code's own, and for how long it has
    /// waited for its turn.
    #[must_use]
    pub fn purpose(
        mut self,
        provider: &'static str,
        operation: &'static str,
        waited: Duration,
    ) -> Self {
        self.purpose = Purpose {
            provider,
            operation,
            waited,
        };
        self
    }

    /// The headers beside that of the token.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The address with its query.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The body; empty when there is none.
    pub fn body(&self) -> &[u8] {
        let body = self.json.as_deref().or(self.form.as_deref());
        body.unwrap_or_default()
    }
}

impl Debug for Call {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        let host = self.url.host_str().unwrap_or_default();
        let path = if self.path_is_secret {
            "/…"
        } else {
            self.url.path()
        };
        write!(f, "{} {host}{path}", self.method)
    }
}

/// An answer, read whole. Its `Debug` does not show the body.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// The time from the first byte sent to the last one read.
    pub took: Duration,
}

impl Debug for Answer {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        write!(f, "{} with {} bytes", self.status, self.body.len())
    }
}
