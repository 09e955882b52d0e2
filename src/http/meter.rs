//! Chooses the limit that a request counts against, and tells how much of it is left.

use poem::Response;
use poem::http::{HeaderName, HeaderValue, Method, header};

use crate::base::{Actor, Party, Scope};
use crate::config::Rate;
use crate::connections::Kind;
use crate::limits::{Counted, Key, Limits, Policy, Refused, Standing};

use super::cors;
use super::error::{ApiError, Code};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STANDING: HeaderName = HeaderName::from_static("ratelimit");

/// Takes one unit of the limit that the request counts against.
///
/// Files of the UI and health checks count against none, nor does whoever sits at the machine.
pub(crate) fn take(
    limits: &Limits,
    method: &Method,
    path: &str,
    by: &Actor,
) -> Result<Option<Standing>, ApiError> {
    let Some(operation) = path.strip_prefix("/api/") else {
        return Ok(None);
    };
    // Counted by their key, once it is known.
    if cors::brings_events(method, path) {
        return Ok(None);
    }
    let address = by.origin.as_ref().and_then(|origin| origin.ip);
    let counted = match (&by.party, address) {
        // Whoever has an account of their own guesses no faster than a stranger.
        (Party::User { .. } | Party::Anonymous, Some(address))
            if tries_a_secret(method, operation) =>
        {
            Some((Policy::Authentication, Key::of(address)))
        }
        (Party::Anonymous, Some(address)) if *method == Method::OPTIONS && path == cors::EVENTS => {
            Some((Policy::EventSenders, Key::of(address)))
        }
        (Party::Anonymous, Some(address)) if opens_a_link(method, operation) => {
            Some((Policy::LinkOpeners, Key::of(address)))
        }
        (Party::User { id, .. }, _) => Some((policy(method, operation), Key::User(*id))),
        (Party::Anonymous, Some(address)) => Some((Policy::OpenCalls, Key::of(address))),
        _ => None,
    };
    let told = cors::told(path, by);
    let taken = counted.map(|(policy, key)| limits.take(policy, key, &told));
    Ok(taken.transpose()?)
}

/// Whether a refusal has counted where the route knew what it counts against.
pub(crate) fn has_counted(error: &ApiError) -> bool {
    error.has_header(&POLICY)
}

/// Takes a unit, by address, for a refusal of a call that counts against no limit; whether one was
/// left. The book is told of it as `told` says.
pub(crate) fn counts_otherwise(limits: &Limits, by: &Actor, told: &Actor) -> bool {
    let address = by.origin.as_ref().and_then(|origin| origin.ip);
    address.is_none_or(|address| {
        let taken = limits.take(Policy::OpenCalls, Key::of(address), told);
        taken.is_ok()
    })
}

/// Where a caller stands with every limit: none where nothing is counted for them.
pub(crate) fn standings(limits: &Limits, by: &Actor) -> Vec<(Policy, Rate, Option<Standing>)> {
    let user = Scope::of(by).map(|scope| Key::User(scope.owner()));
    let address = by.origin.as_ref().and_then(|origin| origin.ip);
    let address = address.map(Key::of);
    let standing = |(policy, rate): (Policy, Rate)| {
        let key = match policy.counted() {
            Counted::ByUser => user,
            Counted::ByAddress => address,
            Counted::ByInlet | Counted::ByWriteKey | Counted::ByLink => None,
        };
        (policy, rate, key.map(|key| limits.look(policy, key)))
    };
    limits.policies().map(standing).collect()
}

/// The limit of the provider that a sync is started with. No `_` arm: a new one must choose.
pub(crate) fn sync_starts(provider: Kind) -> Policy {
    match provider {
        Kind::Airtable => Policy::SyncStartsAirtable,
        Kind::Notion => Policy::SyncStartsNotion,
        // No sync goes to Meta or to Google; their word is that of the others which only take.
        Kind::Zapier | Kind::Meta | Kind::Google => Policy::SyncStartsZapier,
    }
}

/// What a user's call counts against.
fn policy(method: &Method, operation: &str) -> Policy {
    let last = operation.rsplit('/').next().unwrap_or_default();
    match (method, last) {
        (&Method::GET | &Method::POST, "export") if !operation.contains("/exports/") => {
            Policy::Exports
        }
        (&Method::POST, "exports") => Policy::Exports,
        (&Method::POST, "imports") => Policy::Imports,
        (&Method::GET, "overview" | "answer" | "costs" | "goal-figures")
        | (
            &Method::POST,
            "rebuild" | "reports" | "together" | "funnels" | "attribution" | "cohorts" | "journeys"
            | "find" | "erase",
        ) => Policy::Analytics,
        (&Method::GET, "realtime" | "health") => Policy::Live,
        (&Method::POST, "runs" | "retry" | "undo" | "plans") => Policy::SyncStarts,
        _ => Policy::ApiCalls,
    }
}

/// Whether the call tries a password or a set-up link. Somebody who has got hold of a session tries
/// passwords where they are changed.
fn tries_a_secret(method: &Method, operation: &str) -> bool {
    let ways = ["v1/auth/login", "v1/auth/token", "v1/setup"];
    let changes = method == Method::PUT && operation == "v1/auth/password";
    changes || method == Method::POST && ways.contains(&operation)
}

/// Whether the call is that of whoever has a link.
fn opens_a_link(method: &Method, operation: &str) -> bool {
    method == Method::POST && operation == "v1/shared/overview"
}

/// Tells with any outcome where the caller stands (IETF draft "RateLimit header fields for HTTP").
/// A refusal by a tighter limit has told where that stands.
pub(crate) fn tell(
    standing: &Standing,
    outcome: Result<Response, ApiError>,
) -> Result<Response, ApiError> {
    match outcome {
        Ok(mut response) => {
            for (name, value) in fields(standing) {
                if let Ok(value) = HeaderValue::from_str(&value) {
                    response.headers_mut().insert(name, value);
                }
            }
            Ok(response)
        }
        Err(error) => Err(stand(standing, error)),
    }
}

/// The same for a refusal.
pub(crate) fn stand(standing: &Standing, error: ApiError) -> ApiError {
    if error.code() == Code::RateLimited {
        return error;
    }
    let add = |error: ApiError, (name, value): (_, String)| error.header(name, &value);
    fields(standing).into_iter().fold(error, add)
}

/// The headers that tell where a caller stands.
pub(crate) fn fields(standing: &Standing) -> [(HeaderName, String); 2] {
    let name = standing.policy.name();
    let (quota, window) = (standing.rate.burst, standing.rate.per.as_secs().max(1));
    let (remaining, reset) = (standing.remaining, whole_seconds(standing.whole_in));
    [
        (POLICY, format!("{name:?};q={quota};w={window}")),
        (STANDING, format!("{name:?};r={remaining};t={reset}")),
    ]
}

/// Rounded up: whoever waits that long is let through.
pub(crate) fn whole_seconds(span: std::time::Duration) -> u64 {
    span.as_secs() + u64::from(span.subsec_nanos() > 0)
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        let seconds = whole_seconds(refused.retry_after);
        let detail = format!("{refused}; it reopens in {seconds} s.");
        let error = Self::new(Code::RateLimited, detail)
            .member("limit", refused.standing.policy.name().into())
            .header(header::RETRY_AFTER, &seconds.to_string());
        fields(&refused.standing)
            .into_iter()
            .fold(error, |error, (name, value)| error.header(name, &value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn costly_operations_have_limits_of_their_own() {
        for (method, operation, expected) in [
            (Method::GET, "v1/datasets", Policy::ApiCalls),
            (Method::GET, "v1/datasets/1/export", Policy::Exports),
            (Method::POST, "v1/datasets/1/exports", Policy::Exports),
            (Method::GET, "v1/datasets/1/exports", Policy::ApiCalls),
            (Method::POST, "v1/sites/1/reports/export", Policy::Exports),
            (Method::GET, "v1/sites/1/events/export", Policy::Exports),
            (Method::POST, "v1/datasets/1/imports", Policy::Imports),
            (Method::GET, "v1/datasets/1/imports", Policy::ApiCalls),
            (Method::POST, "v1/syncs/1/runs", Policy::SyncStarts),
            (Method::POST, "v1/runs/1/retry", Policy::SyncStarts),
            (Method::POST, "v1/runs/1/undo", Policy::SyncStarts),
            (Method::POST, "v1/syncs/1/plans", Policy::SyncStarts),
            (Method::GET, "v1/runs", Policy::ApiCalls),
            (Method::GET, "v1/sites/1/overview", Policy::Analytics),
            (Method::POST, "v1/sites/1/rebuild", Policy::Analytics),
            (Method::POST, "v1/sites/1/reports", Policy::Analytics),
            (
                Method::POST,
                "v1/sites/1/reports/together",
                Policy::Analytics,
            ),
            (Method::POST, "v1/sites/1/funnels", Policy::Analytics),
            (
                Method::GET,
                "v1/sites/1/saved-reports/2/answer",
                Policy::Analytics,
            ),
            (Method::POST, "v1/sites/1/attribution", Policy::Analytics),
            (Method::GET, "v1/sites/1/realtime", Policy::Live),
            (Method::GET, "v1/health", Policy::Live),
            (Method::POST, "v1/sites/1/cohorts", Policy::Analytics),
            (Method::POST, "v1/sites/1/journeys", Policy::Analytics),
            (Method::POST, "v1/sites/1/visitors/erase", Policy::Analytics),
            (Method::GET, "v1/sites", Policy::ApiCalls),
        ] {
            assert_eq!(policy(&method, operation), expected, "{operation}");
        }
        assert!(tries_a_secret(&Method::POST, "v1/auth/login"));
        assert!(tries_a_secret(&Method::POST, "v1/auth/token"));
        assert!(!tries_a_secret(&Method::POST, "v1/auth/token/refresh"));
        assert!(!tries_a_secret(&Method::GET, "v1/setup"));
    }

    #[test]
    fn whoever_waits_as_told_is_not_too_early() {
        assert_eq!(whole_seconds(Duration::from_millis(1)), 1);
        assert_eq!(whole_seconds(Duration::from_mins(1)), 60);
    }
}
