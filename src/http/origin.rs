//! Decides whether a request that carries a cookie was meant by the one who holds it.

use poem::Request;
use poem::http::Method;
use poem::http::header::{HOST, ORIGIN};

use crate::auth::Session;

use super::error::{ApiError, Code};

/// The header in which a client proves that it can read the session's token.
pub(crate) const TOKEN: &str = "x-csrf-token";

/// Errs with `csrf_failed` unless the request is safe, or comes from our own origin and shows the
/// session's token. A request without a session needs the origin alone: signing somebody in under
/// a foreign account is an attack too.
pub(crate) fn check(request: &Request, session: Option<&Session>) -> Result<(), ApiError> {
    if matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    ) {
        return Ok(());
    }
    if !is_own_origin(request) {
        return Err(refused("It comes from another site."));
    }
    let Some(session) = session else {
        return Ok(());
    };
    match request.header(TOKEN) {
        Some(token) if session.csrf.matches(token) => Ok(()),
        Some(_) => Err(refused("The token in x-csrf-token is not this session's.")),
        None => Err(refused("The header x-csrf-token is missing.")),
    }
}

/// Browsers say it in `Sec-Fetch-Site`; older ones name an `Origin`, which must be the host that
/// was called. Programs that are no browsers send neither.
fn is_own_origin(request: &Request) -> bool {
    if let Some(site) = request.headers().get("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some(origin) = request.headers().get(ORIGIN) else {
        return true;
    };
    // HTTP/2 has no Host header: the name that was called stands in the target.
    let target = request.uri().authority().map(http::uri::Authority::as_str);
    let called = request.header(HOST).or(target);
    let from = origin
        .to_str()
        .ok()
        .and_then(|origin| origin.split_once("://"));
    called.is_some() && called == from.map(|(_, authority)| authority)
}

fn refused(detail: &str) -> ApiError {
    ApiError::new(Code::CsrfFailed, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Session;

    fn request(method: Method, headers: &[(&str, &str)]) -> Request {
        let request = Request::builder().method(method);
        let add = |request: poem::RequestBuilder, (name, value): &(&str, &str)| {
            request.header(*name, *value)
        };
        headers.iter().fold(request, add).finish()
    }

    #[test]
    fn an_unsafe_request_needs_our_origin_and_the_sessions_token() {
        let session = Session::sample("token");
        let host = ("host", "box.example");
        let own = ("sec-fetch-site", "same-origin");
        let token = (TOKEN, "token");
        for (sent, expected) in [
            (vec![host, own, token], true),
            (vec![host, token], true),
            (vec![host, ("origin", "https://box.example"), token], true),
            (vec![host, own], false),
            (vec![host, own, (TOKEN, "another")], false),
            (vec![host, ("sec-fetch-site", "cross-site"), token], false),
            (vec![host, ("sec-fetch-site", "same-site"), token], false),
            (vec![host, ("sec-fetch-site", "none"), token], false),
            (vec![host, ("origin", "https://evil.example"), token], false),
            (vec![host, ("origin", "null"), token], false),
            (vec![("origin", "https://box.example"), token], false),
        ] {
            let found = check(&request(Method::POST, &sent), Some(&session));
            assert_eq!(found.is_ok(), expected, "{sent:?}");
        }
    }

    #[test]
    fn signing_in_needs_our_origin_too() {
        let foreign = request(Method::POST, &[("sec-fetch-site", "cross-site")]);
        assert!(check(&foreign, None).is_err());
        assert!(check(&request(Method::POST, &[]), None).is_ok());
    }

    #[test]
    fn reading_needs_no_token() {
        let foreign = request(Method::GET, &[("sec-fetch-site", "cross-site")]);
        assert!(check(&foreign, Some(&Session::sample("token"))).is_ok());
    }
}
