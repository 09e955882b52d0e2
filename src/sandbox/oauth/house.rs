//! Where the vendors' desks differ.

/// Whose desk it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum House {
    /// PKCE and scopes; a client with a secret shows it; the ends of tokens are told.
    Airtable,
    /// Neither; every client shows its secret; what is sent is JSON; no end is told.
    Notion,
}

impl House {
    /// Where all of a desk lies.
    pub(super) const fn root(self) -> &'static str {
        match self {
            Self::Airtable => "/oauth2/v1/",
            Self::Notion => "/v1/oauth/",
        }
    }

    /// Whose desk a path leads to.
    pub(in crate::sandbox) fn at(path: &str) -> Option<Self> {
        let houses = [Self::Airtable, Self::Notion];
        houses
            .into_iter()
            .find(|house| path.starts_with(house.root()))
    }
}
