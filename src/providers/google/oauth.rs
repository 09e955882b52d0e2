//! How Google does OAuth (Google Identity, "Using OAuth 2.0 for Web Server Applications"), and which
//! of its products each scope opens.

use super::super::oauth::{Body, Dialect, Showing};

/// Who somebody is: what it takes to know whose the account is.
const OPENID: &str = "openid";
const EMAIL: &str = "https://www.googleapis.com/auth/userinfo.email";
/// Google Ads.
pub(super) const ADS: &str = "https://www.googleapis.com/auth/adwords";

/// One leave for all products that are read. `offline` brings a refresh token, and `consent` brings
/// it every time, not only the first.
///
/// A refresh leaves the refresh token as it is and the access token before alive.
pub(in crate::providers) const DIALECT: Dialect = Dialect {
    authorize_host: "accounts.google.com",
    authorize_path: &["o", "oauth2", "v2", "auth"],
    token_host: "oauth2.googleapis.com",
    token_path: &["token"],
    revoke_path: Some(&["revoke"]),
    parameters: &[("access_type", "offline"), ("prompt", "consent")],
    scopes: &[OPENID, EMAIL, ADS],
    extras: &[],
    pkce: true,
    secret: Showing::Form,
    rotates: false,
    body: Body::Form,
    headers: &[],
    ends_access: false,
};

/// The product that cannot be read without a scope; none where the scope opens none.
pub(in crate::providers) fn product(scope: &str) -> Option<&'static str> {
    (scope == ADS).then_some("Google Ads")
}
