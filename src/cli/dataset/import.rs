//! Brings a file into a dataset.

use std::io::{self, IsTerminal as _};
use std::path::Path;

use futures_util::TryStreamExt as _;
use indicatif::{ProgressBar, ProgressStyle};
use poem::Body;
use poem::http::Method;
use serde_json::Value;
use tokio_util::io::ReaderStream;

use super::file::{FileFormat, format_of, open};
use crate::cli::client::Client;
use crate::cli::failure::Failure;

/// Sends `file` to the dataset at the path `dataset` and gives the report.
pub(super) async fn import(
    client: &mut Client,
    dataset: &str,
    file: &Path,
    format: Option<FileFormat>,
    strict: bool,
) -> Result<Value, Failure> {
    let name = file
        .file_name()
        .map(|name| name.to_string_lossy())
        .unwrap_or_default();
    let more = format!("&strict={strict}&file_name={}", escaped(&name));
    upload(client, (dataset, &more), file, format).await
}

/// Sends `file` to the imports below the path `into`, with `more` in its query, and gives the report.
pub(in crate::cli) async fn upload(
    client: &mut Client,
    (into, more): (&str, &str),
    file: &Path,
    format: Option<FileFormat>,
) -> Result<Value, Failure> {
    let format = format_of(file, format).map_err(Failure::of)?;
    let (reader, length) = open(file).await.map_err(Failure::of)?;
    let path = format!("{into}/imports?format={}{more}", format.name());
    let bar = bar(length);
    let seen = bar.clone();
    let bytes = ReaderStream::with_capacity(reader, 256 << 10)
        .inspect_ok(move |bytes| seen.inc(bytes.len() as u64));
    let kind = Some("application/octet-stream");
    let body = Body::from_bytes_stream(bytes);
    let answer = client.stream(Method::POST, &path, kind, body).await;
    bar.finish_and_clear();
    let bytes = answer?.into_bytes().await.map_err(Failure::of)?;
    serde_json::from_slice(&bytes).map_err(Failure::of)
}

/// A bar on standard error, if somebody looks at it.
fn bar(length: Option<u64>) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let Some(length) = length else {
        return ProgressBar::new_spinner();
    };
    let style = ProgressStyle::with_template(
        "{wide_bar} {bytes}/{total_bytes} {binary_bytes_per_sec} {eta}",
    );
    ProgressBar::new(length).with_style(style.unwrap_or_else(|_bad| ProgressStyle::default_bar()))
}

/// A text as part of a query (RFC 3986).
fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let escape = |byte: u8| {
        if plain(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_safe_in_a_query() {
        assert_eq!(escaped("a b&c=é.csv"), "a%20b%26c%3D%C3%A9.csv");
    }
}
