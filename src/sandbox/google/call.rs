//! Which of the vendor's calls a path means.
use http::Method;

/// The editions that are spoken, the first and the last.
const EDITIONS: (u32, u32) = (23, 26);
/// Where it is told whose token it is.
const USERINFO: &str = "/v1/userinfo";

/// One of the vendor's calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Call {
    /// Whose token it is.
    Userinfo,
    /// The accounts that the person was given access to.
    Accessible(u32),
    /// A query about one account, by its number.
    Stream(u32, String),
    /// A call of an edition that is not spoken any more, or not yet.
    Retired(u32),
}

/// Whether a path belongs to this vendor: customers of an edition such as `v25`.
pub(crate) fn is_ours(path: &str) -> bool {
    path == USERINFO || edition(path).is_some()
}

/// The edition that a path names, and what follows it.
fn edition(path: &str) -> Option<(u32, &str)> {
    let (edition, rest) = path.strip_prefix("/v")?.split_once('/')?;
    let is_about_customers = rest.starts_with("customers");
    Some((edition.parse().ok().filter(|_| is_about_customers)?, rest))
}

impl Call {
    /// Reads method and path; `None` where the vendor has nothing.
    pub(crate) fn parse(method: &Method, path: &str) -> Option<Self> {
        if path == USERINFO {
            return (method == Method::GET).then_some(Self::Userinfo);
        }
        let (edition, rest) = edition(path)?;
        let (first, last) = EDITIONS;
        if !(first..=last).contains(&edition) {
            return Some(Self::Retired(edition));
        }
        if rest == "customers:listAccessibleCustomers" {
            return (method == Method::GET).then_some(Self::Accessible(edition));
        }
        let about = rest.strip_prefix("customers/")?;
        let customer = about.strip_suffix("/googleAds:searchStream")?;
        let is_number = !customer.is_empty() && customer.bytes().all(|byte| byte.is_ascii_digit());
        (method == Method::POST && is_number).then(|| Self::Stream(edition, customer.to_owned()))
    }

    /// The name under which the call is counted.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Userinfo => "google_userinfo",
            Self::Accessible(_) => "google_customers",
            Self::Stream(..) => "google_search",
            Self::Retired(_) => "unknown",
        }
    }

    /// The edition of the Google Ads API that it speaks.
    pub(crate) fn edition(&self) -> u32 {
        match self {
            Self::Userinfo => EDITIONS.1,
            Self::Accessible(edition) | Self::Stream(edition, _) | Self::Retired(edition) => {
                *edition
            }
        }
    }

    /// Whether what it is answered comes as a list, errors too.
    pub(crate) fn is_stream(&self) -> bool {
        matches!(self, Self::Stream(..))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_about_customers_is_the_vendors() {
        for (path, ours) in [
            ("/v25/customers:listAccessibleCustomers", true),
            ("/v7/customers/1/googleAds:searchStream", true),
            ("/v1/userinfo", true),
            ("/v1/users/me", false),
            ("/v26.0/act_7/insights", false),
            ("/v1/oauth/token", false),
        ] {
            assert_eq!(is_ours(path), ours, "{path}");
        }
    }

    #[test]
    fn a_path_names_its_call() {
        let post = |path| Call::parse(&Method::POST, path);
        assert_eq!(
            post("/v25/customers/12/googleAds:searchStream"),
            Some(Call::Stream(25, "12".into()))
        );
        assert_eq!(post("/v25/customers/1-2/googleAds:searchStream"), None);
        assert_eq!(
            post("/v19/customers/12/googleAds:searchStream"),
            Some(Call::Retired(19))
        );
        assert_eq!(post("/v25/customers:listAccessibleCustomers"), None);
    }
}
