//! Says of each request what became of it, for the metrics.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use poem::http::{Method, StatusCode};
use poem::{PathPattern, Response};
use poem_openapi::OperationId;

use crate::audit::Code;
use crate::base::metrics::{HTTP_DURATION, HTTP_REQUESTS, Label, SIGN_INS};

/// Which route answered a request: an operation by its name, another one by its pattern. A path
/// itself would give as many series as there are records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Route {
    /// The request was refused before it reached one.
    #[default]
    None,
    Operation(&'static str),
    Pattern(Arc<str>),
}

impl Route {
    /// The one that gave this outcome.
    pub(crate) fn of(outcome: &poem::Result<Response>) -> Self {
        let (operation, pattern) = match outcome {
            Ok(answer) => (answer.data::<OperationId>(), answer.data::<PathPattern>()),
            Err(error) => (error.data::<OperationId>(), error.data::<PathPattern>()),
        };
        match (operation, pattern) {
            (Some(OperationId(name)), _) => Self::Operation(name),
            (None, Some(PathPattern(pattern))) => Self::Pattern(Arc::clone(pattern)),
            (None, None) => Self::None,
        }
    }

    fn label(&self) -> Label {
        match self {
            Self::None => "none".into(),
            Self::Operation(name) => (*name).into(),
            Self::Pattern(pattern) => Arc::clone(pattern).into(),
        }
    }
}

/// What counts requests. The series are kept, since finding one by its labels takes a microsecond.
#[derive(Default)]
pub(crate) struct Requests(RwLock<HashMap<Kind, Kept>>);

/// What has a series of its own: the method, the route and the status.
type Kind = (&'static str, Route, StatusCode);

#[derive(Clone)]
struct Kept {
    count: metrics::Counter,
    spans: metrics::Histogram,
}

impl Requests {
    /// Counts a request that was answered.
    pub(crate) fn answered(
        &self,
        method: &Method,
        route: Route,
        status: StatusCode,
        took: Duration,
    ) {
        let kind = (word(method), route, status);
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = known.get(&kind) {
            return kept.add(took);
        }
        drop(known);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let fresh = Kept::of(&kind);
        known.entry(kind).or_insert(fresh).add(took);
    }
}

impl Kept {
    fn of((method, route, status): &Kind) -> Self {
        let (method, route) = (Label::from(*method), route.label());
        let status = status.as_str().to_owned();
        Self {
            count: HTTP_REQUESTS.series([method.clone(), route.clone(), status.into()]),
            spans: HTTP_DURATION.series([method, route]),
        }
    }

    fn add(&self, took: Duration) {
        self.count.increment(1);
        self.spans.record(took.as_secs_f64());
    }
}

/// Counts a session or a token that was no good.
pub(crate) fn refused(code: Code) {
    let outcome = match code {
        Code::TokenRefused => "token_refused",
        _ => "session_refused",
    };
    SIGN_INS.add([outcome.into()], 1);
}

/// Anybody can make up a method.
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_of_somebodys_own_gives_no_series_of_its_own() {
        assert_eq!(word(&Method::PATCH), "PATCH");
        assert_eq!(word(&Method::from_bytes(b"BREW-7").unwrap()), "other");
    }
}
