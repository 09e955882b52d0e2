//! Holds what a run does against the plan that it carries out, and imagines what it would do while
//! one is made.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use super::super::super::counts::Fate;
use super::super::super::error::Error;
use super::super::super::link::{Hash, Links};
use super::super::super::plan::{Blocks, Change};
use super::super::Pass;
use super::super::batch::Load;
use super::super::group::Idle;
use super::super::mark::{Mark, key_mark, mark};
use super::super::reading::Stretch;
use super::super::source::held;
use super::bring::Turn;
use super::hall::Hall;
use super::outlook::{Seer, outcome_of};
use super::ruling::{LinkAct, Ruling};
use crate::base::PlanId;
use crate::store::{Scan, Snapshot, prefix};

/// What stands in a record's way when a plan is carried out.
pub(super) const UNFORETOLD: &str =
    "moved: the record was changed here or at the provider after the plan was made";
/// Why one is left alone that the plan has left alone.
const LEFT: &str = "held: the plan leaves it alone, and says why";
/// The same of one that is on neither side any more, or is not taken.
const VANISHED: &str =
    "moved: the record is gone here and at the provider, or is none that the sync takes";

/// So many records of a plan are looked for at once.
const AT_ONCE: usize = 500;

/// What a plan foretells.
#[derive(Debug, Default)]
pub(in super::super) struct Foretold(HashMap<Mark, Outcome>);

#[derive(Debug)]
struct Outcome {
    fate: Fate,
    stamp: Hash,
    /// Why it is refused, if it is.
    reason: Option<Box<str>>,
}

/// What a plan that is being made has done so far, in thought alone.
#[derive(Debug, Default)]
pub(super) struct Imagined {
    /// The keys whose links are dropped, and who has decided so.
    pub(super) parted: HashMap<Mark, Option<String>>,
    /// The keys whose records are deleted here.
    pub(super) deleted: HashSet<Mark>,
}

impl Foretold {
    /// What a plan lists, and the marks of all that is in it.
    pub(super) fn load(moment: &Snapshot, plan: PlanId) -> Result<(Self, HashSet<Mark>), Error> {
        let (mut foretold, mut all) = (HashMap::new(), HashSet::new());
        moment.walk::<Blocks>(&Scan::prefix(prefix(&plan), usize::MAX), |_, row| {
            for entry in row.value.entries() {
                let change = entry?.read()?;
                let key = key_mark(&change.key);
                all.insert(key);
                all.extend(change.remote_id.as_deref().map(mark));
                let outcome = Outcome {
                    fate: change.fate,
                    stamp: change.sent,
                    reason: change
                        .reason
                        .filter(|_| change.fate == Fate::Refused)
                        .map(Into::into),
                };
                foretold.insert(key, outcome);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok((Self(foretold), all))
    }

    /// Why what would be written is not what was foretold; none when it is.
    fn hinders(&self, key: &str, fate: Fate, stamp: &Hash) -> Option<&'static str> {
        match self.0.get(&key_mark(key)) {
            Some(outcome) if outcome.fate == fate && outcome.stamp == *stamp => None,
            Some(Outcome {
                fate: Fate::Held | Fate::Unknown,
                ..
            }) => Some(LEFT),
            _ => Some(UNFORETOLD),
        }
    }

    /// Takes out of a stretch what the plan does not foretell so.
    pub(super) fn hold(&self, stretch: &mut Stretch) {
        for load in std::mem::take(&mut stretch.loads) {
            let stamp = outcome_of(&load);
            match self.refused(&load, &stamp) {
                Some(reason) => stretch.idle.push(Idle {
                    fate: Fate::Refused,
                    cells: load.row.cells,
                    ..held(load.key, reason)
                }),
                None => match self.hinders(&load.key, load.fate, &stamp) {
                    Some(why) => stretch.idle.push(held(load.key, why)),
                    None => stretch.loads.push(load),
                },
            }
        }
        for mut unwanted in std::mem::take(&mut stretch.unwanted) {
            match self.0.get(&key_mark(&unwanted.key)) {
                // Who approved it has seen what was there then, whoever wrote that.
                Some(outcome) if outcome.fate == Fate::Deleted => {
                    unwanted.agreed = Some(outcome.stamp);
                    stretch.unwanted.push(unwanted);
                }
                _ => stretch.idle.push(held(unwanted.key, UNFORETOLD)),
            }
        }
    }

    /// Why a record is refused, if the plan foretells that of it as it is.
    fn refused(&self, load: &Load, stamp: &Hash) -> Option<&str> {
        let outcome = self.0.get(&key_mark(&load.key))?;
        let same = outcome.fate == Fate::Refused && outcome.stamp == *stamp;
        outcome.reason.as_deref().filter(|_| same)
    }
}

impl Hall {
    /// Takes note of a ruling that is not carried out, for a plan is made.
    pub(super) fn imagine(&mut self, ruling: &Ruling, is_whole: bool) {
        let key = key_mark(&ruling.key);
        match &ruling.link {
            LinkAct::Drop => {
                self.linked.remove(&mark(&ruling.remote_id));
                self.met.imagined.parted.insert(key, ruling.told());
            }
            LinkAct::Put(link) => {
                let id = mark(&link.remote_id);
                self.taken.insert(id);
                if !self.linked.contains(&id) {
                    self.claimed.insert(key);
                }
            }
            LinkAct::Leave => {}
        }
        if ruling.deletes() {
            self.met.imagined.deleted.insert(key);
        }
        if is_whole {
            self.met.settle(&ruling.key, &ruling.remote_id);
        }
    }
}

impl Pass<'_> {
    /// Rulings as far as the plan foretells them that is carried out; all of them if there is none.
    /// What neither side is changed by needs no foretelling.
    pub(super) fn as_foretold(
        &self,
        hall: &Hall,
        rulings: Vec<Ruling>,
    ) -> Result<Vec<Ruling>, Error> {
        let Some(foretold) = &hall.met.foretold else {
            return Ok(rulings);
        };
        let moment = self.store.snapshot()?;
        let seer = self.seer(hall, &moment);
        let held = |ruling: Ruling| {
            let writes = |change: &Change| change.ways.here.or(change.ways.there).is_some();
            let change = seer.ruled(&ruling)?.filter(writes);
            let why =
                change.and_then(|change| foretold.hinders(&change.key, change.fate, &change.sent));
            Ok(match why {
                Some(why) => Ruling::of(&ruling.key, &ruling.remote_id, Some(Fate::Held), why),
                None => ruling,
            })
        };
        rulings.into_iter().map(held).collect()
    }

    /// What judges what rulings come to.
    pub(super) fn seer<'s>(&'s self, hall: &'s Hall, moment: &'s Snapshot) -> Seer<'s> {
        Seer {
            reader: &self.reader,
            records: self.line.records,
            rows: hall.rows,
            dataset: &hall.dataset,
            moment,
        }
    }

    /// The next records that a plan lists and that are on neither side any more.
    pub(super) fn judge_vanished(
        &self,
        hall: &Hall,
        (plan, after): (PlanId, Option<&String>),
    ) -> Result<(Vec<Ruling>, Turn), Error> {
        let moment = self.store.snapshot()?;
        let (changes, ended) = self.reader.changes_after(plan, after, AT_ONCE)?;
        let last = changes.last().map(|change| change.key.clone());
        let mut rulings = Vec::new();
        for change in changes {
            let id = change.remote_id.unwrap_or_default();
            let told = !hall.met.awaits(&change.key) || !id.is_empty() && !hall.met.awaits_row(&id);
            let place = (self.sync, change.key.clone());
            if told || hall.takes(&moment, &change.key)? || moment.get::<Links>(&place)?.is_some() {
                continue;
            }
            rulings.push(Ruling::of(&change.key, &id, Some(Fate::Held), VANISHED));
        }
        let next = match last {
            Some(last) if !ended => Turn::Vanished(plan, Some(last)),
            _ => Turn::Over,
        };
        Ok((rulings, next))
    }
}
