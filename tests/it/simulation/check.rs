//! What must be true when everything has ended, whatever went wrong on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use serde_json::Value;
use weighbridge::base::{Actor, RunId, Scope};
use weighbridge::jobs::State;
use weighbridge::sync::{Direction, Fate, Outcome, Part, PlanState, Policy, Run, Task, Wanted};

use super::far::Far;
use super::kept::open_keys;
use super::machine::Appliance;
use super::pulled;
use super::table::{Cells, FIELDS, NOTE, Row};
use super::world::World;
use super::{book, both, delivered};

/// Everything.
pub(super) const ALL: Part = Part {
    limit: 100_000,
    after: None,
};

/// What was found after the last run.
pub(super) struct Findings<'a> {
    pub(super) appliance: &'a Appliance,
    pub(super) by: &'a Actor,
    pub(super) scope: Scope,
    /// The runs, each with its outcomes.
    pub(super) runs: Vec<(Run, Vec<Outcome>)>,
    /// The run that was asked for last. Ids do not tell: the clock may have been set back.
    last: Option<RunId>,
    /// The dataset, by key: the cells as the vendor should hold them.
    pub(super) records: BTreeMap<String, Cells>,
    /// What people have noted about records, in the field that the vendor does not have.
    pub(super) notes: BTreeSet<String>,
}

impl<'a> Findings<'a> {
    pub(super) fn gather(world: &'a World, appliance: &'a Appliance) -> Self {
        let place = world.place.unwrap();
        let (by, scope) = (&world.people.by, world.people.scope);
        let page = appliance.syncs.runs(&scope, Some(place.sync), &ALL, by);
        let outcomes = |id: RunId| appliance.syncs.outcomes(&scope, (id, None), &ALL, by);
        let runs = page.unwrap().runs.into_iter();
        let runs = runs.map(|run| {
            let outcomes = outcomes(run.id).unwrap().outcomes;
            (run, outcomes)
        });
        let dataset = appliance.datasets.open(&scope, place.dataset).unwrap();
        let mut records: BTreeMap<String, Value> = BTreeMap::new();
        let read = dataset.walk(None, |record| {
            let json = record.fields.canonical(dataset.schema());
            records.insert(record.key, serde_json::from_slice(&json).unwrap());
            ControlFlow::Continue(())
        });
        read.unwrap();
        let notes = records.values().filter_map(note);
        Self {
            notes: notes.collect(),
            runs: runs.collect(),
            last: world.last_run,
            records: records
                .into_iter()
                .map(|(key, json)| (key, cells(&json)))
                .collect(),
            appliance,
            by,
            scope,
        }
    }

    /// What was done to a record in taking a run back, before a stop or after it.
    pub(super) fn taken_back(&self) -> impl Iterator<Item = &Outcome> {
        let undone = self.runs.iter().filter(|(run, _)| run.job.undoes.is_some());
        let wrote = |outcome: &&Outcome| {
            let given_back = outcome
                .reason
                .as_deref()
                .is_some_and(|told| told.contains("holds again"));
            matches!(
                outcome.fate,
                Fate::Created | Fate::Changed | Fate::Matched | Fate::Deleted | Fate::Unknown
            ) || given_back
        };
        undone.flat_map(|(_, outcomes)| outcomes).filter(wrote)
    }

    /// Whether an undo was killed or failed before it could say what it had done.
    pub(super) fn is_half_undone(&self) -> bool {
        let mut undone = self.runs.iter().filter(|(run, _)| run.job.undoes.is_some());
        undone.any(|(run, _)| run.job.state != State::Done)
    }

    pub(super) fn last(&self) -> &(Run, Vec<Outcome>) {
        let mut runs = self.runs.iter();
        let last = runs.find(|(run, _)| Some(run.id) == self.last);
        last.expect("somebody has asked for a run")
    }
}

/// The fields of a record by the names that the vendor gives them.
pub(super) fn cells(json: &Value) -> Cells {
    let named = FIELDS.iter().filter_map(|(own, name, _)| {
        let value = json.get(own).filter(|value| !value.is_null())?;
        Some(((*name).to_owned(), value.clone()))
    });
    named.collect()
}

/// What somebody has noted in a record.
pub(super) fn note(json: &Value) -> Option<String> {
    json.get(NOTE)?.as_str().map(str::to_owned)
}

/// Does what the appliance tells people to do about records of unknown fate: gives them their key
/// again, or deletes them. Gives whether there were any.
pub(super) async fn tidy(world: &mut World, appliance: &Appliance) -> bool {
    let findings = Findings::gather(world, appliance);
    let (run, outcomes) = findings.last();
    assert_eq!(
        run.job.state,
        State::Done,
        "the run did not end well: {:?}",
        run.job
    );
    let unknown = outcomes
        .iter()
        .filter(|outcome| outcome.fate == Fate::Unknown);
    let unknown: Vec<Outcome> = unknown.cloned().collect();
    for outcome in &unknown {
        let reason = outcome.reason.as_deref().unwrap_or_default();
        let words = reason.split([' ', ',', ';']);
        let named: Vec<&str> = words
            .filter(|word| world.vendor.table.knows(word))
            .collect();
        assert!(!named.is_empty(), "the reason names the record: {reason}");
        for id in named {
            let Some(row) = world.vendor.table.rows.get(id) else {
                continue; // it was named for another record before
            };
            if row.made_for.as_ref() == Some(&outcome.key) {
                let key = serde_json::json!({ FIELDS[0].1: outcome.key });
                world.vendor.edit(id, key).await;
            } else {
                world.vendor.delete(id).await;
            }
        }
    }
    !unknown.is_empty()
}

/// Checks everything.
pub(super) async fn all(world: &World, appliance: &Appliance) {
    let findings = Findings::gather(world, appliance);
    for (run, outcomes) in &findings.runs {
        counts_add_up(run, outcomes);
    }
    the_mirror_is_true(world).await;
    match world.direction {
        Direction::Push if world.vendor.far == Far::Zapier => {
            nothing_acknowledged_is_lost(world, &findings);
            letters_tell_what_was_refused(world, &findings);
            delivered::check(world, &findings).await;
        }
        Direction::Push => {
            nothing_acknowledged_is_lost(world, &findings);
            the_last_run_has_settled_everything(world, &findings);
            nothing_is_double(world, &findings);
            only_what_is_unwanted_was_deleted(world, &findings);
            letters_tell_what_was_refused(world, &findings);
        }
        Direction::Pull => pulled::check(world, &findings),
        Direction::TwoWay => both::check(world, &findings).await,
    }
    let open = open_keys(&appliance.store, world.place.unwrap().sync);
    assert_eq!(open, BTreeSet::new(), "intents are left open");
    plans_are_kept(world, &findings).await;
    book::agrees(world, &findings);
}

fn nothing_acknowledged_is_lost(world: &World, findings: &Findings<'_>) {
    let known: BTreeSet<&String> = world.people.records.keys().collect();
    for key in findings.records.keys() {
        assert!(known.contains(key), "nobody has made {key}");
    }
    for (key, may) in &world.people.records {
        let may = may.iter().map(|content| {
            let mut cells = cells(content.as_ref()?);
            cells.insert(FIELDS[0].1.to_owned(), key.clone().into());
            Some(cells)
        });
        let held = findings.records.get(key).cloned();
        let may: Vec<Option<Cells>> = may.collect();
        assert!(
            may.contains(&held),
            "{key} is {held:?} and was left as {may:?}"
        );
    }
}

fn counts_add_up<'a>(run: &Run, outcomes: &'a [Outcome]) {
    let counts = run.job.counts;
    let told = || format!("{} {:?}: {counts:?}, {outcomes:?}", run.id, run.job);
    assert!(run.job.state.ended(), "{}", told());
    let broke = matches!(&run.job.state, State::Failed(failure) if failure.code == "internal");
    assert!(!broke, "{}", told());
    let sum: u64 = Fate::ALL.iter().map(|fate| counts.of(*fate)).sum();
    assert_eq!(counts.read, sum, "{}", told());
    for fate in Fate::ALL {
        let met = outcomes
            .iter()
            .filter(|outcome| outcome.fate == fate)
            .count();
        assert_eq!(counts.of(fate), met as u64, "{fate:?} of {}", told());
    }
    // What goes by its key at one end goes by its id at the other.
    let name = |outcome: &'a Outcome| match run.job.direction {
        Direction::Push | Direction::TwoWay => outcome.key.as_str(),
        Direction::Pull => outcome.remote_id.as_deref().unwrap_or_default(),
    };
    // What an undo takes back on both sides is told of either.
    let sides = if run.job.undoes.is_some() && run.job.direction == Direction::TwoWay {
        2
    } else {
        1
    };
    let mut settled: BTreeMap<&str, usize> = BTreeMap::new();
    for outcome in outcomes {
        *settled.entry(name(outcome)).or_default() += 1;
    }
    let twice = settled.values().any(|times| *times > sides);
    assert!(!twice, "settled twice: {}", told());
}

/// What the vendor shows is what all who wrote to it have left there.
async fn the_mirror_is_true(world: &World) {
    if world.vendor.far == Far::Zapier {
        return; // it has no records
    }
    let shown: BTreeMap<String, Cells> = world
        .vendor
        .dump()
        .await
        .into_iter()
        .map(|(id, fields)| (id, serde_json::from_value(fields).unwrap()))
        .collect();
    let rows = world.vendor.table.rows.iter();
    let mirrored: BTreeMap<String, Cells> = rows
        .map(|(id, row)| (id.clone(), row.cells.clone()))
        .collect();
    assert_eq!(shown, mirrored);
}

fn the_last_run_has_settled_everything(world: &World, findings: &Findings<'_>) {
    let (run, outcomes) = findings.last();
    assert_eq!(run.job.state, State::Done, "{:?}", run.job);
    let unwanted = |outcome: &&Outcome| matches!(outcome.fate, Fate::Deleted | Fate::Held);
    let wanted = outcomes.iter().filter(|outcome| !unwanted(outcome));
    let keys: BTreeSet<&String> = wanted.map(|outcome| &outcome.key).collect();
    assert_eq!(
        keys,
        findings.records.keys().collect(),
        "not every record was settled"
    );
    let mut linked = BTreeSet::new();
    for outcome in outcomes {
        let Some(here) = findings.records.get(&outcome.key) else {
            is_let_go(world, outcome);
            continue;
        };
        match outcome.fate {
            Fate::Created | Fate::Changed | Fate::Matched | Fate::Unchanged => {
                let id = outcome
                    .remote_id
                    .as_deref()
                    .expect("a record that is there has an id");
                assert!(linked.insert(id), "two records are linked to {id}");
                is_there(world, outcome, id, here);
            }
            Fate::Refused => {
                let table = &world.vendor.table;
                let refusable = here.get("Kind").is_some_and(|kind| kind == "Z")
                    || table.under(&outcome.key).len() > 1;
                assert!(refusable, "refused without a reason: {outcome:?}");
            }
            Fate::Unknown | Fate::Held | Fate::Deleted => panic!("not settled: {outcome:?}"),
        }
    }
}

/// What is no longer here is gone there too, or held back for the reason that is told.
fn is_let_go(world: &World, outcome: &Outcome) {
    let id = outcome.remote_id.as_deref();
    let id = id.expect("what is let go was linked");
    let there = world.vendor.table.rows.contains_key(id);
    let reason = outcome.reason.as_deref().unwrap_or_default();
    let held_back = reason.starts_with("held back") || reason.starts_with("quarantined");
    let held = outcome.fate == Fate::Held && held_back;
    assert!(held || !there, "not deleted: {outcome:?}");
    assert!(world.deletes.policy != Policy::Ignore, "{outcome:?}");
}

/// Nothing that the sync may not delete is gone, and nothing is left that it had to delete.
fn only_what_is_unwanted_was_deleted(world: &World, findings: &Findings<'_>) {
    let (deletes, table) = (world.deletes, &world.vendor.table);
    for (id, row) in &table.taken {
        let undone = || {
            let mut taken = findings.taken_back();
            findings.is_half_undone()
                || taken.any(|one| one.remote_id.as_ref() == Some(id) && one.fate == Fate::Deleted)
        };
        assert!(
            row.double || deletes.policy != Policy::Ignore || undone(),
            "{id} was deleted: {row:?}"
        );
        // What a colleague makes under a key that is being made just then cannot be told from ours
        // when the answer is lost.
        let ours = row.made_for.is_some() || row.crossed();
        assert!(ours || deletes.matched, "{id} was a colleague's: {row:?}");
        // What somebody changes between the last look at it and its deletion nobody can save, and
        // a plan that has shown the change has had it approved: its run says so, unless it was
        // called off or failed before it could.
        let approved = || {
            let mut runs = findings.runs.iter();
            runs.any(|(run, outcomes)| {
                let went =
                    |one: &Outcome| one.fate == Fate::Deleted && one.remote_id.as_ref() == Some(id);
                matches!(run.job.task, Task::Execute(_))
                    && (run.job.state != State::Done || outcomes.iter().any(went))
            })
        };
        let touched = row.written && row.cells != row.left;
        assert!(
            !touched || !row.shown || approved(),
            "{id} was changed there, and deleted: {row:?}"
        );
    }
    let (last, _) = findings.last();
    // What was held back stays.
    let held = last.job.brake.is_some() || last.job.counts.held > 0;
    if !deletes.matched || held {
        return;
    }
    for (id, row) in &table.rows {
        let Some(key) = &row.made_for else { continue };
        let unwanted = !findings.records.contains_key(key);
        // One whose key a colleague has changed is another's by now, or nobody's.
        let same = row.key() == key && table.under(key).len() == 1;
        assert!(!unwanted || !same, "{id} is left of {key}: {row:?}");
    }
}

/// The remote record holds what the dataset does, except for what colleagues have changed since.
fn is_there(world: &World, outcome: &Outcome, id: &str, here: &Cells) {
    let table = &world.vendor.table;
    let Some(row) = table.rows.get(id) else {
        let deleted = table.deleted.contains(id);
        assert!(
            deleted && outcome.fate == Fate::Unchanged,
            "lost: {outcome:?}"
        );
        return;
    };
    let Row {
        cells,
        edited,
        written,
        ..
    } = row;
    assert!(written, "linked and never written: {outcome:?}");
    let just_written = outcome.fate != Fate::Unchanged;
    assert!(
        !just_written || edited.is_empty(),
        "not written: {outcome:?}"
    );
    for (_, name, _) in FIELDS.iter().filter(|(_, name, _)| !edited.contains(*name)) {
        let (here, there) = (here.get(*name), cells.get(*name));
        assert_eq!(there, here, "{name} of {outcome:?}");
    }
}

fn nothing_is_double(world: &World, findings: &Findings<'_>) {
    let mut made: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (id, row) in &world.vendor.table.rows {
        if let Some(key) = &row.made_for {
            made.entry(key).or_default().push(id);
        }
    }
    for (key, ids) in made {
        // A record that was deleted here and made again is another one.
        let again = world.people.removed.contains(key);
        assert!(again || ids.len() == 1, "{key} was created as {ids:?}");
    }
    let mut counted = BTreeSet::new();
    let onward = findings.runs.iter();
    let onward = onward.filter(|(run, _)| run.job.undoes.is_none());
    for outcome in onward.flat_map(|(_, outcomes)| outcomes) {
        if outcome.fate == Fate::Created {
            assert!(
                counted.insert(&outcome.remote_id),
                "counted twice: {outcome:?}"
            );
        }
    }
}

fn letters_tell_what_was_refused(world: &World, findings: &Findings<'_>) {
    let sync = findings
        .appliance
        .syncs
        .open(&findings.scope, world.place.unwrap().sync);
    let page = sync.unwrap().dead_letters(&ALL, findings.by).unwrap();
    let letters: BTreeSet<String> = page.letters.into_iter().map(|(key, _)| key).collect();
    let (_, outcomes) = findings.last();
    let refused = outcomes
        .iter()
        .filter(|outcome| outcome.fate == Fate::Refused);
    let refused: BTreeSet<String> = refused.map(|outcome| outcome.key.clone()).collect();
    // A record that was deleted here keeps its letter until somebody discards it.
    let there = |key: &&String| findings.records.contains_key(*key);
    let current: BTreeSet<String> = letters.iter().filter(there).cloned().collect();
    assert_eq!(current, refused, "dead letters and refusals differ");
}

/// A run that carries out a plan writes nothing that is not in it.
async fn plans_are_kept(world: &World, findings: &Findings<'_>) {
    let (syncs, scope) = (&findings.appliance.syncs, &findings.scope);
    let sync = syncs.open(scope, world.place.unwrap().sync).unwrap();
    for (id, plan) in sync.plans(&ALL, findings.by).unwrap().plans {
        assert!(
            plan.state != PlanState::Making,
            "a plan is still being made"
        );
        let Some(run) = plan.run else { continue };
        let (_, page) = syncs
            .changes(scope, (id, Wanted::default()), ALL, findings.by)
            .await
            .unwrap();
        let mut listed: BTreeMap<String, Vec<Fate>> = BTreeMap::new();
        for change in page.changes {
            listed.entry(change.key).or_default().push(change.fate);
        }
        let carried_out = findings.runs.iter().find(|(known, _)| known.id == run);
        let (_, outcomes) = carried_out.expect("the run of a plan is kept");
        for outcome in outcomes {
            let planned = listed.get(&outcome.key);
            let writes = [Fate::Created, Fate::Changed, Fate::Matched, Fate::Deleted];
            let wrote = writes.contains(&outcome.fate);
            let deleted = outcome.fate == Fate::Deleted;
            let allowed = planned.is_some_and(|fates| {
                let allows = |fate: &Fate| {
                    (!wrote || writes.contains(fate)) && (!deleted || *fate == Fate::Deleted)
                };
                fates.iter().any(allows)
            });
            assert!(allowed, "not planned ({planned:?}): {outcome:?}");
        }
    }
}
