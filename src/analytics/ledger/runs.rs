//! Sorted runs: what many have and few look for, such as ids that were seen and visitors' numbers.
//!
//! A run is written once. What comes new makes another run, which takes in all those that are not
//! far larger than itself, so that there are few of them and each entry is written few times. The
//! first row of a run holds the first key of each chunk; the others are the chunks.

use serde::{Deserialize, Serialize};

use super::error::damaged;
use super::packed::{seal, unseal};
use super::row::{Head, Runs};
use crate::analytics::number::SiteNumber;
use crate::store::{Batch, Error, Raw, Snapshot, prefix};

/// A chunk with its seal and its key fills two of the store's pages.
const CHUNK_BYTES: usize = 8_064;
/// No run becomes longer by taking in others: the work for one commit is bounded, and what is written
/// with it.
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
    entries: Vec<[u8; WIDTH]>,
) -> Result<(), Error> {
    let (snapshot, batch) = moment;
    if entries.is_empty() {
        return Ok(());
    }
    let mut many = entries.len() as u64;
    let small = |run: &Run, many| {
        run.group == group && run.entries < many * 2 && run.entries + many <= LONGEST
    };
    let mut readers = vec![Reader::of(entries)];
    while let Some(place) = runs.iter().position(|run| small(run, many)) {
        let run = runs.remove(place);
        many += run.entries;
        readers.push(Reader::new(snapshot, site, run));
        remove(batch, site, run);
    }
    let run = Run {
        number: *next,
        group,
        entries: many,
    };
    *next = next
        .checked_add(1)
        .ok_or_else(|| damaged("the number of runs"))?;
    let mut writer = Writer::<WIDTH, KEY>::new(batch, (site, run.number));
    while let Some(entry) = take_least(&mut readers)? {
        writer.put(&entry);
    }
    writer.close();
    runs.push(run);
    Ok(())
}

/// Writes the run anew that has an entry with this key, without it.
pub(super) fn drop<const WIDTH: usize, const KEY: usize>(
    (snapshot, batch): (&Snapshot, &mut Batch),
    site: SiteNumber,
    (next, runs): (&mut u32, &mut Vec<Run>),
    key: &[u8; KEY],
) -> Result<(), Error> {
    for place in 0..runs.len() {
        let run = runs[place];
        let mut has = false;
        let mut see = |_, _: &[u8; WIDTH]| has = true;
        look_up(snapshot, site, &[run], &[*key], &mut see)?;
        if !has {
            continue;
        }
        runs.remove(place);
        remove(batch, site, run);
        let rest = Run {
            number: *next,
            entries: run.entries - 1,
            ..run
        };
        if rest.entries == 0 {
            return Ok(());
        }
        *next = next
            .checked_add(1)
            .ok_or_else(|| damaged("the number of runs"))?;
        let mut readers = [Reader::new(snapshot, site, run)];
        let mut writer = Writer::<WIDTH, KEY>::new(batch, (site, rest.number));
        while let Some(entry) = take_least(&mut readers)? {
            if key_of::<WIDTH, KEY>(&entry) != key {
                writer.put(&entry);
            }
        }
        writer.close();
        runs.push(rest);
        return Ok(());
    }
    Ok(())
}

/// Removes a run.
pub(super) fn remove(batch: &mut Batch, site: SiteNumber, run: Run) {
    batch.clear::<Runs>(prefix(&(site, run.number)), usize::MAX);
}

/// Writes a run chunk by chunk.
struct Writer<'a, const WIDTH: usize, const KEY: usize> {
    batch: &'a mut Batch,
    run: (SiteNumber, u32),
    /// The first key of each chunk.
    fences: Vec<u8>,
    /// The chunk that is being filled.
    chunk: Vec<u8>,
    number: u32,
}

impl<'a, const WIDTH: usize, const KEY: usize> Writer<'a, WIDTH, KEY> {
    fn new(batch: &'a mut Batch, run: (SiteNumber, u32)) -> Self {
        Self {
            batch,
            run,
            fences: Vec::new(),
            chunk: Vec::new(),
            number: 1,
        }
    }

    fn put(&mut self, entry: &[u8; WIDTH]) {
        if self.chunk.is_empty() {
            self.fences.extend_from_slice(key_of::<WIDTH, KEY>(entry));
        }
        self.chunk.extend_from_slice(entry);
        if self.chunk.len() + WIDTH > CHUNK_BYTES {
            self.end_chunk();
        }
    }

    fn end_chunk(&mut self) {
        let (site, run) = self.run;
        let chunk = Raw(seal(std::mem::take(&mut self.chunk)));
        self.batch.put::<Runs>(&(site, run, self.number), &chunk);
        self.number += 1;
    }

    fn close(mut self) {
        if !self.chunk.is_empty() {
            self.end_chunk();
        }
        let (site, run) = self.run;
        let fences = Raw(seal(self.fences));
        self.batch.put::<Runs>(&(site, run, 0), &fences);
    }
}

/// Reads sorted entries from the first to the last, those of a run with one chunk in memory.
struct Reader<'a, const WIDTH: usize> {
    /// The run that is read; none of entries that are all in memory.
    run: Option<(&'a Snapshot, SiteNumber, Run)>,
    /// The number of the chunk in memory.
    chunk: u32,
    entries: Vec<[u8; WIDTH]>,
    place: usize,
    /// How many are behind those in memory.
    behind: u64,
}

impl<'a, const WIDTH: usize> Reader<'a, WIDTH> {
    fn of(entries: Vec<[u8; WIDTH]>) -> Self {
        Self {
            run: None,
            chunk: 0,
            entries,
            place: 0,
            behind: 0,
        }
    }

    fn new(snapshot: &'a Snapshot, site: SiteNumber, run: Run) -> Self {
        Self {
            run: Some((snapshot, site, run)),
            behind: run.entries,
            ..Self::of(Vec::new())
        }
    }

    /// The next entry, which stays the next one.
    fn peek(&mut self) -> Result<Option<&[u8; WIDTH]>, Error> {
        if self.place == self.entries.len() && self.behind > 0 {
            self.turn()?;
        }
        Ok(self.entries.get(self.place))
    }

    /// Goes on to the next chunk.
    fn turn(&mut self) -> Result<(), Error> {
        let (snapshot, site, run) = self.run.ok_or_else(|| damaged(WHAT))?;
        self.chunk += 1;
        self.place = 0;
        self.entries.clear();
        let row = (site, run.number, self.chunk);
        let read = snapshot.glance::<Runs, _>(&row, |sealed| {
            let entries = entries_of(unseal(sealed, WHAT)?)?;
            self.entries.extend_from_slice(entries);
            Ok(())
        })?;
        let many = self.entries.len() as u64;
        self.behind = match (read, self.behind.checked_sub(many)) {
            (Some(()), Some(behind)) if many > 0 => behind,
            _ => return Err(damaged(WHAT)),
        };
        Ok(())
    }
}

/// Takes the least of the entries that come next; none when all are taken.
fn take_least<const WIDTH: usize>(
    readers: &mut [Reader<'_, WIDTH>],
) -> Result<Option<[u8; WIDTH]>, Error> {
    let mut least: Option<(usize, [u8; WIDTH])> = None;
    for (number, reader) in readers.iter_mut().enumerate() {
        if let Some(entry) = reader.peek()?
            && least.is_none_or(|(_, least)| *entry < least)
        {
            least = Some((number, *entry));
        }
    }
    Ok(least.map(|(number, entry)| {
        readers[number].place += 1;
        entry
    }))
}

fn entries_of<const WIDTH: usize>(bytes: &[u8]) -> Result<&[[u8; WIDTH]], Error> {
    match bytes.as_chunks() {
        (entries, []) => Ok(entries),
        _ => Err(damaged(WHAT)),
    }
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
