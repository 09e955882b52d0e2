//! Where the vendors' desks differ.

/// Whose desk it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum House {
    /// PKCE and scopes; a client with a secret shows it; the ends of tokens are told.
    Airtable,
    /// Neither; every client shows its secret; what is sent is JSON; no end is told.
    Notion,
    /// Scopes that a person may untick, and PKCE for who wants it; the secret stands in the form;
    /// a refresh token stays as it is, and access tokens live on beside the next ones.
    Google,
}

impl House {
    /// The page where a person allows or denies.
    pub(super) const fn page(self) -> &'static str {
        match self {
            Self::Airtable => "/oauth2/v1/authorize",
            Self::Notion => "/v1/oauth/authorize",
            Self::Google => "/o/oauth2/v2/auth",
        }
    }

    /// Whose desk a path leads to.
    pub(in crate::sandbox) fn at(path: &str) -> Option<Self> {
        let google = [Self::Google.page(), "/token", "/revoke"];
        match path {
            path if google.contains(&path) => Some(Self::Google),
            path if path.starts_with("/oauth2/v1/") => Some(Self::Airtable),
            path if path.starts_with("/v1/oauth/") => Some(Self::Notion),
            _ => None,
        }
    }

    /// What people have there that an integration works with.
    pub(super) const fn things(self) -> &'static str {
        match self {
            Self::Airtable => "bases",
            Self::Notion => "pages",
            Self::Google => "Google account",
        }
    }
}
