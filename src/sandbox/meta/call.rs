//! Which of the vendor's calls a path means.
use http::Method;

/// The edition that is spoken.
const EDITION: &str = "v26.0";

/// One of the vendor's calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Call {
    /// Whose token it is.
    Me,
    /// What the token allows.
    Permissions,
    /// What is known of a token.
    DebugToken,
    /// The ad accounts that the token reaches.
    Accounts,
    /// One ad account, by its number.
    Account(String),
    /// What its campaigns did.
    Insights(String),
}

/// Whether a path belongs to this vendor: it begins with an edition such as `v26.0`.
pub(crate) fn is_ours(path: &str) -> bool {
    let edition = path
        .strip_prefix("/v")
        .and_then(|rest| rest.split('/').next());
    let number = edition.and_then(|edition| edition.split_once('.'));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    number.is_some_and(|(whole, part)| digits(whole) && digits(part))
}

impl Call {
    /// Reads method and path; `None` where the vendor has nothing.
    pub(crate) fn parse(method: &Method, path: &str) -> Option<Self> {
        // The vendor's own clients end a path with a slash where nothing follows an object.
        let path = path.strip_suffix('/').unwrap_or(path);
        let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        let number = |segment: &str| {
            let number = segment.strip_prefix("act_")?;
            (!number.is_empty()).then(|| number.to_owned())
        };
        match (method, segments.as_slice()) {
            (&Method::GET, [EDITION, "me"]) => Some(Self::Me),
            (&Method::GET, [EDITION, "me", "permissions"]) => Some(Self::Permissions),
            (&Method::GET, [EDITION, "debug_token"]) => Some(Self::DebugToken),
            (&Method::GET, [EDITION, "me", "adaccounts"]) => Some(Self::Accounts),
            (&Method::GET, [EDITION, account]) => number(account).map(Self::Account),
            (&Method::GET, [EDITION, account, "insights"]) => number(account).map(Self::Insights),
            _ => None,
        }
    }

    /// The name under which the call is counted.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Me => "meta_me",
            Self::Permissions | Self::DebugToken => "meta_token",
            Self::Accounts | Self::Account(_) => "meta_accounts",
            Self::Insights(_) => "meta_insights",
        }
    }

    /// The number of the ad account that it is about, if it is about one.
    pub(crate) fn account(&self) -> Option<&str> {
        match self {
            Self::Account(number) | Self::Insights(number) => Some(number),
            Self::Me | Self::Permissions | Self::DebugToken | Self::Accounts => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_begins_with_an_edition_is_the_vendors() {
        for (path, ours) in [
            ("/v26.0/me", true),
            ("/v25.0/me", true),
            ("/v1/users/me", false),
            ("/v0/app1/T", false),
            ("/v26/me", false),
        ] {
            assert_eq!(is_ours(path), ours, "{path}");
        }
    }

    #[test]
    fn a_path_names_its_call() {
        let parse = |path| Call::parse(&Method::GET, path);
        assert_eq!(
            parse("/v26.0/act_7/insights"),
            Some(Call::Insights("7".into()))
        );
        assert_eq!(parse("/v26.0/act_7"), Some(Call::Account("7".into())));
        assert_eq!(parse("/v26.0/me/"), Some(Call::Me));
        assert_eq!(parse("/v25.0/me"), None);
        assert_eq!(parse("/v26.0/7/insights"), None);
        assert_eq!(Call::parse(&Method::POST, "/v26.0/act_7/insights"), None);
    }
}
