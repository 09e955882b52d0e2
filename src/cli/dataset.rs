//! `weighbridge dataset`: a user's tables of records.

use std::fmt::{Display, Formatter, Result as Written};
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use clap::{Args, Subcommand, ValueEnum};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use indicatif::{ProgressBar, ProgressStyle};
use poem::Body;
use poem::http::Method;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio_util::io::ReaderStream;

use super::client::Client;
use super::context::Context;
use super::failure::Failure;
use super::named::{find, path_of, text};
use super::owner::Owner;

const LIST: &str = "/datasets";
const KIND: &str = "dataset";

/// The API looks at so much of a file for a proposal.
const PREVIEW_BYTES: u64 = 256 << 10;

/// Whose datasets are meant, and what is to be done with them.
#[derive(Args)]
pub(super) struct Line {
    #[command(flatten)]
    owner: Owner,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the datasets.
    List,
    /// Show a dataset and its fields.
    Show {
        /// The dataset's name or id.
        dataset: String,
    },
    /// Create a dataset with the fields that a file suggests; the file is not imported.
    Create {
        /// What to call it.
        name: String,
        /// The file whose beginning shows the fields.
        #[arg(long, value_name = "FILE")]
        like: PathBuf,
        /// The field that tells records apart; without it the likeliest is taken.
        #[arg(long, value_name = "FIELD")]
        key: Option<String>,
        /// A field that records are to be found and sorted by; may be given several times.
        #[arg(long, value_name = "FIELD")]
        index: Vec<String>,
        /// How the file is written; without it, what the file's name says.
        #[arg(long, value_enum)]
        format: Option<FileFormat>,
    },
    /// Import a file: rows whose keys are there are changed, others are created.
    Import {
        /// The dataset's name or id.
        dataset: String,
        /// The file; `-` for standard input.
        file: PathBuf,
        /// Import nothing if anything is wrong.
        #[arg(long)]
        strict: bool,
        /// How the file is written; without it, what the file's name says.
        #[arg(long, value_enum)]
        format: Option<FileFormat>,
    },
    /// Export all records.
    Export {
        /// The dataset's name or id.
        dataset: String,
        /// How to write the file.
        #[arg(long, value_enum, default_value = "csv")]
        format: FileFormat,
        /// Where to write it; without it, standard output.
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Delete a dataset with all its records.
    Delete {
        /// The dataset's name or id.
        dataset: String,
        /// Delete what needs it too.
        #[arg(long)]
        cascade: bool,
    },
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FileFormat {
    /// Separated values with a header.
    Csv,
    /// One JSON list of objects.
    Json,
    /// One JSON object on each line.
    Ndjson,
}

/// What is wrong with what was asked for.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("{} could not be read", .0.display())]
    Read(PathBuf, #[source] io::Error),
    #[error("{} could not be written", .0.display())]
    Write(PathBuf, #[source] io::Error),
    #[error("the file's name does not end in .csv, .json or .ndjson; say --format")]
    NoFormat,
    #[error("no column tells the rows apart; say --key")]
    NoKey,
    #[error("the file has no column {0:?}")]
    NoColumn(String),
    #[error("the import failed: {0}")]
    Import(String),
}

pub(super) fn run(line: Line, context: &Context) -> Result<(), Failure> {
    line.owner.with(context, async |client| {
        dispatch(line.command, client, context).await
    })
}

async fn dispatch(command: Command, client: &mut Client, context: &Context) -> Result<(), Failure> {
    match command {
        Command::List => {
            context.out.show(&List(client.list(LIST).await?))?;
        }
        Command::Show { dataset } => {
            let dataset = find(client, LIST, KIND, &dataset).await?;
            context.out.show(&Shown(dataset))?;
        }
        Command::Create {
            name,
            like,
            key,
            index,
            format,
        } => {
            let proposal = propose(client, &like, format).await?;
            let body = definition(&name, &proposal, key, &index).map_err(Failure::of)?;
            let made = client.call(Method::POST, LIST, Some(&body)).await?;
            context.out.show(&Shown(made))?;
        }
        Command::Import {
            dataset,
            file,
            strict,
            format,
        } => {
            let path = path_of(client, LIST, KIND, &dataset).await?;
            let report = import(client, &path, &file, format, strict).await?;
            let failure = report["failure"].as_str().map(str::to_owned);
            context.out.show(&Report(report))?;
            if let Some(failure) = failure {
                return Err(Failure::of(Unusable::Import(failure)));
            }
        }
        Command::Export {
            dataset,
            format,
            output,
        } => {
            let path = path_of(client, LIST, KIND, &dataset).await?;
            let path = format!("{path}/export?format={}", format.name());
            let body = client
                .stream(Method::GET, &path, None, Body::empty())
                .await?;
            save(body, output.as_deref()).await.map_err(Failure::of)?;
        }
        Command::Delete { dataset, cascade } => {
            let path = path_of(client, LIST, KIND, &dataset).await?;
            let path = format!("{path}?cascade={cascade}");
            client.call(Method::DELETE, &path, None).await?;
        }
    }
    Ok(())
}

async fn propose(
    client: &mut Client,
    file: &Path,
    format: Option<FileFormat>,
) -> Result<Value, Failure> {
    let format = format_of(file, format).map_err(Failure::of)?;
    let unread = |error| Failure::of(Unusable::Read(file.to_owned(), error));
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
fn definition(
    name: &str,
    preview: &Value,
    key: Option<String>,
    index: &[String],
) -> Result<Value, Unusable> {
    let likeliest = preview["key_candidates"][0].as_str().map(str::to_owned);
    let key = key.or(likeliest).ok_or(Unusable::NoKey)?;
    let mut fields = preview["fields"].as_array().cloned().unwrap_or_default();
    for column in index {
        let field = fields
            .iter_mut()
            .find(|field| field["name"] == column.as_str());
        field.ok_or_else(|| Unusable::NoColumn(column.clone()))?["indexed"] = true.into();
    }
    Ok(json!({"name": name, "key_field": key, "fields": fields}))
}

async fn import(
    client: &mut Client,
    dataset: &str,
    file: &Path,
    format: Option<FileFormat>,
    strict: bool,
) -> Result<Value, Failure> {
    let format = format_of(file, format).map_err(Failure::of)?;
    let (reader, length) = open(file).await.map_err(Failure::of)?;
    let name = file
        .file_name()
        .map(|name| name.to_string_lossy())
        .unwrap_or_default();
    let path = format!(
        "{dataset}/imports?format={}&strict={strict}&file_name={}",
        format.name(),
        escaped(&name)
    );
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

/// The file's bytes and its length, if it has one.
async fn open(file: &Path) -> Result<(Box<dyn AsyncRead + Send + Unpin>, Option<u64>), Unusable> {
    if file == Path::new("-") {
        return Ok((Box::new(tokio::io::stdin()), None));
    }
    let unread = |error| Unusable::Read(file.to_owned(), error);
    let opened = tokio::fs::File::open(file).await.map_err(unread)?;
    let length = opened.metadata().await.map_err(unread)?.len();
    Ok((Box::new(opened), Some(length)))
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

async fn save(body: Body, output: Option<&Path>) -> Result<(), Unusable> {
    let shown = output.unwrap_or(Path::new("standard output"));
    let failed = |error| Unusable::Write(shown.to_owned(), error);
    let stream = Box::pin(body.into_bytes_stream());
    match output {
        None => copy(stream, tokio::io::stdout()).await.map_err(failed),
        Some(path) => {
            let file = tokio::fs::File::create(path).await.map_err(failed)?;
            copy(stream, file).await.map_err(failed)
        }
    }
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

fn format_of(file: &Path, given: Option<FileFormat>) -> Result<FileFormat, Unusable> {
    let ending = file.extension().and_then(|ending| ending.to_str());
    let named = || match ending?.to_ascii_lowercase().as_str() {
        "csv" | "tsv" => Some(FileFormat::Csv),
        "json" => Some(FileFormat::Json),
        "ndjson" | "jsonl" => Some(FileFormat::Ndjson),
        _ => None,
    };
    given.or_else(named).ok_or(Unusable::NoFormat)
}

impl FileFormat {
    /// The name that the API has for it.
    fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
        }
    }
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

/// Datasets, a line each.
#[derive(Serialize)]
#[serde(transparent)]
struct List(Vec<Value>);

impl Display for List {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        for one in &self.0 {
            writeln!(
                f,
                "{}  {:>10}  {}",
                text(one, "id"),
                one["records"],
                text(one, "name")
            )?;
        }
        Ok(())
    }
}

/// One dataset with its fields.
#[derive(Serialize)]
#[serde(transparent)]
struct Shown(Value);

impl Display for Shown {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let Self(dataset) = self;
        writeln!(f, "{}  {}", text(dataset, "id"), text(dataset, "name"))?;
        writeln!(
            f,
            "{} records, key field {}",
            dataset["records"],
            text(dataset, "key_field")
        )?;
        for field in dataset["fields"].as_array().into_iter().flatten() {
            let required = if field["required"] == true {
                "  required"
            } else {
                ""
            };
            let indexed = if field["indexed"] == true {
                "  indexed"
            } else {
                ""
            };
            writeln!(
                f,
                "  {:<10} {}{required}{indexed}",
                text(field, "type"),
                text(field, "name")
            )?;
        }
        Ok(())
    }
}

/// What became of an import.
#[derive(Serialize)]
#[serde(transparent)]
struct Report(Value);

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let Self(import) = self;
        writeln!(
            f,
            "{} rows read: {} created, {} changed, {} unchanged, {} refused",
            import["read"],
            import["created"],
            import["changed"],
            import["unchanged"],
            import["refused"]
        )?;
        let shown = import["problems"].as_array().map_or(&[][..], Vec::as_slice);
        for problem in shown {
            write!(f, "  line {}", problem["line"])?;
            if problem["column"].is_number() {
                write!(f, ", column {}", problem["column"])?;
            }
            match problem["field"].as_str() {
                Some(field) => write!(f, ": {field}")?,
                None => write!(f, ":")?,
            }
            writeln!(f, " {}", text(problem, "reason"))?;
        }
        let total = import["problems_total"].as_u64().unwrap_or(0);
        match total - (shown.len() as u64).min(total) {
            0 => Ok(()),
            more => writeln!(f, "  and {more} more problems"),
        }
    }
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

    #[test]
    fn a_name_is_safe_in_a_query() {
        assert_eq!(escaped("a b&c=é.csv"), "a%20b%26c%3D%C3%A9.csv");
    }
}
