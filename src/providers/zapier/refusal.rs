//! Reads what a hook answers, and decides whether the delivery was taken.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;

use super::super::{Error, headers};

/// A message of the vendor's is shown no longer than this.
const SHOWN_CHARS: usize = 300;
/// A hook that has had too many and names no time is left alone for so long.
const PAUSE: Duration = Duration::from_secs(1);
/// No wait that an answer asks for is longer.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    status: Option<String>,
    message: Option<String>,
    errors: Vec<serde_json::Value>,
}

/// What an answer means; `Ok` when the delivery was taken. `held_until` is asked when the vendor
/// wants to be left alone. What it says may repeat the address it was called at: of `secret` nothing
/// is told.
///
/// A status of the vendor's own that is no 2xx says that nothing was taken, so that the same
/// delivery may be sent again; what a gateway says in its place (502, 504) does not.
pub(super) fn judge(
    (status, headers, body): (StatusCode, &HeaderMap, &[u8]),
    secret: &str,
    held_until: impl FnOnce(Duration) -> Timestamp,
) -> Result<(), Error> {
    let told = || words(status, body, secret);
    match status.as_u16() {
        200..=299 => taken(status, body, secret),
        429 => Err(Error::RateLimited {
            until: held_until(pause(headers).unwrap_or(PAUSE)),
        }),
        404 | 410 if status == StatusCode::GONE || is_the_vendors(body) => {
            Err(Error::HookGone(status.to_string()))
        }
        401 | 403 => Err(Error::Forbidden(told())),
        413 => Err(Error::TooLarge),
        502 | 504 => Err(Error::Lost(told().into())),
        404 | 500..=599 => {
            if let Some(pause) = pause(headers) {
                held_until(pause);
            }
            Err(Error::TryLater(told()))
        }
        400..=499 => Err(Error::Refused(told())),
        _ => Err(Error::Broken(told())),
    }
}

/// Whether a good answer is the vendor's: a page of a machine in between says nothing. One that
/// was cut begins like a whole one, and came after the delivery was taken.
fn taken(status: StatusCode, body: &[u8], secret: &str) -> Result<(), Error> {
    if !is_the_vendors(body) {
        return Err(Error::Broken(format!(
            "{status} with a page of somebody else's"
        )));
    }
    match serde_json::from_slice::<Body>(body) {
        Ok(Body {
            status: Some(word), ..
        }) if word != "success" => Err(Error::Refused(words(status, body, secret))),
        _ => Ok(()),
    }
}

fn is_the_vendors(body: &[u8]) -> bool {
    matches!(body.trim_ascii_start().first(), None | Some(b'{'))
}

fn pause(headers: &HeaderMap) -> Option<Duration> {
    headers::told_pause(headers, LONGEST_PAUSE)
}

/// In words, without what could garble a line, and without the secret.
fn words(status: StatusCode, body: &[u8], secret: &str) -> String {
    let body: Body = serde_json::from_slice(body).unwrap_or_default();
    let error = body.errors.first().and_then(serde_json::Value::as_str);
    let text = match body.message.as_deref().or(error) {
        Some(message) => format!("{message} ({status})"),
        None => status.to_string(),
    };
    let text = if secret.is_empty() {
        text
    } else {
        text.replace(secret, "***")
    };
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.take(SHOWN_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use http::header;

    use super::*;

    const HTML: &[u8] = b"<html>busy</html>";
    const ERROR: &[u8] = br#"{"status":"error","errors":["no"]}"#;

    fn word(status: u16, body: &[u8]) -> &'static str {
        let status = StatusCode::from_u16(status).unwrap();
        let judged = judge((status, &HeaderMap::new(), body), "", |_| {
            Timestamp::UNIX_EPOCH
        });
        judged.map_or_else(|error| error.word(), |()| "taken")
    }

    #[test]
    fn every_answer_says_whether_the_delivery_was_taken() {
        for (status, body, expected) in [
            (200, &br#"{"status":"success"}"#[..], "taken"),
            (201, b"", "taken"),
            (200, br#"{"status":"suc"#, "taken"),
            (200, HTML, "broken"),
            (200, ERROR, "refused"),
            (302, HTML, "broken"),
            (400, ERROR, "refused"),
            (403, HTML, "forbidden"),
            (404, ERROR, "hook_gone"),
            (404, HTML, "try_later"),
            (410, HTML, "hook_gone"),
            (413, HTML, "too_large"),
            (429, HTML, "rate_limited"),
            (500, ERROR, "try_later"),
            (503, HTML, "try_later"),
            (502, HTML, "answer_lost"),
            (504, HTML, "answer_lost"),
        ] {
            assert_eq!(word(status, body), expected, "{status} {body:?}");
        }
    }

    #[test]
    fn an_answer_that_repeats_the_address_gives_it_away_to_nobody() {
        let echo = |secret: &str| {
            let told = format!("POST /hooks/catch/1/{secret}/ \u{7} failed for {secret}");
            serde_json::json!({"status": "error", "message": told}).to_string()
        };
        for status in [200, 400, 403, 500, 502, 302] {
            // Escaped, it is the same secret.
            let body = echo("CANARYhook").replace("CANARY", "\\u0043ANARY");
            let status = StatusCode::from_u16(status).unwrap();
            let told = (status, &HeaderMap::new(), body.as_bytes());
            let error = judge(told, "CANARYhook", |_| Timestamp::UNIX_EPOCH).unwrap_err();
            let shown = format!("{} {error:?}", crate::base::chain(&error));
            assert!(!shown.contains("CANARY"), "{shown}");
            assert!(shown.contains("***"), "{shown}");
        }
    }

    #[test]
    fn a_wait_is_as_long_as_the_answer_asks_within_an_hour() {
        for (asked, expected) in [(None, 1), (Some("7"), 7), (Some("99999"), 3_600)] {
            let mut headers = HeaderMap::new();
            if let Some(asked) = asked {
                headers.insert(header::RETRY_AFTER, asked.parse().unwrap());
            }
            let mut held = Duration::ZERO;
            let refused = judge(
                (StatusCode::TOO_MANY_REQUESTS, &headers, HTML),
                "",
                |pause| {
                    held = pause;
                    Timestamp::UNIX_EPOCH
                },
            );
            assert!(refused.is_err());
            assert_eq!(held, Duration::from_secs(expected));
        }
    }
}
