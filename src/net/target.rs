//! Where calls may go: a provider's fixed host, or the sandbox on this machine.

use std::net::IpAddr;

use http::Method;
use reqwest::Url;

use super::call::Call;

/// A URL that is not one of a sandbox on this machine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not the http address of a sandbox on this machine, such as http://127.0.0.1:9400")]
pub struct NotLoopback(String);

/// The far side of calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub(super) root: Url,
    pub(super) reach: Reach,
}

/// Which rules a call is under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// The public internet over https, and nothing else.
    Vendor,
    /// The same, at an address that somebody has named who is no operator.
    Named,
    /// A loopback address over http: the guard's one exception.
    Sandbox,
}

impl Target {
    /// A provider's API. The host is written in the code, never taken from a request.
    #[expect(clippy::missing_panics_doc, reason = "it cannot, as the message says")]
    pub fn vendor(host: &'static str) -> Self {
        let root = Url::parse(&format!("https://{host}/")).expect("providers' hosts are names");
        Self {
            root,
            reach: Reach::Vendor,
        }
    }

    /// An address of the public internet that somebody has named. The guard looks at it, and at
    /// where its name leads, before each call; what the operator allows for providers alone it
    /// does not reach.
    pub fn public(address: Url) -> Self {
        Self {
            root: address,
            reach: Reach::Named,
        }
    }

    /// The sandbox, at a loopback address that comes from this process or its configuration.
    pub fn sandbox(root: &Url) -> Result<Self, NotLoopback> {
        let host = root.host_str().unwrap_or_default();
        let address = host.trim_matches(['[', ']']).parse();
        let loopback = address.is_ok_and(|address: IpAddr| address.is_loopback());
        let plain =
            root.scheme() == "http" && root.username().is_empty() && root.password().is_none();
        if !(loopback && plain) {
            return Err(NotLoopback(root.to_string()));
        }
        Ok(Self {
            root: root.clone(),
            reach: Reach::Sandbox,
        })
    }

    /// Another host of the same provider. The sandbox plays all of them at its one address.
    #[must_use]
    pub fn beside(&self, host: &'static str) -> Self {
        match self.reach {
            Reach::Vendor | Reach::Named => Self::vendor(host),
            Reach::Sandbox => self.clone(),
        }
    }

    /// A call to the very address.
    pub fn itself(&self, method: Method) -> Call {
        Call::new(method, self.root.clone(), self.reach)
    }

    /// A call to the path of these segments, each of which is escaped.
    #[expect(clippy::missing_panics_doc, reason = "it cannot, as the message says")]
    pub fn call(&self, method: Method, segments: &[&str]) -> Call {
        let mut url = self.root.clone();
        url.path_segments_mut()
            .expect("http and https URLs have a path")
            .clear()
            .extend(segments);
        Call::new(method, url, self.reach)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sandbox_is_a_loopback_address_and_nothing_else() {
        let sandbox = |url: &str| Target::sandbox(&url.parse().unwrap()).is_ok();
        for url in [
            "http://127.0.0.1:9400",
            "http://127.8.8.8/",
            "http://[::1]:9400/",
        ] {
            assert!(sandbox(url), "{url}");
        }
        let others = [
            "https://127.0.0.1:9400/",
            "http://localhost:9400/",
            "http://10.0.0.1/",
            "http://169.254.169.254/",
            "http://0.0.0.0:9400/",
            "http://user@127.0.0.1/",
            "http://[::ffff:127.0.0.1]/",
            "http://127.0.0.1.example.com/",
        ];
        for url in others {
            assert!(!sandbox(url), "{url}");
        }
    }

    #[test]
    fn another_host_of_a_provider_is_the_sandbox_where_that_is_called() {
        let beside = Target::vendor("api.example").beside("people.example");
        assert_eq!(beside.root.as_str(), "https://people.example/");
        let sandbox = Target::sandbox(&"http://127.0.0.1:9400".parse().unwrap()).unwrap();
        assert_eq!(sandbox.beside("people.example"), sandbox);
    }

    #[test]
    fn a_segment_cannot_leave_its_place() {
        let target = Target::vendor("api.airtable.com");
        let call = target.call(Method::GET, &["v0", "app/../..", "a?b#c d"]);
        assert_eq!(
            call.url.as_str(),
            "https://api.airtable.com/v0/app%2F..%2F../a%3Fb%23c%20d"
        );
    }
}
