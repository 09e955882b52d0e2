//! Carries a request with an `Idempotency-Key` out once, however often it is sent (IETF draft "The
//! Idempotency-Key HTTP Header Field").

use std::sync::Arc;

use poem::http::{HeaderName, HeaderValue, Method, StatusCode};
use poem::{Request, Response};
use sha2::{Digest as _, Sha256};

use super::caller::Visitor;
use super::error::{ApiError, Code};
use crate::base::{Actor, Clock, Party, Receipt};
use crate::receipts::{Answer, Claim, Receipts, Ticket};

/// The header that names a request.
pub(crate) const KEY: &str = "idempotency-key";
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const LONGEST: usize = 255;

/// The operations that take a key: those that make something which stays, and show no secret.
/// `*` stands for an id.
pub(crate) const PATHS: [&str; 13] = [
    "/users",
    "/datasets",
    "/datasets/*/shares",
    "/datasets/*/batch",
    "/datasets/*/exports",
    "/connections",
    "/sites",
    "/syncs",
    "/syncs/*/runs",
    "/syncs/*/plans",
    "/plans/*/runs",
    "/runs/*/retry",
    "/runs/*/undo",
];

/// How a request goes on.
pub(crate) enum Way {
    /// As any other.
    Plain,
    /// It is carried out, and its answer is kept.
    Once(Ticket),
    /// It was carried out before.
    Again(Response),
}

/// Finds out how a request goes on; the visitor's acts are to leave a receipt when it is new.
pub(crate) async fn way(
    receipts: &Receipts,
    clock: &Clock,
    request: &mut Request,
    visitor: &mut Visitor,
) -> Result<Way, ApiError> {
    let Some(name) = request.headers().get(KEY).cloned() else {
        return Ok(Way::Plain);
    };
    // A read may be sent as often as one likes, with a key or without.
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads || visitor.actor.party == Party::Anonymous {
        return Ok(Way::Plain);
    }
    let Some(origin) = &visitor.actor.origin else {
        return Ok(Way::Plain);
    };
    let name = checked(request.method(), &origin.path, &name)?;
    let body = request.take_body().into_bytes().await;
    let body = body.map_err(poem::Error::from)?;
    let receipt = Receipt {
        key: key_of(&visitor.actor, &origin.path, &name),
        request: origin.request,
        content: content_of(visitor, request, &body),
        at: clock.now(),
    };
    request.set_body(body);
    match receipts.claim(receipt)? {
        Claim::Mine(ticket) => {
            let mut actor = Actor::clone(&visitor.actor);
            if let Some(origin) = &mut actor.origin {
                origin.receipt = Some(ticket.receipt());
            }
            visitor.actor = Arc::new(actor);
            Ok(Way::Once(ticket))
        }
        Claim::Done(answer) => Ok(Way::Again(again(answer))),
        Claim::Lost => Err(plain(Code::IdempotencyAnswerLost)),
        Claim::Other => Err(plain(Code::IdempotencyKeyReused)),
        Claim::UnderWay => Err(plain(Code::IdempotencyInProgress)),
    }
}

/// Keeps what the request was answered. One that was refused has changed nothing and is tried anew
/// when it is sent again.
pub(crate) async fn keep(
    ticket: Ticket,
    outcome: Result<Response, ApiError>,
) -> Result<Response, ApiError> {
    match outcome {
        Ok(mut response) if response.status().is_success() => {
            let status = response.status().as_u16();
            let body = response.take_body().into_string().await;
            let body = body.map_err(poem::Error::from)?;
            response.set_body(body.clone());
            ticket.keep(Answer { status, body }).await;
            Ok(response)
        }
        Err(error) if error.code() == Code::Conflict && ticket.was_carried_out()? => {
            Err(plain(Code::IdempotencyAnswerLost))
        }
        outcome => outcome,
    }
}

fn again(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = Response::builder()
        .status(status)
        .content_type("application/json; charset=utf-8")
        .body(answer.body);
    let yes = HeaderValue::from_static("true");
    response.headers_mut().insert(REPLAYED, yes);
    response
}

fn plain(code: Code) -> ApiError {
    ApiError::new(code, code.entry().remedy)
}

/// The key as text. Errs where none is taken: whoever sends one relies on it.
fn checked(method: &Method, path: &str, key: &HeaderValue) -> Result<String, ApiError> {
    let refused = |message: &str| Err(ApiError::invalid("Idempotency-Key", message));
    let takes_one = method == Method::POST && path.strip_prefix("/api/v1").is_some_and(takes_key);
    if !takes_one {
        return refused("is not taken by this operation; see the handbook for those that take one");
    }
    match key.to_str() {
        Ok(text) if (1..=LONGEST).contains(&text.len()) => Ok(text.to_owned()),
        _ => refused("has 1 to 255 printable ASCII characters"),
    }
}

fn takes_key(path: &str) -> bool {
    PATHS.iter().any(|pattern| {
        let (mut parts, mut wanted) = (path.split('/'), pattern.split('/'));
        loop {
            match (parts.next(), wanted.next()) {
                (None, None) => return true,
                (Some(part), Some(want)) if want == "*" || part == want => {}
                _ => return false,
            }
        }
    })
}

/// A key is its user's and its route's.
fn key_of(by: &Actor, path: &str, name: &str) -> [u8; 32] {
    let user = by.user().map(|user| *user.as_bytes()).unwrap_or_default();
    hash(&[&user, path.as_bytes(), name.as_bytes()])
}

/// What was sent, and what the sender may do: somebody who may do less gets no answer that was
/// another's.
fn content_of(visitor: &Visitor, request: &Request, body: &[u8]) -> [u8; 32] {
    let permissions: String = visitor
        .permissions()
        .iter()
        .map(|permission| permission.name())
        .collect();
    let query = request.uri().query().unwrap_or_default();
    hash(&[permissions.as_bytes(), query.as_bytes(), body])
}

/// The SHA-256 of the parts, each after its length.
fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_makes_something_that_stays_takes_a_key() {
        for (path, expected) in [
            ("/datasets", true),
            ("/datasets/0199/batch", true),
            ("/datasets/0199/lookup", false),
            ("/syncs/0199/runs", true),
            ("/plans/0199/runs", true),
            ("/runs/0199/cancel", false),
            ("/datasets/0199", false),
            ("/datasets/0199/imports", false),
            ("/datasets/0199/exports", true),
            ("/tokens", false),
            ("/syncs/proposal", false),
            ("", false),
        ] {
            assert_eq!(takes_key(path), expected, "{path}");
        }
    }

    #[test]
    fn parts_cannot_run_into_each_other() {
        assert_ne!(hash(&[b"ab", b"c"]), hash(&[b"a", b"bc"]));
    }
}
