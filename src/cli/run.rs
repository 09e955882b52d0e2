//! `weighbridge run`: shows runs and follows them.

use std::fmt::{Display, Formatter, Result as Shown};
use std::time::Duration;

use clap::{Args, Subcommand};
use futures_util::StreamExt as _;
use indicatif::{ProgressBar, ProgressStyle};
use poem::Body;
use poem::http::Method;
use serde::Serialize;
use serde_json::Value;

use super::client::Client;
use super::context::Context;
use super::failure::Failure;
use super::named::text;
use super::outcomes;
use super::owner::Owner;
use super::plan;

/// Whose runs are meant, and what is to be done with them.
#[derive(Args)]
pub(super) struct Line {
    #[command(flatten)]
    owner: Owner,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the runs, the last one asked for first.
    List(List),
    /// Show one run.
    Show(One),
    /// List what became of each record of one run, and why.
    Outcomes(outcomes::Wanted),
    /// Watch one run until it ends. Fails when the run does.
    Follow(One),
    /// Cancel one run. What it had written stays.
    Cancel(One),
    /// Start a run over what was refused in one run, or stayed unknown, alone.
    Retry(One),
    /// Make a plan that undoes one run, and show it. Nothing is written before it is carried out.
    Undo(Undo),
}

/// Which runs.
#[derive(Args)]
struct List {
    /// Only runs of this sync.
    #[arg(long, value_name = "ID")]
    sync: Option<String>,
    /// At most so many, the newest.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=500))]
    lines: u16,
}

/// Which run.
#[derive(Args)]
struct One {
    /// The run's id.
    id: String,
}

/// Which run to undo, and how much of the plan to show.
#[derive(Args)]
struct Undo {
    /// The run's id.
    id: String,
    /// How many records to show with their differences.
    #[arg(long, value_name = "NUMBER", default_value_t = 50,
          value_parser = clap::value_parser!(u16).range(1..=500))]
    show: u16,
}

pub(super) fn run(line: &Line, context: &Context) -> Result<(), Failure> {
    let owner = &line.owner;
    match &line.command {
        Command::List(list) => {
            let only = list.sync.as_ref().map(|sync| format!("&sync_id={sync}"));
            let path = format!("/runs?limit={}{}", list.lines, only.unwrap_or_default());
            let runs = owner.with(context, async |client| client.whole_list(&path).await)?;
            Ok(context.out.show(&Runs(runs))?)
        }
        Command::Show(one) => {
            let path = format!("/runs/{}", one.id);
            let run = owner.with(context, async |client| client.get(&path).await)?;
            Ok(context.out.show(&Run(run))?)
        }
        Command::Outcomes(wanted) => {
            let outcomes =
                owner.with(context, async |client| outcomes::read(client, wanted).await)?;
            Ok(context.out.show(&outcomes)?)
        }
        Command::Cancel(one) => order(line, one, "cancel", context),
        Command::Retry(one) => order(line, one, "retry", context),
        Command::Undo(undo) => {
            let path = format!("/runs/{}/undo", undo.id);
            let plan = owner.with(context, async |client| {
                plan::make(client, (&path, None), undo.show).await
            })?;
            Ok(context.out.show(&plan)?)
        }
        Command::Follow(one) => {
            let run = owner.with(context, async |client| follow(client, &one.id).await)?;
            end(&run, context)
        }
    }
}

/// Has something done with a run, and shows the run that comes of it.
fn order(line: &Line, one: &One, what: &str, context: &Context) -> Result<(), Failure> {
    let path = format!("/runs/{}/{what}", one.id);
    let run = line.owner.with(context, async |client| {
        client.call(Method::POST, &path, None).await
    })?;
    Ok(context.out.show(&Run(run))?)
}

/// Shows how a run ended; errs when it failed.
pub(super) fn end(run: &Value, context: &Context) -> Result<(), Failure> {
    context.out.show(&Run(run.clone()))?;
    match run["failure"]["message"].as_str() {
        Some(message) => Err(Failure::of(Failed(message.to_owned()))),
        None => Ok(()),
    }
}

/// A run that failed.
#[derive(Debug, thiserror::Error)]
#[error("the run failed: {0}")]
struct Failed(String);

/// A stream that ended before the run did.
#[derive(Debug, thiserror::Error)]
#[error("the server stopped; the run goes on when it starts again")]
struct CutOff;

/// Watches a run with a bar on the terminal, and gives it as it ended.
pub(super) async fn follow(client: &mut Client, id: &str) -> Result<Value, Failure> {
    client.carry_out();
    let path = format!("/runs/{id}/stream");
    let events = client
        .stream(Method::GET, &path, None, Body::empty())
        .await?;
    let bar = bar();
    let mut chunks = events.into_bytes_stream();
    let mut text = Vec::new();
    let mut last = None;
    while let Some(chunk) = chunks.next().await {
        text.extend_from_slice(&chunk.map_err(Failure::of)?);
        for run in take_events(&mut text) {
            draw(&bar, &run);
            last = Some(run);
        }
    }
    bar.finish_and_clear();
    last.filter(|run| run["finished_at"].is_string())
        .ok_or_else(|| Failure::of(CutOff))
}

/// Takes the whole events off the front of a stream's text (WHATWG HTML, "Server-sent events").
fn take_events(text: &mut Vec<u8>) -> Vec<Value> {
    let mut events = Vec::new();
    while let Some(end) = text.windows(2).position(|pair| pair == b"\n\n") {
        let event: Vec<u8> = text.drain(..end + 2).collect();
        let lines = event.split(|byte| *byte == b'\n');
        let data = lines.filter_map(|line| line.strip_prefix(b"data:"));
        events.extend(data.filter_map(|json| serde_json::from_slice(json).ok()));
    }
    events
}

/// A bar that is drawn on a terminal only.
fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}

fn draw(bar: &ProgressBar, run: &Value) {
    bar.set_length(run["total"].as_u64().unwrap_or_default());
    bar.set_position(run["counts"]["read"].as_u64().unwrap_or_default());
    bar.set_message(pace(run));
}

/// How fast a run is, or what it waits for.
fn pace(run: &Value) -> String {
    if let Some(until) = run["waiting_until"].as_str() {
        return format!("the provider asks to be left alone until {until}");
    }
    let state = run["state"].as_str().unwrap_or_default().to_owned();
    let rate = run["rate_per_second"].as_f64();
    let left = run["remaining_seconds"].as_u64();
    let parts = [
        Some(state),
        rate.map(|rate| format!("{rate:.0} records/s")),
        left.map(|left| format!("{left} s left")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// One run for people.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Run(pub(super) Value);

impl Display for Run {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        let Self(run) = self;
        let (id, state) = (text(run, "id"), text(run, "state"));
        writeln!(f, "{id}  {state}  {}", text(run, "sync_name"))?;
        for fate in [
            "read",
            "created",
            "changed",
            "matched",
            "deleted",
            "unchanged",
            "refused",
            "unknown",
            "held",
        ] {
            writeln!(f, "  {fate:<10} {:>10}", run["counts"][fate])?;
        }
        writeln!(f, "  {:<10} {:>10}", "calls", run["calls"])?;
        let held = &run["deletions_held"];
        match held["cause"].as_str() {
            Some("empty_source") => {
                writeln!(f, "  nothing was deleted there: no record is left here")?;
            }
            Some(_) => writeln!(
                f,
                "  {} deletions held back; look at them with weighbridge sync plan",
                held["records"]
            )?,
            None => {}
        }
        for problem in run["problems"].as_array().into_iter().flatten() {
            let (key, reason) = (&problem["key"], &problem["reason"]);
            writeln!(f, "  {} × {reason} (first: {key})", problem["count"])?;
        }
        Ok(())
    }
}

/// Runs for people, a line each.
#[derive(Serialize)]
#[serde(transparent)]
struct Runs(Vec<Value>);

impl Display for Runs {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        for run in &self.0 {
            let (id, state) = (text(run, "id"), text(run, "state"));
            let (at, sync) = (text(run, "queued_at"), text(run, "sync_name"));
            writeln!(f, "{id}  {state:<8}  {at}  {sync}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_taken_as_they_become_whole() {
        let mut text = b"event: run\ndata: {\"id\":1}\n\n:\n\nevent: run\nda".to_vec();
        assert_eq!(take_events(&mut text), [serde_json::json!({"id": 1})]);
        text.extend_from_slice(b"ta: {\"id\":2}\n\n");
        assert_eq!(take_events(&mut text), [serde_json::json!({"id": 2})]);
        assert!(text.is_empty());
    }
}
