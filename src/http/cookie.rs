//! Reads and writes the one cookie there is.

use std::time::Duration;

use poem::http::HeaderMap;
use poem::http::header::COOKIE;

use crate::base::Secret;
use crate::config::Config;

/// How the session's cookie is named and guarded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionCookie {
    name: &'static str,
    guard: &'static str,
}

impl SessionCookie {
    /// With encryption, here or at the proxy in front, the cookie is bound to this very host
    /// (`__Host-`, RFC 6265bis) and never sent without it.
    pub(crate) fn new(config: &Config) -> Self {
        let public = config.server.public_url.as_ref();
        let encrypted = config.tls.enabled || public.is_some_and(|url| url.scheme() == "https");
        if encrypted {
            Self {
                name: "__Host-weighbridge",
                guard: "; Secure; HttpOnly; SameSite=Strict",
            }
        } else {
            Self {
                name: "weighbridge",
                guard: "; HttpOnly; SameSite=Strict",
            }
        }
    }

    /// The session's token in a request.
    pub(crate) fn read<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == self.name)
            .map(|(_, token)| token)
    }

    /// The `Set-Cookie` that hands a token out.
    pub(crate) fn set(&self, token: &Secret, lasts: Duration) -> String {
        let seconds = lasts.as_secs();
        let Self { name, guard } = self;
        format!(
            "{name}={}; Path=/; Max-Age={seconds}{guard}",
            token.expose()
        )
    }

    /// The `Set-Cookie` that takes it back.
    pub(crate) fn clear(&self) -> String {
        format!("{}=; Path=/; Max-Age=0{}", self.name, self.guard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others_and_its_like_are_not() {
        let cookie = SessionCookie::new(&Config::default());
        for (sent, expected) in [
            ("a=b; __Host-weighbridge=token; c=d", Some("token")),
            ("weighbridge=token", None),
            ("x__Host-weighbridge=token", None),
            ("", None),
        ] {
            let headers = [(COOKIE, sent.parse().unwrap())].into_iter().collect();
            assert_eq!(cookie.read(&headers), expected, "{sent}");
        }
    }

    #[test]
    fn an_encrypted_appliance_never_sends_its_cookie_in_the_open() {
        let mut config = Config::default();
        assert!(SessionCookie::new(&config).clear().contains("; Secure"));
        config.tls.enabled = false;
        assert!(!SessionCookie::new(&config).clear().contains("; Secure"));
        config.server.public_url = "https://box.example".parse().ok();
        assert!(SessionCookie::new(&config).clear().contains("; Secure"));
    }
}
