//! Picks records of a dataset, for whoever the command acts for.

use std::fmt::{Display, Formatter, Result as Written};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use poem::Body;
use poem::http::Method;
use serde::Serialize;
use serde_json::{Value, json};

use super::command::{KIND, LIST};
use super::file::{FileFormat, save};
use crate::cli::client::Client;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::named::path_of;

/// What can be done about a selection.
#[derive(Subcommand)]
pub(super) enum Selecting {
    /// Pick records of a dataset, or let go of some; without a choice, show how many are picked.
    Select {
        /// The dataset's name or id.
        dataset: String,
        #[command(flatten)]
        what: What,
    },
    /// Export the records that are picked.
    ExportSelected {
        /// The dataset's name or id.
        dataset: String,
        /// How to write the file.
        #[arg(long, value_enum, default_value = "csv")]
        format: FileFormat,
        /// Where to write it; without it, standard output.
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// Which records are picked and let go.
#[derive(Args)]
pub(super) struct What {
    /// The key of a record to pick; may be given several times.
    #[arg(long, value_name = "KEY")]
    add: Vec<String>,
    /// The key of a record to let go; may be given several times.
    #[arg(long, value_name = "KEY")]
    remove: Vec<String>,
    /// Pick every record that matches now, such as `state = "CA"`.
    #[arg(long, value_name = "FILTER", conflicts_with_all = ["add", "remove"])]
    matching: Option<String>,
    /// Let go of all others that were picked before.
    #[arg(long, requires = "matching")]
    replace: bool,
    /// Let go of all.
    #[arg(long, conflicts_with_all = ["add", "remove", "matching"])]
    clear: bool,
}

impl Selecting {
    pub(super) async fn run(self, client: &mut Client, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Select { dataset, what } => {
                let path = path_of(client, LIST, KIND, &dataset).await?;
                let shown = select(client, &format!("{path}/selection"), what).await?;
                context.out.show(&Selection(shown))?;
            }
            Self::ExportSelected {
                dataset,
                format,
                output,
            } => {
                let path = path_of(client, LIST, KIND, &dataset).await?;
                let path = format!("{path}/selection/export?format={}", format.name());
                let body = client
                    .stream(Method::GET, &path, None, Body::empty())
                    .await?;
                save(body, output.as_deref()).await.map_err(Failure::of)?;
            }
        }
        Ok(())
    }
}

async fn select(client: &mut Client, path: &str, what: What) -> Result<Value, Failure> {
    if what.clear {
        client.call(Method::DELETE, path, None).await?;
    } else if let Some(filter) = what.matching {
        let body = json!({"filter": filter, "replace": what.replace});
        let path = format!("{path}/matching");
        return client.call(Method::POST, &path, Some(&body)).await;
    } else if !what.add.is_empty() || !what.remove.is_empty() {
        let body = json!({"add": what.add, "remove": what.remove});
        return client.call(Method::PATCH, path, Some(&body)).await;
    }
    client.call(Method::GET, path, None).await
}

/// How many records are picked, and what a change has come to.
#[derive(Serialize)]
#[serde(transparent)]
struct Selection(Value);

impl Display for Selection {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let Self(told) = self;
        write!(f, "{} records are picked", told["records"])?;
        if told["added"].is_number() {
            write!(f, " ({} more, {} fewer)", told["added"], told["removed"])?;
        }
        writeln!(f)?;
        for key in told["missing"].as_array().into_iter().flatten() {
            writeln!(f, "  no record has the key {key}")?;
        }
        Ok(())
    }
}
