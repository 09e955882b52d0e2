//! Finds what of a dataset is yet to be written there, once everything else has been brought.

use super::super::super::counts::Fate;
use super::super::super::error::Error;
use super::super::super::link::Link;
use super::super::super::meeting::FieldWay;
use super::super::super::memory::Was;
use super::super::super::pairs::Pair;
use super::super::batch::Load;
use super::super::content::fingerprint;
use super::super::group::Idle;
use super::super::reading::{CHUNK, MOST_READ, Reader, Stretch};
use super::super::source::{GONE, Place, held};
use super::base::{Base, Now};
use super::foretold::UNFORETOLD;
use super::look::Meeting;
use crate::datasets::Unread;
use crate::fields::{ContentHash, Fields};
use crate::providers::Row;

const UNREAD: &str = "held: it was linked while the run was under way; the next run takes it up";

/// A record as it is here, or is about to be.
pub(super) struct Own<'r> {
    pub(super) key: &'r str,
    pub(super) hash: ContentHash,
    pub(super) fields: Fields,
}

impl Reader {
    /// The records after `after` that are not settled, until `writes` of them must be written or
    /// removed.
    pub(in super::super) fn read_both(
        &self,
        after: &Place,
        writes: usize,
    ) -> Result<Stretch, Error> {
        let mut stretch = self.read_met(after, writes)?;
        if let Some(foretold) = &self.met.foretold {
            foretold.hold(&mut stretch);
        }
        Ok(stretch)
    }

    fn read_met(&self, after: &Place, writes: usize) -> Result<Stretch, Error> {
        let mut stretch = Stretch {
            upto: after.clone(),
            ..Stretch::default()
        };
        let mut read = 0;
        while !stretch.ended && stretch.calls_for() < writes && read < MOST_READ {
            let next = self.pairs.next(stretch.upto.key.as_deref(), CHUNK)?;
            read += next.looked.max(next.pairs.len());
            for pair in next.pairs {
                if stretch.calls_for() == writes {
                    return Ok(stretch);
                }
                stretch.upto.key = Some(match pair {
                    Pair::Record(record, link) => {
                        let link = link.filter(|_| !self.met.is_parted(record.key()));
                        if self.met.awaits(record.key()) {
                            self.sort_met(&mut stretch, &record, link)?;
                        }
                        record.into_key()
                    }
                    Pair::Orphan(key, link) => {
                        if self.met.awaits(&key) && !self.met.is_parted(&key) {
                            let counts = self.sort_orphan(&mut stretch, &key, &link);
                            if !counts && self.met.foretold.is_some() {
                                stretch.idle.push(held(key.clone(), UNFORETOLD));
                            }
                        }
                        key
                    }
                    Pair::Aside(key, ..) => {
                        // It was taken when both sides met, or is listed in a plan.
                        if self.met.awaits(&key) {
                            stretch.idle.push(held(key.clone(), GONE));
                        }
                        key
                    }
                });
            }
            stretch.ended = next.ended;
            stretch.upto.key = stretch.upto.key.take().max(next.upto);
        }
        Ok(stretch)
    }

    /// Decides what is to be written of one record.
    fn sort_met(
        &self,
        stretch: &mut Stretch,
        record: &Unread,
        link: Option<Link>,
    ) -> Result<(), Error> {
        let key = record.key();
        let idle = |fate, link: Option<&Link>, reason: &str| Idle {
            key: key.to_owned(),
            fate,
            remote_id: link.map(|link| link.remote_id.clone()).unwrap_or_default(),
            reason: reason.to_owned(),
            cells: Vec::new(),
        };
        if let Some(reason) = self.doubtful.get(key) {
            stretch.idle.push(idle(Fate::Unknown, None, reason));
            return Ok(());
        }
        if let Some(link) = &link
            && self.is_untouched(record, link)
        {
            stretch.idle.push(idle(Fate::Unchanged, Some(link), ""));
            return Ok(());
        }
        let own = Own {
            key,
            hash: record.hash(),
            fields: self.fields(record)?,
        };
        self.sort_own(stretch, &own, link);
        Ok(())
    }

    /// The same of a record that is known to have changed.
    pub(super) fn sort_own(&self, stretch: &mut Stretch, own: &Own<'_>, link: Option<Link>) {
        let idle = |fate, link: Option<&Link>, reason: &str| Idle {
            key: own.key.to_owned(),
            fate,
            remote_id: link.map(|link| link.remote_id.clone()).unwrap_or_default(),
            reason: reason.to_owned(),
            cells: Vec::new(),
        };
        let here = Now::of(self.fit.cells(&own.fields));
        let base = link.as_ref().map(|link| Base::of(link, self.fit.frame()));
        match base {
            Some(None) => stretch.idle.push(idle(Fate::Held, link.as_ref(), UNREAD)),
            Some(Some(base)) if !self.differs(&here, &base) => {
                stretch.idle.push(idle(Fate::Unchanged, link.as_ref(), ""));
            }
            base => {
                let load = self.load(own, here, (link, base.flatten()));
                stretch.loads.push(load);
            }
        }
    }

    fn differs(&self, here: &Now, base: &Base) -> bool {
        (0..here.cells.len()).any(|at| self.is_sent(at) && base.differs_here(at, &here.cells[at]))
    }

    /// Whether a column is ever written there.
    fn is_sent(&self, at: usize) -> bool {
        self.fit.way(at) != FieldWay::Pull
    }

    /// A record on its way there: of one that is linked, what has changed.
    fn load(&self, own: &Own<'_>, here: Now, (link, base): (Option<Link>, Option<Base>)) -> Load {
        let goes = |at: &usize| {
            let changed = base
                .as_ref()
                .is_none_or(|base| base.differs_here(*at, &here.cells[*at]));
            self.is_sent(*at) && changed
        };
        let columns = 0..here.cells.len();
        let untouched: Vec<usize> = columns.filter(|at| !goes(at)).collect();
        let mut cells = here.values;
        for at in &untouched {
            cells[*at] = None;
        }
        Load {
            key: own.key.to_owned(),
            fate: link.as_ref().map_or(Fate::Created, Link::fate),
            sent: fingerprint(&self.fit.mark, &cells),
            source: self.fit.source(own.hash),
            ours: link.as_ref().is_some_and(|link| link.ours),
            announced: None,
            sought: false,
            tried: false,
            revive: false,
            expects: None,
            was: Was::default(),
            meeting: Some(Box::new(Meeting {
                here: here.cells,
                there: base.map(|base| base.there),
                alone: false,
            })),
            row: Row {
                id: link.map(|link| link.remote_id),
                cells,
                untouched,
            },
        }
    }
}
