//! Who is signed in.

use super::super::Answer;

/// By what somebody shows who they are; by nothing at first.
#[derive(Clone, Default)]
pub(crate) enum Session {
    /// By nothing.
    #[default]
    Nobody,
    /// A browser: the cookie's token, and the token against forged requests.
    Cookie(String, String),
    /// A program, with its token.
    Bearer(String),
}

impl Session {
    /// A browser's with these tokens, right or wrong.
    pub(crate) fn new(token: &str, csrf: &str) -> Self {
        Self::Cookie(token.to_owned(), csrf.to_owned())
    }

    /// The one that `answer` began.
    pub(crate) fn of(answer: &Answer) -> Self {
        let cookie = answer.header("set-cookie").split(';').next().unwrap();
        let token = cookie.strip_prefix("weighbridge=").unwrap();
        Self::new(token, answer.json()["csrf_token"].as_str().unwrap())
    }

    /// The headers of a request.
    pub(super) fn headers(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Nobody => Vec::new(),
            Self::Cookie(token, csrf) => vec![
                ("cookie", format!("weighbridge={token}")),
                ("x-csrf-token", csrf.clone()),
            ],
            Self::Bearer(token) => vec![("authorization", format!("Bearer {token}"))],
        }
    }

    /// The secret that shows who it is.
    pub(crate) fn token(&self) -> &str {
        match self {
            Self::Nobody => "",
            Self::Cookie(token, _) | Self::Bearer(token) => token,
        }
    }

    /// What a page must show with each change.
    pub(crate) fn csrf(&self) -> &str {
        match self {
            Self::Cookie(_, csrf) => csrf,
            Self::Nobody | Self::Bearer(_) => "",
        }
    }
}
