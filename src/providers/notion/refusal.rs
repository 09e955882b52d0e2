//! Reads Notion's errors, and decides what the caller can do about them.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;

use super::super::{Error, headers};

/// A message of the vendor's is shown no longer than this.
const SHOWN_CHARS: usize = 300;
/// How long calls wait after a refusal that does not say for how long.
const PENALTY: Duration = Duration::from_secs(10);
/// A longer wait than this is no rate limit's.
const LONGEST_PENALTY: Duration = Duration::from_hours(24);

/// What a call was about: what is not found is one page, or everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// The account, or what it may see.
    Account,
    /// A database or a data source, and the pages in it.
    Table,
    /// One page, by its id.
    Page,
}

/// The body of an error (Notion API, "Status codes"). What a machine in between answers is none.
#[derive(Default, Deserialize)]
struct Told {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

impl Told {
    /// In words, without what could garble a line.
    fn words(&self, status: StatusCode) -> String {
        let text = match (self.message.as_str(), self.code.as_str()) {
            ("", "") => status.to_string(),
            ("", code) => code.to_owned(),
            (message, code) => format!("{message} ({code})"),
        };
        let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
        plain.take(SHOWN_CHARS).collect()
    }
}

/// What an answer that is no 200 means. `hold` is told when the vendor wants to be left alone, and
/// for how long, and says until when.
pub(super) fn judge(
    about: About,
    (status, headers, body): (StatusCode, &HeaderMap, &[u8]),
    hold: impl FnOnce(Duration) -> Timestamp,
) -> Error {
    let told: Told = serde_json::from_slice(body).unwrap_or_default();
    let words = told.words(status);
    let of_the_vendor = !told.code.is_empty();
    match (status.as_u16(), told.code.as_str()) {
        // 529 says that the vendor is overloaded; it is borne like too many calls of our own.
        (429 | 529, _) => Error::RateLimited {
            until: hold(penalty(headers)),
        },
        (400 | 403 | 409, code) if is_full(code, &told.message) => Error::Full(words),
        (409, _) if of_the_vendor => Error::Busy(words),
        (401, _) => Error::Unauthorised(words),
        (413, _) => Error::TooLarge,
        // A page of HTML is not the vendor's word, whatever its status.
        (400..=499, _) if !of_the_vendor => Error::TryLater(words),
        (403, _) => Error::Forbidden(words),
        (404, _) if about == About::Page => Error::RecordGone,
        (404, _) => Error::Gone(words),
        (400, _) if about == About::Page && is_trashed(&told.message) => Error::RecordGone,
        // What is no id names nothing.
        (400, _) if told.message.starts_with("path failed validation") => Error::Gone(words),
        (400, _) if is_about_the_schema(&told.message) => Error::SchemaMoved(words),
        (400, _) => Error::Refused(words),
        (408 | 500..=599, _) => {
            if let Some(pause) = told_pause(headers) {
                hold(pause);
            }
            Error::TryLater(words)
        }
        _ => Error::Broken(words),
    }
}

/// Whether a listing has to begin anew, because its cursor is not taken any more.
pub(super) fn is_stale(error: &Error) -> bool {
    matches!(error, Error::Refused(told) if told.contains("start_cursor"))
}

/// For how long the vendor wants to be left alone: the limit of a workspace may ask for more than a
/// minute (Notion API, "Request limits").
fn penalty(headers: &HeaderMap) -> Duration {
    told_pause(headers).unwrap_or(PENALTY)
}

/// The same if it says so itself. Seconds are whole, and their last one has begun when they are
/// told.
fn told_pause(headers: &HeaderMap) -> Option<Duration> {
    headers::told_pause(headers, LONGEST_PENALTY)
}

/// "Can't edit block that is archived. You must unarchive the block before editing."
fn is_trashed(message: &str) -> bool {
    message.starts_with("Can't edit") && (message.contains("archived") || message.contains("trash"))
}

/// "This workspace has reached its block limit. …" A message on a value tells the value: one that
/// speaks of limits must not have all other records refused.
fn is_full(code: &str, message: &str) -> bool {
    match code {
        "row_limit_exceeded" => true,
        "validation_error" => message.starts_with("This workspace has reached its block limit"),
        _ => message.contains("block limit"),
    }
}

/// "Status is expected to be select. Size is not a property that exists."
///
/// The vendor tells values behind a colon ("Invalid select option, commas not allowed: a, b") or in
/// quotes ("body.… should be …, instead was `…`"), and a value may be such a sentence: it must not
/// end the run.
fn is_about_the_schema(message: &str) -> bool {
    if message.starts_with("Could not find property with name or id: ") {
        return true;
    }
    if message.contains(": ") || message.contains(['"', '`', '“']) {
        return false;
    }
    let message = message.trim_end().trim_end_matches('.');
    let of_a_type = |(_, kind): (&str, &str)| {
        !kind.is_empty() && kind.chars().all(|c| c.is_ascii_lowercase() || c == '_')
    };
    message.ends_with(" is not a property that exists")
        || message
            .rsplit_once(" is expected to be ")
            .is_some_and(of_a_type)
}

#[cfg(test)]
mod tests {
    use http::header::RETRY_AFTER;

    use super::*;

    type Wanted = fn(&Error) -> bool;

    fn judged(about: About, status: u16, body: &str) -> Error {
        let status = StatusCode::from_u16(status).unwrap();
        let until = |_| Timestamp::UNIX_EPOCH;
        judge(about, (status, &HeaderMap::new(), body.as_bytes()), until)
    }

    fn told(code: &str, message: &str) -> String {
        serde_json::json!({"object": "error", "code": code, "message": message}).to_string()
    }

    #[test]
    fn every_error_of_the_vendor_has_its_meaning() {
        let table: [(u16, &str, &str, Wanted); 14] = [
            (400, "validation_error", "body failed validation", |e| {
                matches!(e, Error::Refused(_))
            }),
            (
                400,
                "validation_error",
                "Size is expected to be number.",
                |e| matches!(e, Error::SchemaMoved(_)),
            ),
            (
                400,
                "validation_error",
                "Size is not a property that exists.",
                |e| matches!(e, Error::SchemaMoved(_)),
            ),
            (401, "unauthorized", "API token is invalid.", |e| {
                matches!(e, Error::Unauthorised(_))
            }),
            (
                403,
                "restricted_resource",
                "Insufficient permissions",
                |e| matches!(e, Error::Forbidden(_)),
            ),
            (404, "object_not_found", "Could not find data_source", |e| {
                matches!(e, Error::Gone(_))
            }),
            (409, "conflict_error", "Conflict occurred", |e| {
                matches!(e, Error::Busy(_))
            }),
            (409, "row_limit_exceeded", "", |e| {
                matches!(e, Error::Full(_))
            }),
            (403, "restricted_resource", "reached its block limit", |e| {
                matches!(e, Error::Full(_))
            }),
            (413, "payload_too_large", "", |e| {
                matches!(e, Error::TooLarge)
            }),
            (429, "rate_limited", "", |e| {
                matches!(e, Error::RateLimited { .. })
            }),
            (529, "service_overload", "", |e| {
                matches!(e, Error::RateLimited { .. })
            }),
            (503, "service_unavailable", "", |e| {
                matches!(e, Error::TryLater(_))
            }),
            (302, "moved", "", |e| matches!(e, Error::Broken(_))),
        ];
        for (status, code, message, wanted) in table {
            let error = judged(About::Table, status, &told(code, message));
            assert!(wanted(&error), "{status} {code} {message}: {error:?}");
        }
    }

    #[test]
    fn a_page_that_is_gone_or_in_the_trash_is_told_from_a_table_that_is() {
        let missing = told("object_not_found", "Could not find page with ID: 1.");
        assert!(matches!(
            judged(About::Page, 404, &missing),
            Error::RecordGone
        ));
        assert!(matches!(
            judged(About::Table, 404, &missing),
            Error::Gone(_)
        ));
        let trashed = told(
            "validation_error",
            "Can't edit block that is archived. You must unarchive the block before editing.",
        );
        assert!(matches!(
            judged(About::Page, 400, &trashed),
            Error::RecordGone
        ));
        let option = told("validation_error", "\"archived\" is no option of Status");
        assert!(matches!(
            judged(About::Page, 400, &option),
            Error::Refused(_)
        ));
    }

    #[test]
    fn what_is_said_of_no_value_is_said_of_the_workspace_or_the_schema() {
        let about = |message| judged(About::Table, 400, &told("validation_error", message));
        let full = about("This workspace has reached its block limit. Upgrade the plan.");
        assert!(matches!(full, Error::Full(_)), "{full:?}");
        let moved = [
            "Size is not a property that exists. Category is expected to be rich_text. ",
            "Could not find property with name or id: Size",
        ];
        for message in moved {
            let error = about(message);
            assert!(matches!(error, Error::SchemaMoved(_)), "{error:?}");
        }
    }

    /// One record's text would have stopped every creation, or ended the run.
    #[test]
    fn a_value_that_speaks_like_the_vendor_refuses_its_own_record_and_no_more() {
        let values = [
            "the block limit",
            "This workspace has reached its block limit.",
            "Size is expected to be number.",
            "a \"quote\" is expected to be number",
            "a `tick` is not a property that exists.",
            "Could not find property with name or id: x",
        ];
        for value in values {
            let messages = [
                format!("Invalid select option, commas not allowed: {value}"),
                format!(
                    "body failed validation: body.x should be a number, instead was `\"{value}\"`."
                ),
                format!("Status option \"{value}\" does not exist"),
            ];
            for message in messages {
                let error = judged(About::Table, 400, &told("validation_error", &message));
                assert!(matches!(error, Error::Refused(_)), "{message}: {error:?}");
            }
        }
    }

    #[test]
    fn a_page_of_html_is_trouble_on_the_way_whatever_its_status() {
        for status in [400, 403, 404, 409, 500, 502, 504] {
            let error = judged(About::Page, status, "<html>secret</html>");
            assert!(matches!(error, Error::TryLater(_)), "{status}: {error:?}");
            assert!(!error.to_string().contains("secret"));
        }
        assert!(matches!(judged(About::Page, 502, ""), Error::TryLater(_)));
    }

    #[test]
    fn a_wait_is_as_long_as_the_vendor_says() {
        let asked = |value: &str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]);
            penalty(&headers)
        };
        assert_eq!(asked("7"), Duration::from_secs(7));
        assert_eq!(asked("615"), Duration::from_secs(615));
        assert_eq!(asked("soon"), PENALTY);
        assert_eq!(asked("99999999999"), LONGEST_PENALTY);
        assert_eq!(penalty(&HeaderMap::new()), PENALTY);
    }

    #[test]
    fn a_cursor_that_is_not_taken_any_more_is_told_from_other_refusals() {
        let told = |words: &str| is_stale(&Error::Refused(words.to_owned()));
        assert!(told(
            "The start_cursor provided is invalid: x (validation_error)"
        ));
        assert!(!told("body failed validation (validation_error)"));
    }

    #[test]
    fn what_the_vendor_says_cannot_garble_a_line() {
        let body = told("x", &format!("a\nb\u{1b}{}", "c".repeat(999)));
        let Error::Refused(words) = judged(About::Table, 400, &body) else {
            panic!("not refused")
        };
        assert!(!words.chars().any(char::is_control));
        assert_eq!(words.chars().count(), SHOWN_CHARS);
    }
}
