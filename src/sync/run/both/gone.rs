//! Decides about a record that one of the sides has no more.

use super::super::super::conflict::Clash;
use super::super::super::counts::Fate;
use super::super::super::direction::{EMPTY, Gone, Pulling};
use super::super::super::error::Error;
use super::super::super::job::Fallen;
use super::super::super::link::{Link, UNKNOWN};
use super::super::super::meeting::{FieldWay, Policy};
use super::base::{Base, DIGITS, Now, There, look_of_found, looks_as};
use super::dispute::ruled;
use super::judge::Judge;
use super::merge::{Side, Times};
use super::rows::Listed;
use super::ruling::{RecordAct, Ruling};
use crate::datasets::Unread;

const KEPT_HERE: &str = "it is gone at the provider, and the sync keeps it here";
const KEPT_THERE: &str = "it was deleted here, and the sync leaves it at the provider";
/// The same of what an undo has left on one side alone.
const APART_HERE: &str = "an undo has removed it at the provider; it is made there again once it is \
                          edited here";
const APART_THERE: &str = "an undo has removed it here; it becomes a record again once it is edited \
                           at the provider";
const TOO_MANY: &str = "held: more records are gone at the provider than the sync deletes here in one \
                        run; ask for a plan and approve it, or restore them there";

/// What becomes of records here: so many are gone there, of so many linked ones, while the table has
/// shown so many.
pub(super) fn felled(rules: Pulling, (gone, linked, listed): (u64, u64, u64)) -> Fallen {
    match rules.gone {
        Gone::Keep => Fallen::Kept,
        Gone::Delete if gone == 0 || rules.brake(gone, linked, listed).is_none() => Fallen::Deleted,
        Gone::Delete if listed == 0 => Fallen::Held(EMPTY.to_owned()),
        Gone::Delete => Fallen::Held(TOO_MANY.to_owned()),
    }
}

/// What a plan lists of such records, and its run does: everything that may be deleted, whatever its
/// number, for somebody looks at it; but nothing while the table is empty.
pub(super) fn foreseen(rules: Pulling, counts: (u64, u64, u64)) -> Fallen {
    let unbraked = Pulling {
        most: u32::MAX,
        percent: 100,
        ..rules
    };
    felled(unbraked, counts)
}

/// The same for a run that may go on after a stop, with what it had decided then and how many
/// records it has deleted since. It lists the table anew: leave to delete is not kept, for the table
/// may have been emptied in between.
pub(super) fn felled_again(
    decided: Option<Fallen>,
    rules: Pulling,
    (gone, linked, listed): (u64, u64, u64),
    deleted: u64,
) -> Fallen {
    match decided {
        Some(stands @ (Fallen::Kept | Fallen::Held(_))) => stands,
        Some(Fallen::Deleted) | None => felled(rules, (gone + deleted, linked + deleted, listed)),
    }
}

impl Judge<'_> {
    /// Whether a record that was made there just before a stop, and taken away by an undo since, is
    /// as it was announced.
    fn is_as_announced(&self, link: &Link, here: &Now) -> bool {
        look_of_found(link).is_some_and(|look| {
            let mut looks = look.chunks(DIGITS).enumerate();
            let length = DIGITS * here.cells.len();
            let alike = |(at, look)| self.fit.way(at) == FieldWay::Pull || looks_as(look, here, at);
            look.len() == length && looks.all(alike)
        })
    }

    /// A record that is here, and whose remote one is gone.
    pub(super) fn gone_there(&self, record: &Unread, link: &Link) -> Result<Ruling, Error> {
        let key = record.key().to_owned();
        let fields = record.fields(self.hall.dataset.schema())?;
        let here = Now::of(self.fit.cells(&fields));
        let base = Base::of(link, self.fit.frame());
        let untouched = link.comes_from(&self.fit.source(record.hash()))
            || link.apart && self.is_as_announced(link, &here);
        let edited = !untouched
            && base.as_ref().is_none_or(|base| {
                let mut columns = here.cells.iter().enumerate();
                columns.any(|(at, cell)| base.differs_here(at, cell))
            });
        if !edited {
            return Ok(self.falls(record, link));
        }
        if link.apart {
            // It is made there.
            return Ok(Ruling::like_any_other(&key, ""));
        }
        let policy = self.hall.rules.meeting.policy;
        let side = match policy {
            // Nobody knows when it was deleted: the edit is the newer one.
            Policy::Local | Policy::Newest => Some(Side::Here),
            Policy::Remote => Some(Side::There),
            Policy::Ask => self.solved_side(&key, (Some(&here.cells), None))?,
        };
        let told = || {
            let why = ruled(policy, side);
            format!("it was changed here, and is gone at the provider: {why}")
        };
        Ok(match side {
            // It is made there again.
            Some(Side::Here) => Ruling::like_any_other(&key, "").settled(told()),
            Some(Side::There) => {
                let source = self.fit.source(record.hash());
                let there = base.map_or_else(|| here.cells.clone(), |base| base.there);
                let sides = (&here.cells, &there);
                let agreed = self.agreed(&link.remote_id, sides, source, Some(link));
                let ruling = self.falls(record, link);
                let ruling = match ruling.record {
                    RecordAct::Leave => ruling.linked(agreed),
                    _ => ruling,
                };
                ruling.settled(told())
            }
            None => {
                let times = Times {
                    here: Some(record.updated_at()),
                    there: None,
                };
                let kind = (link.remote_id.as_str(), Clash::DeletedThere);
                let base = base.as_ref().map(|base| &base.here);
                let conflict = self.parted(kind, (Some(&here.cells), None), base, times);
                self.asks((&key, &link.remote_id), conflict)?
            }
        })
    }

    /// What the sync does with a record that is as it was agreed, and gone there.
    fn falls(&self, record: &Unread, link: &Link) -> Ruling {
        let ruling = |fate, reason: &str| {
            Ruling::of(record.key(), &link.remote_id, Some(fate), reason).closed()
        };
        match &self.hall.fallen {
            _ if link.apart => ruling(Fate::Unchanged, APART_HERE),
            Fallen::Kept => ruling(Fate::Unchanged, KEPT_HERE),
            Fallen::Held(reason) => ruling(Fate::Held, reason),
            Fallen::Deleted => {
                let version = record.version();
                Ruling {
                    record: RecordAct::Delete(version),
                    ..ruling(Fate::Deleted, "").unlinked()
                }
            }
        }
    }

    /// A link whose record is gone here; none where what is there is yet to be removed.
    pub(super) fn gone_here(&self, key: &str, link: &Link) -> Result<Option<Ruling>, Error> {
        let Some(row) = self.hall.rows.get(self.moment, &link.remote_id)? else {
            // It is gone on both sides.
            return Ok(Some(Ruling::like_any_other(key, "")));
        };
        let there = Now::of(row.cells.clone());
        let fits = self.fits(&row.cells);
        let told = There {
            now: &there,
            fits: &fits,
            fields: &self.fit.layout.fields,
        };
        let base = Base::known(link, self.fit.frame(), (None, told));
        let seen = self.seen(Some(link), base.as_ref());
        let seen = seen.or_else(|| self.carried_over(link, base.as_ref(), &there));
        // Only what is known to be as we left it is removed.
        let knows = || Ruling::of(key, &row.id, None, "");
        let ruling = self.parts_here(key, link, (&row, there), base)?;
        Ok(match (ruling, seen) {
            (None, Some(seen)) => Some(knows().linked(seen)),
            (ruling, seen) => ruling.map(|ruling| ruling.remembering(seen)),
        })
    }

    /// What becomes of a link whose record is gone here, and whose remote one is there.
    fn parts_here(
        &self,
        key: &str,
        link: &Link,
        (row, there): (&Listed, Now),
        base: Option<Base>,
    ) -> Result<Option<Ruling>, Error> {
        let edited = base.as_ref().is_none_or(|base| {
            let columns = 0..there.cells.len();
            let mut theirs = columns.filter(|at| self.fit.way(*at) != FieldWay::Push);
            theirs.any(|at| base.differs_there(at, &there.cells[at]))
        });
        if !edited {
            return Ok(self.stays(key, link));
        }
        if self.is_fresh(row) {
            return Ok(Some(self.waits(key, row)));
        }
        if link.apart {
            // It becomes a record.
            return Ok(Some(Ruling::like_any_other(key, &row.id)));
        }
        let policy = self.hall.rules.meeting.policy;
        let side = match policy {
            Policy::Local => Some(Side::Here),
            Policy::Remote | Policy::Newest => Some(Side::There),
            Policy::Ask => self.solved_side(key, (None, Some(&there.cells)))?,
        };
        let told = || {
            let why = ruled(policy, side);
            format!("it was deleted here, and changed at the provider: {why}")
        };
        match side {
            // Who is right has it back, whether the sync would take such a row by itself or not.
            Some(Side::There) if self.is_lone_bearer(key, row) => {
                let again = self.bring(key, row.clone());
                Ok(Some(again.closed().settled(told())))
            }
            // It becomes a record again.
            Some(Side::There) => Ok(Some(Ruling::like_any_other(key, &row.id).settled(told()))),
            Some(Side::Here) => {
                let here = base.map_or_else(|| there.cells.clone(), |base| base.here);
                let sides = (&here, &there.cells);
                let agreed = self.agreed(&link.remote_id, sides, UNKNOWN, Some(link));
                let stays = self.stays(key, link);
                let ruling = stays.unwrap_or_else(|| Ruling::of(key, &row.id, None, ""));
                Ok(Some(ruling.linked(agreed).closed().settled(told())))
            }
            None => {
                let times = Times {
                    here: None,
                    there: row.changed,
                };
                let kind = (row.id.as_str(), Clash::DeletedHere);
                let base = base.as_ref().map(|base| &base.there);
                let conflict = self.parted(kind, (None, Some(&there.cells)), base, times);
                self.asks((key, &row.id), conflict).map(Some)
            }
        }
    }

    /// What becomes of a row that is as it was agreed, and whose record is gone here; none when it
    /// is to be removed.
    fn stays(&self, key: &str, link: &Link) -> Option<Ruling> {
        if self.removing.deletes.concerns(link) {
            return None;
        }
        let why = if link.apart { APART_THERE } else { KEPT_THERE };
        let ruling = Ruling::of(key, &link.remote_id, Some(Fate::Unchanged), why);
        Some(ruling.closed())
    }

    /// Whether a row that the sync might not take by itself bears the key of its link.
    fn is_lone_bearer(&self, key: &str, row: &Listed) -> bool {
        let schema = self.hall.dataset.schema();
        let bears = || self.fit.key_here(schema, &row.cells);
        !self.hall.within.is_all() && bears().is_ok_and(|bears| bears == key)
    }

    fn waits(&self, key: &str, row: &Listed) -> Ruling {
        Ruling::of(key, &row.id, Some(Fate::Held), super::judge::WAITS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: Pulling = Pulling {
        gone: Gone::Delete,
        most: 100,
        percent: 20,
        full_every_hours: 0,
    };

    /// A run kept its leave to delete over a stop, and a table that was emptied meanwhile took all
    /// records here with it.
    #[test]
    fn leave_to_delete_is_not_kept_over_a_stop() {
        let leave = felled(RULES, (0, 1_000, 1_000));
        assert_eq!(leave, Fallen::Deleted);
        let again = |counts, deleted| felled_again(Some(leave.clone()), RULES, counts, deleted);
        assert_eq!(again((10, 1_000, 990), 0), Fallen::Deleted);
        assert!(matches!(again((1_000, 1_000, 0), 0), Fallen::Held(_)));
        assert!(matches!(again((600, 1_000, 400), 0), Fallen::Held(_)));
        // What was deleted before the stop counts.
        assert!(matches!(again((60, 950, 890), 50), Fallen::Held(_)));
    }

    #[test]
    fn what_was_held_stays_so_over_a_stop() {
        let held = felled(RULES, (300, 1_000, 700));
        assert!(matches!(held, Fallen::Held(_)));
        let again = felled_again(Some(held.clone()), RULES, (0, 1_000, 1_000), 0);
        assert_eq!(again, held);
    }
}
