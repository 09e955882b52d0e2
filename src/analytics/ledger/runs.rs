//! Sorted runs: what many have and few look for, such as ids that were seen and visitors' numbers.
//!
//! A run is written once. What comes new makes another run, which takes in all those that are not
//! far larger than itself, so that there are few of them and each entry is written few times. The
//! first row of a run holds the first key of each chunk; the others are the chunks.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::error::damaged;
use super::packed::{seal, unseal};
use super::row::{Head, Runs};
use crate::analytics::number::SiteNumber;
use crate::store::{Batch, Error, Raw, Snapshot, prefix};

/// A chunk with its seal and its key fills two of the store's pages.
const CHUNK_BYTES: usize = 8_064;
/// No run becomes longer by taking in others: the work for one commit is bounded.
const LONGEST: u64 = 1 << 20;
const WHAT: &str = "a run";

/// One run of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Run {
    pub(super) number: u32,
    /// Only runs of the same group are made one: ids have one for each day.
    pub(super) group: i32,
    pub(super) entries: u64,
}

/// Shows each of the entries that begin with one of `keys`, which are sorted, and which key that is.
pub(super) fn look_up<const WIDTH: usize, const KEY: usize>(
    snapshot: &Snapshot,
    site: SiteNumber,
    runs: &[Run],
    keys: &[[u8; KEY]],
    see: &mut impl FnMut(usize, &[u8; WIDTH]),
) -> Result<(), Error> {
    for run in runs {
        let row = (site, run.number, 0);
        let chunks = snapshot
            .glance::<Runs, _>(&row, |sealed| Ok(chunks_of(unseal(sealed, WHAT)?, keys)))?;
        for (chunk, from, to) in chunks.ok_or_else(|| damaged(WHAT))? {
            let row = (site, run.number, chunk);
            let found = snapshot.glance::<Runs, _>(&row, |sealed| {
                let entries = entries_of::<WIDTH>(unseal(sealed, WHAT)?)?;
                search(entries, &keys[from..to], &mut |place, entry| {
                    see(from + place, entry);
                });
                Ok(())
            })?;
            found.ok_or_else(|| damaged(WHAT))?;
        }
    }
    Ok(())
}

/// The chunks in which keys may lie, each with the stretch of the keys.
fn chunks_of<const KEY: usize>(fences: &[u8], keys: &[[u8; KEY]]) -> Vec<(u32, usize, usize)> {
    let (fences, _) = fences.as_chunks::<KEY>();
    let mut chunks = Vec::new();
    let mut from = keys.partition_point(|key| fences.first().is_none_or(|fence| key < fence));
    while from < keys.len() {
        // The chunk before the first whose fence is greater.
        let chunk = fences.partition_point(|fence| *fence <= keys[from]);
        let to = match fences.get(chunk) {
            Some(next) => from + keys[from..].partition_point(|key| key < next),
            None => keys.len(),
        };
        chunks.push((u32::try_from(chunk).unwrap_or(u32::MAX), from, to));
        from = to;
    }
    chunks
}

/// Walks through entries and keys, both sorted.
fn search<const WIDTH: usize, const KEY: usize>(
    mut entries: &[[u8; WIDTH]],
    keys: &[[u8; KEY]],
    see: &mut impl FnMut(usize, &[u8; WIDTH]),
) {
    for (place, key) in keys.iter().enumerate() {
        let before = entries.partition_point(|entry| key_of::<WIDTH, KEY>(entry) < key);
        entries = &entries[before..];
        match entries.first() {
            Some(entry) if key_of::<WIDTH, KEY>(entry) == key => see(place, entry),
            Some(_) => {}
            None => return,
        }
    }
}

/// The key that an entry begins with.
fn key_of<const WIDTH: usize, const KEY: usize>(entry: &[u8; WIDTH]) -> &[u8; KEY] {
    entry
        .first_chunk()
        .expect("an entry is longer than its key")
}

/// Puts sorted entries into a run of their own, together with those of the group that are not twice
/// as many.
pub(super) fn add<const WIDTH: usize, const KEY: usize>(
    moment: (&Snapshot, &mut Batch),
    site: SiteNumber,
    (next, runs): (&mut u32, &mut Vec<Run>),
    group: i32,
    mut entries: Vec<[u8; WIDTH]>,
) -> Result<(), Error> {
    let (snapshot, batch) = moment;
    if entries.is_empty() {
        return Ok(());
    }
    loop {
        let many = entries.len() as u64;
        let small = |run: &Run| {
            run.group == group && run.entries < many * 2 && run.entries + many <= LONGEST
        };
        let Some(place) = runs.iter().position(small) else {
            break;
        };
        let run = runs.remove(place);
        entries = merged(entries, read(snapshot, site, run)?);
        remove(batch, site, run);
    }
    let run = Run {
        number: *next,
        group,
        entries: entries.len() as u64,
    };
    *next = next
        .checked_add(1)
        .ok_or_else(|| damaged("the number of runs"))?;
    write::<WIDTH, KEY>(batch, site, run, &entries);
    runs.push(run);
    Ok(())
}

/// Removes a run.
pub(super) fn remove(batch: &mut Batch, site: SiteNumber, run: Run) {
    batch.clear::<Runs>(prefix(&(site, run.number)), usize::MAX);
}

fn write<const WIDTH: usize, const KEY: usize>(
    batch: &mut Batch,
    site: SiteNumber,
    run: Run,
    entries: &[[u8; WIDTH]],
) {
    let chunks = entries.chunks(CHUNK_BYTES / WIDTH);
    let fences: Vec<u8> = chunks
        .clone()
        .flat_map(|chunk| chunk[0][..KEY].to_vec())
        .collect();
    batch.put::<Runs>(&(site, run.number, 0), &Raw(seal(fences)));
    for (chunk, number) in chunks.zip(1..) {
        let bytes = chunk.as_flattened().to_vec();
        batch.put::<Runs>(&(site, run.number, number), &Raw(seal(bytes)));
    }
}

fn read<const WIDTH: usize>(
    snapshot: &Snapshot,
    site: SiteNumber,
    run: Run,
) -> Result<Vec<[u8; WIDTH]>, Error> {
    let mut entries = Vec::with_capacity(usize::try_from(run.entries.min(LONGEST)).unwrap_or(0));
    snapshot.glance_all::<Runs>(&prefix(&(site, run.number)), |place, sealed| {
        if place != [0; 4] {
            entries.extend_from_slice(entries_of(unseal(sealed, WHAT)?)?);
        }
        Ok(std::ops::ControlFlow::Continue(()))
    })?;
    if entries.len() as u64 != run.entries {
        return Err(damaged(WHAT));
    }
    Ok(entries)
}

fn entries_of<const WIDTH: usize>(bytes: &[u8]) -> Result<&[[u8; WIDTH]], Error> {
    match bytes.as_chunks() {
        (entries, []) => Ok(entries),
        _ => Err(damaged(WHAT)),
    }
}

fn merged<const WIDTH: usize>(
    ones: Vec<[u8; WIDTH]>,
    others: Vec<[u8; WIDTH]>,
) -> Vec<[u8; WIDTH]> {
    let mut all = Vec::with_capacity(ones.len() + others.len());
    let (mut ones, mut others) = (ones.into_iter().peekable(), others.into_iter().peekable());
    while let (Some(one), Some(other)) = (ones.peek(), others.peek()) {
        match one.cmp(other) {
            Ordering::Less => all.extend(ones.next()),
            Ordering::Equal | Ordering::Greater => all.extend(others.next()),
        }
    }
    all.extend(ones);
    all.extend(others);
    all
}

/// The part of a head that `add` changes.
impl Head {
    pub(super) fn ids(&mut self) -> (&mut u32, &mut Vec<Run>) {
        (&mut self.next_run, &mut self.ids)
    }

    pub(super) fn visitors(&mut self) -> (&mut u32, &mut Vec<Run>) {
        (&mut self.next_run, &mut self.visitors)
    }
}
