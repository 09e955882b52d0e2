//! Reads the addresses of pages: what is counted of them, and nothing else.

use reqwest::Url;

use super::super::domain::lies_in;
use super::super::event::ClickId;
use super::channel::Origin;

/// The longest address.
const LONGEST: usize = 4096;
/// The longest path.
const LONGEST_PATH: usize = 1000;
/// What a campaign says of itself is cut there.
const LONGEST_PARAMETER: usize = 200;

/// What is counted of a page's address.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) path: String,
    pub(super) campaign: Origin,
    pub(super) term: String,
    pub(super) content: String,
    pub(super) click: ClickId,
}

/// A web address as it was given; what is wrong with it otherwise.
pub(super) fn web(given: &str) -> Result<Url, String> {
    if given.len() > LONGEST {
        return Err(format!("it has more than {LONGEST} bytes"));
    }
    let url = Url::parse(given).map_err(|error| format!("it is no address: {error}"))?;
    if matches!(url.scheme(), "http" | "https") && url.host_str().is_some() {
        return Ok(url);
    }
    Err("it is no address of the web".to_owned())
}

/// Its host as it is shown: without `www.`.
pub(super) fn host(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    host.strip_prefix("www.").unwrap_or(host)
}

/// Whether a page is the site's: of its domain or below it, or of an origin that its key names.
pub(super) fn is_own(url: &Url, domain: &str, origins: &[String]) -> bool {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    lies_in(host, domain) || origins.contains(&url.origin().ascii_serialization())
}

impl Page {
    /// What is counted of an address; what is wrong with it otherwise.
    pub(super) fn of(url: &Url) -> Result<Self, String> {
        if url.path().len() > LONGEST_PATH {
            return Err(format!("its path has more than {LONGEST_PATH} bytes"));
        }
        let mut page = Self {
            path: url.path().to_owned(),
            ..Self::default()
        };
        for (name, value) in url.query_pairs() {
            let place = match &*name {
                "utm_source" => &mut page.campaign.source,
                "utm_medium" => &mut page.campaign.medium,
                "utm_campaign" => &mut page.campaign.campaign,
                "utm_term" => &mut page.term,
                "utm_content" => &mut page.content,
                name => {
                    if page.click == ClickId::None && !value.is_empty() {
                        page.click = click(name);
                    }
                    continue;
                }
            };
            if place.is_empty() {
                *place = plain(&value);
            }
        }
        Ok(page)
    }
}

fn click(name: &str) -> ClickId {
    let named = |click: &&ClickId| click.name().eq_ignore_ascii_case(name);
    let marks = ClickId::ALL.iter().filter(|click| **click != ClickId::None);
    marks
        .copied()
        .find(|click| named(&click))
        .unwrap_or_default()
}

/// A text without control characters and space at its ends, cut where it gets too long.
fn plain(text: &str) -> String {
    let mut plain: String = text.chars().filter(|one| !one.is_control()).collect();
    let end = plain.floor_char_boundary(LONGEST_PARAMETER.min(plain.len()));
    plain.truncate(end);
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_the_path_the_campaign_and_the_click_are_counted() {
        let url = web(
            "https://www.shop.example/caf%C3%A9/?utm_source=news%20letter&utm_medium=email\
             &utm_campaign=May&utm_term=red+shoes&utm_content=top&utm_source=second\
             &GCLID=abc&fbclid=def&session=secret#part",
        );
        let page = Page::of(&url.unwrap()).unwrap();
        assert_eq!(page.path, "/caf%C3%A9/");
        assert_eq!(page.campaign.source, "news letter");
        assert_eq!(page.campaign.medium, "email");
        assert_eq!(
            (page.term.as_str(), page.content.as_str()),
            ("red shoes", "top")
        );
        assert_eq!(page.click, ClickId::Gclid);
    }

    #[test]
    fn an_empty_or_unknown_mark_is_none_and_a_long_text_is_cut() {
        let long = "é".repeat(500);
        let url = format!("https://shop.example/?gclid=&none=1&utm_source={long}%00");
        let page = Page::of(&web(&url).unwrap()).unwrap();
        assert_eq!(page.click, ClickId::None);
        assert_eq!(page.campaign.source, "é".repeat(100));
    }

    #[test]
    fn what_is_no_page_of_the_web_or_too_long_is_refused() {
        for bad in [
            "/path",
            "shop.example",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "data:,x",
        ] {
            assert!(web(bad).is_err(), "{bad}");
        }
        assert!(web(&format!("https://shop.example/?{}", "x".repeat(LONGEST))).is_err());
        let path = format!("https://shop.example/{}", "x".repeat(LONGEST_PATH));
        assert!(Page::of(&web(&path).unwrap()).is_err());
    }

    #[test]
    fn a_page_is_the_sites_by_its_domain_or_by_an_origin_that_the_key_names() {
        let origins = ["https://pay.example:8443".to_owned()];
        for (url, own) in [
            ("https://shop.example/", true),
            ("http://www.shop.example:8080/", true),
            ("https://pay.example:8443/x", true),
            ("https://pay.example/x", false),
            ("https://shop.example.evil.example/", false),
        ] {
            assert_eq!(
                is_own(&web(url).unwrap(), "shop.example", &origins),
                own,
                "{url}"
            );
        }
    }
}
