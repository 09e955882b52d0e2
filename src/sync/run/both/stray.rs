//! Decides about a row that no record is linked to.

use super::super::super::counts::Fate;
use super::super::super::error::Error;
use super::super::super::link::Links;
use super::super::mark::key_mark;
use super::super::pull::told;
use super::super::seek::TWICE;
use super::base::Now;
use super::judge::Judge;
use super::rows::Listed;
use super::ruling::Ruling;
use crate::datasets::Unread;
use crate::fields::Fields;

const PERHAPS_OURS: &str = "held: it may be a record of ours under another key; its reason says what \
                            to do about it";

const LATE: &str = "held: the sync made it and its record was deleted here before it was seen; the \
                    next run removes it";

impl Judge<'_> {
    /// Judges a row that has met no record; none when it is settled with the record of its key.
    pub(super) fn stray(&self, row: Listed) -> Result<Option<Ruling>, Error> {
        let refused = |row: Listed, reason: &str| {
            Ok(Some(Ruling::refused(
                &row.id.clone(),
                &row.id,
                reason,
                row.cells,
            )))
        };
        let schema = self.hall.dataset.schema();
        let key = match self.fit.key_here(schema, &row.cells) {
            Ok(key) => key,
            Err(_) if self.hall.within.is_picked() => {
                return Ok(Some(self.stranger(&row)));
            }
            Err(reason) => return refused(row, &reason),
        };
        let met = &self.hall.met;
        let record = self.hall.dataset.unread(self.moment, &key)?;
        let record = record.filter(|_| !met.is_deleted(&key));
        if let Some(outside) = self.outside(&key, record.as_ref(), &row)? {
            return Ok(Some(outside));
        }
        let keyed = self.hall.rows.under(self.moment, &key)?;
        if keyed.is_some_and(|keyed| keyed.twice) {
            return match record {
                Some(_) if self.hall.met.has_settled(&key) => Ok(None), // it was told with the record
                _ => refused(row, TWICE),
            };
        }
        if self.doubtful.contains_key(&key) {
            return Ok(None);
        }
        if let Some(reason) = self.is_ours(&key, &row, record.is_some()) {
            return Ok(Some(Ruling::of(&key, &row.id, Some(Fate::Held), reason)));
        }
        let link = self.moment.get::<Links>(&(self.sync, key.clone()))?;
        let link = link.filter(|_| !met.is_parted(&key));
        if let Some(link) = link.map(|link| link.value)
            && self.hall.rows.has(self.moment, &link.remote_id)?
        {
            let other = link.remote_id;
            let reason = format!(
                "its key {key:?} belongs to the remote record {other} already; each key once"
            );
            return refused(row, &reason);
        }
        if self.hall.claimed.contains(&key_mark(&key)) {
            return refused(row, TWICE);
        }
        self.take_up(&key, record, row)
    }

    /// Lets a row meet the record of its key, or makes one of it.
    fn take_up(
        &self,
        key: &str,
        record: Option<Unread>,
        row: Listed,
    ) -> Result<Option<Ruling>, Error> {
        if let Some(record) = record {
            // One that was settled before a stop stays so, though its row is another by now.
            if !self.hall.met.awaits(key) {
                return Ok(None);
            }
            return self.meet(record, None, row);
        }
        if self.is_fresh(&row) {
            let waits = Ruling::of(key, &row.id, Some(Fate::Held), super::judge::WAITS);
            return Ok(Some(waits));
        }
        Ok(Some(self.bring(key, row)))
    }

    /// Why a row waits that may be of our own making.
    pub(super) fn is_ours(
        &self,
        key: &str,
        row: &Listed,
        has_record: bool,
    ) -> Option<&'static str> {
        if self.is_doubted(row) {
            return Some(PERHAPS_OURS);
        }
        let late = !has_record && self.turned_up(key, row).is_some();
        late.then_some(LATE)
    }

    /// Whether a row may be a record of ours: who doubts names it.
    fn is_doubted(&self, row: &Listed) -> bool {
        let mut reasons = self.doubtful.values();
        reasons.any(|reason| reason.contains(&row.id))
    }

    /// Makes a record here of a row.
    pub(super) fn bring(&self, key: &str, row: Listed) -> Ruling {
        let dataset = &self.hall.dataset;
        let mut fields = Fields::empty(dataset.schema());
        if let Err(reason) = self.fit.fill(dataset.schema(), &row.cells, &mut fields) {
            return Ruling::refused(key, &row.id, &reason, row.cells);
        }
        let brought = match dataset.brought(&fields) {
            Ok(brought) => brought,
            Err(faults) => {
                return Ruling::refused(key, &row.id, &told(&faults), row.cells);
            }
        };
        let here = Now::of(self.fit.cells(&fields));
        let there = Now::of(row.cells);
        let source = self.fit.source(brought.hash());
        let link = self.agreed(&row.id, (&here.cells, &there.cells), source, None);
        let ruling = Ruling::of(key, &row.id, Some(Fate::Created), "");
        ruling.linked(link).put(brought, None)
    }
}
