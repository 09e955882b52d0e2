//! `weighbridge run outcomes`: what became of each record of a run.

use std::fmt::{Display, Formatter, Result as Shown};

use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::Value;

use super::client::Client;
use super::failure::Failure;
use super::named::{segment, text};
use super::sync::word;

/// Which run, and which of its records.
#[derive(Args)]
pub(super) struct Wanted {
    /// The run's id.
    id: String,
    /// Only records that met this end.
    #[arg(long, value_enum)]
    state: Option<State>,
    /// At most so many.
    #[arg(long, default_value_t = 500)]
    lines: u32,
}

/// What became of a record.
#[derive(Clone, Copy, ValueEnum)]
enum State {
    /// It was not there, and now is.
    Created,
    /// It was brought up to date.
    Changed,
    /// It met one with its key.
    Matched,
    /// It was left as it is.
    Unchanged,
    /// It was not taken.
    Refused,
    /// Nobody knows whether it was written.
    Unknown,
    /// It was left alone on purpose.
    Held,
    /// It was deleted.
    Deleted,
}

/// The outcomes that are wanted, page by page.
pub(super) async fn read(client: &mut Client, wanted: &Wanted) -> Result<Outcomes, Failure> {
    let state = wanted.state.map(|state| format!("&state={}", word(&state)));
    let path = format!("/runs/{}/outcomes", segment(&wanted.id));
    let (mut items, mut after) = (Vec::new(), String::new());
    let most = usize::try_from(wanted.lines).unwrap_or(usize::MAX);
    while items.len() < most {
        let limit = (most - items.len()).min(500);
        let query = format!(
            "?limit={limit}{}{after}",
            state.as_deref().unwrap_or_default()
        );
        let page = client.get(&format!("{path}{query}")).await?;
        items.extend(page["items"].as_array().cloned().unwrap_or_default());
        match page["next"].as_str() {
            Some(next) => after = format!("&after={}", segment(next)),
            None => break,
        }
    }
    Ok(Outcomes(items))
}

/// Outcomes for people.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Outcomes(Vec<Value>);

impl Display for Outcomes {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        for outcome in &self.0 {
            let (state, key) = (text(outcome, "state"), text(outcome, "key"));
            write!(f, "{state:<10} {key}")?;
            if let Some(reason) = outcome["reason"].as_str() {
                write!(f, "  {reason}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
