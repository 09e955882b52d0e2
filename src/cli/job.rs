//! `weighbridge job`: lists what is under way, or was, and calls it off.

use std::fmt::{Display, Formatter, Result as Shown};

use clap::{Args, Subcommand, ValueEnum};
use poem::http::Method;
use serde::Serialize;
use serde_json::Value;

use super::context::Context;
use super::failure::Failure;
use super::named::{segment, text};
use super::owner::Owner;

/// Whose jobs are meant, and what is to be done with them.
#[derive(Args)]
pub(super) struct Line {
    #[command(flatten)]
    owner: Owner,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List plans, runs, imports and exports, the last one asked for first.
    List(Which),
    /// Cancel one job. What it had written stays, but for a strict import's and an export's.
    Cancel {
        /// The job's id.
        id: String,
    },
}

/// Which jobs.
#[derive(Args)]
struct Which {
    /// Only jobs of this kind.
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Only jobs in this state.
    #[arg(long, value_enum)]
    state: Option<State>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// What a run would do is found out.
    Plan,
    /// A sync is carried out.
    Run,
    /// A file is brought into a dataset.
    Import,
    /// A file of a dataset's records is made.
    Export,
}

#[derive(Clone, Copy, ValueEnum)]
enum State {
    /// It waits for its turn.
    Queued,
    /// It is being executed.
    Running,
    /// It was carried through.
    Done,
    /// It ended before its end.
    Failed,
    /// It was called off.
    Cancelled,
}

/// A job that has ended, or that nothing stops any more.
#[derive(Debug, thiserror::Error)]
#[error("the job cannot be cancelled: it is {0}")]
struct NoCancel(String);

pub(super) fn run(line: &Line, context: &Context) -> Result<(), Failure> {
    let owner = &line.owner;
    match &line.command {
        Command::List(which) => {
            let only = [("kind", word(which.kind)), ("state", word(which.state))];
            let only = only
                .into_iter()
                .filter_map(|(name, value)| Some(format!("&{name}={}", value?)));
            let path = format!("/jobs?limit=100{}", only.collect::<String>());
            let jobs = owner.with(context, async |client| client.get(&path).await)?;
            Ok(context.out.show(&Jobs(jobs))?)
        }
        Command::Cancel { id } => {
            let path = format!("/jobs/{}", segment(id));
            let job = owner.with(context, async |client| {
                let job = client.get(&path).await?;
                let cancel = job["links"]["cancel"].as_str();
                let cancel = cancel.and_then(|path| path.strip_prefix("/api/v1"));
                let Some(cancel) = cancel else {
                    let state = text(&job, "state").to_owned();
                    return Err(Failure::of(NoCancel(state)));
                };
                client.call(Method::POST, cancel, None).await?;
                client.get(&path).await
            })?;
            Ok(context.out.show(&Job(job))?)
        }
    }
}

/// The name of a choice, as it is typed.
fn word(choice: Option<impl ValueEnum>) -> Option<String> {
    let value = choice?.to_possible_value()?;
    Some(value.get_name().to_owned())
}

/// One job for people, on a line.
#[derive(Serialize)]
#[serde(transparent)]
struct Job(Value);

impl Display for Job {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        let Self(job) = self;
        let (id, kind, state) = (text(job, "id"), text(job, "kind"), text(job, "state"));
        let (at, about) = (text(job, "queued_at"), text(job, "about"));
        let records = &job["records"];
        write!(f, "{id}  {kind:<6}  {state:<9}  {at}  {records:>9}")?;
        match job["total"].as_u64() {
            Some(total) => write!(f, "/{total}  {about}")?,
            None => write!(f, "  {about}")?,
        }
        match job["failure"]["message"].as_str() {
            Some(message) => writeln!(f, ": {message}"),
            None => writeln!(f),
        }
    }
}

/// Jobs for people, a line each.
#[derive(Serialize)]
#[serde(transparent)]
struct Jobs(Value);

impl Display for Jobs {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        for job in self.0["items"].as_array().into_iter().flatten() {
            write!(f, "{}", Job(job.clone()))?;
        }
        Ok(())
    }
}
