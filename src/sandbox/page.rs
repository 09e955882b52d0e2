//! The sandbox's own page: files kept apart, so that no inline script or style is needed.
use http::{HeaderValue, Method, StatusCode, header};

use super::answer::Answer;

/// Nothing but the page's own files, and nothing around it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The page's file at `path`; `None` when it has none there.
pub(super) fn answer(method: &Method, path: &str) -> Option<Answer> {
    let (content_type, body) = match path {
        "/" => ("text/html; charset=utf-8", include_str!("page/index.html")),
        "/page.css" => ("text/css; charset=utf-8", include_str!("page/page.css")),
        "/page.js" => (SCRIPT, include_str!("page/page.js")),
        "/dom.js" => (SCRIPT, include_str!("page/dom.js")),
        "/hand.js" => (SCRIPT, include_str!("page/hand.js")),
        "/knobs.js" => (SCRIPT, include_str!("page/knobs.js")),
        "/subscriptions.js" => (SCRIPT, include_str!("page/subscriptions.js")),
        "/vendors.js" => (SCRIPT, include_str!("page/vendors.js")),
        _ => return None,
    };
    if method != Method::GET && method != Method::HEAD {
        return None;
    }
    let answer = Answer::with_type(StatusCode::OK, content_type, body)
        .with_header(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(POLICY),
        )
        .with_header(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        )
        .with_header(
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        )
        .with_header(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Some(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_that_the_page_loads_is_served() {
        let scripts = [
            include_str!("page/page.js"),
            include_str!("page/hand.js"),
            include_str!("page/knobs.js"),
            include_str!("page/subscriptions.js"),
            include_str!("page/vendors.js"),
        ];
        let imports = scripts
            .iter()
            .flat_map(|script| script.split("from '.").skip(1));
        let mut paths: Vec<&str> = imports.filter_map(|rest| rest.split('\'').next()).collect();
        assert!(paths.len() > 6, "{paths:?}");
        paths.push("/page.js");
        for path in paths {
            assert!(answer(&Method::GET, path).is_some(), "{path}");
        }
    }

    #[test]
    fn the_page_has_no_inline_script_or_style() {
        let page = include_str!("page/index.html");
        assert!(
            !page.contains("<style") && !page.contains(" style=") && !page.contains(" onclick")
        );
        assert_eq!(
            page.matches("<script").count(),
            page.matches("<script src=").count()
        );
    }
}
