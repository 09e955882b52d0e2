//! `weighbridge calendar`: when a user's syncs run next by themselves.

use std::fmt::{Display, Formatter, Result as Shown};

use clap::Args as Arguments;
use jiff::SignedDuration;
use serde::Serialize;
use serde_json::Value;

use super::context::Context;
use super::failure::Failure;
use super::named::{segment, text};
use super::owner::Owner;
use crate::base::Clock;

/// Whose syncs are meant, and how far ahead is looked.
#[derive(Arguments)]
pub(super) struct Args {
    #[command(flatten)]
    owner: Owner,
    /// Look so many days ahead.
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u8).range(1..=62))]
    days: u8,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let from = Clock::system().now();
    let to = from + SignedDuration::from_hours(24 * i64::from(args.days));
    let (from, to) = (from.to_string(), to.to_string());
    let path = format!("/calendar?from={}&to={}", segment(&from), segment(&to));
    let calendar = args
        .owner
        .with(context, async |client| client.get(&path).await)?;
    Ok(context.out.show(&Calendar(calendar))?)
}

/// The times of all syncs in their order, a line each; what rests stands below.
#[derive(Serialize)]
#[serde(transparent)]
struct Calendar(Value);

impl Display for Calendar {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        let schedules = || self.0["schedules"].as_array().into_iter().flatten();
        let mut lines: Vec<(&str, &str)> = Vec::new();
        for schedule in schedules() {
            let times = schedule["times"].as_array().into_iter().flatten();
            let name = text(schedule, "sync_name");
            lines.extend(times.filter_map(Value::as_str).map(|at| (at, name)));
        }
        // Moments of one form, whose order is that of time.
        lines.sort_unstable();
        for (at, name) in lines {
            writeln!(f, "{at}  {name}")?;
        }
        for schedule in schedules() {
            let name = text(schedule, "sync_name");
            if schedule["paused"] == true {
                writeln!(f, "rests                 {name}")?;
            } else if schedule["times_left_off"] == true {
                writeln!(f, "and more of           {name}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_times_of_all_syncs_stand_in_their_order() {
        let calendar = Calendar(json!({"schedules": [
            {"sync_name": "Daily", "paused": false,
             "times": ["2027-01-16T06:00:00Z", "2027-01-17T06:00:00Z"]},
            {"sync_name": "Once", "paused": false, "times": ["2027-01-16T18:00:00Z"]},
            {"sync_name": "Old", "paused": true, "times": []},
        ]}));
        let expected = "2027-01-16T06:00:00Z  Daily\n2027-01-16T18:00:00Z  Once\n\
                        2027-01-17T06:00:00Z  Daily\nrests                 Old\n";
        assert_eq!(calendar.to_string(), expected);
    }
}
