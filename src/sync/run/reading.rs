//! Reads records in key order and finds what must be written.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::super::counts::Fate;
use super::super::error::Error;
use super::super::link::{Hash, Link, Links};
use super::batch::Load;
use super::content::fingerprint;
use super::fit::Fit;
use super::group::Idle;
use super::source::{Place, Source};
use crate::base::SyncId;
use crate::datasets::{Dataset, Unread};
use crate::fields::Fields;
use crate::providers::Row;
use crate::store::{Key as _, Scan, Store};

/// A stretch has no more records than this, so that a dataset without changes is settled now and
/// then too.
pub(super) const MOST_READ: usize = 5_000;
/// Records that are read at once; reading some of them again later costs little.
const CHUNK: usize = 500;

/// What a stretch is read with. Clones share it.
#[derive(Clone)]
pub(super) struct Reader {
    pub(super) sync: SyncId,
    pub(super) store: Store,
    pub(super) dataset: Dataset,
    pub(super) fit: Arc<Fit>,
    /// The records of which nobody can tell whether they were created, and why.
    pub(super) doubtful: Arc<HashMap<String, String>>,
    /// Where the records come from.
    pub(super) source: Source,
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
    /// Whether the dataset has no more.
    pub(super) ended: bool,
}

impl Reader {
    /// The records of the dataset after `after`, until `writes` of them must be written.
    pub(super) fn read_dataset(&self, after: &Place, writes: usize) -> Result<Stretch, Error> {
        let mut stretch = Stretch {
            upto: after.clone(),
            ..Stretch::default()
        };
        let mut read = 0;
        while !stretch.ended && stretch.loads.len() < writes && read < MOST_READ {
            let wanted = CHUNK.max(writes - stretch.loads.len());
            let records = self.records(stretch.upto.key.as_deref(), wanted)?;
            stretch.ended = records.len() < wanted;
            let mut links = self.links(&records)?.into_iter().peekable();
            for record in records {
                let key = record.key();
                while links.next_if(|(linked, _)| linked.as_str() < key).is_some() {}
                let link = links.next_if(|(linked, _)| linked == key);
                let link = link.map(|(_, link)| link);
                self.sort_unread(&mut stretch, &record, link)?;
                stretch.upto.key = Some(record.into_key());
                read += 1;
                if stretch.loads.len() == writes {
                    stretch.ended = false;
                    break;
                }
            }
        }
        Ok(stretch)
    }

    /// The next records, `most` of them unless the dataset ends.
    pub(super) fn records(&self, after: Option<&str>, most: usize) -> Result<Vec<Unread>, Error> {
        let mut records = Vec::with_capacity(most);
        self.dataset.walk_unread(after, |record| {
            records.push(record);
            if records.len() == most {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        Ok(records)
    }

    /// The links of the records, in the same order.
    pub(super) fn links(&self, records: &[Unread]) -> Result<Vec<(String, Link)>, Error> {
        let (Some(first), Some(last)) = (records.first(), records.last()) else {
            return Ok(Vec::new());
        };
        let mut links = Vec::new();
        let mut past = (self.sync, last.key().to_owned()).bytes();
        past.push(0);
        let scan = Scan::all(usize::MAX)
            .from((self.sync, first.key().to_owned()).bytes())
            .to(past);
        self.store.snapshot()?.walk::<Links>(&scan, |_, row| {
            links.push((row.key.1, row.value));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(links)
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
        link.comes_from(&source) && !self.doubtful.contains_key(record.key())
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
        match link {
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
                announced: None,
                sought: false,
                row: Row {
                    id: link.map(|link| link.remote_id),
                    cells,
                },
            }),
        }
    }
}
