//! `weighbridge audit`: reads the book, and signs how far it goes.

use std::fmt::{Display, Formatter, Result as Written};

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::client::Client;
use super::context::Context;
use super::failure::Failure;
use super::named::text;
use super::{audit_search, audit_status, verify};
use crate::audit::{Code, PublicKey, code_list, first_key};

/// What to do with the book.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Show the newest lines, the oldest of them first.
    Tail(Tail),
    /// Find lines by time, event, actor, object, request, address, outcome and words.
    Search(audit_search::Args),
    /// Show how far the book goes, what is signed and what the last verification found.
    Status,
    /// Check that nothing in the book was altered: exit code 1 when it was, 3 when that cannot be
    /// told.
    Verify(verify::Args),
    /// Sign how far the book goes; keep it elsewhere, to prove that nothing was cut off since.
    Checkpoint,
    /// Print the first public key, which an auditor is given once and checks everything with.
    Key,
    /// Print every event that the book may hold, in Markdown or as JSON.
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
            Ok(context.out.show(&Acts(lines))?)
        }
        Command::Search(args) => audit_search::run(args, context),
        Command::Status => audit_status::run(context),
        Command::Verify(args) => verify::run(args, context),
        Command::Checkpoint => {
            let checkpoint = fetch(context, "/audit/checkpoint")?;
            Ok(context.out.show(&Lines(vec![checkpoint]))?)
        }
        Command::Key => key(context),
        Command::Codes => Ok(context.out.show(&Codes)?),
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
    Ok(context.out.show(&FirstKey { key })?)
}

/// The key that everything is checked with.
#[derive(Serialize)]
struct FirstKey {
    key: PublicKey,
}

impl Display for FirstKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        write!(f, "{}", self.key)
    }
}

/// Every event that the book may hold.
struct Codes;

impl Display for Codes {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        f.write_str(&code_list())
    }
}

impl Serialize for Codes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = Code::ALL.iter().map(|code| code.row());
        serializer.collect_seq(rows.map(|row| {
            json!({
                "code": row.text, "word": row.word, "class_uid": row.class.uid(),
                "class_name": row.class.name(), "activity_id": row.activity,
                "severity": format!("{:?}", row.severity), "what": row.caption,
            })
        }))
    }
}

/// Acts, a line each: when, what, how it ended, who, on what. Programs get the book's own lines.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Acts(pub(super) Vec<Value>);

impl Display for Acts {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        self.0.iter().try_for_each(|line| act(f, line))
    }
}

fn act(f: &mut Formatter<'_>, line: &Value) -> Written {
    let time = line["time"].as_i64().unwrap_or_default();
    let time = Timestamp::from_millisecond(time).unwrap_or_default();
    let code = text(&line["metadata"], "event_code");
    write!(f, "{time:.3}  {code:<12} {}", text(line, "message"))?;
    match line["status_id"].as_u64() {
        Some(1) => {}
        Some(2) => {
            let why = line["status_detail"]
                .as_str()
                .or(line["status_code"].as_str());
            write!(f, " [failed: {}]", why.unwrap_or("-"))?;
        }
        _ => write!(f, " [outcome unknown]")?,
    }
    let user = &line["actor"]["user"];
    // What the appliance does of itself names no actor.
    if let Some(who) = user["name"].as_str().or(user["uid"].as_str()) {
        write!(f, "  by {who}")?;
    }
    if let Some(ip) = line["src_endpoint"]["ip"].as_str() {
        write!(f, " from {ip}")?;
    }
    let things = line["resources"].as_array().into_iter().flatten();
    for thing in things.chain(line.get("entity")) {
        let name = thing["name"].as_str().filter(|name| !name.is_empty());
        let name = name.unwrap_or(text(thing, "uid"));
        write!(f, "  {} {name:?}", text(thing, "type"))?;
    }
    writeln!(f)
}

/// One word of the book as it stands there: it is JSON in any case, and kept as a file.
#[derive(Serialize)]
#[serde(transparent)]
struct Lines(Vec<Value>);

impl Display for Lines {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        self.0.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
