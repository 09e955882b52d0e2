//! Reads domains, hosts and origins as browsers spell them.

use reqwest::Url;

/// The longest name of a host (RFC 1035, section 2.3.4).
const LONGEST: usize = 253;

/// A domain as it is kept: in lower case, without a final dot; none when it is none.
pub(super) fn domain(given: &str) -> Option<String> {
    let name = given.trim().trim_end_matches('.').to_ascii_lowercase();
    let fits = |label: &str| {
        let mut bytes = label.bytes();
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_one = name.len() <= LONGEST && name.split('.').all(fits);
    // One that ends in a number is an address (WHATWG URL, "ends in a number checker").
    let ends_in_letters = name
        .rsplit('.')
        .next()?
        .bytes()
        .any(|byte| !byte.is_ascii_digit());
    (is_one && ends_in_letters).then_some(name)
}

/// An origin as browsers send it: scheme, host, and the port where it is not the scheme's own.
pub(super) fn origin(given: &str) -> Option<String> {
    let url = Url::parse(given.trim()).ok()?;
    let bare = matches!(url.scheme(), "http" | "https")
        && matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    bare.then(|| url.origin().ascii_serialization())
}

/// Whether a host is a domain's own or lies below it.
pub(super) fn lies_in(host: &str, domain: &str) -> bool {
    let host = host.strip_suffix(domain);
    host.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_read_without_what_does_not_belong_to_it() {
        assert_eq!(domain(" Shop.Example. ").as_deref(), Some("shop.example"));
        assert_eq!(domain("localhost").as_deref(), Some("localhost"));
        for bad in [
            "",
            "https://shop.example",
            "shop.example/x",
            "shop.example:8443",
            "-a.example",
            "a..example",
            "192.0.2.1",
            "bücher.example",
            "a b",
        ] {
            assert_eq!(domain(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_lies_below_a_domain_is_its_own_and_what_only_ends_like_it_is_not() {
        for (host, own) in [
            ("shop.example", true),
            ("www.shop.example", true),
            ("myshop.example", false),
            ("shop.example.org", false),
            ("example", false),
        ] {
            assert_eq!(lies_in(host, "shop.example"), own, "{host}");
        }
    }
}
