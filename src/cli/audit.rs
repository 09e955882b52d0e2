//! `weighbridge audit`: reads the book, and signs how far it goes.

use std::fmt::{Display, Formatter, Result as Written};

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::Value;

use super::client::Client;
use super::context::Context;
use super::failure::Failure;
use super::{audit_search, audit_status, verify};
use crate::audit::{Code, code_list, first_key};

/// What to do with the book.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Show the newest lines, the oldest of them first.
    Tail(Tail),
    /// Find lines by time, event, actor, object, request, address, outcome and words.
    Search(audit_search::Args),
    /// Show how far the book goes, what is signed and what the last verification found.
    Status,
    /// Check that nothing in the book was altered: exit code 1 when it was.
    Verify(verify::Args),
    /// Sign how far the book goes; keep it elsewhere, to prove that nothing was cut off since.
    Checkpoint,
    /// Print the first public key, which an auditor is given once and checks everything with.
    Key,
    /// Print every event that the book may hold, in Markdown.
    Codes,
}

/// Which lines are wanted.
#[derive(Args)]
pub(super) struct Tail {
    /// How many lines.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=500))]
    lines: u16,
    /// Only lines of this event, such as WB-AUTH-002 or `authn_login_fail`.
    #[arg(long)]
    code: Option<Code>,
}

/// There is no book yet.
#[derive(Debug, thiserror::Error)]
#[error("there is no audit log in {0}")]
struct NoLog(String);

pub(super) fn run(command: &Command, context: &Context) -> Result<(), Failure> {
    match command {
        Command::Tail(tail) => {
            let code = tail
                .code
                .map(|code| format!("&code={code}"))
                .unwrap_or_default();
            let page = fetch(
                context,
                &format!("/audit/events?limit={}{code}", tail.lines),
            )?;
            let mut lines = page["items"].as_array().cloned().unwrap_or_default();
            lines.reverse();
            Ok(context.out.show(&Lines(lines))?)
        }
        Command::Search(args) => audit_search::run(args, context),
        Command::Status => audit_status::run(context),
        Command::Verify(args) => verify::run(args, context),
        Command::Checkpoint => {
            let checkpoint = fetch(context, "/audit/checkpoint")?;
            Ok(context.out.show(&Lines(vec![checkpoint]))?)
        }
        Command::Key => key(context),
        Command::Codes => Ok(context.out.document(code_list().as_bytes())?),
    }
}

pub(super) fn fetch(context: &Context, path: &str) -> Result<Value, Failure> {
    Client::with(context, async |client| client.get(path).await)
}

/// The files say it; no server is needed.
fn key(context: &Context) -> Result<(), Failure> {
    let folder = context.load()?.config.audit.folder;
    let key = first_key(&folder).map_err(Failure::of)?;
    let key = key.ok_or_else(|| Failure::of(NoLog(folder.display().to_string())))?;
    Ok(context.out.document(format!("{key}\n").as_bytes())?)
}

/// Lines of the book, or one word of it, as they stand there: they are JSON in any case.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Lines(pub(super) Vec<Value>);

impl Display for Lines {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        self.0.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
