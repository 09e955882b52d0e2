//! `weighbridge conflict`: shows what both sides of two-way syncs have changed, and says who is right.

use std::fmt::{Display, Formatter, Result as Shown};

use clap::{Args, Subcommand, ValueEnum};
use poem::http::Method;
use serde::Serialize;
use serde_json::{Value, json};

use super::context::Context;
use super::failure::Failure;
use super::named::{find, path_of, segment, text};
use super::owner::Owner;

/// Whose conflicts are meant, and what is to be done with them.
#[derive(Args)]
pub(super) struct Line {
    #[command(flatten)]
    owner: Owner,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the conflicts, with what both last agreed on and what each side holds.
    List(List),
    /// Show one conflict in full: every mapped field with what both last agreed on and what each side
    /// holds, when each was changed, the sync's rule, and what was decided.
    Show {
        /// The sync's name or id.
        sync: String,
        /// The record's key.
        key: String,
    },
    /// Say who is right about one record, or about all of a sync. The next run does it.
    Resolve(Resolve),
}

/// Which conflicts.
#[derive(Args)]
struct List {
    /// Only those of this sync, by its name or id.
    #[arg(long, value_name = "SYNC")]
    sync: Option<String>,
}

/// What was decided.
#[derive(Args)]
struct Resolve {
    /// The sync's name or id.
    sync: String,
    /// The record's key.
    #[arg(required_unless_present = "all")]
    key: Option<String>,
    /// All conflicts of the sync that nobody has solved.
    #[arg(long, conflicts_with = "key", requires = "take")]
    all: bool,
    /// The side that is right where nothing is said of a field.
    #[arg(long, value_enum)]
    take: Option<Side>,
    /// A field and the side that is right about it; may be given several times.
    #[arg(long, value_name = "FIELD=SIDE", value_parser = choice, conflicts_with = "all")]
    field: Vec<(String, Side)>,
    /// A field and the value that both sides get; may be given several times.
    #[arg(long, value_name = "FIELD=VALUE", value_parser = set, conflicts_with = "all")]
    set: Vec<(String, String)>,
}

/// One side of a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Side {
    /// The dataset.
    Local,
    /// The provider.
    Remote,
}

impl Side {
    const fn word(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Remote => "remote",
        }
    }
}

pub(super) fn run(line: &Line, context: &Context) -> Result<(), Failure> {
    match &line.command {
        Command::List(list) => {
            let found = line.owner.with(context, async |client| {
                let conflicts = client.list("/conflicts").await?;
                let Some(sync) = &list.sync else {
                    return Ok(conflicts);
                };
                let sync = find(client, "/syncs", "sync", sync).await?;
                let of_sync = |one: &Value| one["sync_id"] == sync["id"];
                Ok(conflicts.into_iter().filter(of_sync).collect())
            })?;
            Ok(context.out.show(&Conflicts(found))?)
        }
        Command::Show { sync, key } => {
            let shown = line.owner.with(context, async |client| {
                let path = path_of(client, "/syncs", "sync", sync).await?;
                let of_sync = client.get(&path).await?;
                let conflict = format!("{path}/conflicts/{}", segment(key));
                let mut conflict = client.get(&conflict).await?;
                conflict["rule"] = of_sync["conflicts"].clone();
                Ok(conflict)
            })?;
            Ok(context.out.show(&Whole(shown))?)
        }
        Command::Resolve(wanted) => {
            let solved = line.owner.with(context, async |client| {
                let sync = path_of(client, "/syncs", "sync", &wanted.sync).await?;
                let path = match &wanted.key {
                    Some(key) => format!("{sync}/conflicts/{}/resolve", segment(key)),
                    None => format!("{sync}/conflicts/resolve"),
                };
                client
                    .call(Method::POST, &path, Some(&verdict(wanted)))
                    .await
            })?;
            Ok(context.out.show(&Solved(solved))?)
        }
    }
}

/// The decision in the API's words.
fn verdict(wanted: &Resolve) -> Value {
    let mut body = json!({});
    if let Some(side) = wanted.take {
        body["side"] = side.word().into();
    }
    if !wanted.all {
        let sides = wanted.field.iter();
        let sides = sides.map(|(field, side)| json!({"field": field, "side": side.word()}));
        let values = wanted.set.iter();
        let values = values.map(|(field, value)| json!({"field": field, "value": value}));
        body["fields"] = sides.chain(values).collect();
    }
    body
}

/// Reads `FIELD=SIDE`; the field's name may hold `=` itself.
fn choice(told: &str) -> Result<(String, Side), String> {
    let parts = told.rsplit_once('=');
    let side = parts.and_then(|(field, side)| Some((field, Side::from_str(side, true).ok()?)));
    match side {
        Some((field, side)) if !field.is_empty() => Ok((field.to_owned(), side)),
        _ => Err("write it as name=local or name=remote".to_owned()),
    }
}

/// Reads `FIELD=VALUE`; the value may hold `=` itself, and may be empty.
fn set(told: &str) -> Result<(String, String), String> {
    match told.split_once('=') {
        Some((field, value)) if !field.is_empty() => Ok((field.to_owned(), value.to_owned())),
        _ => Err("write it as name=New value".to_owned()),
    }
}

/// Conflicts for people.
#[derive(Serialize)]
#[serde(transparent)]
struct Conflicts(Vec<Value>);

impl Display for Conflicts {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        for conflict in &self.0 {
            head(f, conflict)?;
            for field in fields(conflict) {
                if field["disputed"] == true || text(conflict, "kind") != "changed" {
                    sides(f, field)?;
                }
            }
        }
        Ok(())
    }
}

/// One conflict in full, for people.
#[derive(Serialize)]
#[serde(transparent)]
struct Whole(Value);

impl Display for Whole {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        let Self(conflict) = self;
        head(f, conflict)?;
        let told = [
            ("remote id", "remote_id"),
            ("changed here", "local_changed_at"),
            ("changed there", "remote_changed_at"),
            ("newer", "newer"),
            ("found", "found_at"),
            ("by the run", "run_id"),
            ("rule", "rule"),
        ];
        for (name, member) in told {
            writeln!(f, "  {name:<14} {}", text(conflict, member))?;
        }
        let solution = &conflict["solution"];
        if solution.is_object() {
            let (by, at) = (text(&solution["by"], "name"), text(solution, "at"));
            writeln!(f, "  {:<14} by {by} at {at}", "solved")?;
            if let Some(side) = solution["side"].as_str() {
                writeln!(f, "  {:<14} {side}", "right is")?;
            }
            for choice in fields(solution) {
                let right = choice["side"].as_str().or(choice["value"].as_str());
                let (field, right) = (text(choice, "field"), right.unwrap_or("-"));
                writeln!(f, "  {:<14} {field}: {right}", "")?;
            }
        }
        fields(conflict).try_for_each(|field| sides(f, field))
    }
}

fn fields(of: &Value) -> impl Iterator<Item = &Value> {
    of["fields"].as_array().into_iter().flatten()
}

/// Which record it is about, and how it stands.
fn head(f: &mut Formatter<'_>, conflict: &Value) -> Shown {
    let (key, sync) = (text(conflict, "key"), text(conflict, "sync_name"));
    let kind = match text(conflict, "kind") {
        "deleted_there" => "changed here, deleted at the provider",
        "deleted_here" => "changed at the provider, deleted here",
        _ => "changed on both sides",
    };
    let state = if conflict["solution"].is_null() {
        "open"
    } else {
        "solved, waits for a run"
    };
    writeln!(f, "{key}  of {sync}: {kind}; {state}")
}

/// What both last agreed on about a field, and what each side holds.
fn sides(f: &mut Formatter<'_>, field: &Value) -> Shown {
    let base = if field["base_known"] == true {
        text(field, "base")
    } else {
        "not known"
    };
    writeln!(f, "  {}", text(field, "field"))?;
    writeln!(f, "    agreed: {base}")?;
    writeln!(f, "    local:  {}", text(field, "local"))?;
    writeln!(f, "    remote: {}", text(field, "remote"))
}

/// What was solved, for people.
#[derive(Serialize)]
#[serde(transparent)]
struct Solved(Value);

impl Display for Solved {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        let solved = self.0["conflicts"].as_u64().unwrap_or(1);
        writeln!(f, "Solved: {solved}. The next run of the sync does it.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_names_a_field_and_who_is_right() {
        assert_eq!(choice("a=b=remote").unwrap(), ("a=b".into(), Side::Remote));
        assert!(choice("name=theirs").is_err());
        assert!(choice("=local").is_err());
        assert_eq!(set("name=a=b").unwrap(), ("name".into(), "a=b".into()));
        assert_eq!(set("name=").unwrap(), ("name".into(), String::new()));
        assert!(set("name").is_err());
    }

    #[test]
    fn a_conflict_is_told_with_the_fields_that_somebody_has_to_decide() {
        let told = Conflicts(vec![json!({
            "key": "LHR", "sync_name": "Both", "kind": "changed",
            "fields": [
                {"field": "name", "disputed": true, "base_known": true, "base": "A", "local": "B",
                 "remote": "C"},
                {"field": "city", "disputed": false, "base_known": true, "local": "x"},
            ],
        })]);
        let told = told.to_string();
        assert!(
            told.contains("agreed: A") && told.contains("remote: C"),
            "{told}"
        );
        assert!(!told.contains("city"), "{told}");
    }

    #[test]
    fn a_conflict_in_full_tells_every_field_the_rule_and_what_was_decided() {
        let told = Whole(json!({
            "key": "LHR", "sync_name": "Both", "kind": "changed", "remote_id": "rec1",
            "rule": "ask", "newer": "remote",
            "solution": {"side": "local", "by": {"name": "Ada"}, "at": "2027-01-15T08:00:00Z",
                         "fields": [{"field": "name", "value": "D"}]},
            "fields": [
                {"field": "name", "disputed": true, "base_known": true, "base": "A", "local": "B",
                 "remote": "C"},
                {"field": "city", "disputed": false, "base_known": true, "local": "x"},
            ],
        }));
        let told = told.to_string();
        for part in [
            "rule           ask",
            "by Ada",
            "name: D",
            "city",
            "agreed: A",
        ] {
            assert!(told.contains(part), "{part}: {told}");
        }
    }
}
