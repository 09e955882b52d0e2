//! `weighbridge inlet`: secret addresses through which others write records.

use std::fmt::{Display, Formatter, Result as Written};

use clap::{Args, Subcommand};
use poem::http::Method;
use serde::Serialize;
use serde_json::{Value, json};

use super::client::Client;
use super::context::Context;
use super::failure::Failure;
use super::named::{self, path_of, text};
use super::owner::Owner;

const LIST: &str = "/inlets";
const KIND: &str = "inlet";

/// Whose inlets are meant, and what is to be done with them.
#[derive(Args)]
pub(super) struct Line {
    #[command(flatten)]
    owner: Owner,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the secret addresses, without their secrets.
    List,
    /// Draw a secret address for a dataset and print it; it is shown this once.
    Create {
        /// What to call it.
        name: String,
        /// The dataset's name or id.
        #[arg(long, value_name = "DATASET")]
        dataset: String,
        /// Refuse what is not signed.
        #[arg(long)]
        signed: bool,
    },
    /// Draw another address in the place of the old one and print it; it is shown this once.
    Rotate {
        /// The name or id.
        inlet: String,
    },
    /// Revoke an address: it leads nowhere any more.
    Revoke {
        /// The name or id.
        inlet: String,
    },
}

/// What a command prints.
enum View {
    Inlets(Vec<Value>),
    Made(Value),
    Nothing,
}

pub(super) fn run(line: Line, context: &Context) -> Result<(), Failure> {
    let work = async |client: &mut Client| act(line.command, client).await;
    match line.owner.with(context, work)? {
        View::Inlets(list) => context.out.show(&Inlets(list))?,
        View::Made(made) => context.out.show(&Made(made))?,
        View::Nothing => {}
    }
    Ok(())
}

async fn act(command: Command, client: &mut Client) -> Result<View, Failure> {
    match command {
        Command::List => Ok(View::Inlets(client.list(LIST).await?)),
        Command::Create {
            name,
            dataset,
            signed,
        } => {
            let dataset = named::find(client, "/datasets", "dataset", &dataset).await?;
            let body = json!({
                "name": name, "dataset_id": text(&dataset, "id"),
                "signing": if signed { "required" } else { "optional" },
            });
            let made = client.call(Method::POST, LIST, Some(&body)).await?;
            Ok(View::Made(made))
        }
        Command::Rotate { inlet } => {
            let path = path_of(client, LIST, KIND, &inlet).await? + "/rotate";
            Ok(View::Made(client.call(Method::POST, &path, None).await?))
        }
        Command::Revoke { inlet } => {
            let path = path_of(client, LIST, KIND, &inlet).await?;
            client.call(Method::DELETE, &path, None).await?;
            Ok(View::Nothing)
        }
    }
}

/// An address just drawn, below the appliance's own, and what is signed with.
#[derive(Serialize)]
#[serde(transparent)]
struct Made(Value);

impl Display for Made {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        writeln!(f, "path         {}", text(&self.0, "path"))?;
        writeln!(f, "signing key  {}", text(&self.0, "signing_key"))
    }
}

/// Inlets, a line each.
#[derive(Serialize)]
#[serde(transparent)]
struct Inlets(Vec<Value>);

impl Display for Inlets {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        for inlet in &self.0 {
            let used = inlet["used_at"].as_str().unwrap_or("never");
            writeln!(
                f,
                "{:24} /in/{:8} signature {:8} last used {used:24} {}",
                text(inlet, "name"),
                text(inlet, "hint"),
                text(inlet, "signing"),
                text(inlet, "id")
            )?;
        }
        Ok(())
    }
}
