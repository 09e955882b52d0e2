//! Makes a dataset like a file.

use std::path::Path;

use poem::http::Method;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;

use super::file::{FileError, FileFormat, format_of};
use crate::cli::client::Client;
use crate::cli::failure::Failure;

/// The API looks at so much of a file for a proposal.
const PREVIEW_BYTES: u64 = 256 << 10;

/// What the file does not have.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unfit {
    #[error("no column tells the rows apart; say --key")]
    NoKey,
    #[error("the file has no column {0:?}")]
    NoColumn(String),
}

/// The fields that the beginning of `file` suggests.
pub(super) async fn propose(
    client: &mut Client,
    file: &Path,
    format: Option<FileFormat>,
) -> Result<Value, Failure> {
    let format = format_of(file, format).map_err(Failure::of)?;
    let unread = |error| Failure::of(FileError::Read(file.to_owned(), error));
    let opened = tokio::fs::File::open(file).await.map_err(unread)?;
    let mut beginning = Vec::new();
    let mut opened = opened.take(PREVIEW_BYTES);
    opened.read_to_end(&mut beginning).await.map_err(unread)?;
    let path = format!("/datasets/preview?format={}", format.name());
    let kind = Some("application/octet-stream");
    let answer = client
        .stream(Method::POST, &path, kind, beginning.into())
        .await?;
    let bytes = answer.into_bytes().await.map_err(Failure::of)?;
    serde_json::from_slice(&bytes).map_err(Failure::of)
}

/// The dataset that a preview proposes, with the key and the indexes that were asked for.
pub(super) fn definition(
    name: &str,
    preview: &Value,
    key: Option<String>,
    index: &[String],
) -> Result<Value, Unfit> {
    let likeliest = preview["key_candidates"][0].as_str().map(str::to_owned);
    let key = key.or(likeliest).ok_or(Unfit::NoKey)?;
    let mut fields = preview["fields"].as_array().cloned().unwrap_or_default();
    for column in index {
        let field = fields
            .iter_mut()
            .find(|field| field["name"] == column.as_str());
        field.ok_or_else(|| Unfit::NoColumn(column.clone()))?["indexed"] = true.into();
    }
    Ok(json!({"name": name, "key_field": key, "fields": fields}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dataset_takes_the_likeliest_key_and_the_indexes_asked_for() {
        let preview = json!({"key_candidates": ["iata"], "fields": [
            {"name": "iata", "type": "text"}, {"name": "state", "type": "text"},
        ]});
        let made = definition("A", &preview, None, &["state".into()]).unwrap();
        assert_eq!(made["key_field"], "iata");
        assert_eq!(made["fields"][1]["indexed"], true);
        assert!(definition("A", &preview, None, &["town".into()]).is_err());
    }
}
