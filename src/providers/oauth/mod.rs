//! Turns a person's leave into tokens, and a refresh token into the next ones (RFC 6749, 4.1 and 6).
//!
//! What differs from vendor to vendor is data: its [`Dialect`]. A [`Desk`] is one vendor's, or the
//! sandbox's, with the name under which this appliance is registered there.

mod desk;
mod error;
mod pkce;
mod redact;
mod wire;

pub use desk::{Client, Desk};
pub use error::Error;
pub use pkce::Verifier;
pub use wire::Pair;

/// How a vendor wants it.
#[derive(Debug)]
pub struct Dialect {
    /// The host of the page where a person allows or denies.
    pub authorize_host: &'static str,
    /// The page's path.
    pub authorize_path: &'static [&'static str],
    /// The host that gives tokens.
    pub token_host: &'static str,
    /// The path where it does.
    pub token_path: &'static [&'static str],
    /// The path where it takes a token no more when told so; none where it has no such call.
    pub revoke_path: Option<&'static [&'static str]>,
    /// What else the page is told.
    pub parameters: &'static [(&'static str, &'static str)],
    /// What is asked for; none where the vendor has no scopes.
    pub scopes: &'static [&'static str],
    /// What is asked for besides, and can be done without.
    pub extras: &'static [&'static str],
    /// Whether a code is bound to the one who asked (RFC 7636).
    pub pkce: bool,
    /// Where the client's secret is shown.
    pub secret: Showing,
    /// Whether a refresh brings another refresh token, whose life begins anew.
    pub rotates: bool,
    /// How requests for tokens are written.
    pub body: Body,
    /// What headers they carry.
    pub headers: &'static [(&'static str, &'static str)],
    /// Whether a refresh ends the access token before, so that one that still works proves that
    /// none took place.
    pub ends_access: bool,
}

/// Where a client's secret is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Showing {
    /// In the header `Authorization`; by whoever ends a token too.
    Header,
    /// Beside the other parts of the request. A token is ended by whoever shows it.
    Form,
}

/// How a request is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// As a form.
    Form,
    /// As JSON.
    Json,
}
