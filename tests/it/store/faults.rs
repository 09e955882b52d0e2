//! Faults of the disk and the book that a person would notice.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;

use weighbridge::base::Blocking;
use weighbridge::store::{Batch, Disk, Error, Scan};

use super::disk::SimulatedDisk;
use super::ledger::Ledger;
use super::people::{People, batch, open, person};

#[tokio::test]
async fn service_comes_back_by_itself_when_the_disk_does() {
    let (disk, ledger) = (SimulatedDisk::default(), Ledger::default());
    let store = open(&disk.disk(), &ledger, Blocking::Threads).unwrap();
    for kind in [io::ErrorKind::StorageFull, io::ErrorKind::Other] {
        disk.fail_after(0, kind);
        for _ in 0..5 {
            let mut batch = batch("lost");
            batch.put::<People>(&1, &person("a"));
            assert!(store.commit(batch).await.is_err());
        }
        disk.mend();
        let mut batch = batch("kept");
        batch.put::<People>(&1, &person("a"));
        store.commit(batch).await.unwrap();
    }
    assert_eq!(ledger.acts(), ["kept", "kept"]);
}

#[tokio::test]
async fn a_full_disk_is_called_one() {
    let disk = SimulatedDisk::default();
    let store = open(&disk.disk(), &Ledger::default(), Blocking::Inline).unwrap();
    disk.fail_after(0, io::ErrorKind::StorageFull);
    let mut batch = batch("lost");
    batch.put::<People>(&1, &person("a"));
    assert!(matches!(store.commit(batch).await, Err(Error::Full)));
}

#[tokio::test]
async fn nothing_changes_while_the_book_cannot_be_written_but_bookkeeping_goes_on() {
    let (disk, ledger) = (SimulatedDisk::default(), Ledger::default());
    let store = open(&disk.disk(), &ledger, Blocking::Threads).unwrap();
    ledger.fail(true);
    let mut act = batch("act");
    act.put::<People>(&1, &person("a"));
    assert!(matches!(store.commit(act).await, Err(Error::Audit(_))));
    let mut settled = Batch::bookkeeping();
    settled.put::<People>(&2, &person("b"));
    store.commit(settled).await.unwrap();
    let keys: Vec<u64> = store
        .scan::<People>(&Scan::all(9))
        .unwrap()
        .rows
        .iter()
        .map(|row| row.key)
        .collect();
    assert_eq!(keys, [2]);
    assert!(ledger.acts().is_empty());
}

/// A commit that failed leaves its act in the book. While the book cannot close it, bookkeeping
/// goes on and raises the store's number past the act's, which must not make it look done.
#[tokio::test]
async fn bookkeeping_does_not_make_an_act_that_failed_look_carried_out() {
    let (disk, ledger) = (SimulatedDisk::default(), Ledger::default());
    let store = open(&disk.disk(), &ledger, Blocking::Inline).unwrap();
    disk.fail_after(0, io::ErrorKind::Other);
    let mut lost = batch("lost");
    lost.put::<People>(&1, &person("a"));
    assert!(store.commit(lost).await.is_err());
    disk.mend();
    ledger.fail(true);
    let mut settled = Batch::bookkeeping();
    settled.put::<People>(&2, &person("b"));
    store.commit(settled).await.unwrap();
    ledger.fail(false);
    let mut kept = batch("kept");
    kept.put::<People>(&3, &person("c"));
    store.commit(kept).await.unwrap();
    assert_eq!(ledger.acts(), ["kept"]);
}

#[tokio::test]
async fn a_store_opens_beside_a_book_that_cannot_be_written_and_closes_what_is_open_later() {
    let (disk, ledger) = (SimulatedDisk::default(), Ledger::default());
    let store = open(&disk.disk(), &ledger, Blocking::Inline).unwrap();
    let mut kept = batch("kept");
    kept.put::<People>(&1, &person("a"));
    store.commit(kept).await.unwrap();
    disk.fail_after(0, io::ErrorKind::Other);
    let mut lost = batch("lost");
    lost.put::<People>(&2, &person("b"));
    assert!(store.commit(lost).await.is_err());
    drop(store);
    disk.mend();
    ledger.fail(true);
    let store = open(&disk.disk(), &ledger, Blocking::Inline).unwrap();
    assert!(store.get::<People>(&1).unwrap().is_some());
    let mut refused = batch("refused");
    refused.put::<People>(&2, &person("b"));
    assert!(matches!(store.commit(refused).await, Err(Error::Audit(_))));
    ledger.fail(false);
    let mut later = batch("later");
    later.put::<People>(&2, &person("b"));
    store.commit(later).await.unwrap();
    assert_eq!(ledger.acts(), ["kept", "later"]);
}

#[tokio::test]
async fn batches_that_wait_together_are_told_apart() {
    let store = open(
        &SimulatedDisk::default().disk(),
        &Ledger::default(),
        Blocking::Threads,
    );
    let store = store.unwrap();
    let commits = (0..64_u64).map(|number| {
        let mut batch = batch("act");
        batch.insert::<People>(&(number / 2), &person(&format!("p{number}")));
        store.commit(batch)
    });
    let outcomes = futures_util::future::join_all(commits).await;
    assert_eq!(
        outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
        32
    );
}

#[test]
fn a_file_that_another_server_holds_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::File(folder.path().join("store.redb"));
    let _held = open(&disk, &Ledger::default(), Blocking::Inline).unwrap();
    let second = open(&disk, &Ledger::default(), Blocking::Inline);
    assert!(matches!(second, Err(Error::Locked(path)) if path.ends_with("store.redb")));
}

#[test]
fn a_creation_that_a_kill_cut_short_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    // What a kill between sizing the file and writing its header leaves behind.
    fs::write(folder.path().join("store.new"), vec![0; 1_056_768]).unwrap();
    let disk = Disk::File(folder.path().join("store.redb"));
    open(&disk, &Ledger::default(), Blocking::Inline).unwrap();
    assert!(!folder.path().join("store.new").exists());
}

#[test]
fn a_file_that_is_no_store_is_called_damaged_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.redb");
    fs::write(&path, b"a letter to my aunt, which is not a database").unwrap();
    let refused = open(
        &Disk::File(path.clone()),
        &Ledger::default(),
        Blocking::Inline,
    );
    assert!(matches!(refused, Err(Error::Damaged(_))));
    assert!(fs::read(path).unwrap().starts_with(b"a letter"));
}

#[test]
fn the_file_is_readable_by_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.redb");
    open(
        &Disk::File(path.clone()),
        &Ledger::default(),
        Blocking::Inline,
    )
    .unwrap();
    assert_eq!(
        fs::metadata(path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}
