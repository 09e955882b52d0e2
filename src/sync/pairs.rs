//! Goes through the records that a sync takes and its links, side by side in the order of keys.

use std::ops::ControlFlow;

use super::error::Error;
use super::extent::Within;
use super::link::{Link, Links};
use crate::base::SyncId;
use crate::datasets::{Dataset, Record, Unread};
use crate::store::{Key as _, Scan, Snapshot, Store, prefix};

/// Records and links that are looked at in one go, whether they are meant or not.
const MOST_LOOKED: usize = 20_000;

/// Both sides. Clones share them.
#[derive(Clone)]
pub(crate) struct Pairs {
    pub(crate) sync: SyncId,
    pub(crate) store: Store,
    pub(crate) dataset: Dataset,
    /// Which of the dataset's records are meant.
    pub(crate) within: Within,
    /// Whether links without such a record are wanted too.
    pub(crate) orphans: bool,
    /// Whether a record that is here and not meant is told from one that is gone.
    pub(crate) tells_aside: bool,
}

/// What stands under one key.
pub(crate) enum Pair {
    /// A record that is meant, and its link if it has one.
    Record(Unread, Option<Link>),
    /// A link whose record is gone or not meant any more, with its key.
    Orphan(String, Link),
    /// A link whose record is here and not meant, or was deleted while it was not; with its key.
    Aside(String, Option<Unread>, Link),
}

/// Some of both, in key order.
#[derive(Default)]
pub(crate) struct Stretch {
    pub(crate) pairs: Vec<Pair>,
    /// The last key that was looked at; `None` when there was none.
    pub(crate) upto: Option<String>,
    /// How many records were looked at.
    pub(crate) looked: usize,
    /// Whether there is no more.
    pub(crate) ended: bool,
}

/// Some of the records that are meant, in key order.
#[derive(Default)]
struct Chunk {
    records: Vec<Unread>,
    upto: Option<String>,
    looked: usize,
    ended: bool,
}

impl Pairs {
    /// What comes after a key: `most` records that are meant, unless they end or too many others
    /// lie between.
    pub(crate) fn next(&self, after: Option<&str>, most: usize) -> Result<Stretch, Error> {
        let chunk = self.chunk(after, most)?;
        let scan = self.links_of(after, &chunk);
        let mut some = Stretch {
            pairs: Vec::with_capacity(chunk.records.len()),
            upto: chunk.upto,
            looked: chunk.looked,
            ended: chunk.ended,
        };
        let mut records = chunk.records.into_iter().peekable();
        let (mut orphans, mut fault) = (0, None);
        if let Some(scan) = scan {
            let moment = self.store.snapshot()?;
            moment.walk::<Links>(&scan, |_, row| {
                let (_, key) = row.key;
                while let Some(record) = records.next_if(|record| record.key() < key.as_str()) {
                    some.pairs.push(Pair::Record(record, None));
                }
                if let Some(record) = records.next_if(|record| record.key() == key) {
                    some.pairs.push(Pair::Record(record, Some(row.value)));
                } else if self.orphans {
                    orphans += 1;
                    if orphans == MOST_LOOKED {
                        (some.upto, some.ended) = (Some(key.clone()), false);
                    }
                    match self.loose(&moment, key, row.value) {
                        Ok(pair) => some.pairs.push(pair),
                        Err(error) => {
                            fault = Some(error);
                            return Ok(ControlFlow::Break(()));
                        }
                    }
                }
                Ok(if orphans < MOST_LOOKED {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                })
            })?;
        }
        if let Some(error) = fault {
            return Err(error);
        }
        if orphans < MOST_LOOKED {
            some.pairs
                .extend(records.map(|record| Pair::Record(record, None)));
        }
        Ok(some)
    }

    /// What a link is that lies beside no record that is meant.
    fn loose(&self, moment: &Snapshot, key: String, link: Link) -> Result<Pair, Error> {
        if !self.tells_aside || self.within.is_all() && !link.aside {
            return Ok(Pair::Orphan(key, link));
        }
        let record = self.dataset.unread(moment, &key)?;
        Ok(if record.is_some() || link.aside {
            Pair::Aside(key, record, link)
        } else {
            Pair::Orphan(key, link)
        })
    }

    /// Whether nothing may be removed under `key`: the record is meant, or is here and let be.
    pub(crate) fn spares(&self, key: &str) -> Result<bool, Error> {
        Ok(if self.tells_aside {
            self.dataset.record(key)?.is_some()
        } else {
            self.wanted(key)?.is_some()
        })
    }

    /// The first record that is meant. For blocking threads: a filter may look at every record.
    pub(crate) fn first(&self) -> Result<Option<String>, Error> {
        let mut after: Option<String> = None;
        loop {
            let chunk = self.chunk(after.as_deref(), 1)?;
            if let Some(record) = chunk.records.into_iter().next() {
                return Ok(Some(record.into_key()));
            }
            if chunk.ended {
                return Ok(None);
            }
            after = chunk.upto;
        }
    }

    /// The record under `key`, if it is there and meant.
    pub(crate) fn wanted(&self, key: &str) -> Result<Option<Record>, Error> {
        let Some(record) = self.dataset.record(key)? else {
            return Ok(None);
        };
        let meant = self.within.takes(&self.dataset, &record)?;
        Ok(meant.then_some(record))
    }

    /// The links that lie beside a chunk: those of its records, or all to its end. None when there
    /// can be none.
    fn links_of(&self, after: Option<&str>, chunk: &Chunk) -> Option<Scan> {
        let place = |key: &str| (self.sync, key.to_owned()).bytes();
        let past = |key: &str| {
            let mut past = place(key);
            past.push(0);
            past
        };
        let all = Scan::prefix(prefix(&self.sync), usize::MAX);
        if !self.orphans {
            let (first, last) = (chunk.records.first()?, chunk.records.last()?);
            return Some(all.from(place(first.key())).to(past(last.key())));
        }
        let from = match after {
            Some(key) => all.from(past(key)),
            None => all,
        };
        Some(match &chunk.upto {
            Some(upto) if !chunk.ended => from.to(past(upto)),
            _ => from,
        })
    }

    fn chunk(&self, after: Option<&str>, most: usize) -> Result<Chunk, Error> {
        let mut chunk = Chunk {
            records: Vec::with_capacity(most),
            ended: true,
            ..Chunk::default()
        };
        let mut fault = None;
        let visit = |record: Unread| {
            chunk.looked += 1;
            match self.within.takes_unread(&record) {
                Ok(true) => chunk.records.push(record),
                Ok(false) => chunk.upto = Some(record.into_key()),
                Err(error) => fault = Some(error),
            }
            if fault.is_none() && chunk.records.len() < most && chunk.looked < MOST_LOOKED {
                return ControlFlow::Continue(());
            }
            chunk.ended = false;
            ControlFlow::Break(())
        };
        match self.within {
            Within::Selection => self.dataset.walk_selected(after, visit)?,
            Within::All | Within::Filter(_) => self.dataset.walk_unread(after, visit)?,
        }
        if let Some(error) = fault {
            return Err(error.into());
        }
        let last = chunk.records.last().map(|record| record.key().to_owned());
        chunk.upto = chunk.upto.take().max(last);
        Ok(chunk)
    }
}
