//! What the token endpoint answers.
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use serde_json::json;

use super::{grant::Grant, house::House};
use crate::sandbox::{
    answer::Answer,
    notion::{USERS, WORKSPACE},
};

/// Why no token is given (RFC 6749, 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The client is not known, or does not prove that it is who it says.
    Client(&'static str),
    /// Something is missing or wrong about the request.
    Request(&'static str),
    /// The code or the token is no good.
    Grant(&'static str),
    /// Neither a code nor a refresh token is shown.
    GrantType,
    /// More is asked for than was allowed.
    Scope,
    /// The refresh token was used a moment ago.
    JustUsed,
    /// The address is not that of the authorization, where the vendor has a word of its own for it.
    Redirect,
    /// The token that is to be taken back is none.
    Token,
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let (status, error, told) = match refusal {
            Refusal::Client(told) => (StatusCode::UNAUTHORIZED, "invalid_client", told),
            Refusal::Request(told) => (StatusCode::BAD_REQUEST, "invalid_request", told),
            Refusal::Grant(told) => (StatusCode::BAD_REQUEST, "invalid_grant", told),
            Refusal::GrantType => (
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "grant_type must be authorization_code or refresh_token",
            ),
            Refusal::Scope => (
                StatusCode::BAD_REQUEST,
                "invalid_scope",
                "scope names what was not allowed",
            ),
            Refusal::JustUsed => (
                StatusCode::CONFLICT,
                "conflict",
                "The token was refreshed a moment ago",
            ),
            Refusal::Redirect => (
                StatusCode::BAD_REQUEST,
                "redirect_uri_mismatch",
                "Bad Request",
            ),
            Refusal::Token => (
                StatusCode::BAD_REQUEST,
                "invalid_token",
                "Token expired or revoked",
            ),
        };
        let body = json!({ "error": error, "error_description": told });
        Answer::json(status, &body)
            .with_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
    }
}

/// The pair, as the vendor writes it: Airtable with a space behind the type of the token, Notion
/// without a word on how long it is good.
pub(super) fn given(house: House, grant: &Grant, now: Timestamp) -> Answer {
    let pair = &grant.pair;
    if house == House::Notion {
        let body = json!({
            "access_token": pair.access,
            "token_type": "bearer",
            "refresh_token": pair.refresh,
            "bot_id": USERS[0].id,
            "workspace_id": WORKSPACE,
            "workspace_name": "Sandbox",
            "workspace_icon": null,
            // The authorization has named a person as its owner.
            "owner": { "type": "user", "user": USERS[2].json() },
            "duplicated_template_id": null,
        });
        return Answer::ok(&body)
            .with_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    let left = |ends: Timestamp| ends.as_second() - now.as_second();
    let body = json!({
        "access_token": pair.access,
        "refresh_token": pair.refresh,
        "token_type": "Bearer ",
        "scope": grant.scopes.join(" "),
        "expires_in": left(pair.access_ends_at),
        "refresh_expires_in": left(pair.refresh_ends_at),
    });
    Answer::ok(&body).with_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
}

/// What Google gives: no other refresh token than the first, and of its end a word only where it
/// has one that nothing moves.
pub(super) fn given_by_google(
    (grant, is_first): (&Grant, bool),
    is_testing: bool,
    now: Timestamp,
) -> Answer {
    let left = |ends: Timestamp| ends.as_second() - now.as_second();
    let mut body = json!({
        "access_token": grant.pair.access,
        "expires_in": left(grant.pair.access_ends_at) - 1,
        "scope": grant.scopes.join(" "),
        "token_type": "Bearer",
    });
    if is_first {
        body["refresh_token"] = grant.pair.refresh.clone().into();
    }
    if is_testing {
        body["refresh_token_expires_in"] = (left(grant.pair.refresh_ends_at) - 1).into();
    }
    Answer::ok(&body).with_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
}

/// The pairs of a form.
pub(in crate::sandbox) fn pairs(body: &[u8]) -> Vec<(String, String)> {
    let query = String::from_utf8_lossy(body);
    let url = reqwest::Url::parse(&format!("http://form/?{query}"));
    let owned = |url: reqwest::Url| url.query_pairs().into_owned().collect();
    url.map(owned).unwrap_or_default()
}
