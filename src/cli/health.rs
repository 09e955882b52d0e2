//! `weighbridge health`: how a user's connections and syncs do, as far as that is known.

use std::fmt::{Display, Formatter, Result as Shown};

use clap::Args as Arguments;
use serde::Serialize;
use serde_json::Value;

use super::context::Context;
use super::failure::{Failure, Kind};
use super::named::text;
use super::owner::Owner;

/// Whose connections and syncs are meant.
#[derive(Arguments)]
pub(super) struct Args {
    #[command(flatten)]
    owner: Owner,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let list = async |client: &mut _| list(client).await;
    let health = Health(args.owner.with(context, list)?);
    context.out.show(&health)?;
    if health.fails() {
        return Err(Failure::Shown(Kind::Failed));
    }
    Ok(())
}

async fn list(client: &mut super::client::Client) -> Result<Vec<Value>, Failure> {
    client.list("/health").await
}

/// The connections with their syncs, a line each, and what to do below.
#[derive(Serialize)]
#[serde(transparent)]
struct Health(Vec<Value>);

impl Health {
    /// Whether any connection or sync does not do what it is for.
    fn fails(&self) -> bool {
        let mut all = self.0.iter().flat_map(|one| syncs(one).chain([one]));
        all.any(|one| one["verdict"] == "failing")
    }
}

fn syncs(connection: &Value) -> impl Iterator<Item = &Value> {
    connection["syncs"].as_array().into_iter().flatten()
}

/// One of them in a line, and what to do below.
pub(super) fn line(f: &mut Formatter<'_>, indent: &str, one: &Value) -> Shown {
    let sign = match one["verdict"].as_str() {
        Some("healthy") => "✔",
        Some("attention") => "!",
        _ => "✘",
    };
    write!(
        f,
        "{indent}{sign} {}: {}",
        text(one, "name"),
        text(one, "verdict")
    )?;
    let quota = &one["quota"];
    if let (Some(rate), Some(usual)) = (
        quota["calls_per_second"].as_f64(),
        quota["usual_calls_per_second"].as_f64(),
    ) && rate < usual
    {
        write!(f, ", {rate} of {usual} calls a second")?;
    }
    if let Some(until) = quota["held_until"].as_str() {
        write!(f, ", left alone until {until}")?;
    }
    writeln!(f)?;
    match one["advice"]["text"].as_str() {
        Some(advice) => writeln!(f, "{indent}    → {advice}"),
        None => Ok(()),
    }
}

impl Display for Health {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        for connection in &self.0 {
            line(f, "", connection)?;
            syncs(connection).try_for_each(|sync| line(f, "  ", sync))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn health(verdict: &str) -> Health {
        Health(vec![json!({
            "name": "Base", "verdict": "healthy",
            "quota": {"calls_per_second": 4.5, "usual_calls_per_second": 4.95,
                      "held_until": "2027-01-15T08:00:00Z"},
            "syncs": [{"name": "Nightly", "verdict": verdict, "quota": {},
                       "advice": {"action": "look_at_run", "text": "Look."}}],
        })])
    }

    #[test]
    fn each_is_a_line_and_what_to_do_stands_below() {
        let expected = "✔ Base: healthy, 4.5 of 4.95 calls a second, left alone until \
                        2027-01-15T08:00:00Z\n  ! Nightly: attention\n      → Look.\n";
        assert_eq!(health("attention").to_string(), expected);
    }

    #[test]
    fn it_fails_when_anything_does() {
        assert!(health("failing").fails());
        assert!(!health("attention").fails());
    }
}
