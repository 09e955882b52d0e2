//! Reads the token that a program sends (RFC 6750, section 2.1).

use poem::http::HeaderMap;
use poem::http::header::AUTHORIZATION;

/// The text of the token; `None` when the request shows none. One that cannot be read, and several
/// at once, give a text that no token has: whoever sends one means to be known by it.
pub(crate) fn read(headers: &HeaderMap) -> Option<&str> {
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    let first = sent.next()?;
    if sent.next().is_some() {
        return Some("");
    }
    let Ok(text) = first.to_str() else {
        return Some("");
    };
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_whatever_the_case_of_its_scheme_and_doubt_is_no_token() {
        for (sent, expected) in [
            (&["Bearer wb_x"][..], Some("wb_x")),
            (&["bearer  wb_x"], Some("wb_x")),
            (&["Bearer"], Some("")),
            (&["Bearer wb_x", "Bearer wb_y"], Some("")),
            (&["Bearer \u{e9}"], Some("")),
            (&["Basic YTpi"], None),
            (&[], None),
        ] {
            let headers = sent.iter().map(|text| {
                let value = poem::http::HeaderValue::from_bytes(text.as_bytes()).unwrap();
                (AUTHORIZATION, value)
            });
            assert_eq!(read(&headers.collect::<HeaderMap>()), expected, "{sent:?}");
        }
    }
}
