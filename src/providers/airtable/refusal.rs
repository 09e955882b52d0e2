//! Reads Airtable's errors, and decides what the caller can do about them.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;

use super::super::{Error, headers};

/// A message of the vendor's is shown no longer than this.
const SHOWN_CHARS: usize = 300;
/// No wait that an answer asks for is longer.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);

/// The three shapes in which errors come (Airtable Web API, "Errors"), and none of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    Object { error: Detail },
    Word { error: String },
    List { errors: Vec<Item> },
}

#[derive(Deserialize)]
struct Detail {
    #[serde(rename = "type")]
    kind: String,
    message: Option<String>,
}

#[derive(Deserialize)]
struct Item {
    error: String,
    message: Option<String>,
}

/// What the vendor said, whichever way.
struct Told {
    /// The status in words, when the vendor itself has not spoken.
    kind: String,
    /// Whether this is the vendor's word: a page of a machine in between is not, nor is half an
    /// answer.
    is_the_vendors: bool,
    message: Option<String>,
}

impl Told {
    fn read(status: StatusCode, body: &[u8]) -> Self {
        let said = match serde_json::from_slice(body) {
            Ok(Body::Object { error }) => Some((error.kind, error.message)),
            Ok(Body::Word { error }) => Some((error, None)),
            Ok(Body::List { errors }) => {
                let first = errors.into_iter().next();
                first.map(|item| (item.error, item.message))
            }
            // A page of a machine in between; it is not shown.
            Err(_not_json) => None,
        };
        let is_the_vendors = said.is_some();
        let (kind, message) = said.unwrap_or_else(|| (status.to_string(), None));
        Self {
            kind,
            is_the_vendors,
            message,
        }
    }

    /// In words, without what could garble a line.
    fn words(&self) -> String {
        let text = match &self.message {
            Some(message) => format!("{message} ({})", self.kind),
            None => self.kind.clone(),
        };
        let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
        plain.take(SHOWN_CHARS).collect()
    }
}

/// What an answer that is no 200 means. `held_until` is asked when the vendor wants to be left
/// alone.
pub(super) fn judge(
    status: StatusCode,
    body: &[u8],
    held_until: impl FnOnce() -> Timestamp,
) -> Error {
    let told = Told::read(status, body);
    match (status.as_u16(), told.kind.as_str()) {
        // It says 429 for both, and only one of them passes.
        (429, "PUBLIC_API_BILLING_LIMIT_EXCEEDED") => Error::BillingLimit,
        (429, _) => Error::RateLimited {
            until: held_until(),
        },
        (401, _) => Error::Unauthorised(told.words()),
        (413, _) => Error::TooLarge,
        // Of a 404 that cannot be read nobody knows whether a record is gone or the table.
        (400..=499, _) if !told.is_the_vendors => Error::TryLater(told.words()),
        (403, "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND") => Error::Gone(told.words()),
        (403, _) => Error::Forbidden(told.words()),
        (422, "ROW_DOES_NOT_EXIST") => Error::RecordGone,
        (404, _) if told.is_about_a_record() => Error::RecordGone,
        (404, _) => Error::Gone(told.words()),
        (422, "UNKNOWN_FIELD_NAME") => Error::SchemaMoved(told.words()),
        (400 | 422, _) => Error::Refused(told.words()),
        (408 | 500..=599, _) => Error::TryLater(told.words()),
        _ => Error::Broken(told.words()),
    }
}

/// For how long the vendor wants to be left alone, if it says so of trouble of its own.
pub(super) fn told_pause(headers: &HeaderMap) -> Option<Duration> {
    headers::told_pause(headers, LONGEST_PAUSE)
}

impl Told {
    fn is_about_a_record(&self) -> bool {
        let message = self.message.as_deref().unwrap_or_default();
        message.starts_with("Could not find a record")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Wanted = fn(&Error) -> bool;

    fn judged(status: u16, body: &str) -> Error {
        let status = StatusCode::from_u16(status).unwrap();
        judge(status, body.as_bytes(), || Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn every_shape_of_an_error_is_read() {
        let bodies = [
            r#"{"error":{"type":"NOT_FOUND","message":"No"}}"#,
            r#"{"error":{"type":"NOT_FOUND"}}"#,
            r#"{"error":"NOT_FOUND"}"#,
            r#"{"errors":[{"error":"NOT_FOUND","message":"No"}]}"#,
        ];
        for body in bodies {
            let Error::Gone(words) = judged(404, body) else {
                panic!("{body}")
            };
            assert!(words.contains("NOT_FOUND"), "{words}");
        }
    }

    #[test]
    fn a_page_of_html_and_a_cut_body_are_survived_and_not_shown() {
        for body in [
            "<html>502 CANARY</html>",
            r#"{"error":{"type":"CANARY"#,
            "",
            "{}",
            "[]",
        ] {
            let Error::TryLater(words) = judged(502, body) else {
                panic!("{body}")
            };
            assert_eq!(words, "502 Bad Gateway");
        }
    }

    #[test]
    fn each_refusal_says_what_can_be_done() {
        let table: [(u16, &str, Wanted); 16] = [
            (401, "AUTHENTICATION_REQUIRED", |e| {
                matches!(e, Error::Unauthorised(_))
            }),
            (403, "INVALID_PERMISSIONS", |e| {
                matches!(e, Error::Forbidden(_))
            }),
            (403, "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND", |e| {
                matches!(e, Error::Gone(_))
            }),
            (404, "NOT_FOUND", |e| matches!(e, Error::Gone(_))),
            (413, "REQUEST_TOO_LARGE", |e| matches!(e, Error::TooLarge)),
            (422, "INVALID_VALUE_FOR_COLUMN", |e| {
                matches!(e, Error::Refused(_))
            }),
            (422, "INVALID_MULTIPLE_CHOICE_OPTIONS", |e| {
                matches!(e, Error::Refused(_))
            }),
            (422, "INVALID_REQUEST_UNKNOWN", |e| {
                matches!(e, Error::Refused(_))
            }),
            (422, "ROW_DOES_NOT_EXIST", |e| {
                matches!(e, Error::RecordGone)
            }),
            (422, "UNKNOWN_FIELD_NAME", |e| {
                matches!(e, Error::SchemaMoved(_))
            }),
            (429, "RATE_LIMIT_REACHED", |e| {
                matches!(e, Error::RateLimited { .. })
            }),
            (429, "PUBLIC_API_BILLING_LIMIT_EXCEEDED", |e| {
                matches!(e, Error::BillingLimit)
            }),
            (500, "SERVER_ERROR", |e| matches!(e, Error::TryLater(_))),
            (503, "SERVICE_UNAVAILABLE", |e| {
                matches!(e, Error::TryLater(_))
            }),
            (302, "MOVED", |e| matches!(e, Error::Broken(_))),
            (418, "TEAPOT", |e| matches!(e, Error::Broken(_))),
        ];
        for (status, kind, wanted) in table {
            let error = judged(status, &format!(r#"{{"error":{{"type":"{kind}"}}}}"#));
            assert!(wanted(&error), "{status} {kind}: {error:?}");
        }
    }

    #[test]
    fn a_record_that_is_gone_is_told_from_a_table_that_is() {
        let body = r#"{"error":{"type":"NOT_FOUND","message":"Could not find a record with ID \"rec1\"."}}"#;
        assert!(matches!(judged(404, body), Error::RecordGone));
    }

    #[test]
    fn what_cannot_be_read_decides_nothing() {
        for body in [
            "",
            "<html>Not found</html>",
            r#"{"error":{"type":"NOT_FOUND","message":"Could not fi"#,
        ] {
            for status in [400, 403, 404, 422] {
                let error = judged(status, body);
                assert!(
                    matches!(error, Error::TryLater(_)),
                    "{status} {body}: {error:?}"
                );
            }
        }
        assert!(matches!(judged(401, "<html>"), Error::Unauthorised(_)));
        assert!(matches!(judged(413, "<html>"), Error::TooLarge));
    }

    #[test]
    fn what_the_vendor_says_cannot_garble_a_line() {
        let body = format!(
            r#"{{"error":{{"type":"X","message":"a\nb\u001b{}"}}}}"#,
            "c".repeat(999)
        );
        let Error::Refused(words) = judged(422, &body) else {
            panic!("not refused")
        };
        assert!(!words.chars().any(char::is_control));
        assert_eq!(words.chars().count(), SHOWN_CHARS);
    }
}
