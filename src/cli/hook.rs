//! `weighbridge hook`: the addresses that are told what becomes of records.

use std::fmt::{Display, Formatter, Result as Written};
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use poem::http::Method;
use serde::Serialize;
use serde_json::{Value, json};

use super::client::Client;
use super::context::Context;
use super::dead_letters::decide;
use super::failure::Failure;
use super::named::{self, text};
use super::owner::Owner;
use super::secret::{self, Entry};
use crate::base::Secret;

const LIST: &str = "/hooks";

/// Whose hooks are meant, and what is to be done with them.
#[derive(Args)]
pub(super) struct Line {
    #[command(flatten)]
    owner: Owner,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the hooks, and how each stands.
    List,
    /// Show how a hook stands.
    Show(Which),
    /// Have an address told of a dataset's records, and print what deliveries are signed with; it
    /// is shown this once.
    Add(Add),
    /// Remove a hook: it is told nothing any more, nor what waits for it.
    Remove(Which),
    /// Show what a hook refused each time, and send it again or discard it.
    DeadLetters(Letters),
}

#[derive(Args)]
struct Which {
    /// The hook's id, or its name or host where only one has it.
    hook: String,
}

/// What is told, and where.
#[derive(Args)]
struct Add {
    /// The dataset's name or id.
    dataset: String,
    /// What it is told of.
    #[arg(long, value_enum)]
    event: Deed,
    /// What to call it.
    #[arg(long, default_value = "")]
    name: String,
    /// The file that holds the address; without it, the terminal asks for it, or standard input
    /// holds it.
    #[arg(long, value_name = "FILE")]
    address_file: Option<PathBuf>,
}

/// What becomes of a record.
#[derive(Clone, Copy, ValueEnum)]
enum Deed {
    /// It is new.
    Created,
    /// Its values have changed.
    Changed,
    /// It is gone.
    Deleted,
}

/// Which dead letters.
#[derive(Args)]
struct Letters {
    #[command(flatten)]
    which: Which,
    /// Send what tells of the record with this key again; may be given several times.
    #[arg(long, value_name = "KEY")]
    resend: Vec<String>,
    /// Discard what tells of the record with this key; may be given several times.
    #[arg(long, value_name = "KEY")]
    discard: Vec<String>,
    /// Discard all of them.
    #[arg(long)]
    discard_all: bool,
}

/// What a command prints.
enum View {
    Hooks(Vec<Value>),
    Hook(Value),
    Made(Value),
    Letters(Vec<Value>),
    Nothing,
}

/// Which hook is meant cannot be told.
#[derive(Debug, thiserror::Error)]
enum Unclear {
    #[error("no hook is called {0:?} or lies there; see `weighbridge hook list`")]
    Unknown(String),
    #[error("{1} hooks are called {0:?} or lie there; name one by its id")]
    Several(String, usize),
}

pub(super) fn run(line: Line, context: &Context) -> Result<(), Failure> {
    // Before anything is opened: whoever types keeps nobody out meanwhile.
    let address = match &line.command {
        Command::Add(add) => secret::read("address", Entry::Once, add.address_file.as_deref())?,
        _ => Secret::default(),
    };
    let view = line.owner.with(context, async |client| {
        act(line.command, &address, client).await
    })?;
    match view {
        View::Hooks(list) => context.out.show(&Hooks(list))?,
        View::Hook(hook) => context.out.show(&Hook(hook))?,
        View::Made(made) => context.out.show(&Made(made))?,
        View::Letters(list) => context.out.show(&DeadLetters(list))?,
        View::Nothing => {}
    }
    Ok(())
}

async fn act(command: Command, address: &Secret, client: &mut Client) -> Result<View, Failure> {
    match command {
        Command::List => Ok(View::Hooks(client.list(LIST).await?)),
        Command::Show(which) => Ok(View::Hook(find(client, &which).await?)),
        Command::Add(add) => {
            let dataset = named::find(client, "/datasets", "dataset", &add.dataset).await?;
            let body = json!({
                "dataset_id": text(&dataset, "id"),
                "event": add.event.name(), "name": add.name, "url": address.expose(),
            });
            let made = client.call(Method::POST, LIST, Some(&body)).await?;
            Ok(View::Made(made))
        }
        Command::Remove(which) => {
            let path = path(client, &which).await?;
            client.call(Method::DELETE, &path, None).await?;
            Ok(View::Nothing)
        }
        Command::DeadLetters(wanted) => {
            let letters = path(client, &wanted.which).await? + "/dead-letters";
            decide(client, &letters, (&wanted.discard, &wanted.resend)).await?;
            if wanted.discard_all {
                client.call(Method::DELETE, &letters, None).await?;
            }
            Ok(View::Letters(client.list(&letters).await?))
        }
    }
}

/// The one that is meant. Names need not be unique, and the wrong one would be removed for ever.
async fn find(client: &mut Client, which: &Which) -> Result<Value, Failure> {
    let wanted = which.hook.to_lowercase();
    let is = |hook: &Value, member: &str| {
        let text = hook[member].as_str();
        text.is_some_and(|text| text.to_lowercase() == wanted)
    };
    let mut all = client.list(LIST).await?;
    if let Some(at) = all.iter().position(|hook| is(hook, "id")) {
        return Ok(all.swap_remove(at));
    }
    all.retain(|hook| is(hook, "name") || is(hook, "host"));
    match (all.pop(), all.len()) {
        (Some(hook), 0) => Ok(hook),
        (None, _) => Err(Failure::of(Unclear::Unknown(which.hook.clone()))),
        (Some(_), others) => {
            let several = Unclear::Several(which.hook.clone(), others + 1);
            Err(Failure::of(several))
        }
    }
}

async fn path(client: &mut Client, which: &Which) -> Result<String, Failure> {
    let hook = find(client, which).await?;
    Ok(format!("{LIST}/{}", text(&hook, "id")))
}

impl Deed {
    const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Deleted => "deleted",
        }
    }
}

/// What people know a hook by.
fn called(hook: &Value) -> &str {
    hook["name"].as_str().unwrap_or_else(|| text(hook, "host"))
}

/// Hooks, a line each.
#[derive(Serialize)]
#[serde(transparent)]
struct Hooks(Vec<Value>);

impl Display for Hooks {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        for hook in &self.0 {
            writeln!(
                f,
                "{:24} {:8} {:8} waiting {:<5} dead letters {:<4} {}",
                called(hook),
                text(hook, "event"),
                text(hook, "state"),
                hook["waiting"],
                hook["dead_letters"],
                text(hook, "id")
            )?;
        }
        Ok(())
    }
}

/// One hook, a line for each thing that is known of it.
#[derive(Serialize)]
#[serde(transparent)]
struct Hook(Value);

impl Display for Hook {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let members = self.0.as_object().into_iter().flatten();
        for (name, value) in members {
            let shown = value.to_string();
            let shown = value.as_str().unwrap_or(&shown);
            writeln!(f, "{:14} {shown}", name.replace('_', " "))?;
        }
        Ok(())
    }
}

/// A hook just made: its signing key alone, so that a script can keep it.
#[derive(Serialize)]
#[serde(transparent)]
struct Made(Value);

impl Display for Made {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        f.write_str(text(&self.0, "signing_key"))
    }
}

/// Dead letters, a line each.
#[derive(Serialize)]
#[serde(transparent)]
struct DeadLetters(Vec<Value>);

impl Display for DeadLetters {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        for letter in &self.0 {
            let (key, reason) = (text(letter, "key"), text(letter, "reason"));
            let last = text(letter, "last_at");
            let attempts = &letter["attempts"];
            writeln!(f, "{key}  attempts: {attempts}, last {last}: {reason}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_is_shown_with_all_that_is_known_of_it() {
        let hook = json!({"id": "1", "host": "a.example", "event": "created", "state": "failing",
                          "waiting": 3, "dead_letters": 1, "reason": "no answer"});
        let list = Hooks(vec![hook.clone()]).to_string();
        assert!(list.starts_with("a.example"), "{list}");
        assert!(
            list.contains("failing") && list.contains("dead letters 1"),
            "{list}"
        );
        let shown = Hook(hook).to_string();
        assert!(shown.contains("reason         no answer\n"), "{shown}");
        assert!(shown.contains("dead letters   1\n"), "{shown}");
    }
}
