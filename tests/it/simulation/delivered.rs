//! Deliveries to a hook, which shows nothing: what came in there, and what must be true of it.
//!
//! A hook has no colleagues, no lists and no way back. So all that can be asked is that what came
//! in is what the dataset held, in its order, each delivery once unless somebody wanted it again,
//! and that whatever may not have come in is told.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use weighbridge::jobs::State;
use weighbridge::sync::{Fate, Resend};

use super::check::Findings;
use super::machine::Appliance;
use super::table::{Cells, FIELDS};
use super::world::World;

/// The hook, and what its one table is called.
pub(super) const HOOK: &str = "catch/100001/simulation";
pub(super) const ADDRESS: &str = "https://hooks.zapier.com/hooks/catch/100001/simulation/";
pub(super) const PLACE: (&str, &str) = ("hook", "record");

/// Something that came in.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    id: String,
    key: String,
    cells: Cells,
}

impl Delivery {
    /// Reads what was delivered; none of what only tries whether the hook is there.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).unwrap();
        if body["change"] == "test" {
            return None;
        }
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        let held = |name: &&str| !body[*name].is_null();
        let names = FIELDS.iter().map(|(_, name, _)| *name).filter(held);
        Some(Self {
            id: text("delivery_id"),
            key: text(FIELDS[0].1),
            cells: names
                .map(|name| (name.to_owned(), body[name].clone()))
                .collect(),
        })
    }
}

/// Whether some deliveries of the last run are in doubt. The first run is to be asked for once more
/// then, by somebody who wants them sent again.
pub(super) fn in_doubt(world: &World, appliance: &Appliance) -> bool {
    let findings = Findings::gather(world, appliance);
    let (run, outcomes) = findings.last();
    assert_eq!(run.job.state, State::Done, "{:?}", run.job);
    outcomes.iter().any(|one| one.fate == Fate::Unknown)
}

/// Checks everything, after a run in which nothing went wrong.
pub(super) async fn check(world: &World, findings: &Findings<'_>) {
    the_hook_has_what_came_in(world).await;
    nothing_is_sent_again_by_itself(world);
    each_content_is_delivered_once(world, findings);
    the_last_run_has_delivered_everything(world, findings);
}

/// The sandbox counts the same deliveries.
async fn the_hook_has_what_came_in(world: &World) {
    let bodies = world.vendor.received().await;
    let shown = bodies
        .iter()
        .filter_map(|body| Delivery::read(body.to_string().as_bytes()));
    let shown: Vec<String> = shown.map(|one| one.id).collect();
    let came = world.vendor.deliveries.iter().map(|one| &one.id);
    assert_eq!(shown.iter().collect::<Vec<_>>(), came.collect::<Vec<_>>());
}

/// A delivery comes in a second time because somebody wanted that, and then under its own id.
fn nothing_is_sent_again_by_itself(world: &World) {
    let mut came: BTreeMap<&str, Vec<&Delivery>> = BTreeMap::new();
    for one in &world.vendor.deliveries {
        came.entry(&one.id).or_default().push(one);
    }
    for (id, deliveries) in came {
        let alike = deliveries
            .iter()
            .all(|one| (&one.key, &one.cells) == (&deliveries[0].key, &deliveries[0].cells));
        assert!(alike, "{id} was given to several: {deliveries:?}");
        let again = deliveries.len() - 1;
        // A run that sends again because somebody wants it may die on the way, and goes on so.
        let times = if world.retries > 0 {
            world.retries + world.deaths
        } else {
            0
        };
        let wanted = world.resend == Resend::Always || again <= times;
        assert!(wanted, "sent again by itself: {deliveries:?}");
    }
}

/// One content of a record after another, and none twice in a row under two ids, unless one of them
/// was in doubt.
fn each_content_is_delivered_once(world: &World, findings: &Findings<'_>) {
    let outcomes = findings.runs.iter().flat_map(|(_, outcomes)| outcomes);
    let doubted: BTreeSet<&str> = outcomes
        .filter(|one| one.fate == Fate::Unknown)
        .map(|one| one.key.as_str())
        .collect();
    let mut last: BTreeMap<&str, &Delivery> = BTreeMap::new();
    for one in &world.vendor.deliveries {
        let before = last.insert(&one.key, one);
        if let Some(before) = before.filter(|before| before.id != one.id) {
            let twice = before.cells == one.cells && !doubted.contains(one.key.as_str());
            assert!(!twice, "delivered twice: {before:?}, {one:?}");
        }
        let known = world.people.records.contains_key(&one.key);
        assert!(known, "nobody has made {one:?}");
    }
}

/// What came in last of each record is what it holds.
fn the_last_run_has_delivered_everything(world: &World, findings: &Findings<'_>) {
    let (run, outcomes) = findings.last();
    assert_eq!(run.job.state, State::Done, "{:?}", run.job);
    let keys: BTreeSet<&String> = outcomes.iter().map(|outcome| &outcome.key).collect();
    let all: BTreeSet<&String> = findings.records.keys().collect();
    assert!(keys.is_superset(&all), "not every record was settled");
    for outcome in outcomes {
        let Some(here) = findings.records.get(&outcome.key) else {
            continue; // a hook is not told of what was deleted
        };
        let delivered = matches!(
            outcome.fate,
            Fate::Created | Fate::Changed | Fate::Unchanged
        );
        assert!(delivered, "{outcome:?}");
        let came = world.vendor.deliveries.iter().rev();
        let last = came.clone().find(|one| one.key == outcome.key);
        let last = last.unwrap_or_else(|| panic!("lost: {outcome:?}"));
        assert_eq!(&last.cells, here, "of {outcome:?}");
    }
}
