//! Makes a dataset like a file.

use std::fmt::{Display, Formatter, Result as Shown};
use std::path::Path;

use poem::http::Method;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;

use super::file::{FileError, FileFormat, format_of};
use crate::cli::client::Client;
use crate::cli::failure::Failure;
use crate::cli::named::text;

/// The API looks at so much of a file for a proposal.
const PREVIEW_BYTES: u64 = 256 << 10;

/// What the file does not have.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unfit {
    #[error("no column tells the rows apart; say --key")]
    NoKey,
    #[error("the file has no column {0:?}; it has {1}")]
    NoColumn(String, String),
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
    let mut fields = preview["fields"].as_array().cloned().unwrap_or_default();
    let key = match key {
        Some(column) => fields[place(&fields, &column)?]["name"].clone(),
        None => likeliest.ok_or(Unfit::NoKey)?.into(),
    };
    for column in index {
        let at = place(&fields, column)?;
        fields[at]["indexed"] = true.into();
    }
    Ok(json!({"name": name, "key_field": key, "fields": fields}))
}

/// Where the field is that a column of this name, in any case of letters, has become.
fn place(fields: &[Value], column: &str) -> Result<usize, Unfit> {
    let names = fields.iter().filter_map(|field| field["name"].as_str());
    let wanted = column.trim().to_lowercase();
    let found = names.clone().position(|name| name.to_lowercase() == wanted);
    found.ok_or_else(|| {
        let names: Vec<_> = names.collect();
        Unfit::NoColumn(column.to_owned(), names.join(", "))
    })
}

/// What was decided for somebody who has not said it, and what was amiss with the rows that it was
/// decided by.
#[derive(Serialize)]
pub(super) struct Decided {
    key_field: String,
    problems: Vec<String>,
}

impl Decided {
    /// None when the key was named and all rows looked at are good.
    pub(super) fn of(preview: &Value, made: &Value, key_was_named: KeyNamed) -> Option<Self> {
        let problems = preview["problems"].as_array().into_iter().flatten();
        let problems: Vec<_> = problems
            .map(|one| format!("line {}: {}", one["line"], text(one, "reason")))
            .collect();
        let wanted = key_was_named == KeyNamed::No || !problems.is_empty();
        wanted.then(|| Self {
            key_field: text(made, "key_field").to_owned(),
            problems,
        })
    }
}

impl Display for Decided {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        let key = &self.key_field;
        write!(
            f,
            "Records are told apart by {key:?}, in which no value is missing or comes twice at the \
             beginning of the file; --key names another."
        )?;
        for problem in &self.problems {
            write!(f, "\n{problem}")?;
        }
        Ok(())
    }
}

/// Whether somebody has said which field tells records apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyNamed {
    Yes,
    No,
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
        let error = definition("A", &preview, None, &["town".into()]).unwrap_err();
        let told = "the file has no column \"town\"; it has iata, state";
        assert_eq!(error.to_string(), told);
        let other = definition("A", &preview, Some("STATE".into()), &[]).unwrap();
        assert_eq!(other["key_field"], "state");
    }

    #[test]
    fn a_key_that_nobody_named_is_told() {
        let (preview, made) = (json!({}), json!({"key_field": "name"}));
        let told = Decided::of(&preview, &made, KeyNamed::No).unwrap();
        assert!(told.to_string().contains("told apart by \"name\""));
        assert!(Decided::of(&preview, &made, KeyNamed::Yes).is_none());
        let bad = json!({"problems": [{"line": 4, "reason": "has 1 cells"}]});
        let told = Decided::of(&bad, &made, KeyNamed::Yes).unwrap();
        assert!(told.to_string().ends_with("\nline 4: has 1 cells"));
    }
}
