//! `weighbridge sync`: makes syncs and runs them.

use std::fmt::{Display, Formatter, Result as Shown};

use clap::{Args, Subcommand, ValueEnum};
use poem::http::Method;
use serde::Serialize;
use serde_json::{Value, json};

use super::client::Client;
use super::context::Context;
use super::dead_letters::{self, DeadLetters};
use super::failure::Failure;
use super::named::{find, path_of, segment, text};
use super::owner::Owner;
use super::plan::{self, Wanted};
use super::quarantine;
use super::run::{Run, end, follow};
use super::schedule;
use super::sync_rules::{self as rules, Changing, Whole};

/// Whose syncs are meant, and what is to be done with them.
#[derive(Args)]
pub(super) struct Line {
    #[command(flatten)]
    owner: Owner,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the syncs.
    List,
    /// Make a sync. Fields that no --map names are mapped as proposed.
    Create(Create),
    /// Show one sync with its mapping and its rules.
    Show {
        /// The sync's name or id.
        name: String,
    },
    /// Change what a sync has been told to do; what is not named stays as it is.
    Change(Box<Changing>),
    /// Delete a sync with its runs. The records stay on both sides.
    Delete {
        /// The sync's name or id.
        name: String,
    },
    /// Start a run of a sync. Without a server it is carried through before this ends.
    Run(Start),
    /// Show what a run of a sync would do, field by field, and write nothing.
    Plan(Wanted),
    /// Set, show, rest or remove when a sync runs by itself.
    Schedule(schedule::Wanted),
    /// List or discard the records that the provider did not take, or send deliveries again.
    DeadLetters(DeadLetters),
    /// List the records that are gone on one side and wait before they are removed on the other.
    Quarantine {
        /// The sync's name or id.
        name: String,
    },
    /// Change the mapping as proposed after the remote table's fields have changed.
    AcceptDrift {
        /// The sync's name or id.
        name: String,
    },
}

/// What the sync is to join.
#[derive(Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
struct Create {
    /// What to call it.
    #[arg(long)]
    name: String,
    /// The dataset's name or id.
    #[arg(long, value_name = "DATASET")]
    dataset: String,
    /// The connection's name or id.
    #[arg(long, value_name = "CONNECTION")]
    connection: String,
    /// The base's name at the provider, or its id.
    #[arg(long, value_name = "BASE")]
    base: String,
    /// The table's name at the provider, or its id.
    #[arg(long, value_name = "TABLE")]
    table: String,
    /// The remote field that holds the key, if not the proposed one.
    #[arg(long, value_name = "REMOTE FIELD ID")]
    key: Option<String>,
    /// A field and the id of the remote field that it fills; may be given several times.
    #[arg(long, value_name = "FIELD=REMOTE FIELD ID", value_parser = pair)]
    map: Vec<(String, String)>,
    /// Which way records go: from the dataset to the table, from the table into the dataset, or both.
    #[arg(long, value_enum, default_value_t)]
    direction: Direction,
    /// What becomes of records here whose remote ones are gone; not for a push.
    #[arg(long, value_enum)]
    gone: Option<Gone>,
    /// Who is right about a field that both sides have changed; for a two-way sync.
    #[arg(long, value_enum)]
    conflicts: Option<Policy>,
    /// Let what was edited at the provider so many seconds ago or less wait for the next run; for a
    /// two-way sync.
    #[arg(long, value_name = "SECONDS")]
    wait: Option<u32>,
    /// So many hours after a pull has read the whole table, read nothing but what has changed there.
    #[arg(long, value_name = "HOURS")]
    full_every_hours: Option<u32>,
    /// Remove on one side what is gone on the other only once it has been missing for so many hours.
    #[arg(long, value_name = "HOURS")]
    quarantine_hours: Option<u32>,
    /// Let the provider convert values and add missing options.
    #[arg(long)]
    typecast: bool,
    /// Write nothing but what is in an approved plan.
    #[arg(long)]
    approve_always: bool,
    /// Take only the records that pass this filter, such as `state = CA`.
    #[arg(long, value_name = "FILTER", conflicts_with = "selection")]
    filter: Option<String>,
    /// Take only the records that whoever the sync is for has picked.
    #[arg(long)]
    selection: bool,
    /// Delete remote records that the sync made once they are no longer wanted.
    #[arg(long)]
    delete: bool,
    /// What becomes of it when mapped fields of the table are lost, or others are new.
    #[arg(long, value_enum)]
    drift: Option<Drift>,
    /// Run it also when Airtable tells that the base has changed; not for a push.
    #[arg(long)]
    run_on_change: bool,
    /// Send deliveries to a hook again by themselves when they had no answer.
    #[arg(long)]
    resend_unknown: bool,
    /// How soon its runs are taken up when more wait than can be executed.
    #[arg(long, value_enum)]
    priority: Option<Priority>,
}

/// Which way records go.
#[derive(Clone, Copy, Default, ValueEnum)]
enum Direction {
    /// From the dataset to the remote table.
    #[default]
    Push,
    /// From the remote table into the dataset.
    Pull,
    /// Both: what either side has changed comes to the other.
    TwoWay,
}

/// Who is right about a field that both sides have changed.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Policy {
    /// The dataset.
    Local,
    /// The provider.
    Remote,
    /// Whoever was changed last, where the provider tells.
    Newest,
    /// Somebody is asked: see `weighbridge conflict`.
    Ask,
}

/// What becomes of records whose remote ones are gone.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Gone {
    /// They stay.
    Keep,
    /// Those that the sync has created and nobody has changed are deleted.
    Delete,
}

/// What becomes of a sync when the remote table's fields change.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Drift {
    /// Runs go on without what is lost.
    Ignore,
    /// Runs go on without what is lost, and a changed mapping waits to be accepted.
    Propose,
    /// The next run changes the mapping.
    Apply,
    /// The schedule rests and every run fails until somebody has acted.
    Pause,
}

/// How soon the runs of a sync are taken up when more wait than can be executed.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Priority {
    /// After all others.
    Low,
    /// Like most.
    Normal,
    /// Before all others.
    High,
}

/// Which sync to run.
#[derive(Args)]
struct Start {
    /// The sync's name or id; left out with --plan, which belongs to one.
    #[arg(required_unless_present = "plan")]
    name: Option<String>,
    /// Approve this plan and carry it out, and write nothing that is not in it.
    #[arg(long, value_name = "ID", conflicts_with = "name")]
    plan: Option<String>,
    /// Watch the run until it ends. Fails when the run does.
    #[arg(long)]
    follow: bool,
}

pub(super) fn run(line: &Line, context: &Context) -> Result<(), Failure> {
    let owner = &line.owner;
    match &line.command {
        Command::List => {
            let list = owner.with(context, async |client| client.list("/syncs").await)?;
            Ok(context.out.show(&Syncs(list))?)
        }
        Command::Create(create) => {
            let sync = owner.with(context, async |client| make(create, client).await)?;
            Ok(context.out.show(&Sync(sync))?)
        }
        Command::Show { name } => {
            let sync = owner.with(context, async |client| rules::show(client, name).await)?;
            Ok(context.out.show(&Whole(sync))?)
        }
        Command::Change(wanted) => {
            let sync = owner.with(context, async |client| rules::change(client, wanted).await)?;
            Ok(context.out.show(&Whole(sync))?)
        }
        Command::Delete { name } => {
            let sync = owner.with(context, async |client| rules::delete(client, name).await)?;
            Ok(context.out.show(&Sync(sync))?)
        }
        Command::Plan(wanted) => plan::run(wanted, owner, context),
        Command::Schedule(wanted) => schedule::run(wanted, owner, context),
        Command::DeadLetters(wanted) => dead_letters::run(wanted, owner, context),
        Command::Quarantine { name } => quarantine::run(name, owner, context),
        Command::AcceptDrift { name } => {
            let sync = owner.with(context, async |client| {
                let sync = path_of(client, "/syncs", "sync", name).await?;
                let path = format!("{sync}/drift/accept");
                client.call(Method::POST, &path, None).await
            })?;
            Ok(context.out.show(&Sync(sync))?)
        }
        Command::Run(start) => {
            let run = owner.with(context, async |client| {
                let path = runs_of(start, client).await?;
                let run = client.call(Method::POST, &path, None).await?;
                if start.follow {
                    return follow(client, run["id"].as_str().unwrap_or_default()).await;
                }
                Ok(run)
            })?;
            if start.follow {
                return end(&run, context);
            }
            Ok(context.out.show(&Run(run))?)
        }
    }
}

/// Where the run that is wanted is asked for.
async fn runs_of(start: &Start, client: &mut Client) -> Result<String, Failure> {
    match (&start.plan, &start.name) {
        (Some(plan), _) => Ok(format!("/plans/{plan}/runs")),
        (None, name) => {
            let name = name.as_deref().unwrap_or_default();
            let sync = path_of(client, "/syncs", "sync", name).await?;
            Ok(format!("{sync}/runs"))
        }
    }
}

async fn make(create: &Create, client: &mut Client) -> Result<Value, Failure> {
    let dataset = find(client, "/datasets", "dataset", &create.dataset).await?;
    let connection = path_of(client, "/connections", "connection", &create.connection).await?;
    let bases = format!("{connection}/bases");
    let base = id_among(client, &bases, &create.base).await?;
    let tables = format!("{bases}/{}/tables", segment(&base));
    let table = id_among(client, &tables, &create.table).await?;
    let mut body = json!({
        "dataset_id": dataset["id"], "connection_id": connection.rsplit('/').next(),
        "base_id": base, "table_id": table, "direction": word(&create.direction),
    });
    let proposal = client
        .call(Method::POST, "/syncs/proposal", Some(&body))
        .await?;
    let proposed = proposal["remote_key_field_id"].as_str();
    body["remote_key_field_id"] = create.key.as_deref().or(proposed).into();
    body["mapping"] = mapping(&proposal, &create.map);
    body["name"] = create.name.as_str().into();
    body["typecast"] = create.typecast.into();
    if create.run_on_change {
        body["run_on_change"] = true.into();
    }
    if create.resend_unknown {
        body["resend_unknown"] = "always".into();
    }
    let approval = if create.approve_always {
        "always"
    } else {
        "never"
    };
    body["approval"] = approval.into();
    if let Some(filter) = &create.filter {
        body["scope"] = json!({"kind": "filter", "filter": filter});
    } else if create.selection {
        body["scope"] = json!({"kind": "selection"});
    }
    if create.delete {
        body["deletes"] = json!({"policy": "delete"});
    }
    for (name, rule) in create.rules() {
        if let Some(rule) = rule {
            body[name] = rule;
        }
    }
    client.call(Method::POST, "/syncs", Some(&body)).await
}

impl Create {
    /// The rules that are left to the API unless somebody names them.
    fn rules(&self) -> [(&'static str, Option<Value>); 7] {
        [
            ("gone", self.gone.map(|one| word(&one).into())),
            ("conflicts", self.conflicts.map(|one| word(&one).into())),
            ("wait_seconds", self.wait.map(Value::from)),
            ("drift", self.drift.map(|one| word(&one).into())),
            ("full_every_hours", self.full_every_hours.map(Value::from)),
            ("quarantine_hours", self.quarantine_hours.map(Value::from)),
            ("priority", self.priority.map(|one| word(&one).into())),
        ]
    }
}

/// A choice in the API's word, which is the command line's but for its hyphens.
pub(super) fn word(choice: &impl ValueEnum) -> String {
    let word = choice.to_possible_value();
    word.map_or_else(String::new, |word| word.get_name().replace('-', "_"))
}

/// The id of the one that is called so, in the provider's list at `path`; the word itself when none
/// is, for the appliance to refuse.
async fn id_among(client: &mut Client, path: &str, named: &str) -> Result<String, Failure> {
    let list = client.whole_list(path).await?;
    let found = list.iter().find(|one| one["name"] == named);
    let id = found.and_then(|one| one["id"].as_str());
    Ok(id.unwrap_or(named).to_owned())
}

/// The proposed pairs, each of them unless somebody has chosen otherwise for its field or for its
/// remote field.
fn mapping(proposal: &Value, chosen: &[(String, String)]) -> Value {
    let proposed = proposal["mapping"].as_array().into_iter().flatten();
    let proposed = proposed.filter(|pair| {
        !chosen.iter().any(|(field, remote)| {
            pair["field"] == field.as_str() || pair["remote_field_id"] == remote.as_str()
        })
    });
    let proposed = proposed.map(|pair| (pair["field"].clone(), pair["remote_field_id"].clone()));
    let chosen = chosen.iter().cloned();
    let chosen = chosen.map(|(field, remote)| (Value::from(field), Value::from(remote)));
    proposed
        .chain(chosen)
        .map(|(field, remote)| json!({"field": field, "remote_field_id": remote}))
        .collect()
}

/// Reads `FIELD=REMOTE FIELD ID`; the field's name may hold `=` itself.
fn pair(text: &str) -> Result<(String, String), String> {
    match text.rsplit_once('=') {
        Some((field, remote)) if !field.is_empty() && !remote.is_empty() => {
            Ok((field.to_owned(), remote.to_owned()))
        }
        _ => Err("write it as name=fldXXXXXXXXXXXXXX".to_owned()),
    }
}

/// One sync for people.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Sync(pub(super) Value);

impl Display for Sync {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        let Self(sync) = self;
        let from = text(&sync["dataset"], "name");
        let (base, table) = (text(&sync["base"], "name"), text(&sync["table"], "name"));
        let (id, name) = (text(sync, "id"), text(sync, "name"));
        let pull = sync["direction"] == "pull";
        let both = sync["direction"] == "two_way";
        if pull {
            writeln!(f, "{id}  {name}: {base} / {table} to {from}")?;
        } else {
            let way = if both { "and" } else { "to" };
            writeln!(f, "{id}  {name}: {from} {way} {base} / {table}")?;
        }
        for pair in sync["mapping"].as_array().into_iter().flatten() {
            let (field, remote) = (text(pair, "field"), text(pair, "remote_field_name"));
            let key = if pair["remote_field_id"] == sync["remote_key_field_id"] {
                "  (key)"
            } else {
                ""
            };
            let way = text(pair, "direction");
            let (one, other) = if pull || way == "pull" {
                (remote, field)
            } else {
                (field, remote)
            };
            let way = if both && way == "both" { "and" } else { "to" };
            writeln!(f, "  {one} {way} {other}{key}")?;
        }
        Ok(())
    }
}

/// Syncs for people.
#[derive(Serialize)]
#[serde(transparent)]
struct Syncs(Vec<Value>);

impl Display for Syncs {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        for sync in &self.0 {
            let (id, name) = (text(sync, "id"), text(sync, "name"));
            let last = text(&sync["last_run"], "state");
            let direction = text(sync, "direction");
            write!(f, "{id}  {name}  {direction}  last run: {last}")?;
            let failing = &sync["failing"];
            if !failing.is_null() {
                let (times, since) = (&failing["failures"], text(failing, "since"));
                write!(f, "  failing: {times} times since {since}")?;
            }
            if sync["drifted"]["stops"] == true {
                write!(f, "  stopped: its table has changed")?;
            } else if !sync["drifted"].is_null() {
                write!(f, "  its table has changed")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_takes_the_place_of_what_was_proposed() {
        let proposal = json!({"mapping": [
            {"field": "name", "remote_field_id": "fldName"},
            {"field": "city", "remote_field_id": "fldCity"},
            {"field": "state", "remote_field_id": "fldState"},
        ]});
        let chosen = [("town".to_owned(), "fldCity".to_owned())];
        assert_eq!(
            mapping(&proposal, &chosen),
            json!([
                {"field": "name", "remote_field_id": "fldName"},
                {"field": "state", "remote_field_id": "fldState"},
                {"field": "town", "remote_field_id": "fldCity"},
            ])
        );
    }

    #[test]
    fn a_pair_is_split_at_its_last_equals_sign() {
        assert_eq!(pair("a=b=fldX"), Ok(("a=b".to_owned(), "fldX".to_owned())));
        for wrong in ["name", "=fldX", "name="] {
            assert!(pair(wrong).is_err(), "{wrong}");
        }
    }
}
