//! The files that records come from and go to.

use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use clap::ValueEnum;
use futures_util::{Stream, StreamExt as _};
use poem::Body;
use tokio::io::{AsyncRead, AsyncWriteExt as _};

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FileFormat {
    /// Separated values with a header.
    Csv,
    /// One JSON list of objects.
    Json,
    /// One JSON object on each line.
    Ndjson,
}

/// What becomes of a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Existing {
    /// It stays, and nothing is written.
    Kept,
    /// It is written over.
    Replaced,
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum FileError {
    #[error("{} could not be read", .0.display())]
    Read(PathBuf, #[source] io::Error),
    #[error("{} could not be written", .0.display())]
    Write(PathBuf, #[source] io::Error),
    #[error("{} is there already; --force writes over it", .0.display())]
    Exists(PathBuf),
    #[error("the file's name does not end in .csv, .json or .ndjson; say --format")]
    NoFormat,
}

impl FileFormat {
    /// The name that the API has for it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
        }
    }
}

/// The file's bytes and its length, if it has one.
pub(super) async fn open(
    file: &Path,
) -> Result<(Box<dyn AsyncRead + Send + Unpin>, Option<u64>), FileError> {
    if file == Path::new("-") {
        return Ok((Box::new(tokio::io::stdin()), None));
    }
    let unread = |error| FileError::Read(file.to_owned(), error);
    let opened = tokio::fs::File::open(file).await.map_err(unread)?;
    let length = opened.metadata().await.map_err(unread)?.len();
    Ok((Box::new(opened), Some(length)))
}

/// Writes all of `body` to the file `output`, else to standard output.
pub(super) async fn save(body: Body, output: Option<&Path>) -> Result<(), FileError> {
    let shown = output.unwrap_or(Path::new("standard output"));
    let failed = |error| FileError::Write(shown.to_owned(), error);
    let stream = Box::pin(body.into_bytes_stream());
    match output {
        None => copy(stream, tokio::io::stdout()).await.map_err(failed),
        Some(path) => {
            let file = tokio::fs::File::create(path).await.map_err(failed)?;
            copy(stream, file).await.map_err(failed)
        }
    }
}

/// Errs where a file is there that is to stay: before anything is asked for.
pub(in crate::cli) fn check_free(path: &Path, existing: Existing) -> Result<(), FileError> {
    match existing {
        Existing::Kept if path.exists() => Err(FileError::Exists(path.to_owned())),
        Existing::Kept | Existing::Replaced => Ok(()),
    }
}

/// Writes all of `body` to a file that may be there already.
pub(in crate::cli) async fn save_at(
    body: Body,
    path: &Path,
    existing: Existing,
) -> Result<(), FileError> {
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true);
    match existing {
        Existing::Kept => options.create_new(true),
        Existing::Replaced => options.create(true).truncate(true),
    };
    let failed = |error| FileError::Write(path.to_owned(), error);
    let file = options
        .open(path)
        .await
        .map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => FileError::Exists(path.to_owned()),
            _ => failed(error),
        })?;
    let stream = Box::pin(body.into_bytes_stream());
    copy(stream, file).await.map_err(failed)
}

async fn copy(
    mut from: impl Stream<Item = io::Result<Bytes>> + Unpin,
    mut to: impl tokio::io::AsyncWrite + Unpin,
) -> io::Result<()> {
    while let Some(bytes) = from.next().await {
        to.write_all(&bytes?).await?;
    }
    to.flush().await
}

/// How `file` is written: as somebody says, else as its name does.
pub(super) fn format_of(file: &Path, given: Option<FileFormat>) -> Result<FileFormat, FileError> {
    let ending = file.extension().and_then(|ending| ending.to_str());
    let named = || match ending?.to_ascii_lowercase().as_str() {
        "csv" | "tsv" => Some(FileFormat::Csv),
        "json" => Some(FileFormat::Json),
        "ndjson" | "jsonl" => Some(FileFormat::Ndjson),
        _ => None,
    };
    given.or_else(named).ok_or(FileError::NoFormat)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_says_how_it_is_written() {
        for (name, format) in [
            ("a.csv", Some(FileFormat::Csv)),
            ("a.TSV", Some(FileFormat::Csv)),
            ("a.jsonl", Some(FileFormat::Ndjson)),
            ("a.json", Some(FileFormat::Json)),
            ("a", None),
        ] {
            assert_eq!(format_of(Path::new(name), None).ok(), format, "{name}");
        }
    }
}
