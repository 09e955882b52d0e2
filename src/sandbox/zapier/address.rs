//! The addresses of hooks.
use std::fmt::{Display, Formatter, Result as Shown};
use std::str::FromStr;

/// Where all hooks lie.
const ROOT: &str = "/hooks/";

/// Whether a path belongs to this vendor.
pub(crate) fn is_ours(path: &str) -> bool {
    path.starts_with(ROOT)
}

/// What a hook is called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// "Webhooks by Zapier": somebody copied its address.
    Catch,
    /// The target of a subscription, which an app was given.
    Standard,
}

/// One hook: who has its address may deliver to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Address {
    kind: Kind,
    account: String,
    hook: String,
}

impl Address {
    /// Reads a call's path, with or without a slash at its end.
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        let path = path.strip_prefix(ROOT)?;
        path.strip_suffix('/').unwrap_or(path).parse().ok()
    }

    /// The account, which shares a quota.
    pub(crate) fn account(&self) -> &str {
        &self.account
    }

    /// The name under which a delivery is counted.
    pub(crate) fn counted(&self) -> &'static str {
        match self.kind {
            Kind::Catch => "zapier_catch",
            Kind::Standard => "zapier_standard",
        }
    }
}

impl Display for Address {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        let kind = match self.kind {
            Kind::Catch => "catch",
            Kind::Standard => "standard",
        };
        write!(f, "{kind}/{}/{}", self.account, self.hook)
    }
}

/// No hook has such an address.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a hook is catch/ACCOUNT/HOOK or standard/ACCOUNT/HOOK")]
pub(crate) struct NoAddress;

impl FromStr for Address {
    type Err = NoAddress;

    fn from_str(text: &str) -> Result<Self, NoAddress> {
        let segments: Vec<&str> = text.split('/').collect();
        let [kind, account, hook] = segments.as_slice() else {
            return Err(NoAddress);
        };
        let kind = match *kind {
            "catch" => Kind::Catch,
            "standard" => Kind::Standard,
            _ => return Err(NoAddress),
        };
        let is_word = |text: &str| {
            (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        let is_number = account.bytes().all(|byte| byte.is_ascii_digit());
        if !(is_number && is_word(account) && is_word(hook)) {
            return Err(NoAddress);
        }
        Ok(Self {
            kind,
            account: (*account).to_owned(),
            hook: (*hook).to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_is_known_with_and_without_a_slash_at_its_end() {
        let address = Address::of_path("/hooks/catch/12/ab3/").unwrap();
        assert_eq!(address.to_string(), "catch/12/ab3");
        assert_eq!(Address::of_path("/hooks/catch/12/ab3"), Some(address));
    }

    #[test]
    fn what_the_vendor_never_gives_away_is_no_hook() {
        for path in [
            "/hooks/catch/12/",
            "/hooks/catch/me/ab3",
            "/hooks/catch/12/ab3/more",
            "/hooks/other/12/ab3",
            "/hooks/catch/12/a-b",
            "/hooks/catch/12/ab3//",
        ] {
            assert_eq!(Address::of_path(path), None, "{path}");
        }
    }
}
