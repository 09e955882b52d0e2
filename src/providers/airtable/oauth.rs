//! How Airtable does OAuth (Web API, "OAuth reference").

use super::super::oauth::{Body, Dialect, Showing};

/// What it takes to be told of changes.
pub(in crate::providers) const WATCHES: &str = "webhook:manage";

/// PKCE is mandatory; a refresh ends both tokens before.
pub(in crate::providers) const DIALECT: Dialect = Dialect {
    authorize_host: "airtable.com",
    authorize_path: &["oauth2", "v1", "authorize"],
    token_host: "airtable.com",
    token_path: &["oauth2", "v1", "token"],
    revoke_path: None,
    parameters: &[],
    scopes: &[
        "data.records:read",
        "data.records:write",
        "schema.bases:read",
        "user.email:read",
    ],
    extras: &[WATCHES],
    pkce: true,
    secret: Showing::Header,
    rotates: true,
    body: Body::Form,
    headers: &[],
    ends_access: true,
};
