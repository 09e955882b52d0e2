//! What the store keeps and shows to nobody: open intents, and the blocks of outcomes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use weighbridge::base::{Hex, RunId, SyncId};
use weighbridge::store::{Collection, Json, Raw, Scan, Store};

use super::check::Findings;

struct Intents;

impl Collection for Intents {
    const NAME: &'static str = "intent";
    type Key = (SyncId, u64);
    type Value = Intent;
}

#[derive(Serialize, Deserialize)]
struct Intent {
    keys: Vec<String>,
}

impl Json for Intent {}

/// The keys of the records of which nobody knows whether they were created.
pub(super) fn open_keys(store: &Store, sync: SyncId) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let scan = Scan::prefix(weighbridge::store::prefix(&sync), usize::MAX);
    let read = store.snapshot().unwrap().walk::<Intents>(&scan, |_, row| {
        keys.extend(row.value.keys);
        Ok(ControlFlow::Continue(()))
    });
    read.unwrap();
    keys
}

struct Outcomes;

impl Collection for Outcomes {
    const NAME: &'static str = "outcome";
    type Key = (RunId, u32);
    type Value = Raw;
}

/// The digest of each run's outcomes, made anew from what is kept.
pub(super) fn digests(findings: &Findings<'_>) -> BTreeMap<RunId, String> {
    let digest = |run: RunId| {
        let mut digest = [0; 32];
        let scan = Scan::prefix(weighbridge::store::prefix(&run), usize::MAX);
        let moment = findings.appliance.store.snapshot().unwrap();
        let read = moment.walk::<Outcomes>(&scan, |_, row| {
            let block = Sha256::new()
                .chain_update(digest)
                .chain_update(&row.value.0);
            digest = block.finalize().into();
            Ok(ControlFlow::Continue(()))
        });
        read.unwrap();
        (run, Hex(&digest).to_string())
    };
    findings
        .runs
        .iter()
        .map(|(run, _)| digest(run.id))
        .collect()
}
