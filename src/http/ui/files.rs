//! Serves the browser UI out of the binary: nothing is looked up on the disk.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use poem::http::{HeaderValue, StatusCode, header};
use poem::{Endpoint, Request, Response};
use rust_embed::{Embed, EmbeddedFile};

use crate::base::Hex;
use crate::http::encoding::{self, Encoding};
use crate::http::error::{ApiError, Code};

/// The UI as `assets/build.rs` built it, with brotli and gzip twins of what gains from it.
#[derive(Embed)]
#[folder = "assets/dist"]
struct Dist;

/// The table that a demonstration begins with; none in a build without the UI.
pub fn demo_table() -> Option<Vec<u8>> {
    Some(Dist::get("demo/airports.csv")?.data.into_owned())
}

/// Every address that nothing else answers.
pub(crate) struct Files;

impl Endpoint for Files {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let path = request.uri().path().trim_start_matches('/');
        let accept = request.header(header::ACCEPT_ENCODING).unwrap_or_default();
        let known = request.header(header::IF_NONE_MATCH);
        match found(path) {
            Found::File(name) => Ok(serve(name, accept, known)),
            Found::Stray => {
                // Whole, whatever the browser has: an answer that nothing has changed is none
                // that there is nothing here.
                let mut page = serve(APP, accept, None);
                page.set_status(StatusCode::NOT_FOUND);
                Ok(page)
            }
            Found::Nothing => {
                let detail = "There is nothing at this address.";
                Err(ApiError::new(Code::NotFound, detail).into())
            }
        }
    }
}

/// The page that finds its own way.
const APP: &str = "index.html";

/// What browsers ask for by themselves on pages without a `<link>` to an icon.
const USUAL_ICON: &str = "favicon.ico";
const ICON: &str = "icon.svg";

/// The first parts of the addresses that the UI answers: what its own table of routes says, so
/// that there is no second list of them.
static SECTIONS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    let routes = include_str!("../../../assets/src/router.tsx");
    let paths = routes.split("path: \"/").skip(1);
    let firsts = paths.filter_map(|path| path.split(['/', '"']).next());
    firsts.collect()
});

/// What lies at a path.
#[derive(Debug, PartialEq, Eq)]
enum Found<'a> {
    /// The file of this name.
    File(&'a str),
    /// None; a person has gone astray, and the app tells them so.
    Stray,
    /// None; a program has asked.
    Nothing,
}

/// The file for a path: itself, or the page that finds its own way when a browser goes there.
fn found(path: &str) -> Found<'_> {
    let is_packed = matches!(path.rsplit_once('.'), Some((_, "br" | "gz")));
    let is_file = Dist::get(path).is_some() && !is_packed;
    let last = path.rsplit('/').next().unwrap_or_default();
    let section = path.split('/').next().unwrap_or_default();
    match path {
        USUAL_ICON => Found::File(ICON),
        file if is_file => Found::File(file),
        api if api == "api" || api.starts_with("api/") => Found::Nothing,
        _ if last.contains('.') => Found::Nothing,
        _ if SECTIONS.contains(section) => Found::File(APP),
        _ => Found::Stray,
    }
}

fn serve(name: &str, accept: &str, known: Option<&str>) -> Response {
    let found = encoding::wanted(accept).into_iter().find_map(|encoding| {
        let file = Dist::get(&format!("{name}{}", encoding.suffix()))?;
        Some((encoding, file))
    });
    let Some((encoding, file)) = found else {
        return StatusCode::NOT_FOUND.into();
    };
    let tag = tag(&file, encoding);
    let unchanged = known.is_some_and(|known| known.split(',').any(|one| matches_tag(one, &tag)));
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into()
    } else {
        Response::builder()
            .content_type(media_type(name))
            .body(file.data.into_owned())
    };
    let headers = response.headers_mut();
    let mut set = |name, value: &str| {
        headers.insert(
            name,
            HeaderValue::from_str(value).expect("our own values are plain"),
        );
    };
    set(header::ETAG, &tag);
    set(header::VARY, "accept-encoding");
    set(header::CACHE_CONTROL, caching(name));
    if encoding != Encoding::Identity {
        set(header::CONTENT_ENCODING, encoding.name());
    }
    response
}

/// A strong tag (RFC 9110, 8.8.3): other bytes, another tag.
fn tag(file: &EmbeddedFile, encoding: Encoding) -> String {
    let hash = file.metadata.sha256_hash();
    format!("\"{}-{}\"", Hex(&hash[..16]), encoding.name())
}

fn matches_tag(one: &str, tag: &str) -> bool {
    let one = one.trim();
    one == "*" || one.trim_start_matches("W/") == tag
}

/// Names under `assets/` hold the hash of their content, so that they never change.
fn caching(name: &str) -> &'static str {
    if name.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    }
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_find_their_own_way_and_missing_files_do_not() {
        for (path, expected) in [
            ("", Found::File(APP)),
            ("datasets/0199a3c4", Found::File(APP)),
            ("signin", Found::File(APP)),
            ("index.html", Found::File(APP)),
            ("favicon.ico", Found::File(ICON)),
            ("assets/missing.js", Found::Nothing),
            (".env", Found::Nothing),
            ("../Cargo.toml", Found::Nothing),
            ("..%2fCargo.toml", Found::Nothing),
            ("api/v2/users", Found::Nothing),
            ("index.html.br", Found::Nothing),
            ("metrics", Found::Stray),
            ("healthz", Found::Stray),
            ("dataset", Found::Stray),
        ] {
            assert_eq!(found(path), expected, "{path}");
        }
    }

    #[test]
    fn a_page_that_the_browser_has_is_not_sent_again() {
        let first = serve("index.html", "", None);
        assert_eq!(first.status(), StatusCode::OK);
        assert_eq!(first.headers()[header::CACHE_CONTROL], "no-cache");
        let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        assert_eq!(
            serve("index.html", "", Some(&tag)).status(),
            StatusCode::NOT_MODIFIED
        );
        assert_eq!(
            serve("index.html", "", Some("\"other\"")).status(),
            StatusCode::OK
        );
    }
}
