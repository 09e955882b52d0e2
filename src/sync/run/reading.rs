//! Reads records in key order and finds what must be written.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::super::counts::Fate;
use super::super::error::Error;
use super::super::intent::Look;
use super::super::link::{Hash, Link};
use super::super::memory::{Deed, Was};
use super::super::pairs::{Pair, Pairs};
use super::super::quarantine::{Quarantine, told};
use super::batch::Load;
use super::both::Met;
use super::content::fingerprint;
use super::deliveries::Unsure;
use super::fit::Fit;
use super::group::Idle;
use super::remove::{Removing, Unwanted};
use super::source::{Place, Source};
use crate::base::SyncId;
use crate::datasets::{Dataset, Unread};
use crate::fields::Fields;
use crate::providers::Row;
use crate::store::Store;

/// A stretch has no more records than this, so that a dataset without changes is settled now and
/// then too.
pub(super) const MOST_READ: usize = 5_000;
/// Records that are read at once; reading some of them again later costs little.
pub(super) const CHUNK: usize = 500;
/// What a stretch is read with. Clones share it.
#[derive(Clone)]
pub(super) struct Reader {
    pub(super) sync: SyncId,
    pub(super) store: Store,
    pub(super) dataset: Dataset,
    pub(super) fit: Arc<Fit>,
    /// The records that are meant, and the links.
    pub(super) pairs: Pairs,
    /// What becomes of links whose records are none of these.
    pub(super) removing: Arc<Removing>,
    /// Which of them wait before they are removed.
    pub(super) quarantine: Arc<Quarantine>,
    /// The records of which nobody can tell whether they were created, and why.
    pub(super) doubtful: Arc<HashMap<String, String>>,
    /// Those that were announced and not found, what they looked like and when they were: they may
    /// turn up yet.
    pub(super) again: Arc<HashMap<String, (Look, Timestamp)>>,
    /// The deliveries of which nobody can tell whether they arrived.
    pub(super) unsure: Arc<HashMap<String, Unsure>>,
    /// Whether those are sent again.
    pub(super) resends: bool,
    /// Where the records come from.
    pub(super) source: Source,
    /// What a run that goes both ways has settled before it writes there.
    pub(super) met: Arc<Met>,
    /// What a run that is undone has done to a record before a stop and after it, as one deed.
    pub(super) twice: Arc<HashMap<String, Deed>>,
    /// Whether the provider brings back what was deleted.
    pub(super) restores: bool,
}

/// Some records in key order, taken apart by what is to be done.
#[derive(Default)]
pub(super) struct Stretch {
    /// Where it ends.
    pub(super) upto: Place,
    /// What needs no call.
    pub(super) idle: Vec<Idle>,
    /// What is to be written.
    pub(super) loads: Vec<Load>,
    /// What is to be removed.
    pub(super) unwanted: Vec<Unwanted>,
    /// Whether the dataset has no more.
    pub(super) ended: bool,
}

impl Stretch {
    /// How many of its records take part in a call.
    pub(super) fn calls_for(&self) -> usize {
        self.loads.len() + self.unwanted.len()
    }
}

impl Reader {
    /// The records of the dataset after `after`, until `writes` of them must be written or removed.
    pub(super) fn read_dataset(&self, after: &Place, writes: usize) -> Result<Stretch, Error> {
        let mut stretch = Stretch {
            upto: after.clone(),
            ..Stretch::default()
        };
        let mut read = 0;
        while !stretch.ended && stretch.calls_for() < writes && read < MOST_READ {
            let wanted = CHUNK.max(writes - stretch.calls_for());
            let next = self.pairs.next(stretch.upto.key.as_deref(), wanted)?;
            read += next.looked.max(next.pairs.len());
            for pair in next.pairs {
                if stretch.calls_for() == writes {
                    return Ok(stretch);
                }
                stretch.upto.key = Some(match pair {
                    Pair::Record(record, link) => {
                        self.sort_unread(&mut stretch, &record, link)?;
                        record.into_key()
                    }
                    Pair::Orphan(key, link) => {
                        self.sort_orphan(&mut stretch, &key, &link);
                        key
                    }
                    Pair::Aside(key, ..) => key,
                });
            }
            stretch.ended = next.ended;
            stretch.upto.key = stretch.upto.key.take().max(next.upto);
        }
        Ok(stretch)
    }

    /// Decides what becomes of a linked record that is no longer wanted; `false` when it is nobody's
    /// business.
    pub(super) fn sort_orphan(&self, stretch: &mut Stretch, key: &str, link: &Link) -> bool {
        if !self.removing.deletes.concerns(link) {
            return false;
        }
        match self.held_back(key, link) {
            Some(reason) => stretch.idle.push(Idle {
                key: key.to_owned(),
                fate: Fate::Held,
                remote_id: link.remote_id.clone(),
                reason,
                cells: Vec::new(),
            }),
            None => stretch.unwanted.push(Unwanted {
                key: key.to_owned(),
                remote_id: link.remote_id.clone(),
                agreed: link.echo(),
                was: Was::of(link, &self.fit.mark),
                tried: false,
            }),
        }
        true
    }

    /// Why a linked record that is no longer wanted is not removed; none when it is, and then it
    /// counts.
    pub(super) fn held_back(&self, key: &str, link: &Link) -> Option<String> {
        if let Some(wait) = self.quarantine.waits(key, &link.remote_id) {
            return Some(told("here", wait));
        }
        let hold = self.removing.held(key)?;
        Some(hold.told().to_owned())
    }

    /// Decides what is to be done with one record, and reads it only if its fingerprint does not
    /// tell that already.
    fn sort_unread(
        &self,
        stretch: &mut Stretch,
        record: &Unread,
        link: Option<Link>,
    ) -> Result<(), Error> {
        let source = self.fit.source(record.hash());
        match link {
            Some(link) if self.is_untouched(record, &link) => stretch.idle.push(Idle {
                key: record.key().to_owned(),
                fate: Fate::Unchanged,
                remote_id: link.remote_id,
                reason: String::new(),
                cells: Vec::new(),
            }),
            link => {
                let fields = self.fields(record)?;
                self.sort(stretch, record.key(), (&fields, source), link);
            }
        }
        Ok(())
    }

    /// Whether a record's fingerprint alone tells that nothing mapped has changed.
    pub(super) fn is_untouched(&self, record: &Unread, link: &Link) -> bool {
        let source = self.fit.source(record.hash());
        let key = record.key();
        let doubtful = self.doubtful.contains_key(key) || self.unsure.contains_key(key);
        link.comes_from(&source) && !doubtful
    }

    /// The fields of a record.
    pub(super) fn fields(&self, record: &Unread) -> Result<Fields, Error> {
        Ok(record.fields(self.dataset.schema())?)
    }

    /// Decides what is to be done with one record.
    pub(super) fn sort(
        &self,
        stretch: &mut Stretch,
        key: &str,
        (fields, source): (&Fields, Hash),
        link: Option<Link>,
    ) {
        let idle = |fate, remote_id: &str, reason: &str| Idle {
            key: key.to_owned(),
            fate,
            remote_id: remote_id.to_owned(),
            reason: reason.to_owned(),
            cells: Vec::new(),
        };
        if let Some(reason) = self.doubtful.get(key) {
            stretch.idle.push(idle(Fate::Unknown, "", reason));
            return;
        }
        let cells = self.fit.cells(fields);
        let sent = fingerprint(&self.fit.mark, &cells);
        if let Some(reason) = self.doubt(key, &sent) {
            stretch.idle.push(idle(Fate::Unknown, "", reason));
            return;
        }
        match self.standing(key, link) {
            Some(link) if link.agrees(&sent) => {
                stretch
                    .idle
                    .push(idle(Fate::Unchanged, &link.remote_id, ""));
            }
            link => stretch.loads.push(Load {
                key: key.to_owned(),
                fate: link.as_ref().map_or(Fate::Created, Link::fate),
                sent,
                source,
                ours: link.as_ref().is_some_and(|link| link.ours),
                announced: None,
                sought: false,
                tried: false,
                meeting: None,
                revive: false,
                expects: None,
                was: link
                    .as_ref()
                    .map(|link| Was::of(link, &self.fit.mark))
                    .unwrap_or_default(),
                row: Row {
                    id: link.map(|link| link.remote_id),
                    cells,
                    untouched: Vec::new(),
                },
            }),
        }
    }
}
