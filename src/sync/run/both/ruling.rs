//! Holds what was decided of a record, before any of it is written.

use super::super::super::conflict::Conflict;
use super::super::super::counts::Fate;
use super::super::super::error::Error;
use super::super::super::link::{Link, UNKNOWN};
use super::super::super::memory::{Deed, Was};
use super::super::super::past::{Past, changed};
use crate::datasets::{Brought, Dataset, Unread};
use crate::fields::Value;
use crate::store::{Snapshot, Version};

/// What becomes of a record.
pub(super) struct Ruling {
    /// Its key; the remote id in its place where the key is what is wrong.
    pub(super) key: String,
    /// The remote record, if there is one.
    pub(super) remote_id: String,
    /// What it counts as; none while something of it is yet to be written there.
    pub(super) fate: Option<Fate>,
    pub(super) reason: String,
    pub(super) record: RecordAct,
    pub(super) link: LinkAct,
    pub(super) inbox: InboxAct,
    /// What the provider has and the dataset does not take.
    pub(super) letter: Option<Vec<Option<Value>>>,
    /// Whether both sides have changed it.
    pub(super) dispute: Option<Decided>,
    /// Whether its row is one of ours that has turned up after it was looked for.
    pub(super) late: bool,
}

/// Who decides about a record that both sides have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decided {
    /// Somebody is to be asked.
    Asked,
    /// It is decided: by whom, and for which side.
    Settled(String),
}

/// What becomes of the record here.
pub(super) enum RecordAct {
    Leave,
    /// It is written, in the place of the one that was read.
    Put(Box<(Brought, Option<Unread>)>),
    /// The one that was read is deleted.
    Delete(Version),
}

/// What is remembered of both.
pub(super) enum LinkAct {
    Leave,
    Put(Box<Link>),
    Drop,
}

/// What becomes of its conflict.
pub(super) enum InboxAct {
    Leave,
    Keep(Box<Conflict>),
    Close,
}

impl Ruling {
    /// That it is linked no more, and a record or a row like any other again.
    pub(super) fn like_any_other(key: &str, remote_id: &str) -> Self {
        Self::of(key, remote_id, None, "").unlinked().closed()
    }

    /// A ruling that changes nothing yet.
    pub(super) fn of(key: &str, remote_id: &str, fate: Option<Fate>, reason: &str) -> Self {
        Self {
            key: key.to_owned(),
            remote_id: remote_id.to_owned(),
            fate,
            reason: reason.to_owned(),
            record: RecordAct::Leave,
            link: LinkAct::Leave,
            inbox: InboxAct::Leave,
            letter: None,
            dispute: None,
            late: false,
        }
    }

    /// That the dataset does not take what is there.
    pub(super) fn refused(
        key: &str,
        remote_id: &str,
        reason: &str,
        cells: Vec<Option<Value>>,
    ) -> Self {
        Self {
            letter: Some(cells),
            ..Self::of(key, remote_id, Some(Fate::Refused), reason)
        }
    }

    pub(super) fn linked(self, link: Link) -> Self {
        let link = LinkAct::Put(Box::new(link));
        Self { link, ..self }
    }

    /// The same, with a link that has learnt something, unless it is decided about already.
    pub(super) fn remembering(self, link: Option<Link>) -> Self {
        match (&self.link, link) {
            (LinkAct::Leave, Some(link)) => self.linked(link),
            _ => self,
        }
    }

    pub(super) fn unlinked(self) -> Self {
        let link = LinkAct::Drop;
        Self { link, ..self }
    }

    pub(super) fn closed(self) -> Self {
        let inbox = InboxAct::Close;
        Self { inbox, ..self }
    }

    /// That both sides have changed it, and who is right.
    pub(super) fn settled(self, told: String) -> Self {
        let dispute = Some(Decided::Settled(told));
        Self { dispute, ..self }
    }

    pub(super) fn put(self, brought: Brought, before: Option<Unread>) -> Self {
        let record = RecordAct::Put(Box::new((brought, before)));
        Self { record, ..self }
    }

    /// What is remembered of the record here that it writes.
    pub(super) fn past(&self, dataset: &Dataset, moment: &Snapshot) -> Result<Option<Past>, Error> {
        let schema = dataset.schema();
        let (fate, left, (before, after)) = match &self.record {
            RecordAct::Leave => return Ok(None),
            RecordAct::Put(put) => {
                let (brought, old) = put.as_ref();
                let left = brought.hash().0;
                match old {
                    None => (Fate::Created, left, (Vec::new(), Vec::new())),
                    Some(old) => {
                        let old = old.fields(schema)?;
                        let fields = changed(schema, &old, &brought.fields(schema)?);
                        (Fate::Changed, left, fields)
                    }
                }
            }
            RecordAct::Delete(_) => {
                let Some(record) = dataset.unread(moment, &self.key)? else {
                    return Ok(None);
                };
                let whole = (record.canonical().to_vec(), Vec::new());
                (Fate::Deleted, UNKNOWN, whole)
            }
        };
        // A record is known by the remote one that it is linked to.
        let remote_id = match &self.link {
            LinkAct::Put(link) => &link.remote_id,
            LinkAct::Leave | LinkAct::Drop => &self.remote_id,
        };
        Ok(Some(Past {
            key: self.key.clone(),
            fate,
            remote_id: remote_id.clone(),
            left,
            former: None,
            tie: None,
            before,
            after,
        }))
    }

    /// What is remembered of a remote record that a write of ours has made, and that has turned up
    /// only now.
    pub(super) fn deed(&self) -> Option<Deed> {
        let LinkAct::Put(link) = &self.link else {
            return None;
        };
        self.late.then(|| Deed {
            key: self.key.clone(),
            fate: if link.ours {
                Fate::Created
            } else {
                Fate::Matched // it may be a colleague's
            },
            remote_id: link.remote_id.clone(),
            left: link.echo().unwrap_or(UNKNOWN),
            was: Was::default(),
        })
    }

    /// Whether it deletes a record here.
    pub(super) fn deletes(&self) -> bool {
        matches!(self.record, RecordAct::Delete(_))
    }

    /// Who has decided about what both sides have changed.
    pub(super) fn told(&self) -> Option<String> {
        match &self.dispute {
            Some(Decided::Settled(told)) => Some(told.clone()),
            Some(Decided::Asked) | None => None,
        }
    }

    /// Whether it changes the dataset.
    pub(super) fn writes(&self) -> bool {
        !matches!(self.record, RecordAct::Leave)
    }
}
