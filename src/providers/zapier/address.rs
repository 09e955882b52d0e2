//! The address of a catch hook: who has it may deliver, so it is kept like a token.

use std::fmt::{Debug, Formatter, Result as Shown};

use reqwest::Url;

use super::super::kind::Endpoint;

/// Where the vendor answers.
pub(in super::super) const HOST: &str = "hooks.zapier.com";

/// The parts of an address that tell a hook from others.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// The number of the account, which is no secret.
    pub(super) account: String,
    /// The hook, which is one.
    pub(super) hook: String,
}

impl Debug for Address {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        f.debug_struct("Address")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

impl Address {
    /// Reads an address. Nothing of it but its last two segments is ever called: the host is the
    /// vendor's, or that of the sandbox.
    pub(super) fn read(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let plain = url.query().is_none() && url.fragment().is_none();
        if !plain || !url.username().is_empty() || url.password().is_some() {
            return None;
        }
        let path = url.path().strip_prefix("/hooks/catch/")?;
        let (account, hook) = path.strip_suffix('/').unwrap_or(path).split_once('/')?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let short = |text: &str| (1..=64).contains(&text.len());
        let fits = digits(account) && letters(hook) && short(account) && short(hook);
        fits.then(|| Self {
            account: account.to_owned(),
            hook: hook.to_owned(),
        })
    }
}

/// What is wrong with an address that cannot be a hook's.
pub(in super::super) fn misfit(text: &str, endpoint: Endpoint) -> Option<&'static str> {
    let url = Url::parse(text).ok();
    let at_vendor = url.as_ref().is_some_and(|url| {
        url.scheme() == "https" && url.host_str() == Some(HOST) && url.port().is_none()
    });
    let here = url.as_ref().is_some_and(|url| {
        let host = url.host_str().unwrap_or_default();
        url.scheme() == "http" && matches!(host, "127.0.0.1" | "localhost" | "[::1]")
    });
    let (fits, told) = match endpoint {
        Endpoint::Vendor => (
            at_vendor,
            "the address of a catch hook is https://hooks.zapier.com/hooks/catch/ and two parts \
             more; copy it from the Zap's trigger",
        ),
        Endpoint::Sandbox => (
            at_vendor || here,
            "the address of a catch hook in the sandbox is its own address with \
             /hooks/catch/ and two parts more, such as \
             http://127.0.0.1:9400/hooks/catch/100001/demo0001/",
        ),
    };
    (!(fits && Address::read(text).is_some())).then_some(told)
}

/// Enough of an address to tell it from another: the account and how the hook begins.
pub(in super::super) fn hint(text: &str) -> Option<String> {
    let Address { account, hook } = Address::read(text)?;
    let begins: String = hook.chars().take(2).collect();
    Some(format!("{account}/{begins}…"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOOK: &str = "https://hooks.zapier.com/hooks/catch/12345/ab3cd9x/";

    #[test]
    fn an_address_is_the_vendors_or_the_sandboxs_and_nobody_elses() {
        assert_eq!(misfit(HOOK, Endpoint::Vendor), None);
        assert_eq!(misfit(HOOK, Endpoint::Sandbox), None);
        let here = "http://127.0.0.1:9400/hooks/catch/100001/demo0001";
        assert_eq!(misfit(here, Endpoint::Sandbox), None);
        for (text, endpoint) in [
            (here, Endpoint::Vendor),
            ("http://hooks.zapier.com/hooks/catch/1/a/", Endpoint::Vendor),
            (
                "https://hooks.zapier.com.evil.example/hooks/catch/1/a/",
                Endpoint::Vendor,
            ),
            (
                "https://evil@hooks.zapier.com/hooks/catch/1/a/",
                Endpoint::Vendor,
            ),
            (
                "https://hooks.zapier.com:8443/hooks/catch/1/a/",
                Endpoint::Vendor,
            ),
            (
                "https://hooks.zapier.com/hooks/catch/1/a/?silent=1",
                Endpoint::Vendor,
            ),
            (
                "https://hooks.zapier.com/hooks/catch/1/../../a/",
                Endpoint::Vendor,
            ),
            ("https://hooks.zapier.com/hooks/catch/1/", Endpoint::Vendor),
            (
                "https://hooks.zapier.com/hooks/standard/1/a/",
                Endpoint::Vendor,
            ),
            ("http://169.254.169.254/hooks/catch/1/a/", Endpoint::Sandbox),
            ("http://10.0.0.1/hooks/catch/1/a/", Endpoint::Sandbox),
            ("not an address", Endpoint::Sandbox),
        ] {
            assert!(misfit(text, endpoint).is_some(), "{text}");
        }
    }

    #[test]
    fn a_hint_gives_the_hook_away_to_nobody() {
        assert_eq!(hint(HOOK).unwrap(), "12345/ab…");
        assert_eq!(hint("nonsense"), None);
    }
}
