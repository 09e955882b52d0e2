//! Trials of runs, against what was put into them.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::super::row::Runs;
use super::super::runs::{self, Run};
use super::disk::PlayedDisk;
use super::*;
use crate::store::Batch;

type Entry = [u8; 16];

/// Puts stretches of entries into runs, one commit each.
async fn put_together(store: &Store, stretches: &[Vec<Entry>]) -> Vec<Run> {
    let (mut next, mut known) = (0, Vec::new());
    for stretch in stretches {
        let mut batch = Batch::bookkeeping();
        let snapshot = store.snapshot().unwrap();
        let head = (&mut next, &mut known);
        let moment = (&snapshot, &mut batch);
        runs::add::<16, 16>(moment, SITE, head, 0, stretch.clone()).unwrap();
        store.commit(batch).await.unwrap();
    }
    known
}

fn stretches(dice: &mut StdRng, sizes: &[usize]) -> Vec<Vec<Entry>> {
    let stretch = |size: &usize| {
        let mut entries: Vec<Entry> = (0..*size).map(|_| dice.random()).collect();
        entries.sort_unstable();
        entries
    };
    sizes.iter().map(stretch).collect()
}

#[test]
fn every_entry_is_found_once_however_many_stretches_became_one_run() {
    let mut dice = StdRng::seed_from_u64(5);
    // A chunk has room for 504 entries of sixteen bytes.
    let stretches = stretches(&mut dice, &[504, 1, 1_009, 3, 2_000, 503, 5_000, 1]);
    run(async {
        let store = store(&PlayedDisk::default().disk()).unwrap();
        let known = put_together(&store, &stretches).await;
        assert!(known.len() <= 3, "{known:?}");
        let mut all = stretches.concat();
        let counted: u64 = known.iter().map(|run| run.entries).sum();
        assert_eq!(counted, all.len() as u64);
        all.sort_unstable();
        let mut keys = all.clone();
        keys.extend((0..1_000).map(|_| dice.random::<Entry>()));
        keys.sort_unstable();
        let mut found = Vec::new();
        let mut see = |place: usize, entry: &Entry| {
            assert_eq!(keys[place], *entry);
            found.push(*entry);
        };
        let snapshot = store.snapshot().unwrap();
        runs::look_up(&snapshot, SITE, &known, &keys, &mut see).unwrap();
        found.sort_unstable();
        assert_eq!(found, all);
        // What was taken in is not kept twice.
        let rows = snapshot.scan::<Runs>(&Scan::all(usize::MAX)).unwrap().rows;
        let chunks: u64 = known.iter().map(|run| run.entries.div_ceil(504) + 1).sum();
        assert_eq!(rows.len() as u64, chunks);
    });
}

#[test]
fn a_run_that_has_lost_a_chunk_is_not_taken_into_another() {
    let mut dice = StdRng::seed_from_u64(6);
    let stretches = stretches(&mut dice, &[2_000, 1_500]);
    run(async {
        let store = store(&PlayedDisk::default().disk()).unwrap();
        let mut known = put_together(&store, &stretches[..1]).await;
        let mut batch = Batch::bookkeeping();
        batch.discard::<Runs>(&(SITE, known[0].number, 3));
        store.commit(batch).await.unwrap();
        let snapshot = store.snapshot().unwrap();
        let mut batch = Batch::bookkeeping();
        let moment = (&snapshot, &mut batch);
        let head = (&mut 1, &mut known);
        let added = runs::add::<16, 16>(moment, SITE, head, 0, stretches[1].clone());
        assert!(added.is_err());
    });
}
