//! Opens what a site's own pages may reach from their browsers: where events are sent, and the
//! script that sends them. Everything else is closed to other origins.

use std::borrow::Cow;

use poem::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderName, HeaderValue,
    ORIGIN, VARY,
};
use poem::http::{Method, StatusCode};
use poem::{Request, Response};

use crate::analytics::Analytics;
use crate::base::{Actor, Secret};

/// Where events are sent.
pub(crate) const EVENTS: &str = "/api/v1/events";
/// The script that sends them.
pub(crate) const SCRIPT: &str = "/count.js";

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Whether a request brings events: whoever sends them shows a write key and nothing else.
pub(crate) fn brings_events(method: &Method, path: &str) -> bool {
    method == Method::POST && path == EVENTS
}

/// Who the book is told has called: of a site's visitor neither the address nor the browser, whatever
/// becomes of the call.
pub(crate) fn told<'a>(path: &str, by: &'a Actor) -> Cow<'a, Actor> {
    match path {
        EVENTS => Cow::Owned(by.unseen()),
        _ => Cow::Borrowed(by),
    }
}

/// What is said to a browser of an answer.
pub(crate) enum Opening {
    /// Nothing: it is for our own pages.
    Closed,
    /// Whoever may load it may not read it.
    Loaded,
    /// This origin may read it.
    Read(HeaderValue),
    /// Everybody may.
    ReadByAll,
}

impl Opening {
    /// What the answer to a request is open to.
    pub(crate) fn of(request: &Request, sites: &Analytics) -> Self {
        match request.uri().path() {
            SCRIPT => Self::ReadByAll,
            EVENTS => match request.headers().get(ORIGIN) {
                Some(origin) if admits(request, origin, sites) => Self::Read(origin.clone()),
                _ => Self::Loaded,
            },
            _ => Self::Closed,
        }
    }

    /// Says it, after all else has been.
    pub(crate) fn tell(self, headers: &mut HeaderMap) {
        let allowed = match self {
            Self::Closed => return,
            Self::Loaded => None,
            Self::Read(origin) => {
                headers.append(VARY, HeaderValue::from_static("origin"));
                Some(origin)
            }
            Self::ReadByAll => Some(HeaderValue::from_static("*")),
        };
        headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
        if let Some(origin) = allowed {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        }
    }
}

/// Whether the key in a request's address may be used from an origin. What a browser asks beforehand
/// shows a key nowhere else.
fn admits(request: &Request, origin: &HeaderValue, sites: &Analytics) -> bool {
    let (Some(key), Ok(origin)) = (in_query(request), origin.to_str()) else {
        return false;
    };
    // What the store cannot tell is not opened.
    sites.admits(&Secret::new(key), origin).unwrap_or(false)
}

fn in_query(request: &Request) -> Option<String> {
    let given = request.params::<Vec<(String, String)>>().ok()?;
    let mut keys = given.into_iter().filter(|(name, _)| name == "key");
    keys.next().map(|(_, key)| key)
}

/// Whether a browser asks whether it may send events of a kind for which it has to ask.
pub(crate) fn asks_beforehand(request: &Request) -> bool {
    request.method() == Method::OPTIONS
        && request.uri().path() == EVENTS
        && request.headers().contains_key(ORIGIN)
        && request
            .headers()
            .contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to that (Fetch, "CORS-preflight fetch"): which origins are admitted is said with
/// every answer.
pub(crate) fn told_beforehand() -> Response {
    Response::builder()
        .status(StatusCode::NO_CONTENT)
        .header(ACCESS_CONTROL_ALLOW_METHODS, "POST")
        .header(ACCESS_CONTROL_ALLOW_HEADERS, "content-type")
        .header(ACCESS_CONTROL_MAX_AGE, "7200")
        .finish()
}
