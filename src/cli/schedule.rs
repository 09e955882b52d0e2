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
            Some(body) if wanted.preview => {
                let path = "/syncs/schedule-preview";
                client.call(Method::POST, path, Some(&body)).await
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
        let times = self.0.get("upcoming").or(self.0.get("items"));
        if self.0["paused"] == true {
            writeln!(f, "The schedule rests.")?;
        }
        for time in times.and_then(Value::as_array).into_iter().flatten() {
            writeln!(f, "{}", text(time, "local"))?;
        }
        Ok(())
    }
}
