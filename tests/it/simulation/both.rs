//! Two-way syncs: what the sync is told beforehand, and what must be true after the last run.
//!
//! Under half of the seeds the fields are divided among the people: those here never touch what the
//! colleagues edit, and nobody deletes anything or changes a key. Then whatever the faults and the
//! order, every edit must be on both sides in the end. Under the other half everybody does
//! everything; both sides must still end alike, but for what is refused, kept or in conflict.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use weighbridge::jobs::State;
use weighbridge::sync::{
    Choice, ConflictPolicy, Fate, Gone, MeetingChange, Outcome, PullingChange, Wanting,
};

use super::check::{ALL, Findings};
use super::dice::Dice;
use super::machine::Appliance;
use super::people::Ask;
use super::table::{FIELDS, Row};
use super::vendor::Vendor;
use super::world::World;

/// The field that is the colleagues' where the fields are divided.
const THEIRS: usize = 2;

/// What people here have last written into fields, by key and field: what was acknowledged, and what
/// was asked for since.
#[derive(Default)]
pub(super) struct Written {
    /// Whether the fields are divided among the people.
    pub(super) apart: bool,
    ours: BTreeMap<(String, String), Vec<Value>>,
}

impl Written {
    pub(super) fn new(apart: bool) -> Self {
        Self {
            apart,
            ours: BTreeMap::new(),
        }
    }

    /// What becomes of a wish where fields are divided; none of one that is not for people here.
    pub(super) fn divided(&mut self, ask: Ask) -> Option<Ask> {
        let Ask::Write(key, mut content) = ask else {
            return None;
        };
        content.as_object_mut().unwrap().remove(FIELDS[THEIRS].0);
        for (field, value) in content.as_object().unwrap() {
            let place = (key.clone(), field.clone());
            // Of what nobody was ever told, what was there before may be there still.
            if let Some(may) = self.ours.get_mut(&place) {
                may.push(value.clone());
            }
        }
        Some(Ask::Patch(key, content))
    }

    /// Somebody was told that a change was made.
    pub(super) fn made(&mut self, ask: &Ask) {
        let Ask::Patch(key, content) = ask else {
            return;
        };
        for (field, value) in content.as_object().unwrap() {
            let place = (key.clone(), field.clone());
            self.ours.insert(place, vec![value.clone()]);
        }
    }
}

/// By what rules both sides meet.
pub(super) fn rules(dice: &mut Dice) -> (PullingChange, MeetingChange) {
    let deletes = dice.chance(0.5);
    let pulling = PullingChange {
        gone: Some(if deletes { Gone::Delete } else { Gone::Keep }),
        most: Some(1_000),
        percent: Some(100),
        full_every_hours: None,
    };
    let policies = [
        ConflictPolicy::Local,
        ConflictPolicy::Remote,
        ConflictPolicy::Newest,
        ConflictPolicy::Ask,
        ConflictPolicy::Ask,
    ];
    let meeting = MeetingChange {
        policy: Some(*dice.one(&policies)),
        wait_seconds: Some(0),
    };
    (pulling, meeting)
}

/// One thing that a colleague does where fields are divided.
pub(super) async fn act_apart(vendor: &mut Vendor, dice: &mut Dice) {
    let ids: Vec<String> = vendor.table.rows.keys().cloned().collect();
    let mut fields = json!({});
    fields[FIELDS[THEIRS].1] = dice.below(1_000_000).into();
    if ids.is_empty() || dice.chance(0.2) {
        fields[FIELDS[0].1] = format!("F{:06}", dice.below(1_000_000)).into();
        return vendor.create(fields).await;
    }
    let id: &String = dice.one(&ids);
    vendor.edit(id, fields).await;
}

/// Somebody says who is right about everything.
pub(super) fn verdict(dice: &mut Dice) -> Ask {
    Ask::Resolve(dice.one(&[Choice::Local, Choice::Remote]).clone())
}

/// Whether another run may settle what the last one has left.
pub(super) fn unsettled(world: &World, appliance: &Appliance) -> bool {
    let findings = Findings::gather(world, appliance);
    let (run, outcomes) = findings.last();
    assert_eq!(run.job.state, State::Done, "{:?}", run.job);
    let moved = |outcome: &Outcome| {
        let told = outcome.reason.as_deref().unwrap_or_default();
        told.contains("next run")
    };
    outcomes.iter().any(|outcome| {
        !matches!(outcome.fate, Fate::Unchanged | Fate::Held | Fate::Refused) || moved(outcome)
    })
}

/// Both sides are alike, but for what is refused, kept or in conflict.
pub(super) async fn check(world: &World, findings: &Findings<'_>) {
    let (run, outcomes) = findings.last();
    assert_eq!(run.job.state, State::Done, "{:?}", run.job);
    let by_key: BTreeMap<&str, &Outcome> = outcomes
        .iter()
        .map(|outcome| (outcome.key.as_str(), outcome))
        .collect();
    let disputed = conflicts(world, findings).await;
    let back = TakenBack::of(findings);
    for (key, here) in &findings.records {
        let outcome = by_key.get(key.as_str());
        let outcome = outcome.unwrap_or_else(|| panic!("{key} was not looked at"));
        let row = outcome.remote_id.as_ref();
        let row = row.and_then(|id| world.vendor.table.rows.get(id));
        match outcome.fate {
            Fate::Unchanged => match row {
                Some(_) if back.may_differ(outcome) => {}
                Some(Row { cells, .. }) => assert_eq!(cells, here, "{outcome:?}"),
                None => assert!(is_alone(outcome, "keeps it here", &back), "{outcome:?}"),
            },
            Fate::Refused => is_refusable(world, outcome, here.get("Kind")),
            Fate::Held => {
                let held = disputed.contains(key) || is_held_by_the_brake(world, outcome);
                assert!(held, "held for no conflict: {outcome:?}");
            }
            fate => panic!("{fate:?} is not settled: {outcome:?}"),
        }
    }
    every_row_was_looked_at(world, (findings, &back), outcomes);
    if world.written.apart {
        assert!(
            disputed.is_empty(),
            "nobody has touched another's: {disputed:?}"
        );
        no_edit_is_lost(world, (findings, &back), &by_key);
        nothing_is_double(world);
    }
}

/// What was taken back: both sides agree to differ in it.
struct TakenBack {
    keys: BTreeSet<String>,
    ids: BTreeSet<String>,
    /// Whether something may have been that nobody was told of.
    half: bool,
}

impl TakenBack {
    fn of(findings: &Findings<'_>) -> Self {
        let outcomes = || findings.taken_back();
        Self {
            keys: outcomes().map(|one| one.key.clone()).collect(),
            ids: outcomes().filter_map(|one| one.remote_id.clone()).collect(),
            half: findings.is_half_undone(),
        }
    }

    fn may_differ(&self, outcome: &Outcome) -> bool {
        let id = outcome.remote_id.as_ref();
        let known = self.keys.contains(&outcome.key) || id.is_some_and(|id| self.ids.contains(id));
        self.half || known
    }
}

/// Whether a record is on one side alone for a reason that is told.
fn is_alone(outcome: &Outcome, kept: &str, back: &TakenBack) -> bool {
    let apart = told(outcome).contains("an undo has removed it");
    told(outcome).contains(kept) || apart && back.may_differ(outcome)
}

fn told(outcome: &Outcome) -> &str {
    outcome.reason.as_deref().unwrap_or_default()
}

/// The keys of records that wait for somebody to say who is right.
async fn conflicts(world: &World, findings: &Findings<'_>) -> BTreeSet<String> {
    let wanting = Wanting {
        sync: Some(world.place.unwrap().sync),
        solved: None,
    };
    let (syncs, scope) = (&findings.appliance.syncs, &findings.scope);
    let found = syncs.conflicts(scope, wanting, &ALL, findings.by).await;
    let conflicts = found.unwrap().conflicts;
    let open = conflicts
        .iter()
        .filter(|one| one.conflict.solution.is_none());
    let sync = syncs.open(scope, world.place.unwrap().sync).unwrap();
    assert_eq!(sync.conflicts_open().unwrap(), open.count() as u64);
    conflicts.into_iter().map(|filed| filed.key).collect()
}

/// Whether a record stays since nothing at all is there any more.
fn is_held_by_the_brake(world: &World, outcome: &Outcome) -> bool {
    told(outcome).contains("the remote table is empty") && world.vendor.table.rows.is_empty()
}

fn is_refusable(world: &World, outcome: &Outcome, kind: Option<&Value>) {
    let odd = kind.is_some_and(|kind| kind == "Z");
    let doubled = world.vendor.table.under(&outcome.key).len() > 1;
    let taken = told(outcome).contains("belongs to another");
    assert!(
        odd || doubled || taken,
        "refused without a reason: {outcome:?}"
    );
}

fn every_row_was_looked_at(
    world: &World,
    (findings, back): (&Findings<'_>, &TakenBack),
    outcomes: &[Outcome],
) {
    let table = &world.vendor.table;
    let mut of_row: BTreeMap<&str, &Outcome> = BTreeMap::new();
    for outcome in outcomes {
        if let Some(id) = &outcome.remote_id {
            let other = of_row.insert(id, outcome);
            assert!(
                other.is_none(),
                "{id} is two records: {other:?}, {outcome:?}"
            );
        }
    }
    for (id, row) in &table.rows {
        let Some(outcome) = of_row.get(id.as_str()) else {
            let doubled = table.under(row.key()).len() > 1;
            let refused = outcomes
                .iter()
                .any(|outcome| outcome.key == row.key() && outcome.fate == Fate::Refused);
            assert!(refused || doubled, "{id} was not looked at: {row:?}");
            continue;
        };
        match outcome.fate {
            Fate::Unchanged => {
                let here = findings.records.get(row.key());
                let kept = is_alone(outcome, "leaves it at the provider", back);
                assert!(
                    kept || back.may_differ(outcome) || here == Some(&row.cells),
                    "{outcome:?}: {row:?}, {here:?}"
                );
            }
            Fate::Refused => {
                let doubled = table.under(row.key()).len() > 1 || row.key().is_empty();
                let taken = told(outcome).contains("each key once");
                let odd = findings.records.get(&outcome.key);
                let odd = odd.is_some_and(|here| here.get("Kind").is_some_and(|kind| kind == "Z"));
                assert!(
                    doubled || taken || odd,
                    "refused without a reason: {outcome:?}"
                );
            }
            _ => {}
        }
    }
}

/// What people here have last written, and what colleagues have, is on both sides.
fn no_edit_is_lost(
    world: &World,
    (findings, back): (&Findings<'_>, &TakenBack),
    outcomes: &BTreeMap<&str, &Outcome>,
) {
    let name = |field: &str| FIELDS.iter().find(|(own, ..)| *own == field).unwrap().1;
    for ((key, field), may) in &world.written.ours {
        let Some(here) = findings.records.get(key) else {
            continue; // what was asked for was refused: the record is not there
        };
        let held = here.get(name(field)).cloned().unwrap_or_default();
        assert!(
            may.contains(&held),
            "{field} of {key} is {held}, and was left as {may:?}"
        );
    }
    let theirs = FIELDS[THEIRS].1;
    for row in world.vendor.table.rows.values() {
        let refused = outcomes.get(row.key());
        if refused.is_some_and(|outcome| outcome.fate == Fate::Refused) {
            continue;
        }
        let Some(edit) = world.vendor.table.edits.get(row.key()) else {
            continue;
        };
        // Nobody's edit is taken back where it was made.
        assert_eq!(row.cells.get(theirs), Some(edit), "{row:?}");
        if !back.keys.contains(row.key()) && !back.half {
            let here = findings.records.get(row.key()).unwrap();
            assert_eq!(here.get(theirs), Some(edit), "{row:?}");
        }
    }
}

fn nothing_is_double(world: &World) {
    let mut made = BTreeSet::new();
    for row in world.vendor.table.rows.values() {
        let key = row.key();
        assert!(made.insert(key), "{key} is there twice");
    }
}
