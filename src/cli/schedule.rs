//! `weighbridge sync schedule`: when a sync runs by itself.

use std::fmt::{Display, Formatter, Result as Shown};

use clap::Args;
use poem::http::Method;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::context::Context;
use super::failure::Failure;
use super::named::{path_of, text};
use super::owner::Owner;

/// Which sync, and when. Without a time its schedule is shown.
#[derive(Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
pub(super) struct Wanted {
    /// The sync's name or id.
    name: String,
    /// Run every hour at this minute.
    #[arg(long, value_name = "MINUTE", group = "when")]
    hourly: Option<u8>,
    /// Run every day at this time.
    #[arg(long, value_name = "HH:MM", group = "when")]
    daily: Option<String>,
    /// Run on these days at --at, such as monday,thursday.
    #[arg(
        long,
        value_name = "DAYS",
        group = "when",
        value_delimiter = ',',
        requires = "at"
    )]
    weekly: Vec<String>,
    /// With --weekly: the time of the day.
    #[arg(long, value_name = "HH:MM", requires = "weekly")]
    at: Option<String>,
    /// Run by a pattern of five fields, such as "30 6 * * 1-5".
    #[arg(long, value_name = "PATTERN", group = "when")]
    cron: Option<String>,
    /// Where the clocks stand that are meant, such as Europe/Berlin.
    #[arg(long, default_value = "UTC", requires = "when")]
    zone: String,
    /// What becomes of missed times: skip, once (one run for all) or all (one run each).
    #[arg(long, default_value = "once", requires = "when", value_parser = ["skip", "once", "all"])]
    missed: String,
    /// Show the next ten times, and set nothing.
    #[arg(long, requires = "when")]
    preview: bool,
    /// Let the schedule rest.
    #[arg(long, group = "change", conflicts_with = "when")]
    pause: bool,
    /// Let it go on.
    #[arg(long, group = "change", conflicts_with = "when")]
    resume: bool,
    /// Let the sync run only when somebody asks for it, as one without a schedule does.
    #[arg(long, group = "change", conflicts_with = "when")]
    remove: bool,
}

/// The members of a schedule that can be set.
const SETTABLE: [&str; 8] = [
    "every", "minute", "at", "days", "cron", "zone", "missed", "paused",
];

pub(super) fn run(wanted: &Wanted, owner: &Owner, context: &Context) -> Result<(), Failure> {
    let outcome = owner.with(context, async |client| {
        let sync = path_of(client, "/syncs", "sync", &wanted.name).await?;
        let path = format!("{sync}/schedule");
        if wanted.remove {
            return client.call(Method::DELETE, &path, None).await;
        }
        match wanted.body() {
            Some(mut body) if wanted.preview => {
                let path = "/syncs/schedule-preview";
                let mut times = client.call(Method::POST, path, Some(&body)).await?;
                // As it would be shown once it is set.
                body["upcoming"] = times["items"].take();
                Ok(body)
            }
            Some(body) => client.call(Method::PUT, &path, Some(&body)).await,
            None => {
                let kept = client.get(&path).await?;
                if !wanted.pause && !wanted.resume {
                    return Ok(kept);
                }
                if is_manual(&kept) {
                    return Err(Failure::of(NoSchedule));
                }
                let settable = |name: &&str| Some(((*name).to_owned(), kept.get(*name)?.clone()));
                let mut body: Map<_, _> = SETTABLE.iter().filter_map(settable).collect();
                body.insert("paused".into(), wanted.pause.into());
                client.call(Method::PUT, &path, Some(&body.into())).await
            }
        }
    })?;
    Ok(context.out.show(&Schedule(outcome))?)
}

/// There is nothing that could rest or go on.
#[derive(Debug, thiserror::Error)]
#[error("the sync has no schedule; set one with --hourly, --daily, --weekly or --cron")]
struct NoSchedule;

fn is_manual(schedule: &Value) -> bool {
    schedule["every"] == "manual"
}

impl Wanted {
    /// The schedule that the options describe, if they do.
    fn body(&self) -> Option<Value> {
        let mut body = if let Some(minute) = self.hourly {
            json!({"every": "hour", "minute": minute})
        } else if let Some(at) = &self.daily {
            json!({"every": "day", "at": at})
        } else if !self.weekly.is_empty() {
            json!({"every": "week", "days": self.weekly, "at": self.at})
        } else {
            json!({"every": "cron", "cron": self.cron.as_ref()?})
        };
        body["zone"] = self.zone.as_str().into();
        body["missed"] = self.missed.as_str().into();
        Some(body)
    }
}

/// A schedule, or the times of one that is yet to be set.
#[derive(Serialize)]
#[serde(transparent)]
struct Schedule(Value);

impl Display for Schedule {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        if self.0.is_null() || is_manual(&self.0) {
            return writeln!(f, "The sync runs only when somebody asks for it.");
        }
        let Self(schedule) = self;
        writeln!(
            f,
            "{}, by the clocks of {}",
            rule(schedule),
            text(schedule, "zone")
        )?;
        let missed = match text(schedule, "missed") {
            "skip" => "are left out",
            "all" => "are made up for one by one",
            _ => "are made up for by one run",
        };
        writeln!(f, "Missed times {missed}.")?;
        if schedule["paused"] == true {
            writeln!(f, "The schedule rests.")?;
        }
        let mut times = schedule["upcoming"].as_array().into_iter().flatten();
        times.try_for_each(|time| writeln!(f, "{}", text(time, "local")))
    }
}

/// When a schedule is due, as the options that set it say it.
fn rule(schedule: &Value) -> String {
    let at = text(schedule, "at");
    match text(schedule, "every") {
        "hour" => format!(
            "Every hour at minute {}",
            schedule["minute"].as_u64().unwrap_or(0)
        ),
        "day" => format!("Every day at {at}"),
        "week" => {
            let days = schedule["days"].as_array().into_iter().flatten();
            let days: Vec<_> = days.filter_map(Value::as_str).collect();
            format!("Every {} at {at}", days.join(", "))
        }
        _ => format!("By the pattern {}", text(schedule, "cron")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_shown_with_its_rule_its_zone_and_what_it_makes_of_missed_times() {
        for (rule, shown) in [
            (
                json!({"every": "hour", "minute": 5}),
                "Every hour at minute 5, ",
            ),
            (
                json!({"every": "day", "at": "06:30"}),
                "Every day at 06:30, ",
            ),
            (
                json!({"every": "week", "days": ["monday", "friday"], "at": "06:30"}),
                "Every monday, friday at 06:30, ",
            ),
            (
                json!({"every": "cron", "cron": "0 6 * * *"}),
                "By the pattern 0 6 * * *, ",
            ),
        ] {
            let mut schedule = rule;
            schedule["zone"] = "Europe/Berlin".into();
            schedule["missed"] = "all".into();
            schedule["upcoming"] = json!([{"local": "2027-01-18 06:30 +01:00"}]);
            let told = Schedule(schedule).to_string();
            let rest = "by the clocks of Europe/Berlin\nMissed times are made up for one by one.\n\
                        2027-01-18 06:30 +01:00\n";
            assert_eq!(told, format!("{shown}{rest}"));
        }
    }
}
