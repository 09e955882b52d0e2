//! Decides for one record what becomes of it on both sides.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::super::super::conflict::Conflict;
use super::super::super::counts::Fate;
use super::super::super::error::Error;
use super::super::super::intent::Look;
use super::super::super::link::{Content, Hash, Link, UNKNOWN};
use super::super::super::meeting::FieldWay;
use super::super::content::marked;
use super::super::fit::Fit;
use super::super::mark::mark;
use super::super::pull::told;
use super::super::remove::Removing;
use super::super::seek::TWICE;
use super::PENDING;
use super::base::{Base, Cells, Now, There, canonical, is_same_box, joined, look_of_found};
use super::hall::Hall;
use super::merge::{Cell, Merged, Side, Times, merge, rule};
use super::rows::Listed;
use super::ruling::{Decided, InboxAct, Ruling};
use crate::base::SyncId;
use crate::datasets::{Brought, Unread};
use crate::fields::{Fields, Misfit, Value};
use crate::store::Snapshot;

pub(super) const WAITS: &str = "held: it was edited at the provider just now and may be half typed; a later run \
                     takes it up";
const CONFLICT: &str =
    "held: both sides have changed it; say in the inbox of conflicts who is right";
/// The same where the inbox takes no more.
const FULL: &str = "held: both sides have changed it, and the inbox of conflicts is full; solve some \
                    of them first";
const BELONGS: &str = "its key is borne by a remote record that belongs to another; the sync puts that \
                       one's key back, and the next run takes this record up";

/// What records are judged with.
pub(super) struct Judge<'a> {
    pub(super) sync: SyncId,
    pub(super) fit: &'a Fit,
    pub(super) moment: &'a Snapshot,
    pub(super) hall: &'a Hall,
    pub(super) removing: &'a Removing,
    pub(super) doubtful: &'a HashMap<String, String>,
    pub(super) again: &'a HashMap<String, (Look, Timestamp)>,
    pub(super) now: Timestamp,
}

/// The remote row of a record.
enum Counterpart {
    /// The one that it is linked to, or the one with its key, which is then linked anew.
    Row(Listed, Linked),
    Missing,
    /// The one that it is linked to is another record's: of two that a colleague's change of a key
    /// has led to one row, it is the one that bears the row's key.
    Anothers,
    Refused(&'static str),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Linked {
    Already,
    Anew,
}

/// Both sides of a record, column by column.
pub(super) struct Sides {
    pub(super) here: Now,
    pub(super) there: Now,
    pub(super) base: Option<Base>,
    /// What is there, as the fields here would hold it.
    pub(super) fits: Vec<Result<Option<Value>, Misfit>>,
    pub(super) merged: Vec<Merged>,
    pub(super) times: Times,
}

/// Whose value a column takes in the end.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Taken {
    Same,
    Here,
    There,
    Own(Option<Value>),
}

impl Judge<'_> {
    /// Judges a record and its row; none when nothing is to be done before what it holds is written
    /// there, or is left as it is.
    pub(super) fn pair(&self, record: Unread, link: Option<Link>) -> Result<Option<Ruling>, Error> {
        let key = record.key().to_owned();
        if self.doubtful.contains_key(&key) {
            return Ok(None);
        }
        match self.counterpart(&key, link.as_ref())? {
            Counterpart::Missing => match link {
                // What became of it while the sync did not take it is nobody's business here.
                Some(link) if link.aside && !link.apart => {
                    Ok(Some(Ruling::like_any_other(&key, "")))
                }
                Some(link) => self.gone_there(&record, &link).map(Some),
                None => Ok(None),
            },
            Counterpart::Anothers => Ok(Some(Ruling::of(&key, "", None, "").unlinked())),
            Counterpart::Refused(reason) => {
                let fields = record.fields(self.hall.dataset.schema())?;
                Ok(Some(Ruling::refused(
                    &key,
                    "",
                    reason,
                    self.fit.cells(&fields),
                )))
            }
            Counterpart::Row(row, Linked::Already) => {
                let untouched = link.as_ref().is_some_and(|link| {
                    !link.aside
                        && !link.apart
                        && link.comes_from(&self.fit.source(record.hash()))
                        && link.cells == joined(Now::of(row.cells.clone()).cells)
                });
                if untouched && !self.hall.inbox.has(&key) {
                    return Ok(None);
                }
                self.meet(record, link, row)
            }
            Counterpart::Row(row, Linked::Anew) => self.meet(record, None, row),
        }
    }

    /// Finds the row of a record.
    fn counterpart(&self, key: &str, link: Option<&Link>) -> Result<Counterpart, Error> {
        let rows = self.hall.rows;
        if let Some(link) = link
            && let Some(row) = rows.get(self.moment, &link.remote_id)?
        {
            return Ok(if self.is_anothers(key, &row) {
                Counterpart::Anothers
            } else {
                Counterpart::Row(row, Linked::Already)
            });
        }
        let Some(keyed) = rows.under(self.moment, key)? else {
            return Ok(Counterpart::Missing);
        };
        if keyed.twice {
            return Ok(Counterpart::Refused(TWICE));
        }
        if self.hall.linked.contains(&mark(&keyed.remote_id)) {
            return Ok(match link {
                Some(_) => Counterpart::Missing,
                None => Counterpart::Refused(BELONGS),
            });
        }
        let row = rows.get(self.moment, &keyed.remote_id)?;
        Ok(row.map_or(Counterpart::Missing, |row| {
            Counterpart::Row(row, Linked::Anew)
        }))
    }

    fn is_anothers(&self, key: &str, row: &Listed) -> bool {
        self.hall.shared.contains(&mark(&row.id))
            && self
                .fit
                .key_here(self.hall.dataset.schema(), &row.cells)
                .is_ok_and(|bears| bears != key)
    }

    /// Lets a record and a row meet that are the same thing.
    pub(super) fn meet(
        &self,
        record: Unread,
        link: Option<Link>,
        row: Listed,
    ) -> Result<Option<Ruling>, Error> {
        let fields = record.fields(self.hall.dataset.schema())?;
        let turned_up = match link {
            None => self.turned_up(record.key(), &row),
            Some(_) => None,
        };
        let late = turned_up.is_some();
        let link = link.or(turned_up);
        let sides = self.sides(Some(&record), &fields, (link.as_ref(), &row));
        let key = record.key().to_owned();
        let seen = self.seen(link.as_ref(), sides.base.as_ref());
        let theirs = |merged: &Merged| matches!(merged, Merged::Takes(Side::There) | Merged::Clash);
        let ruling = if sides.merged.iter().any(theirs) && self.is_fresh(&row) {
            Some(Ruling::of(&key, &row.id, Some(Fate::Held), WAITS))
        } else if let Some(taken) = self.taken(&key, &sides)? {
            let (id, settled) = (row.id.clone(), self.settled(&sides));
            let ruling = self.take(record, (fields, link), (row, sides), &taken);
            // Nothing is decided, but something is known.
            let known = || seen.as_ref().map(|_known| Ruling::of(&key, &id, None, ""));
            match (ruling, settled) {
                (Some(ruling), Some(told)) => Some(ruling.settled(told)),
                (ruling, _) => ruling.or_else(known),
            }
        } else {
            let conflict = self.conflict(&row.id, &sides);
            Some(self.asks((&key, &row.id), conflict)?)
        };
        Ok(ruling.map(|ruling| Ruling {
            late,
            ..ruling.remembering(seen)
        }))
    }

    /// Holds both sides side by side.
    pub(super) fn sides(
        &self,
        record: Option<&Unread>,
        fields: &Fields,
        (link, row): (Option<&Link>, &Listed),
    ) -> Sides {
        let here = Now::of(self.fit.cells(fields));
        let there = Now::of(row.cells.clone());
        let mut fits = self.fits(&row.cells);
        let told = There {
            now: &there,
            fits: &fits,
            fields: &self.fit.layout.fields,
        };
        let both = (Some(&here), told);
        let base = link.and_then(|link| Base::known(link, self.fit.frame(), both));
        if let Some(base) = &base {
            self.translate(&mut fits, row, base);
        }
        let mut merged = Vec::with_capacity(here.cells.len());
        for (at, fit) in fits.iter().enumerate() {
            let (own, theirs) = (&here.cells[at], &there.cells[at]);
            let fitting = matches!(fit, Ok(value) if canonical(value.as_ref()) == *own);
            merged.push(merge(Cell {
                here: own,
                there: theirs,
                base: base.as_ref().and_then(|base| base.cell(at)),
                equal: own == theirs || fitting || is_same_box(own, theirs),
                way: self.fit.way(at),
            }));
        }
        let times = Times {
            here: record.map(Unread::updated_at),
            there: row.changed,
        };
        Sides {
            here,
            there,
            base,
            fits,
            merged,
            times,
        }
    }

    /// Whether a row was edited so short ago that somebody may still be at it.
    pub(super) fn is_fresh(&self, row: &Listed) -> bool {
        let wait = SignedDuration::from_secs(self.hall.rules.meeting.wait_seconds.into());
        let edited = row.changed.map_or(row.created_at, |changed| changed.to);
        !wait.is_zero()
            && edited
                .saturating_add(wait)
                .is_ok_and(|until| until > self.now)
    }

    /// Whose value each column takes; none when somebody has to be asked.
    fn taken(&self, key: &str, sides: &Sides) -> Result<Option<Vec<Taken>>, Error> {
        let solution = self.solution(key, sides)?;
        let taken = |(at, merged): (usize, &Merged)| {
            Some(match merged {
                Merged::Same => Taken::Same,
                Merged::Takes(Side::Here) => Taken::Here,
                Merged::Takes(Side::There) => Taken::There,
                Merged::Clash => match rule(self.hall.rules.meeting.policy, sides.times) {
                    Some(Side::Here) => Taken::Here,
                    Some(Side::There) => Taken::There,
                    None => self.chosen(solution.as_ref()?.of(self.fit.name(at))?, at)?,
                },
            })
        };
        Ok(sides.merged.iter().enumerate().map(taken).collect())
    }

    /// Writes here what is taken from there, and remembers what is to be written there.
    fn take(
        &self,
        record: Unread,
        (mut fields, link): (Fields, Option<Link>),
        (row, sides): (Listed, Sides),
        taken: &[Taken],
    ) -> Option<Ruling> {
        let key = record.key().to_owned();
        let schema = self.hall.dataset.schema();
        let mut faults = Vec::new();
        let mut moved = false;
        for (at, taken) in taken.iter().enumerate() {
            let place = self.fit.place(at);
            let value = match (taken, &sides.fits[at]) {
                (Taken::Same | Taken::Here, _) => continue,
                (Taken::Own(value), _) | (Taken::There, Ok(value)) => value.clone(),
                (Taken::There, Err(misfit)) => {
                    faults.push(format!("{:?} {misfit}", schema.fields()[place].name));
                    continue;
                }
            };
            moved |= canonical(value.as_ref()) != sides.here.cells[at];
            fields.set(place, value);
        }
        if !faults.is_empty() {
            let reason = faults.join("; ");
            return Some(Ruling::refused(&key, &row.id, &reason, row.cells));
        }
        let brought = match self.hall.dataset.brought(&fields) {
            Err(faults) if moved => {
                let reason = told(&faults);
                return Some(Ruling::refused(&key, &row.id, &reason, row.cells));
            }
            // What is here is here, whatever the dataset would say of it today.
            brought => brought.ok(),
        };
        let fresh = Now::of(self.fit.cells(&fields));
        let here = self.agreed_here(&sides, taken, &fresh.cells);
        let pending = (0..here.len())
            .any(|at| self.fit.way(at) != FieldWay::Pull && here[at] != fresh.cells[at]);
        let source = if pending {
            UNKNOWN
        } else {
            let hash = brought.as_ref().map_or(record.hash(), Brought::hash);
            self.fit.source(hash)
        };
        let agreed = self.agreed(&row.id, (&here, &sides.there.cells), source, link.as_ref());
        let fate = (!pending).then(|| fate(link.as_ref(), moved));
        let has_conflict = self.hall.inbox.has(&key);
        let known = link
            .as_ref()
            .is_some_and(|link| !link.apart && is_same(link, &agreed, pending));
        if !moved && known && !has_conflict {
            return None;
        }
        let mut ruling = Ruling::of(&key, &row.id, fate, "").linked(agreed);
        if has_conflict {
            ruling = ruling.closed();
        }
        if moved && let Some(brought) = brought {
            ruling = ruling.put(brought, Some(record));
        }
        Some(ruling)
    }

    /// What this side agrees to have held: what is yet to be written there differs from it.
    fn agreed_here(&self, sides: &Sides, taken: &[Taken], fresh: &Cells) -> Cells {
        let base = sides.base.as_ref();
        let cell = |at: usize| match &taken[at] {
            Taken::Same | Taken::There => fresh[at].clone(),
            Taken::Here | Taken::Own(_) => match base {
                // It goes on being the change that it was.
                Some(base)
                    if taken[at] == Taken::Here
                        && base.here[at] != fresh[at]
                        && base.there[at] == sides.there.cells[at] =>
                {
                    base.here[at].clone()
                }
                _ => PENDING.to_vec(),
            },
        };
        (0..fresh.len()).map(cell).collect()
    }

    /// What is remembered of two sides that have met.
    pub(super) fn agreed(
        &self,
        remote_id: &str,
        (here, there): (&Cells, &Cells),
        source: Hash,
        link: Option<&Link>,
    ) -> Link {
        let cells = joined(there);
        let here = joined(here);
        let echo = marked(&self.fit.mark, &cells);
        Link {
            remote_id: remote_id.to_owned(),
            content: Content::Agreed {
                sent: marked(&self.fit.mark, &here),
                echo,
            },
            source,
            cells,
            here,
            ours: link.is_some_and(|link| link.ours),
            aside: false,
            apart: false,
        }
    }

    /// That somebody has to be asked.
    pub(super) fn asks(
        &self,
        (key, remote_id): (&str, &str),
        conflict: Conflict,
    ) -> Result<Ruling, Error> {
        let kept = self.hall.inbox.get(self.moment, key)?;
        let reason = match kept {
            None if self.hall.inbox.is_full() => FULL,
            _ => CONFLICT,
        };
        let mut ruling = Ruling {
            dispute: Some(Decided::Asked),
            ..Ruling::of(key, remote_id, Some(Fate::Held), reason)
        };
        if reason == CONFLICT {
            let told = match &kept {
                Some(kept) => conflict.following(kept),
                None => conflict,
            };
            if kept.as_ref() != Some(&told) {
                ruling.inbox = InboxAct::Keep(Box::new(told));
            }
        }
        Ok(ruling)
    }
}

/// How a record is counted of which nothing is to be written there.
fn fate(link: Option<&Link>, moved: bool) -> Fate {
    match link {
        None => Fate::Matched,
        Some(link) if look_of_found(link).is_some() => link.fate(),
        Some(_) if moved => Fate::Changed,
        Some(_) => Fate::Unchanged,
    }
}

/// Whether a link says the same. Where something is pending, it does not matter where it came from.
fn is_same(link: &Link, other: &Link, pending: bool) -> bool {
    link.remote_id == other.remote_id
        && link.aside == other.aside
        && link.cells == other.cells
        && link.here == other.here
        && (pending || link.source == other.source)
}
