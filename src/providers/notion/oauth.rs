//! How Notion does OAuth (API reference, "Authorization" and "Refresh a token").

use super::super::oauth::{Body, Dialect, Showing};
use super::EDITION_NAME;

/// Neither scopes nor PKCE; no end of a token is told, and what becomes of the access token before
/// at a refresh is not documented.
pub(in crate::providers) const DIALECT: Dialect = Dialect {
    authorize_host: super::HOST,
    authorize_path: &["v1", "oauth", "authorize"],
    token_host: super::HOST,
    token_path: &["v1", "oauth", "token"],
    revoke_path: Some(&["v1", "oauth", "revoke"]),
    parameters: &[("owner", "user")],
    scopes: &[],
    extras: &[],
    pkce: false,
    secret: Showing::Header,
    rotates: true,
    body: Body::Json,
    headers: &[("notion-version", EDITION_NAME)],
    ends_access: false,
};
