//! Decides about records that the sync does not take: what leaves its scope is let be on both sides,
//! and so is what never came into it.
//!
//! The record here decides whether it is taken. Its link stays when it leaves, put aside: it is not
//! made twice when it comes back, and what was agreed lets both sides merge then. What is deleted
//! meanwhile on one side costs the other nothing.

use super::super::super::counts::Fate;
use super::super::super::error::Error;
use super::super::super::link::Link;
use super::super::super::meeting::FieldWay;
use super::base::{Base, Now};
use super::foretold::UNFORETOLD;
use super::judge::Judge;
use super::rows::Listed;
use super::ruling::{LinkAct, RecordAct, Ruling};
use crate::datasets::{Record, Unread};
use crate::fields::Fields;
use crate::store::Version;

const OUT: &str = "the sync does not take it now: it is left alone on both sides";
const STRANGE: &str = "the sync would not take it here: it is left at the provider";
const DELETED: &str =
    "it was deleted here while the sync did not take it: it is left at the provider";
const LEAVES: &str = "what was changed at the provider is brought, and with that the sync takes it no \
                      more: from now on it is left alone on both sides";

impl Judge<'_> {
    /// Whether the sync takes a record that is here.
    fn takes(&self, record: &Unread) -> Result<bool, Error> {
        Ok(self.hall.within.means(&self.hall.dataset, record)?)
    }

    /// Whether it would take a record with these values, in the place of one that is here if there is
    /// one.
    fn would_take(
        &self,
        key: &str,
        fields: Fields,
        before: Option<&Unread>,
    ) -> Result<bool, Error> {
        let record = Record {
            key: key.to_owned(),
            hash: fields.hash(self.hall.dataset.schema()),
            fields,
            version: before.map_or(Version(0), Unread::version),
            created_at: before.map_or(self.now, Unread::created_at),
            updated_at: self.now,
        };
        Ok(self.hall.within.takes(&self.hall.dataset, &record)?)
    }

    /// A link whose record the sync does not take, or that was deleted while it was not taken.
    pub(super) fn aside(
        &self,
        key: &str,
        record: Option<Unread>,
        link: &Link,
    ) -> Result<Ruling, Error> {
        let row = self.hall.rows.get(self.moment, &link.remote_id)?;
        let edited = row.filter(|row| self.is_edited(link, row));
        let Some(record) = record else {
            return self.deleted_aside(key, link, edited);
        };
        if self.hall.within.goes_by_content()
            && let Some(row) = edited
            && let Some(back) = self.meet(record, Some(link.clone()), row)?
            && self.stays_within(&back)? == Some(true)
        {
            return Ok(back);
        }
        let ruling = self.let_be(key, &link.remote_id, OUT);
        let put_aside = Link {
            aside: true,
            ..link.clone()
        };
        Ok(if link.aside {
            ruling
        } else {
            ruling.linked(put_aside)
        })
    }

    /// What becomes of a link whose record was deleted here while it was not taken: its row is let
    /// be until somebody edits it, and is a row like any other then.
    fn deleted_aside(
        &self,
        key: &str,
        link: &Link,
        edited: Option<Listed>,
    ) -> Result<Ruling, Error> {
        let gone = !self.hall.rows.has(self.moment, &link.remote_id)?;
        let is_like_any = edited.is_some_and(|row| !self.is_fresh(&row));
        Ok(if gone || is_like_any {
            Ruling::like_any_other(key, &link.remote_id)
        } else {
            self.let_be(key, &link.remote_id, DELETED)
        })
    }

    /// Whether somebody has edited a row since both sides agreed on it, as far as that is known.
    fn is_edited(&self, link: &Link, row: &Listed) -> bool {
        let there = Now::of(row.cells.clone()).cells;
        let base = Base::of(link, self.fit.frame());
        base.is_some_and(|base| {
            let mut theirs = (0..there.len()).filter(|at| self.fit.way(*at) != FieldWay::Push);
            theirs.any(|at| base.differs_there(at, &there[at]))
        })
    }

    /// A row that no record is linked to and that is not brought: the sync would not take it, or
    /// does not take the record of its key. None when it is judged like any other.
    pub(super) fn outside(
        &self,
        key: &str,
        record: Option<&Unread>,
        row: &Listed,
    ) -> Result<Option<Ruling>, Error> {
        let takes = match record {
            _ if self.hall.within.is_all() => true,
            _ if self.is_ours(key, row, record.is_some()).is_some() => true,
            Some(record) => self.takes(record)?,
            None => {
                let mut fields = Fields::empty(self.hall.dataset.schema());
                // What does not fit is told where the rest of the row would be taken.
                let _misfits = self
                    .fit
                    .fill(self.hall.dataset.schema(), &row.cells, &mut fields);
                self.would_take(key, fields, None)?
            }
        };
        Ok((!takes).then(|| self.stranger(row)))
    }

    /// A row that is none of the sync's. Its key may be another's.
    pub(super) fn stranger(&self, row: &Listed) -> Ruling {
        self.let_be(&row.id, &row.id, STRANGE)
    }

    /// What was decided, with what that means for the scope: who edits a record there so that the
    /// sync takes it no more has edited it here all the same, and then it leaves.
    pub(super) fn leaving(&self, mut ruling: Ruling) -> Result<Ruling, Error> {
        if self.stays_within(&ruling)? != Some(false) {
            return Ok(ruling);
        }
        // What was changed here as well is not written there any more.
        ruling.fate = ruling.fate.or(Some(Fate::Changed));
        LEAVES.clone_into(&mut ruling.reason);
        if let LinkAct::Put(link) = &mut ruling.link {
            link.aside = true;
        }
        Ok(ruling)
    }

    /// Whether the sync takes a record that is written here; none where none is.
    fn stays_within(&self, ruling: &Ruling) -> Result<Option<bool>, Error> {
        let RecordAct::Put(put) = &ruling.record else {
            return Ok(None);
        };
        if self.hall.within.is_all() {
            return Ok(Some(true));
        }
        let (brought, before) = put.as_ref();
        let fields = brought.fields(self.hall.dataset.schema())?;
        let takes = self.would_take(brought.key(), fields, before.as_ref())?;
        Ok(Some(takes))
    }

    /// A record that is left as it is on both sides. Where a plan is carried out that says otherwise,
    /// it has moved.
    fn let_be(&self, key: &str, remote_id: &str, reason: &str) -> Ruling {
        let (fate, reason) = match self.hall.met.foretold {
            Some(_) => (Fate::Held, UNFORETOLD),
            None => (Fate::Unchanged, reason),
        };
        Ruling::of(key, remote_id, Some(fate), reason).closed()
    }
}
