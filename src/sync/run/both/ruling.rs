//! Holds what was decided of a record, before any of it is written.

use super::super::super::conflict::Conflict;
use super::super::super::counts::Fate;
use super::super::super::link::Link;
use crate::datasets::{Brought, Unread};
use crate::fields::Value;
use crate::store::Version;

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
