//! What can be done with datasets.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use poem::Body;
use poem::http::Method;
use serde_json::Value;

use super::create::{Decided, KeyNamed, definition, propose};
use super::file::{FileError, FileFormat, save};
use super::import::import;
use super::select::Selecting;
use super::share::Sharing;
use super::view::{List, Report, Shown};
use crate::cli::client::Client;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::named::{find, path_of};
use crate::cli::owner::Owner;

pub(super) const LIST: &str = "/datasets";
pub(super) const KIND: &str = "dataset";

/// Whose datasets are meant, and what is to be done with them.
#[derive(Args)]
pub(crate) struct Line {
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
    ///
    /// Rows that are refused are listed, and do not make the command fail: the others are in. With
    /// --strict it fails, and nothing is.
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
    #[command(flatten)]
    Selecting(Selecting),
    #[command(flatten)]
    Sharing(Sharing),
    /// Delete a dataset with all its records.
    Delete {
        /// The dataset's name or id.
        dataset: String,
        /// Delete what needs it too.
        #[arg(long)]
        cascade: bool,
    },
}

/// An import that did not come to its end.
#[derive(Debug, thiserror::Error)]
#[error("the import failed: {0}")]
struct ImportFailed(String);

pub(crate) fn run(line: Line, context: &Context) -> Result<(), Failure> {
    line.owner.with(context, async |client| {
        dispatch(line.command, client, context).await
    })
}

/// The fields that tell records apart and that they are found by, as somebody named them.
struct Keys {
    key: Option<String>,
    index: Vec<String>,
}

/// Makes a dataset like a file, and says beside it what was decided for whoever did not.
async fn create(
    client: &mut Client,
    name: &str,
    (like, format): (&Path, Option<FileFormat>),
    Keys { key, index }: Keys,
    context: &Context,
) -> Result<Value, Failure> {
    let proposal = propose(client, like, format).await?;
    let named = if key.is_some() {
        KeyNamed::Yes
    } else {
        KeyNamed::No
    };
    let body = definition(name, &proposal, key, &index).map_err(Failure::of)?;
    let made = client.call(Method::POST, LIST, Some(&body)).await?;
    if let Some(decided) = Decided::of(&proposal, &made, named) {
        context.out.note(&decided)?;
    }
    Ok(made)
}

async fn export(
    client: &mut Client,
    dataset: &str,
    format: FileFormat,
    output: Option<&Path>,
) -> Result<(), Failure> {
    let path = path_of(client, LIST, KIND, dataset).await?;
    let path = format!("{path}/export?format={}", format.name());
    let body = client
        .stream(Method::GET, &path, None, Body::empty())
        .await?;
    save(body, output).await.map_err(|error| match error {
        // A reader like `head` that has enough is no failure.
        FileError::Write(_, cause) if output.is_none() => Failure::Output(cause),
        error => Failure::of(error),
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
            let keys = Keys { key, index };
            let made = create(client, &name, (&like, format), keys, context).await?;
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
                return Err(Failure::of(ImportFailed(failure)));
            }
        }
        Command::Export {
            dataset,
            format,
            output,
        } => {
            export(client, &dataset, format, output.as_deref()).await?;
        }
        Command::Delete { dataset, cascade } => {
            let path = path_of(client, LIST, KIND, &dataset).await?;
            let path = format!("{path}?cascade={cascade}");
            client.call(Method::DELETE, &path, None).await?;
        }
        Command::Selecting(selecting) => selecting.run(client, context).await?,
        Command::Sharing(sharing) => sharing.run(client, context).await?,
    }
    Ok(())
}
