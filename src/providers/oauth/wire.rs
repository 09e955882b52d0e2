//! What the desk answers, read with tolerance for what is new.

use std::time::Duration;

use http::StatusCode;
use serde::Deserialize;

use super::Error;
use super::redact::redacted;
use crate::base::Secret;

/// No token lives longer than that, whatever is said of it: ten years.
const LONGEST_SECONDS: u64 = 10 * 365 * 86_400;
/// A message of the vendor's is shown no longer than this.
const SHOWN_CHARS: usize = 200;
/// And no more of it is looked through.
const READ_CHARS: usize = 4000;

/// The tokens of one account, from one answer.
#[derive(Clone, Debug)]
pub struct Pair {
    /// What calls are made with.
    pub access: Secret,
    /// What the next pair is asked for with; none where the vendor gives none.
    pub refresh: Option<Secret>,
    /// For how long the access token is good; none where the vendor does not say.
    pub access_lasts: Option<Duration>,
    /// For how long the refresh token is good; none where the vendor does not say.
    pub refresh_lasts: Option<Duration>,
    /// What was allowed; empty where the vendor does not say.
    pub scopes: Vec<String>,
}

#[derive(Deserialize)]
struct Given {
    access_token: String,
    token_type: Option<String>,
    refresh_token: Option<String>,
    expires_in: Option<u64>,
    /// Google's name for it is longer.
    #[serde(alias = "refresh_token_expires_in")]
    refresh_expires_in: Option<u64>,
    scope: Option<String>,
}

#[derive(Default, Deserialize)]
struct Told {
    #[serde(default)]
    error: Word,
    error_description: Option<String>,
    message: Option<String>,
    code: Option<String>,
}

/// Some vendors answer trouble of their own with an object here.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Word {
    Text(String),
    Other(serde::de::IgnoredAny),
    #[default]
    None,
}

/// The pair in the answer to a request that showed these secrets.
pub(super) fn read(status: StatusCode, body: &[u8], shown: &[&str]) -> Result<Pair, Error> {
    if status != StatusCode::OK {
        return Err(judge(status, body, shown));
    }
    // The parser's own message would quote what it read.
    let lost = |what: &str| Error::Lost(format!("200 with {what}"));
    let given: Given =
        serde_json::from_slice(body).map_err(|_unreadable| lost("a body that cannot be read"))?;
    // "Bearer " with a space behind it is how Airtable documents it.
    let kind = given.token_type.unwrap_or_default();
    if !kind.trim().eq_ignore_ascii_case("bearer") {
        return Err(lost("another type of token than Bearer"));
    }
    if !is_token(&given.access_token) {
        return Err(lost("a token that no header can hold"));
    }
    let span = |seconds: u64| Duration::from_secs(seconds.min(LONGEST_SECONDS));
    let scope = given.scope.unwrap_or_default();
    Ok(Pair {
        access: Secret::new(given.access_token),
        refresh: given
            .refresh_token
            .filter(|token| !token.is_empty())
            .map(Secret::new),
        access_lasts: given.expires_in.map(span),
        refresh_lasts: given.refresh_expires_in.map(span),
        scopes: scope.split_whitespace().map(str::to_owned).collect(),
    })
}

/// Whether a request that showed these secrets, and asks for no tokens, was carried out.
pub(super) fn taken(status: StatusCode, body: &[u8], shown: &[&str]) -> Result<(), Error> {
    if status.is_success() {
        Ok(())
    } else {
        Err(judge(status, body, shown))
    }
}

fn is_token(token: &str) -> bool {
    (1..=8192).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
}

fn judge(status: StatusCode, body: &[u8], shown: &[&str]) -> Error {
    let told: Told = serde_json::from_slice(body).unwrap_or_default();
    let word = match told.error {
        Word::Text(word) => word,
        Word::Other(_) | Word::None => told.code.unwrap_or_default(),
    };
    let said = told.error_description.or(told.message).unwrap_or_default();
    let text = match word.as_str() {
        "" => status.to_string(),
        word => format!("{word} ({status}) {said}"),
    };
    let read: String = text.chars().take(READ_CHARS).collect();
    let read = redacted(&read, shown);
    let plain = read.chars().map(|c| if c.is_control() { ' ' } else { c });
    let words: String = plain.take(SHOWN_CHARS).collect();
    let words = words.trim().to_owned();
    match (status.as_u16(), word.as_str()) {
        (400 | 401, "invalid_grant") => Error::Ended(words),
        (409, _) => Error::JustRefreshed,
        (429 | 500..=599, _) => Error::Later(words),
        (400..=499, _) => Error::Misregistered(words),
        _ => Error::Lost(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(body: &str) -> Result<Pair, Error> {
        read(StatusCode::OK, body.as_bytes(), &[])
    }

    #[test]
    fn a_pair_is_read_as_each_vendor_writes_it() {
        let airtable = answered(
            r#"{"access_token":"oaa1","refresh_token":"oar1","token_type":"Bearer ",
                "scope":"data.records:read schema.bases:read","expires_in":3600,
                "refresh_expires_in":5184000}"#,
        )
        .unwrap();
        assert_eq!(airtable.access.expose(), "oaa1");
        assert_eq!(airtable.access_lasts, Some(Duration::from_hours(1)));
        assert_eq!(airtable.refresh_lasts, Some(Duration::from_hours(24 * 60)));
        assert_eq!(airtable.scopes.len(), 2);
        let notion = answered(
            r#"{"access_token":"ntn_1","token_type":"bearer","refresh_token":null,
                "bot_id":"b","workspace_id":"w"}"#,
        )
        .unwrap();
        assert!(notion.refresh.is_none() && notion.access_lasts.is_none());
        let google = answered(
            r#"{"access_token":"ya29.1","expires_in":3599,"scope":"openid","token_type":"Bearer",
                "refresh_token":"1//0","refresh_token_expires_in":604799,"id_token":"e30.e30."}"#,
        )
        .unwrap();
        assert_eq!(google.refresh_lasts, Some(Duration::from_secs(604_799)));
    }

    #[test]
    fn an_answer_that_makes_no_sense_may_have_used_up_what_was_shown_and_is_not_quoted() {
        for body in [
            "",
            "<html>CANARY</html>",
            r#"{"access_token":"CANARY","token_type":"mac"}"#,
            r#"{"access_token":"CANARY\n","token_type":"Bearer"}"#,
            r#"{"access_token":"CANARY","token_type":"Bearer","expires_in":-1}"#,
        ] {
            let error = answered(body).unwrap_err();
            assert!(matches!(error, Error::Lost(_)), "{body}");
            assert!(!format!("{error}{error:?}").contains("CANARY"), "{body}");
        }
    }

    #[test]
    fn each_refusal_says_what_can_be_done() {
        let judged =
            |status, body: &str| judge(StatusCode::from_u16(status).unwrap(), body.as_bytes(), &[]);
        let grant = r#"{"error":"invalid_grant","error_description":"no"}"#;
        assert!(matches!(judged(400, grant), Error::Ended(_)));
        for (status, body) in [
            (401, r#"{"error":"invalid_client"}"#),
            (400, r#"{"error":"invalid_request"}"#),
            (403, "<html>"),
            (404, ""),
        ] {
            let error = judged(status, body);
            assert!(matches!(error, Error::Misregistered(_)), "{status} {body}");
        }
        for (status, body) in [
            (429, r#"{"error":{"type":"RATE_LIMIT_REACHED"}}"#),
            (502, "<html>502</html>"),
            (503, r#"{"error":"invalid_grant"}"#),
        ] {
            let error = judged(status, body);
            assert!(error.left_it_alone(), "{status} {body}");
        }
        assert!(matches!(judged(409, "{}"), Error::JustRefreshed));
        assert!(matches!(judged(302, ""), Error::Lost(_)));
    }

    /// The words of a refusal are shown to people and written into the book.
    #[test]
    fn what_was_shown_is_not_repeated_with_the_vendors_words() {
        let far = " ".repeat(150);
        for body in [
            r#"{"error":"invalid_grant","error_description":"no code CANARY-0123456789"}"#,
            r#"{"error":"invalid_grant","message":"CANARY-01234567 is unknown"}"#,
            r#"{"error":"bad_CANARY-0123456789"}"#,
            r#"{"code":"CANARY-0123456789"}"#,
            &format!(r#"{{"error":"invalid_grant","message":"{far}CANARY-0123456789"}}"#),
        ] {
            for status in [400, 401, 403, 500, 302] {
                let status = StatusCode::from_u16(status).unwrap();
                let error = judge(status, body.as_bytes(), &["CANARY-0123456789"]);
                let told = format!("{error}{error:?}");
                assert!(!told.contains("CANARY"), "{told}");
                assert!(told.contains("hidden"), "{told}");
            }
        }
    }
}
