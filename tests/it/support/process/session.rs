//! Who is signed in.

use super::super::Answer;

/// Who is signed in at a server: the cookie's token and the token against forged requests.
#[derive(Clone, Default)]
pub(crate) struct Session(Option<(String, String)>);

impl Session {
    /// One of these tokens, right or wrong.
    pub(crate) fn new(token: &str, csrf: &str) -> Self {
        Self(Some((token.to_owned(), csrf.to_owned())))
    }

    /// The one that `answer` began.
    pub(crate) fn of(answer: &Answer) -> Self {
        let cookie = answer.header("set-cookie").split(';').next().unwrap();
        let token = cookie.strip_prefix("weighbridge=").unwrap();
        Self::new(token, answer.json()["csrf_token"].as_str().unwrap())
    }

    /// Both, if there is a session.
    pub(super) fn tokens(&self) -> Option<(&str, &str)> {
        self.0
            .as_ref()
            .map(|(token, csrf)| (token.as_str(), csrf.as_str()))
    }

    /// What only the cookie holds.
    pub(crate) fn token(&self) -> &str {
        &self.0.as_ref().unwrap().0
    }

    /// What a page must show with each change.
    pub(crate) fn csrf(&self) -> &str {
        &self.0.as_ref().unwrap().1
    }
}
