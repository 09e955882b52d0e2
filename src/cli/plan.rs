//! `weighbridge sync plan`: shows what a run would do before it does it.

use std::fmt::{Display, Formatter, Result as Shown};

use clap::Args;
use poem::http::Method;
use serde::Serialize;
use serde_json::{Value, json};

use super::client::Client;
use super::context::Context;
use super::failure::Failure;
use super::named::{path_of, text};
use super::owner::Owner;
use super::run::follow;

/// Which plan to make, and how much of it to show.
#[derive(Args)]
pub(super) struct Wanted {
    /// The sync's name or id.
    name: String,
    /// Read the remote records first, and compare with what is really there.
    #[arg(long)]
    read_first: bool,
    /// How many records to show with their differences.
    #[arg(long, value_name = "NUMBER", default_value_t = 50,
          value_parser = clap::value_parser!(u16).range(1..=500))]
    show: u16,
}

/// A plan that could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the plan was not made: {0}")]
struct NotMade(String);

/// Makes a plan, waits for it, and shows it.
pub(super) fn run(wanted: &Wanted, owner: &Owner, context: &Context) -> Result<(), Failure> {
    let plan = owner.with(context, async |client| {
        let sync = path_of(client, "/syncs", "sync", &wanted.name).await?;
        let body = json!({"read_first": wanted.read_first});
        make(client, (&format!("{sync}/plans"), Some(&body)), wanted.show).await
    })?;
    Ok(context.out.show(&plan)?)
}

/// Has a plan made by an order at `path`, waits for it, and gives it with `show` of its changes.
pub(super) async fn make(
    client: &mut Client,
    (path, body): (&str, Option<&Value>),
    show: u16,
) -> Result<Plan, Failure> {
    let asked = client.call(Method::POST, path, body).await?;
    follow(client, text(&asked, "job_id")).await?;
    let path = format!("/plans/{}", text(&asked, "id"));
    let plan = client.get(&path).await?;
    if let Some(message) = plan["failure"]["message"].as_str() {
        return Err(Failure::of(NotMade(message.to_owned())));
    }
    let changes = format!("{path}/changes?limit={show}");
    let changes = client.get(&changes).await?["items"].take();
    Ok(Plan { plan, changes })
}

/// A plan with the first of its changes.
#[derive(Serialize)]
pub(super) struct Plan {
    plan: Value,
    changes: Value,
}

impl Display for Plan {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        let Self { plan, changes } = self;
        let (id, sync) = (text(plan, "id"), text(plan, "sync_name"));
        match plan["undoes"].as_str() {
            Some(run) => writeln!(f, "{id}  plan of {sync} that undoes run {run}")?,
            None => writeln!(f, "{id}  plan of {sync}")?,
        }
        let counts = &plan["counts"];
        for fate in [
            "created",
            "changed",
            "matched",
            "deleted",
            "unchanged",
            "refused",
            "unknown",
        ] {
            writeln!(f, "  {fate:<10} {:>10}", counts[fate])?;
        }
        if counts["held"].as_u64().is_some_and(|count| count > 0) {
            writeln!(f, "  {:<10} {:>10}", "held", counts["held"])?;
        }
        write!(f, "  {:<10} {:>10}", "calls", plan["calls"])?;
        match plan["seconds"].as_u64() {
            Some(seconds) => writeln!(f, ", about {seconds} s")?,
            None => writeln!(f)?,
        }
        let shown = changes.as_array().map_or(&[][..], Vec::as_slice);
        for change in shown {
            show(f, change)?;
        }
        let number = |fate: &str| counts[fate].as_u64().unwrap_or_default();
        let listed = number("read").saturating_sub(number("unchanged"));
        let more = listed.saturating_sub(shown.len() as u64);
        if more > 0 {
            writeln!(f, "… and {more} more records")?;
        }
        writeln!(f, "Carry it out with: weighbridge sync run --plan {id}")
    }
}

/// One record: a line for itself, and one for each field.
fn show(f: &mut Formatter<'_>, change: &Value) -> Shown {
    let sign = match change["fate"].as_str() {
        Some("created") => '+',
        Some("changed" | "matched") => '~',
        Some("deleted") => '-',
        _ => '!',
    };
    let (key, fate) = (text(change, "key"), text(change, "fate"));
    match change["reason"].as_str() {
        Some(reason) => writeln!(f, "{sign} {key}  {fate}: {reason}")?,
        None => writeln!(f, "{sign} {key}  {fate}")?,
    }
    for field in change["fields"].as_array().into_iter().flatten() {
        let name = text(field, "remote_field_name");
        let quoted = |value: &Value| match value.as_str() {
            Some(text) => format!("{text:?}"),
            None => "(empty)".to_owned(),
        };
        let after = quoted(&field["after"]);
        if change["fate"] == "created" {
            writeln!(f, "    {name}: {after}")?;
        } else if change["fate"] == "deleted" && field["before_known"] == true {
            writeln!(f, "    {name}: {}", quoted(&field["before"]))?;
        } else if field["before_known"] == true {
            writeln!(f, "    {name}: {} -> {after}", quoted(&field["before"]))?;
        } else {
            writeln!(f, "    {name}: (not read) -> {after}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_shown_with_its_differences_and_with_what_is_left_out() {
        let plan = Plan {
            plan: json!({
                "id": "P", "sync_name": "Airports", "calls": 2, "seconds": 1,
                "counts": {"read": 10, "created": 1, "changed": 3, "matched": 0, "unchanged": 5,
                           "deleted": 1, "refused": 0, "unknown": 0},
            }),
            changes: json!([
                {"key": "LHR", "fate": "changed", "fields": [
                    {"remote_field_name": "Name", "before_known": true, "before": "Old", "after": "New"},
                    {"remote_field_name": "City", "before_known": false},
                ]},
                {"key": "ORY", "fate": "deleted", "fields": [
                    {"remote_field_name": "Name", "before_known": true, "before": "Orly"},
                ]},
                {"key": "CDG", "fate": "refused", "reason": "no such option", "fields": []},
            ]),
        };
        let shown = plan.to_string();
        for line in [
            "~ LHR  changed\n",
            "    Name: \"Old\" -> \"New\"\n",
            "    City: (not read) -> (empty)\n",
            "- ORY  deleted\n    Name: \"Orly\"\n",
            "! CDG  refused: no such option\n",
            "… and 2 more records\n",
            ", about 1 s\n",
        ] {
            assert!(shown.contains(line), "{line:?} is not in\n{shown}");
        }
    }
}
