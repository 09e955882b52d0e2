//! Reads Meta's errors, and decides what the caller can do about them.
//!
//! Nearly all come with the status 400, so that the code in the body tells them apart (Graph API,
//! "Handling errors"; Marketing API, "Rate limiting").

use std::time::Duration;

use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;

use super::super::Error;

/// A message of the vendor's is shown no longer than this.
const SHOWN_CHARS: usize = 300;
/// How long calls wait after a refusal that does not say for how long.
const PENALTY: Duration = Duration::from_mins(5);

#[derive(Default, Deserialize)]
struct Body {
    #[serde(default)]
    error: Told,
}

#[derive(Default, Deserialize)]
struct Told {
    #[serde(default)]
    message: String,
    #[serde(default)]
    code: u32,
    #[serde(default)]
    error_subcode: u32,
    #[serde(default)]
    is_transient: bool,
}

impl Told {
    /// In words, without what could garble a line.
    fn words(&self, status: StatusCode) -> String {
        let text = match (self.code, self.error_subcode) {
            (0, _) => status.to_string(),
            (code, 0) => format!("{} (code {code})", self.message),
            (code, subcode) => format!("{} (code {code}, {subcode})", self.message),
        };
        let text = without_tokens(&text);
        let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
        plain.take(SHOWN_CHARS).collect()
    }

    /// "Please reduce the amount of data you're asking for, then retry your request": it comes under
    /// several codes, so that its words alone tell it.
    fn is_too_much_data(&self) -> bool {
        self.message
            .to_ascii_lowercase()
            .contains("reduce the amount of data")
    }
}

/// A text of the vendor's without what may be a token: some of its messages quote the one that they
/// are about.
fn without_tokens(text: &str) -> String {
    let words = text.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
    let shown = |word: &str| {
        let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        if bare.starts_with("EAA") && bare.len() > 8 {
            format!("EAA…{}", &word[bare.len()..])
        } else {
            word.to_owned()
        }
    };
    words.map(shown).collect()
}

/// What an answer that is no 200 means. `hold` is told when the vendor wants to be left alone, for
/// how long at least, and says until when.
pub(super) fn judge(
    status: StatusCode,
    body: &[u8],
    hold: impl FnOnce(Duration) -> Timestamp,
) -> Error {
    let told = serde_json::from_slice::<Body>(body)
        .unwrap_or_default()
        .error;
    let words = told.words(status);
    if told.is_too_much_data() {
        return Error::TooLarge;
    }
    match told.code {
        102 | 190 => Error::Unauthorised(words),
        4 | 17 | 32 | 613 | 80_000..=80_014 => Error::RateLimited {
            until: hold(PENALTY),
        },
        10 | 200..=299 => Error::Forbidden(words),
        // An account that is not there, and one that the token does not reach, look alike.
        100 if told.error_subcode == 33 => Error::Gone(words),
        1 | 2 | 341 | 960 => Error::TryLater(words),
        _ if told.is_transient => Error::TryLater(words),
        _ if status == StatusCode::TOO_MANY_REQUESTS => Error::RateLimited {
            until: hold(PENALTY),
        },
        0 if status == StatusCode::UNAUTHORIZED => Error::Unauthorised(words),
        // A page of HTML is not the vendor's word, whatever its status.
        0 => Error::TryLater(words),
        _ if status.is_server_error() => Error::TryLater(words),
        _ => Error::Refused(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: u16, error: &str) -> Error {
        let status = StatusCode::from_u16(status).unwrap();
        judge(status, error.as_bytes(), |_| Timestamp::UNIX_EPOCH)
    }

    fn word(status: u16, code: u32, rest: &str) -> &'static str {
        let body = format!(r#"{{"error":{{"message":"no","code":{code}{rest}}}}}"#);
        judged(status, &body).word()
    }

    #[test]
    fn each_code_has_its_own_remedy() {
        for (status, code, rest, wanted) in [
            (400, 190, r#","error_subcode":463"#, "unauthorised"),
            (400, 102, "", "unauthorised"),
            (400, 17, r#","error_subcode":2446079"#, "rate_limited"),
            (400, 80_000, "", "rate_limited"),
            (403, 4, "", "rate_limited"),
            (403, 200, "", "forbidden"),
            (400, 10, "", "forbidden"),
            (400, 100, r#","error_subcode":33"#, "gone"),
            (400, 100, "", "refused"),
            (500, 1, "", "try_later"),
            (503, 2, r#","is_transient":true"#, "try_later"),
            (400, 368, "", "refused"),
            (500, 99_999, "", "try_later"),
        ] {
            assert_eq!(word(status, code, rest), wanted, "{code} {rest}");
        }
    }

    #[test]
    fn a_token_that_the_vendor_quotes_is_not_shown() {
        let body =
            br#"{"error":{"message":"Malformed access token EAABsbCS1iHgBO. Mend it","code":190}}"#;
        let told = judged(400, std::str::from_utf8(body).unwrap()).to_string();
        assert!(
            told.contains("Malformed access token EAA\u{2026}. Mend it"),
            "{told}"
        );
        assert!(!told.contains("BsbCS1"), "{told}");
    }

    #[test]
    fn too_much_data_is_told_by_its_words_under_any_code() {
        let words = "Please Reduce the amount of data you're asking for, then retry your request";
        for (status, code) in [(500, 1), (400, 100)] {
            let body = format!(r#"{{"error":{{"message":"{words}","code":{code}}}}}"#);
            assert!(matches!(judged(status, &body), Error::TooLarge));
        }
    }

    #[test]
    fn a_page_of_a_machine_in_between_passes() {
        assert!(matches!(judged(502, "<html>"), Error::TryLater(_)));
        assert!(matches!(judged(403, "<html>"), Error::TryLater(_)));
    }
}
