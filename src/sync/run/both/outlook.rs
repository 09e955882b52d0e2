//! Says what becomes of a record on both sides once everything is done that was decided about it.

use super::super::super::counts::Fate;
use super::super::super::error::Error;
use super::super::super::link::{Hash, Link, UNKNOWN};
use super::super::super::plan::{Change, Difference, Dispute, Side, Ways};
use super::super::batch::Load;
use super::super::content::{marked, spell};
use super::super::decide::{differences, vanishing};
use super::super::planning::EDITED;
use super::super::reading::{Reader, Stretch};
use super::super::remove::Unwanted;
use super::base::{Now, joined};
use super::look::MOVED;
use super::rows::Rows;
use super::ruling::{Decided, LinkAct, RecordAct, Ruling};
use super::send::Own;
use crate::datasets::{Brought, Dataset, Unread};
use crate::fields::content_hash;
use crate::providers::Records;
use crate::store::{Snapshot, Version};

/// What rulings are thought to their end with.
pub(super) struct Seer<'a> {
    pub(super) reader: &'a Reader,
    pub(super) records: &'a dyn Records,
    pub(super) rows: Rows,
    pub(super) dataset: &'a Dataset,
    pub(super) moment: &'a Snapshot,
}

/// The fingerprint of an outcome: what the record here comes from in the end, what is there before,
/// and which cells go there. A run that was stopped when half of it was done comes to the same.
fn stamp(source: &Hash, there: Option<&[u8]>, sent: Option<(&Hash, &[usize])>) -> Hash {
    let mut bytes = source.to_vec();
    bytes.push(u8::from(there.is_some()));
    bytes.extend_from_slice(there.unwrap_or_default());
    if let Some((sent, untouched)) = sent {
        bytes.extend_from_slice(sent);
        for at in untouched {
            bytes.extend_from_slice(format!("{at} ").as_bytes());
        }
    }
    content_hash(&bytes).0
}

/// The fingerprint of what comes of a record that goes there.
pub(super) fn outcome_of(load: &Load) -> Hash {
    let met = load.meeting.as_ref();
    let there = met.and_then(|met| met.there.as_ref()).map(joined);
    let sent = (&load.sent, load.row.untouched.as_slice());
    stamp(&load.source, there.as_deref(), Some(sent))
}

fn outcome_of_deletion(version: Version) -> Hash {
    content_hash(format!("deleted {}", version.0).as_bytes()).0
}

fn on(side: Side, fields: Vec<Difference>) -> impl Iterator<Item = Difference> {
    let side = Some(side);
    fields
        .into_iter()
        .map(move |field| Difference { side, ..field })
}

impl Seer<'_> {
    /// What a ruling comes to; none where that shows only once all rulings are made.
    pub(super) fn ruled(&self, ruling: &Ruling) -> Result<Option<Change>, Error> {
        let mut change = nothing(&ruling.key, &ruling.remote_id, &ruling.reason);
        match (&ruling.record, &ruling.link) {
            (RecordAct::Put(put), LinkAct::Put(link)) => {
                let (brought, before) = put.as_ref();
                self.puts(&mut change, (brought, before.as_ref()), link)?;
            }
            (RecordAct::Put(_) | RecordAct::Leave, _) => {}
            (RecordAct::Delete(version), _) => self.fells(&mut change, *version)?,
        }
        match (ruling.fate, &ruling.link) {
            (Some(fate), _) => change.fate = fate,
            (None, LinkAct::Put(link)) => self.goes_on(&mut change, ruling, link)?,
            (None, LinkAct::Leave | LinkAct::Drop) => return Ok(None),
        }
        dispute(&mut change, ruling.dispute.as_ref());
        Ok(Some(change))
    }

    /// What a stretch of what is yet to be written there comes to. `who` says who has decided about
    /// a key that both sides have changed.
    pub(super) fn rest(
        &self,
        stretch: Stretch,
        who: impl Fn(&str) -> Option<String>,
    ) -> Result<Vec<Change>, Error> {
        let mut changes = Vec::with_capacity(stretch.idle.len() + stretch.calls_for());
        for idle in stretch.idle {
            let mut change = nothing(&idle.key, &idle.remote_id, &idle.reason);
            change.fate = idle.fate;
            changes.push(change);
        }
        for load in stretch.loads {
            let mut change = nothing(&load.key, "", "");
            self.sends(&mut change, &load)?;
            changes.push(change);
        }
        for unwanted in stretch.unwanted {
            let mut change = nothing(&unwanted.key, "", "");
            self.removes(&mut change, &unwanted)?;
            changes.push(change);
        }
        let told = changes.into_iter().map(|change| {
            let who = who(&change.key);
            decided(change, who)
        });
        Ok(told.collect())
    }

    /// A record is written here.
    fn puts(
        &self,
        change: &mut Change,
        (brought, before): (&Brought, Option<&Unread>),
        link: &Link,
    ) -> Result<(), Error> {
        let (fit, schema) = (&self.reader.fit, self.dataset.schema());
        let spelt = |fields| spell(&fit.cells(&fields));
        let old = before.map(|before| before.fields(schema)).transpose()?;
        let old = old.map(spelt).unwrap_or_default();
        let new = spelt(brought.fields(schema)?);
        change
            .fields
            .extend(on(Side::Here, differences(&new, &old)));
        change.ways.here = Some(match before {
            Some(_) => Fate::Changed,
            None => Fate::Created,
        });
        change.sent = stamp(&fit.source(brought.hash()), Some(&link.cells), None);
        Ok(())
    }

    /// A record is deleted here.
    fn fells(&self, change: &mut Change, version: Version) -> Result<(), Error> {
        if let Some(record) = self.dataset.unread(self.moment, &change.key)? {
            let fields = record.fields(self.dataset.schema())?;
            let cells = spell(&self.reader.fit.cells(&fields));
            change.fields.extend(on(Side::Here, vanishing(&cells)));
        }
        change.ways.here = Some(Fate::Deleted);
        change.sent = outcome_of_deletion(version);
        Ok(())
    }

    /// What is yet to be written there, or removed.
    fn goes_on(&self, change: &mut Change, ruling: &Ruling, link: &Link) -> Result<(), Error> {
        let schema = self.dataset.schema();
        let key = ruling.key.as_str();
        let own = match &ruling.record {
            RecordAct::Put(put) => Some((put.0.hash(), put.0.fields(schema)?)),
            RecordAct::Leave | RecordAct::Delete(_) => {
                let record = self.dataset.unread(self.moment, key)?;
                let own =
                    record.map(|record| Ok::<_, Error>((record.hash(), record.fields(schema)?)));
                own.transpose()?
            }
        };
        let mut stretch = Stretch::default();
        match own {
            Some((hash, fields)) => {
                let own = Own { key, hash, fields };
                self.reader.sort_own(&mut stretch, &own, Some(link.clone()));
            }
            None => {
                self.reader.sort_orphan(&mut stretch, key, link);
            }
        }
        if let Some(load) = stretch.loads.pop() {
            self.sends(change, &load)?;
        } else if let Some(unwanted) = stretch.unwanted.pop() {
            self.removes(change, &unwanted)?;
        } else if let Some(idle) = stretch.idle.pop() {
            change.fate = idle.fate;
            change.reason = Some(idle.reason).filter(|reason| !reason.is_empty());
        }
        Ok(())
    }

    /// A record is written there.
    fn sends(&self, change: &mut Change, load: &Load) -> Result<(), Error> {
        if load.row.id.is_some() {
            change.remote_id.clone_from(&load.row.id);
        }
        let fit = &self.reader.fit;
        change.sent = outcome_of(load);
        change.fate = Fate::Held;
        if self.is_moved(load)? {
            change.reason = Some(MOVED.to_owned());
            return Ok(());
        }
        if let Some(reason) = self.records.misfit(&fit.layout, &load.row.cells) {
            change.fate = Fate::Refused;
            change.reason = Some(reason);
            return Ok(());
        }
        change.fate = load.fate;
        change.ways.there = Some(match load.row.id {
            Some(_) => Fate::Changed,
            None => Fate::Created,
        });
        let met = load.meeting.as_ref();
        let there = met.and_then(|met| met.there.as_ref());
        let before = there.map(joined).unwrap_or_default();
        let after = joined(Now::of(load.row.cells.clone()).cells);
        let untouched =
            |field: &Difference| load.row.untouched.contains(&usize::from(field.column));
        let fields = on(Side::There, differences(&after, &before));
        change
            .fields
            .extend(fields.filter(|field| !untouched(field)));
        Ok(())
    }

    /// Whether what is there is not what a record goes over: no run would write it.
    fn is_moved(&self, load: &Load) -> Result<bool, Error> {
        let met = load.meeting.as_ref();
        let there = met.and_then(|met| met.there.as_ref());
        Ok(match (&load.row.id, there) {
            (Some(id), Some(there)) => {
                let row = self.rows.get(self.moment, id)?;
                row.is_none_or(|row| {
                    let now = Now::of(row.cells).cells;
                    let mut sent = (0..there.len()).filter(|at| !load.row.untouched.contains(at));
                    sent.any(|at| now.get(at) != there.get(at))
                })
            }
            (None, None) => self.rows.under(self.moment, &load.key)?.is_some(),
            (Some(_), None) | (None, Some(_)) => true,
        })
    }

    /// A record is removed there.
    fn removes(&self, change: &mut Change, unwanted: &Unwanted) -> Result<(), Error> {
        change.remote_id = Some(unwanted.remote_id.clone());
        change.fate = Fate::Deleted;
        change.ways.there = Some(Fate::Deleted);
        change.sent = unwanted.agreed.unwrap_or(UNKNOWN);
        if let Some(row) = self.rows.get(self.moment, &unwanted.remote_id)? {
            let cells = spell(&row.cells);
            change.sent = marked(&self.reader.fit.mark, &cells);
            let edited = unwanted.agreed.is_some_and(|agreed| agreed != change.sent);
            change.reason = edited.then(|| EDITED.to_owned());
            change.fields.extend(on(Side::There, vanishing(&cells)));
        }
        Ok(())
    }
}

/// A change of which nothing is known yet.
fn nothing(key: &str, remote_id: &str, reason: &str) -> Change {
    let told = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Change {
        key: key.to_owned(),
        fate: Fate::Unchanged,
        remote_id: told(remote_id),
        reason: told(reason),
        fields: Vec::new(),
        ways: Ways::default(),
        sent: UNKNOWN,
    }
}

/// A change that was decided about before, if it was.
pub(super) fn decided(mut change: Change, who: Option<String>) -> Change {
    dispute(&mut change, who.map(Decided::Settled).as_ref());
    change
}

/// Adds who decides about what both sides have changed.
fn dispute(change: &mut Change, disputed: Option<&Decided>) {
    match disputed {
        None => {}
        Some(Decided::Asked) => change.ways.dispute = Some(Dispute::Asked),
        Some(Decided::Settled(told)) => {
            change.ways.dispute = Some(Dispute::Settled);
            change.reason = Some(match change.reason.take() {
                Some(reason) => format!("{reason}; {told}"),
                None => told.clone(),
            });
        }
    }
}
