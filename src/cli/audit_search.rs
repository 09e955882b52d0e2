//! `weighbridge audit search`: finds lines of the book.

use std::fmt::{Display, Formatter, Result as Shown};

use clap::{Args as Arguments, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::audit::Acts;
use super::client::Client;
use super::context::Context;
use super::failure::Failure;
use super::named::segment;

/// The server gives at most so many lines at once.
const MOST_AT_ONCE: usize = 500;

/// What a line must be.
#[derive(Arguments)]
pub(super) struct Args {
    /// Words that the line tells people, in any case of letters.
    words: Vec<String>,
    /// Only acts of this moment or later, such as 2026-11-22T08:00:00Z; a day alone is its beginning
    /// in UTC.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    from: Option<Timestamp>,
    /// Only acts before this moment; a day alone is its beginning in UTC.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    to: Option<Timestamp>,
    /// Only this event, such as WB-AUTH-002, or all that begin so, such as WB-AUTH-; may be given
    /// several times.
    #[arg(long)]
    code: Vec<String>,
    /// Only acts that ended so.
    #[arg(long)]
    outcome: Option<Outcome>,
    /// Only acts of the user with this id or e-mail address, or through this session, token or run.
    #[arg(long, value_name = "ID")]
    actor: Option<String>,
    /// Only acts on the object with this id.
    #[arg(long, value_name = "ID")]
    object: Option<String>,
    /// Only acts on objects of this kind, such as dataset.
    #[arg(long, value_name = "KIND")]
    object_type: Option<String>,
    /// Only acts of the request with this id.
    #[arg(long, value_name = "ID")]
    request: Option<String>,
    /// Only acts from this IP address.
    #[arg(long, value_name = "IP")]
    address: Option<String>,
    /// Leave out acts that only looked at something.
    #[arg(long)]
    no_reads: bool,
    /// The oldest lines first.
    #[arg(long)]
    oldest: bool,
    /// At most so many lines.
    #[arg(long, default_value_t = 100)]
    lines: usize,
}

#[derive(Clone, Copy, ValueEnum)]
enum Outcome {
    Success,
    Failure,
    Unknown,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let query = query(args);
    let (lines, more) = Client::with(context, async |client| {
        let mut lines = Vec::new();
        let mut after = String::new();
        while lines.len() < args.lines {
            let limit = (args.lines - lines.len()).min(MOST_AT_ONCE);
            let path = format!("/audit/events?limit={limit}{query}{after}");
            let page = client.get(&path).await?;
            lines.extend(page["items"].as_array().cloned().unwrap_or_default());
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return Ok((lines, false)),
            }
        }
        Ok((lines, true))
    })?;
    context.out.show(&Acts(lines))?;
    if more {
        context.out.note(&More { lines: args.lines })?;
    }
    Ok(())
}

/// The search has stopped before the end of the book.
#[derive(Serialize)]
struct More {
    lines: usize,
}

impl Display for More {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        let lines = self.lines;
        write!(
            f,
            "There may be more: it stopped after {lines}, as --lines says."
        )
    }
}

/// A moment, or a day for its beginning (UTC).
fn moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(moment) = text.parse() {
        return Ok(moment);
    }
    let day: Result<Date, _> = text.parse();
    let begins = day.and_then(|day| day.to_zoned(TimeZone::UTC));
    let begins = begins.map(|begins| begins.timestamp());
    begins.map_err(|_neither| "write it as 2026-11-22 or 2026-11-22T08:00:00Z".to_owned())
}

/// The conditions as the API takes them.
fn query(args: &Args) -> String {
    let outcome = args.outcome.map(|outcome| match outcome {
        Outcome::Success => "success",
        Outcome::Failure => "failure",
        Outcome::Unknown => "unknown",
    });
    let spelled = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let joined = |texts: &[String], by| Some(texts.join(by));
    let flag = |is_on: bool, value: &str| is_on.then(|| value.to_owned());
    let parts = [
        ("q", joined(&args.words, " ")),
        ("from", spelled(args.from)),
        ("to", spelled(args.to)),
        ("code", joined(&args.code, ",")),
        ("outcome", outcome.map(str::to_owned)),
        ("actor", args.actor.clone()),
        ("object", args.object.clone()),
        ("object_type", args.object_type.clone()),
        ("request", args.request.clone()),
        ("address", args.address.clone()),
        ("reads", flag(args.no_reads, "false")),
        ("order", flag(args.oldest, "oldest")),
    ];
    let given = parts.into_iter().filter_map(|(name, value)| {
        let value = value.filter(|value| !value.is_empty())?;
        Some(format!("&{name}={}", segment(&value)))
    });
    given.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_its_beginning_and_no_other_word_is_a_time() {
        let day = moment("2026-11-26").unwrap();
        assert_eq!(day, moment("2026-11-26T00:00:00Z").unwrap());
        assert!(moment("yesterday").is_err());
    }
}
