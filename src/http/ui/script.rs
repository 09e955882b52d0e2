//! Serves the script that counts page views of a site, to whoever's pages ask for it.

use std::io::Write as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use poem::http::{HeaderValue, StatusCode, header};
use poem::{Endpoint, Request, Response};
use sha2::{Digest as _, Sha256};

use crate::base::Hex;
use crate::http::encoding::takes_gzip;

/// The script as it is read and as it is sent: browsers take it as it is.
const TEXT: &str = include_str!("../../../assets/script/count.js");
/// A browser asks again after an hour, and is told that nothing has changed.
const CACHING: &str = "public, max-age=3600";

/// The script.
pub(crate) struct Script {
    packed: Bytes,
    print: String,
}

impl Script {
    pub(crate) fn new() -> Self {
        let print: [u8; 32] = Sha256::digest(TEXT).into();
        Self {
            packed: packed().into(),
            print: Hex(&print[..16]).to_string(),
        }
    }
}

fn packed() -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    let outcome = gzip.write_all(TEXT.as_bytes());
    let outcome = outcome.and_then(|()| gzip.finish());
    outcome.expect("memory takes everything that is written to it")
}

impl Endpoint for Script {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let accept = request.header(header::ACCEPT_ENCODING).unwrap_or_default();
        let is_packed = takes_gzip(accept);
        let form = if is_packed { "gzip" } else { "identity" };
        let tag = format!("\"{}-{form}\"", self.print);
        let known = request.header(header::IF_NONE_MATCH).unwrap_or_default();
        let mut known = known
            .split(',')
            .map(|one| one.trim().trim_start_matches("W/"));
        let mut response: Response = if known.any(|one| one == tag || one == "*") {
            StatusCode::NOT_MODIFIED.into()
        } else {
            let answer = Response::builder().content_type("text/javascript; charset=utf-8");
            if is_packed {
                let answer = answer.header(header::CONTENT_ENCODING, "gzip");
                answer.body(self.packed.clone())
            } else {
                answer.body(TEXT)
            }
        };
        let headers = response.headers_mut();
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHING));
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_has_at_most_three_kibibytes() {
        assert!(packed().len() <= 3 * 1024, "{}", packed().len());
    }
}
