//! Reads what a plan lists, and holds each record against it: nothing else is written.

use std::ops::ControlFlow;

use super::super::counts::Fate;
use super::super::error::Error;
use super::super::link::{Hash, Link, Links, UNKNOWN};
use super::super::memory::Was;
use super::super::plan::{Blocks, Change, Plan};
use super::batch::Load;
use super::content::fingerprint;
use super::fit::Fit;
use super::group::Idle;
use super::reading::{MOST_READ, Reader, Stretch};
use super::remove::WANTED_AGAIN;
use super::source::{GONE, Place, held};
use crate::base::{Hex, PlanId};
use crate::fields::Value;
use crate::jobs::Failure;
use crate::providers::Row;
use crate::store::{Key as _, Scan, prefix};

const MOVED: &str = "moved: the record was changed here after the plan was made";
const UNLINKED: &str = "moved: the sync is not linked to that remote record any more";
const NOT_PLANNED: &str = "moved: whether it was written was not known when the plan was made";

impl Reader {
    /// The next records of a plan, until `writes` of them must be written.
    pub(super) fn read_planned(
        &self,
        plan: PlanId,
        after: &Place,
        writes: usize,
    ) -> Result<Stretch, Error> {
        let (changes, ended) = self.changes_after(plan, after.key.as_ref(), writes)?;
        let mut stretch = Stretch {
            ended,
            upto: after.clone(),
            ..Stretch::default()
        };
        for change in changes {
            stretch.upto.key = Some(change.key.clone());
            self.hold_against(&mut stretch, change)?;
        }
        Ok(stretch)
    }

    /// What the plan lists after a key, with `writes` writes unless it ends, and whether it does.
    pub(super) fn changes_after(
        &self,
        plan: PlanId,
        after: Option<&String>,
        writes: usize,
    ) -> Result<(Vec<Change>, bool), Error> {
        self.changes_that(plan, after, writes, |_| true)
    }

    /// The same of those alone that are `wanted`.
    pub(super) fn changes_that(
        &self,
        plan: PlanId,
        after: Option<&String>,
        writes: usize,
        wanted: impl Fn(&Change) -> bool,
    ) -> Result<(Vec<Change>, bool), Error> {
        let mut changes: Vec<Change> = Vec::new();
        let (mut written, mut ended) = (0, true);
        let all = Scan::prefix(prefix(&plan), usize::MAX);
        let scan = match after {
            Some(key) => all.from((plan, key.clone()).bytes()),
            None => all,
        };
        self.store.snapshot()?.walk::<Blocks>(&scan, |_, row| {
            for entry in row.value.entries() {
                let change = entry?.read()?;
                if Some(&change.key) <= after || !wanted(&change) {
                    continue;
                }
                if written == writes || changes.len() == MOST_READ {
                    ended = false;
                    return Ok(ControlFlow::Break(()));
                }
                written += usize::from(is_write(change.fate));
                changes.push(change);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok((changes, ended))
    }

    /// Decides what is to be done with a record that a plan lists.
    fn hold_against(&self, stretch: &mut Stretch, change: Change) -> Result<(), Error> {
        match change.fate {
            Fate::Deleted => return self.hold_removal(stretch, change),
            Fate::Held => {
                let reason = change.reason.unwrap_or_default();
                stretch.idle.push(held(change.key, &reason));
                return Ok(());
            }
            _ => {}
        }
        let key = change.key;
        if let Some(reason) = self.doubtful.get(&key) {
            stretch.idle.push(Idle {
                fate: Fate::Unknown,
                ..held(key, reason)
            });
            return Ok(());
        }
        let Some(record) = self.pairs.wanted(&key)? else {
            stretch.idle.push(held(key, GONE));
            return Ok(());
        };
        let cells = self.fit.cells(&record.fields);
        let sent = fingerprint(&self.fit.mark, &cells);
        if let Some(reason) = self.doubt(&key, &sent) {
            stretch.idle.push(Idle {
                fate: Fate::Unknown,
                ..held(key.clone(), reason)
            });
        } else if sent != change.sent {
            stretch.idle.push(held(key, MOVED));
        } else if change.fate == Fate::Refused {
            let reason = change.reason.unwrap_or_default();
            stretch.idle.push(Idle {
                fate: Fate::Refused,
                cells,
                ..held(key, &reason)
            });
        } else if !is_write(change.fate) {
            stretch.idle.push(held(key, NOT_PLANNED));
        } else {
            let source = self.fit.source(record.hash);
            stretch
                .loads
                .push(self.planned_load(key, (sent, source), cells)?);
        }
        Ok(())
    }

    /// The load that writes a record as a plan lists it.
    fn planned_load(
        &self,
        key: String,
        (sent, source): (Hash, Hash),
        cells: Vec<Option<Value>>,
    ) -> Result<Load, Error> {
        let link = self.store.get::<Links>(&(self.sync, key.clone()))?;
        let link = link.map(|row| row.value);
        Ok(Load {
            key,
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
        })
    }

    /// Removes a record that a plan lists, if it is still the one that was linked and not wanted.
    fn hold_removal(&self, stretch: &mut Stretch, change: Change) -> Result<(), Error> {
        let key = change.key;
        if self.pairs.wanted(&key)?.is_some() {
            stretch.idle.push(held(key, WANTED_AGAIN));
            return Ok(());
        }
        let link = self.store.get::<Links>(&(self.sync, key.clone()))?;
        let link = link.map(|row| row.value);
        let same = |link: &Link| Some(&link.remote_id) == change.remote_id.as_ref();
        let counted = match link.filter(same) {
            Some(link) => self.sort_orphan(stretch, &key, &link),
            None => false,
        };
        // Who approved it has seen what was there then, whoever wrote that.
        if let Some(last) = stretch.unwanted.last_mut().filter(|last| last.key == key)
            && change.sent != UNKNOWN
        {
            last.agreed = Some(change.sent);
        }
        if !counted {
            stretch.idle.push(held(key, UNLINKED));
        }
        Ok(())
    }

    /// Why a plan can no longer be carried out; `None` when it can.
    ///
    /// It is read whole: what is carried out is what was approved.
    pub(super) fn outdated(&self, id: PlanId, plan: &Plan) -> Result<Option<Failure>, Error> {
        let Some(made) = &plan.made else {
            return Ok(Some(outdated("it is not whole")));
        };
        if let Some(what) = self.fit.moved_since(&made.mapping, &made.schema) {
            return Ok(Some(outdated(what)));
        }
        let mut content = [0; 32];
        let scan = Scan::prefix(prefix(&id), usize::MAX);
        self.store.snapshot()?.walk::<Blocks>(&scan, |_, row| {
            content = row.value.digest(&content);
            Ok(ControlFlow::Continue(()))
        })?;
        let same = Hex(&content).to_string() == made.content;
        Ok((!same).then(|| outdated("what it lists is not what was planned")))
    }
}

impl Fit {
    /// What is no longer as it was when these digests were made.
    fn moved_since(&self, mapping: &str, schema: &str) -> Option<&'static str> {
        if self.mapping_digest() != mapping {
            Some(
                "the sync's mapping, which records it takes or what it deletes was changed after it was made",
            )
        } else if self.schema_digest() != schema {
            Some("the remote table's fields were changed after it was made")
        } else {
            None
        }
    }
}

fn is_write(fate: Fate) -> bool {
    matches!(
        fate,
        Fate::Created | Fate::Changed | Fate::Matched | Fate::Deleted
    )
}

/// The failure of a run whose plan no longer fits.
pub(super) fn outdated(why: &str) -> Failure {
    Failure {
        code: super::super::plan::OUTDATED.into(),
        message: format!("The plan is outdated: {why}. Nothing was written; ask for another plan."),
    }
}
