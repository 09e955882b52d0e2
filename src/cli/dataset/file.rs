//! The files that records come from and go to.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use clap::ValueEnum;
use futures_util::{Stream, StreamExt as _};
use poem::Body;
use tempfile::TempPath;
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
///
/// Until all of it has come, it lies beside the file under another name: what breaks off leaves
/// nothing, and an earlier file stays as it is. A device or a pipe is written to as it comes.
pub(in crate::cli) async fn save_at(
    body: Body,
    path: &Path,
    existing: Existing,
) -> Result<(), FileError> {
    check_free(path, existing)?;
    if path.exists() && !path.is_file() {
        return save(body, Some(path)).await;
    }
    // What a link leads to is written over, and the link stays.
    let place = path.canonicalize().unwrap_or_else(|_new| path.to_owned());
    let failed = |error| FileError::Write(path.to_owned(), error);
    let (part, file) = beside(&place).map_err(failed)?;
    if let Ok(earlier) = place.metadata() {
        // Whoever could not read the file before cannot read it now.
        let permissions = earlier.permissions();
        file.set_permissions(permissions).await.map_err(failed)?;
    }
    let stream = Box::pin(body.into_bytes_stream());
    copy(stream, file).await.map_err(failed)?;
    let kept = match existing {
        Existing::Replaced => part.persist(&place),
        Existing::Kept => part.persist_noclobber(&place),
    };
    kept.map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => FileError::Exists(path.to_owned()),
        _ => failed(error.error),
    })
}

/// A file without a name that lasts, in the folder of another.
fn beside(place: &Path) -> io::Result<(TempPath, tokio::fs::File)> {
    let folder = place.parent().filter(|folder| *folder != Path::new(""));
    let file = tempfile::Builder::new()
        .prefix(".weighbridge-")
        .permissions(Permissions::from_mode(0o666)) // less what the user's mask takes away
        .tempfile_in(folder.unwrap_or(Path::new(".")))?;
    let (file, path) = file.into_parts();
    Ok((path, tokio::fs::File::from_std(file)))
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
    use futures_util::stream;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    #[tokio::test]
    async fn what_breaks_off_leaves_nothing_and_an_earlier_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.csv");
        let broken = || {
            let parts = [Ok("a,b".into()), Err(io::Error::other("gone"))];
            Body::from_bytes_stream(stream::iter::<[io::Result<Bytes>; 2]>(parts))
        };
        let outcome = save_at(broken(), &path, Existing::Kept).await;
        assert!(matches!(outcome, Err(FileError::Write(..))));
        assert!(names(folder.path()).is_empty());
        save_at(Body::from("old"), &path, Existing::Kept)
            .await
            .unwrap();
        let outcome = save_at(broken(), &path, Existing::Replaced).await;
        assert!(matches!(outcome, Err(FileError::Write(..))));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        let outcome = save_at(Body::from("new"), &path, Existing::Kept).await;
        assert!(matches!(outcome, Err(FileError::Exists(_))));
        let private = Permissions::from_mode(0o600);
        std::fs::set_permissions(&path, private.clone()).unwrap();
        save_at(Body::from("new"), &path, Existing::Replaced)
            .await
            .unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        let mode = path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, private.mode());
        assert_eq!(names(folder.path()), ["report.csv"]);
    }

    #[tokio::test]
    async fn a_link_stays_and_what_it_leads_to_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        save_at(Body::from("new"), &link, Existing::Replaced)
            .await
            .unwrap();
        assert!(link.is_symlink());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
        save_at(
            Body::from("all"),
            Path::new("/dev/null"),
            Existing::Replaced,
        )
        .await
        .unwrap();
    }

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
