//! `weighbridge sync show`, `change` and `delete`: what a sync has been told to do.

use std::fmt::{Display, Formatter, Result as Shown};

use clap::Args;
use poem::http::Method;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::client::Client;
use super::failure::Failure;
use super::named::{find, text};
use super::sync::{Drift, Gone, Policy, Priority, Sync, word};

/// Which sync is to be changed, and how.
#[derive(Args)]
pub(super) struct Changing {
    /// The sync's name or id.
    sync: String,
    #[command(flatten)]
    change: Rules,
}

/// What is to be changed; all else stays as it is.
#[derive(Args)]
#[group(required = true, multiple = true)]
struct Rules {
    /// What to call it from now on.
    #[arg(long)]
    name: Option<String>,
    /// Take only the records that pass this filter, such as `state = CA`.
    #[arg(long, value_name = "FILTER", conflicts_with_all = ["selection", "all"])]
    filter: Option<String>,
    /// Take only the records that whoever the sync is for has picked.
    #[arg(long, conflicts_with = "all")]
    selection: bool,
    /// Take all records.
    #[arg(long)]
    all: bool,
    /// What becomes of remote records that are no longer wanted.
    #[arg(long, value_enum)]
    deletes: Option<Deletes>,
    /// What becomes of records here whose remote ones are gone.
    #[arg(long, value_enum)]
    gone: Option<Gone>,
    /// Who is right about a field that both sides have changed.
    #[arg(long, value_enum)]
    conflicts: Option<Policy>,
    /// Let what was edited at the provider so many seconds ago or less wait for the next run.
    #[arg(long, value_name = "SECONDS")]
    wait: Option<u32>,
    /// So many hours after a pull has read the whole table, read nothing but what has changed there.
    #[arg(long, value_name = "HOURS")]
    full_every_hours: Option<u32>,
    /// Remove on one side what is gone on the other only once it has been missing for so many hours.
    #[arg(long, value_name = "HOURS")]
    quarantine_hours: Option<u32>,
    /// What becomes of it when mapped fields of the table are lost, or others are new.
    #[arg(long, value_enum)]
    drift: Option<Drift>,
    /// Whether runs write nothing but what is in an approved plan.
    #[arg(long, value_name = "true|false")]
    approve_always: Option<bool>,
    /// Whether the provider may convert values and add missing options.
    #[arg(long, value_name = "true|false")]
    typecast: Option<bool>,
    /// Whether it also runs when the provider tells of a change.
    #[arg(long, value_name = "true|false")]
    run_on_change: Option<bool>,
    /// Whether what had no answer from a hook is sent again by itself.
    #[arg(long, value_name = "true|false")]
    resend_unknown: Option<bool>,
    /// How soon its runs are taken up when more wait than can be executed.
    #[arg(long, value_enum)]
    priority: Option<Priority>,
}

/// What becomes of remote records that are no longer wanted.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Deletes {
    /// They stay.
    Ignore,
    /// They are put where the provider can bring them back from.
    Archive,
    /// They are deleted.
    Delete,
}

/// The sync that is called so.
async fn named(client: &mut Client, name: &str) -> Result<Value, Failure> {
    find(client, "/syncs", "sync", name).await
}

fn path_to(sync: &Value) -> String {
    format!("/syncs/{}", text(sync, "id"))
}

/// The sync that is called so, as it is now.
pub(super) async fn show(client: &mut Client, name: &str) -> Result<Value, Failure> {
    let path = path_to(&named(client, name).await?);
    client.get(&path).await
}

/// Changes a sync, and gives it as it is then.
pub(super) async fn change(client: &mut Client, wanted: &Changing) -> Result<Value, Failure> {
    let sync = show(client, &wanted.sync).await?;
    let body = wanted.change.body(&sync);
    let path = path_to(&sync);
    client.call(Method::PATCH, &path, Some(&body)).await
}

/// Deletes a sync, and gives it as it was.
pub(super) async fn delete(client: &mut Client, name: &str) -> Result<Value, Failure> {
    let sync = named(client, name).await?;
    client.call(Method::DELETE, &path_to(&sync), None).await?;
    Ok(sync)
}

impl Rules {
    /// What is asked for, of a sync that is `now`.
    fn body(&self, now: &Value) -> Value {
        let scope = match &self.filter {
            Some(filter) => Some(json!({"kind": "filter", "filter": filter})),
            None if self.selection => Some(json!({"kind": "selection"})),
            None => self.all.then(|| json!({"kind": "all"})),
        };
        let deletes = self.deletes.map(|policy| {
            // Its brakes stay as they are.
            let mut deletes = now["deletes"].clone();
            deletes["policy"] = word(&policy).into();
            deletes
        });
        let or_never = |always: bool| if always { "always" } else { "never" };
        let members = [
            ("name", self.name.clone().map(Value::from)),
            ("scope", scope),
            ("deletes", deletes),
            ("gone", self.gone.map(|gone| word(&gone).into())),
            ("conflicts", self.conflicts.map(|one| word(&one).into())),
            ("wait_seconds", self.wait.map(Value::from)),
            ("full_every_hours", self.full_every_hours.map(Value::from)),
            ("quarantine_hours", self.quarantine_hours.map(Value::from)),
            ("drift", self.drift.map(|drift| word(&drift).into())),
            (
                "approval",
                self.approve_always.map(or_never).map(Value::from),
            ),
            ("typecast", self.typecast.map(Value::from)),
            ("run_on_change", self.run_on_change.map(Value::from)),
            (
                "resend_unknown",
                self.resend_unknown.map(or_never).map(Value::from),
            ),
            ("priority", self.priority.map(|one| word(&one).into())),
        ];
        let asked = members.into_iter();
        let asked = asked.filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Value::Object(asked.collect::<Map<_, _>>())
    }
}

/// One sync with its rules, for people.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Whole(pub(super) Value);

impl Display for Whole {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        let Self(sync) = self;
        write!(f, "{}", Sync(sync.clone()))?;
        let scope = &sync["scope"];
        let filter = scope["filter"].as_str();
        let takes = filter.unwrap_or_else(|| text(scope, "kind"));
        let rules = [
            ("takes", Value::from(takes)),
            ("deletes", sync["deletes"]["policy"].clone()),
            ("gone", sync["gone"].clone()),
            ("conflicts", sync["conflicts"].clone()),
            ("drift", sync["drift"].clone()),
            ("approval", sync["approval"].clone()),
            ("quarantine", sync["quarantine_hours"].clone()),
            ("runs on change", sync["run_on_change"].clone()),
            ("priority", sync["priority"].clone()),
        ];
        for (name, value) in rules {
            match &value {
                Value::Null => {}
                Value::String(word) => writeln!(f, "  {name:<15} {word}")?,
                value => writeln!(f, "  {name:<15} {value}")?,
            }
        }
        Ok(())
    }
}
