//! Pulls: what is in the table before the first, and what must be true after the last.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use weighbridge::jobs::State;
use weighbridge::sync::{Fate, Gone, Outcome, PullingChange};

use super::check::{ALL, Findings, cells, note};
use super::dice::Dice;
use super::machine::Appliance;
use super::people::{Ask, key};
use super::table::{FIELDS, KEY, NOTE};
use super::vendor::Vendor;
use super::world::World;

/// For so many hours at most runs read nothing but what has changed.
const LONGEST: u32 = 24;

/// What the sync does about records that are gone: under some seeds it deletes them.
pub(super) fn rules(dice: &mut Dice) -> PullingChange {
    let deletes = dice.chance(0.6);
    PullingChange {
        gone: Some(if deletes { Gone::Delete } else { Gone::Keep }),
        most: Some(u32::try_from(*dice.one(&[2, 1_000])).unwrap()),
        percent: Some(100),
        full_every_hours: Some(*dice.one(&[0, 1, LONGEST])),
    }
}

/// Colleagues have worked in the table for a while: some records are there under keys of ours.
pub(super) async fn fill(vendor: &mut Vendor, dice: &mut Dice, records: u64) {
    for number in 0..records {
        let name = match dice.below(4) {
            0 => continue,
            1 => key(number),
            _ => theirs(number),
        };
        let mut fields = serde_json::json!({ "Name": format!("There {number}") });
        fields[KEY] = name.into();
        if dice.chance(0.5) {
            fields["Size"] = number.into();
        }
        vendor.create(fields).await;
    }
}

/// A key that only rows had in the beginning.
fn theirs(number: u64) -> String {
    format!("T{number:03}")
}

/// What somebody here does about a record of their own or one that a row has become. Many are
/// written with a note, which no row can hold.
pub(super) fn change(world: &mut World) -> Option<Ask> {
    let (dice, records) = (&mut world.dice, world.records);
    let number = dice.below(records + 4);
    let key = if dice.chance(0.5) {
        theirs(number)
    } else {
        key(number)
    };
    let wanted = dice.chance(0.85).then(|| {
        let mut content = world.people.content(dice);
        if dice.chance(0.6) {
            content[NOTE] = format!("Note {}", dice.below(u64::MAX)).into();
        }
        content
    });
    world.people.wish(key, wanted)
}

/// Everybody waits until the next run has to read the whole table.
pub(super) fn wait_until_all_is_read(world: &World) {
    world.advance(Duration::from_hours(u64::from(LONGEST)));
}

/// What a run has brought that has read nothing but what has changed: no row differs that people
/// here have let be and that no other row was in the way of.
pub(super) fn check_changes(world: &World, appliance: &Appliance) {
    let findings = Findings::gather(world, appliance);
    let (run, _) = findings.last();
    assert_eq!(run.job.state, State::Done, "{:?}", run.job);
    let table = &world.vendor.table;
    let letters = letters(world, &findings);
    for (id, row) in &table.rows {
        let key = row.key();
        let touched = world.people.records.contains_key(key);
        if touched || table.under(key).len() != 1 || letters.contains(id) || letters.contains(key) {
            continue;
        }
        let here = findings.records.get(key);
        assert_eq!(
            here,
            Some(&row.cells),
            "{id} was changed, and {run:?} did not see it"
        );
    }
}

/// Whether another run may settle what the last one has left.
pub(super) fn unsettled(world: &World, appliance: &Appliance) -> bool {
    let findings = Findings::gather(world, appliance);
    let (run, outcomes) = findings.last();
    assert_eq!(run.job.state, State::Done, "{:?}", run.job);
    outcomes
        .iter()
        .any(|outcome| outcome.fate != Fate::Unchanged)
}

/// The dataset is what the table is, and nobody's own records were touched.
pub(super) fn check(world: &World, findings: &Findings<'_>) {
    let (run, outcomes) = findings.last();
    assert_eq!(run.job.state, State::Done, "{:?}", run.job);
    let table = &world.vendor.table;
    let settled: BTreeMap<&str, &Outcome> = outcomes
        .iter()
        .map(|outcome| (outcome.remote_id.as_deref().unwrap(), outcome))
        .collect();
    for (id, row) in &table.rows {
        let outcome = settled.get(id.as_str());
        let outcome = outcome.unwrap_or_else(|| panic!("{id} was not looked at"));
        if outcome.fate == Fate::Refused {
            let doubled = table.under(row.key()).len() > 1 || row.key().is_empty();
            let reason = outcome.reason.as_deref().unwrap_or_default();
            let taken = reason.contains("is here already") || reason.contains("each key once");
            assert!(doubled || taken, "refused without a reason: {outcome:?}");
            continue;
        }
        assert_eq!(outcome.key, row.key(), "{outcome:?}");
        let here = findings.records.get(row.key());
        assert_eq!(here, Some(&row.cells), "{outcome:?}");
    }
    for outcome in outcomes {
        let gone = !table
            .rows
            .contains_key(outcome.remote_id.as_deref().unwrap());
        let about_gone = matches!(outcome.fate, Fate::Held | Fate::Deleted);
        assert_eq!(gone, about_gone, "{outcome:?}");
        let here = findings.records.contains_key(&outcome.key);
        assert!(here || outcome.fate != Fate::Held, "lost: {outcome:?}");
        assert!(!here || outcome.fate != Fate::Deleted, "left: {outcome:?}");
    }
    notes_are_kept(world, findings);
    letters_tell_what_was_refused(world, findings, outcomes);
    own_records_are_left_alone(world, findings);
}

/// Records whose keys no row has ever had are what people have made of them.
fn own_records_are_left_alone(world: &World, findings: &Findings<'_>) {
    for (key, may) in &world.people.records {
        if world.vendor.table.keys.contains(key) {
            continue;
        }
        let may = may.iter().map(|content| {
            let mut cells = cells(content.as_ref()?);
            cells.insert(FIELDS[0].1.to_owned(), key.clone().into());
            Some(cells)
        });
        let may: Vec<_> = may.collect();
        let held = findings.records.get(key).cloned();
        assert!(
            may.contains(&held),
            "{key} is {held:?} and was left as {may:?}"
        );
    }
}

/// What people have noted about a record is here until people themselves take it away: the record
/// may have become another row's and have got another key, but nothing deletes it.
fn notes_are_kept(world: &World, findings: &Findings<'_>) {
    for (key, may) in &world.people.records {
        let notes = may.iter().map(|content| note(content.as_ref()?));
        let notes: Option<Vec<String>> = notes.collect();
        // Unless whatever they have done since would have left one.
        if let Some(notes) = notes {
            let kept = notes.iter().any(|note| findings.notes.contains(note));
            assert!(kept, "{key} was noted as one of {notes:?}, which are gone");
        }
    }
}

/// The keys of the dead letters.
fn letters(world: &World, findings: &Findings<'_>) -> BTreeSet<String> {
    let sync = findings
        .appliance
        .syncs
        .open(&findings.scope, world.place.unwrap().sync);
    let page = sync.unwrap().dead_letters(&ALL, findings.by).unwrap();
    page.letters.into_iter().map(|(key, _)| key).collect()
}

fn letters_tell_what_was_refused(world: &World, findings: &Findings<'_>, outcomes: &[Outcome]) {
    let letters = letters(world, findings);
    for outcome in outcomes {
        let refused = outcome.fate == Fate::Refused;
        let settled = matches!(
            outcome.fate,
            Fate::Unchanged | Fate::Created | Fate::Changed
        );
        let told = letters.contains(&outcome.key);
        assert!(told || !refused, "no letter tells of {outcome:?}");
        assert!(!told || !settled, "a letter is left of {outcome:?}");
    }
    let refused = outcomes.iter().filter(|one| one.fate == Fate::Refused);
    let refused: BTreeSet<&String> = refused.map(|one| &one.key).collect();
    for key in &letters {
        assert!(refused.contains(key), "a letter is left of {key}");
    }
}
