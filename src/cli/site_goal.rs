//! `weighbridge site goal`: what a site counts as conversions of its own.

use std::fmt::{Display, Formatter, Result as Written};
use std::io;

use clap::{Args, Subcommand};
use poem::http::Method;
use serde::Serialize;
use serde_json::{Value, json};

use super::client::Client;
use super::failure::Failure;
use super::named::{path_of, segment, text};
use super::output::Output;
use super::site_report::{Aligned, cell, filters};

const SITES: &str = "/sites";

/// What can be done about goals.
#[derive(Subcommand)]
pub(super) enum Command {
    /// List the goals of a site, and by which events they are reached.
    List {
        /// The site's name or id.
        site: String,
    },
    /// Tell how often the goals of a site were reached.
    Figures {
        /// The site's name or id.
        site: String,
        /// The first day; 27 days before the last without it.
        #[arg(long, value_name = "DAY")]
        from: Option<String>,
        /// The last day; the present one at the site without it.
        #[arg(long, value_name = "DAY")]
        to: Option<String>,
    },
    /// Add a goal; it is told of days before, too.
    Add(Add),
    /// Remove a goal; the events by which it was reached stay.
    Remove {
        /// The site's name or id.
        site: String,
        /// The goal's name or id.
        goal: String,
    },
}

/// A goal to be made.
#[derive(Args)]
pub(super) struct Add {
    /// The site's name or id.
    site: String,
    /// What to call the goal.
    name: String,
    /// The name of the event by which it is reached; without it a page has to be viewed.
    #[arg(long, value_name = "NAME", required_unless_present = "pages")]
    event: Option<String>,
    #[command(flatten)]
    page: Page,
    /// Count only in visits that it picks, such as "source is google"; may be given several times.
    #[arg(long = "filter", value_name = "FILTER")]
    filters: Vec<String>,
    /// What a completion is worth whose event comes without a value, in the site's currency.
    #[arg(long, value_name = "AMOUNT")]
    value: Option<String>,
}

/// The page at which it is reached.
#[derive(Args)]
#[group(id = "pages", multiple = false)]
struct Page {
    /// The path of the page, such as /thanks.
    #[arg(long = "page", value_name = "PATH")]
    is: Option<String>,
    /// What the page's path begins with.
    #[arg(long = "page-starts-with", value_name = "PATH")]
    starts_with: Option<String>,
    /// What the page's path has in it.
    #[arg(long = "page-contains", value_name = "TEXT")]
    contains: Option<String>,
}

/// What a command prints.
pub(super) enum Shown {
    Goals(Goals),
    Figures(Figures),
    Nothing,
}

/// Goals, a line each.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Goals(Vec<Value>);

/// How often they were reached.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Figures(Value);

impl Shown {
    pub(super) fn show(&self, out: &Output) -> io::Result<()> {
        match self {
            Self::Goals(goals) => out.show(goals),
            Self::Figures(figures) => out.show(figures),
            Self::Nothing => Ok(()),
        }
    }
}

pub(super) async fn act(command: Command, client: &mut Client) -> Result<Shown, Failure> {
    match command {
        Command::List { site } => {
            let path = path_of(client, SITES, "site", &site).await? + "/goals";
            Ok(Shown::Goals(Goals(client.list(&path).await?)))
        }
        Command::Figures { site, from, to } => {
            let site = path_of(client, SITES, "site", &site).await?;
            let days = [("from", from), ("to", to)].into_iter();
            let days = days.filter_map(|(name, day)| Some((name, day?)));
            let days = days.map(|(name, day)| format!("&{name}={}", segment(&day)));
            let days: Vec<String> = days.collect();
            let path = format!("{site}/goal-figures?compare=none{}", days.concat());
            let told = client.call(Method::GET, &path, None).await?;
            Ok(Shown::Figures(Figures(told)))
        }
        Command::Add(add) => {
            let path = path_of(client, SITES, "site", &add.site).await? + "/goals";
            let body = add.body()?;
            let made = client.call(Method::POST, &path, Some(&body)).await?;
            Ok(Shown::Goals(Goals(vec![made])))
        }
        Command::Remove { site, goal } => {
            let list = path_of(client, SITES, "site", &site).await? + "/goals";
            let path = path_of(client, &list, "site goal", &goal).await?;
            client.call(Method::DELETE, &path, None).await?;
            Ok(Shown::Nothing)
        }
    }
}

impl Add {
    /// The goal as the API takes it.
    fn body(&self) -> Result<Value, Failure> {
        let mut condition = json!({"filters": filters(&self.filters)?});
        if let Some(event) = &self.event {
            condition["event"] = event.as_str().into();
        }
        let ways = [
            ("is", &self.page.is),
            ("starts_with", &self.page.starts_with),
            ("contains", &self.page.contains),
        ];
        for (operator, path) in ways {
            if let Some(path) = path {
                condition["page"] = json!({"operator": operator, "path": path});
            }
        }
        let mut body = json!({"name": self.name, "condition": condition});
        if let Some(value) = &self.value {
            body["value"] = value.as_str().into();
        }
        Ok(body)
    }
}

/// By which event a goal is reached: `event sign_up, page starts with /thanks`.
fn condition(condition: &Value) -> String {
    let event = condition["event"].as_str();
    let event = event.map(|name| format!("event {name}"));
    let page = &condition["page"];
    let page = page["path"].as_str().map(|path| {
        let how = text(page, "operator").replace('_', " ");
        format!("page {how} {path}")
    });
    let filters = condition["filters"].as_array().map_or(0, Vec::len);
    let filters = match filters {
        0 => None,
        1 => Some("1 filter".to_owned()),
        many => Some(format!("{many} filters")),
    };
    let told = [event, page, filters].into_iter().flatten();
    told.collect::<Vec<_>>().join(", ")
}

impl Display for Goals {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        for goal in &self.0 {
            let (id, name) = (text(goal, "id"), text(goal, "name"));
            let told = condition(&goal["condition"]);
            write!(f, "{id}  {name:24} {told}")?;
            match goal["value"].as_str() {
                Some(value) => writeln!(f, ", worth {value}")?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}

impl Display for Figures {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        write!(f, "{}", Aligned(&columns(&self.0), 1))
    }
}

/// The columns of figures, each with its head.
fn columns(told: &Value) -> Vec<Vec<String>> {
    let goals = told["goals"].as_array().map_or(&[][..], Vec::as_slice);
    let names = goals.iter().map(|goal| text(goal, "name").to_owned());
    let names = std::iter::once("goal".to_owned()).chain(names).collect();
    let figures = ["completions", "visitors", "rate", "value", "assigned_value"];
    let figures = figures.map(|figure| {
        let told = goals.iter().map(|goal| cell(&goal["reached"][figure]));
        std::iter::once(figure.to_owned()).chain(told).collect()
    });
    std::iter::once(names).chain(figures).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_says_by_which_event_it_is_reached() {
        let page = json!({"operator": "starts_with", "path": "/thanks"});
        let filter = json!({"dimension": "device", "operator": "is", "values": ["mobile"]});
        for (given, told) in [
            (json!({"event": "sign_up", "filters": []}), "event sign_up"),
            (
                json!({"page": page, "filters": [filter]}),
                "page starts with /thanks, 1 filter",
            ),
            (
                json!({"event": "lead", "page": page, "filters": [filter, filter]}),
                "event lead, page starts with /thanks, 2 filters",
            ),
        ] {
            assert_eq!(condition(&given), told);
        }
    }

    #[test]
    fn figures_stand_under_each_other() {
        let goal = |name: &str, completions: u64, assigned: Value| {
            json!({"name": name, "reached": {
                "completions": completions, "visitors": 3, "rate": 0.25, "value": "0.00",
                "assigned_value": assigned,
            }})
        };
        let told =
            json!({"goals": [goal("Sign up", 12, "30.00".into()), goal("Read", 5, Value::Null)]});
        let shown = "\
goal     completions  visitors    rate  value  assigned_value
Sign up           12         3  0.2500   0.00           30.00
Read               5         3  0.2500   0.00               -
";
        assert_eq!(Figures(told).to_string(), shown);
    }
}
