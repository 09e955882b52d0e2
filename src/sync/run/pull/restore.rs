//! Decides for one record here whether and how what a pull did to it is undone.

use std::collections::HashSet;

use super::super::super::counts::Fate;
use super::super::super::error::Error;
use super::super::super::link::{Links, UNKNOWN};
use super::super::super::past::{Past, changed};
use super::super::super::tie::{Tie, Ties};
use super::super::content::spell;
use super::super::decide::{differences, vanishing};
use super::super::fit::shortened;
use super::super::mark::{Mark, key_mark, mark};
use super::fill::told;
use super::judge::{Act, Judge, Judged, Restored, stamp};
use crate::datasets::{Brought, Unread};
use crate::fields::{Fields, Members};
use crate::store;

/// Why a record is left alone.
const CHANGED_SINCE: &str = "moved: it was changed here since the run created it";
/// The same of one that is no longer there.
const GONE_SINCE: &str = "there is nothing to undo: it is not here any more";
/// The same of one that was deleted here, while another bears its key.
const KEY_TAKEN: &str = "moved: another record here has its key";
/// The same of one that came to belong to something else.
const ANOTHERS: &str = "moved: it belongs to another remote record by now";
const BACK: &str = "moved: its remote record is another record here by now";
/// The same of one whose remote record was given another key after the run.
const RENAMED: &str = "moved: the record has another key here since";

/// What a record is now.
struct Now {
    here: Option<Unread>,
    tie: Option<Tie>,
}

/// What became of the fields that a run has changed.
#[derive(Default)]
struct Given {
    /// Whether one got its value back.
    any: bool,
    /// Those that somebody has changed since.
    moved: Vec<String>,
}

impl Judge<'_> {
    /// What undoing a deed comes to. `freed` are the keys that the same undo frees before, for a
    /// plan; an undo that is carried out has freed them.
    pub(super) fn undo(&self, past: &Past, freed: &HashSet<Mark>) -> Result<Judged, Error> {
        let tie = self
            .moment
            .get::<Ties>(&(self.sync, past.remote_id.clone()))?;
        let now = Now {
            here: self.dataset.unread(self.moment, &past.key)?,
            tie: tie.map(|tie| tie.value),
        };
        if past.fate == Fate::Deleted {
            return self.put_back(past, &now, freed);
        }
        if now.tie.as_ref().is_some_and(|tie| tie.key != past.key) {
            return Ok(held(past, RENAMED, UNKNOWN));
        }
        let created = past.fate == Fate::Created;
        let Some(here) = now.here else {
            return Ok(if created {
                undone(past, (Fate::Unchanged, ""), UNKNOWN)
            } else {
                held(past, GONE_SINCE, UNKNOWN)
            });
        };
        let own = stamp(&UNKNOWN, Some(here.hash()));
        if !self.is_linked(&past.key, &past.remote_id)? {
            return Ok(held(past, ANOTHERS, own));
        }
        if !created {
            return self.give_back(past, (here, now.tie), freed);
        }
        if here.hash().0 != past.left {
            return Ok(held(past, CHANGED_SINCE, own));
        }
        self.remove(past, (here, now.tie))
    }

    /// Deletes what the run has created.
    fn remove(&self, past: &Past, (here, tie): (Unread, Option<Tie>)) -> Result<Judged, Error> {
        let fields = here.fields(self.dataset.schema())?;
        // What was let go since stays so.
        let was = past.tie.clone().filter(|_| tie.is_some());
        let was = match was {
            Some(was) if self.is_linked(&was.key, &past.remote_id)? => Some(was),
            _ => None,
        };
        let own = stamp(&UNKNOWN, Some(here.hash()));
        let mut judged = undone(past, (Fate::Deleted, ""), own);
        judged.fields = vanishing(&spell(&self.fit.cells(&fields)));
        let remembered = Past {
            fate: Fate::Deleted,
            left: UNKNOWN,
            former: None,
            before: here.canonical().to_vec(),
            after: Vec::new(),
            tie,
            ..past.clone()
        };
        judged.act = Act::Restore(Box::new(Restored {
            put: None,
            here: Some(here),
            tie: was,
            past: remembered,
        }));
        Ok(judged)
    }

    /// Gives the fields that the run has changed what they held before, where they still hold what
    /// it wrote.
    fn give_back(
        &self,
        past: &Past,
        (here, tie): (Unread, Option<Tie>),
        freed: &HashSet<Mark>,
    ) -> Result<Judged, Error> {
        let schema = self.dataset.schema();
        let own = stamp(&UNKNOWN, Some(here.hash()));
        let old = here.fields(schema)?;
        let mut new = old.clone();
        let given = self.given(past, &mut new)?;
        let left = (!given.moved.is_empty()).then(|| {
            let names = given.moved.join(", ");
            format!("moved: changed here since the run wrote it, and left as it is: {names}")
        });
        let left = left.unwrap_or_default();
        if !given.any {
            return Ok(if left.is_empty() {
                undone(past, (Fate::Unchanged, ""), own)
            } else {
                held(past, &left, own)
            });
        }
        let brought = match self.dataset.brought(&new) {
            Ok(brought) => brought,
            Err(faults) => return Ok(held(past, &untaken(&told(&faults)), own)),
        };
        let renamed = brought.key() != here.key();
        if renamed && !self.is_free(brought.key(), &past.remote_id, freed)? {
            return Ok(held(past, KEY_TAKEN, own));
        }
        let edited = here.hash().0 != past.left;
        let was = past
            .tie
            .clone()
            .map(|was| edited_since(was, edited, &brought));
        let (before, after) = changed(schema, &old, &new);
        let mut judged = undone(past, (Fate::Changed, &left), own);
        brought.key().clone_into(&mut judged.key);
        judged.fields = differences(&spell(&self.fit.cells(&new)), &spell(&self.fit.cells(&old)));
        let remembered = Past {
            key: brought.key().to_owned(),
            fate: Fate::Changed,
            remote_id: past.remote_id.clone(),
            left: brought.hash().0,
            former: renamed.then(|| here.key().to_owned()),
            tie: tie.clone(),
            before,
            after,
        };
        judged.act = Act::Restore(Box::new(Restored {
            put: Some(brought),
            here: Some(here),
            tie: tie.and(was),
            past: remembered,
        }));
        Ok(judged)
    }

    /// Sets the fields of a record to what they were before a run, where they are what it wrote.
    fn given(&self, past: &Past, fields: &mut Fields) -> Result<Given, Error> {
        let schema = self.dataset.schema();
        let (before, after) = (self.read(&past.before)?, self.read(&past.after)?);
        let mut given = Given::default();
        let misfits = before.faults.iter().chain(&after.faults);
        let misfits: Vec<&String> = misfits.map(|fault| &fault.field).collect();
        for (place, field) in schema.fields().iter().enumerate() {
            let touched = before.present.contains(&place) || after.present.contains(&place);
            if !touched || misfits.contains(&&field.name) {
                continue;
            }
            let (was, wrote) = (before.fields.at(place), after.fields.at(place));
            let now = fields.at(place);
            if now == wrote && now != was {
                fields.set(place, was.cloned());
                given.any = true;
            } else if now != was {
                given.moved.push(format!("{:?}", field.name));
            }
        }
        let strange = before.unknown.iter().chain(&after.unknown);
        for name in misfits.into_iter().chain(strange) {
            let name = format!("{name:?}");
            if !given.moved.contains(&name) {
                given.moved.push(name);
            }
        }
        Ok(given)
    }

    /// Puts a record back that the run has deleted.
    fn put_back(&self, past: &Past, now: &Now, freed: &HashSet<Mark>) -> Result<Judged, Error> {
        if let Some(tie) = &now.tie
            && self.dataset.unread(self.moment, &tie.key)?.is_some()
        {
            return Ok(held(past, BACK, UNKNOWN));
        }
        if !self.is_free(&past.key, &past.remote_id, freed)? {
            return Ok(held(past, KEY_TAKEN, UNKNOWN));
        }
        let whole = self.read(&past.before)?;
        let brought = match self.dataset.brought(&whole.fields) {
            Ok(brought) => brought,
            Err(faults) => return Ok(held(past, &untaken(&told(&faults)), UNKNOWN)),
        };
        let lacks = whole.faults.iter().map(|fault| &fault.field);
        let lacks: Vec<String> = lacks
            .chain(&whole.unknown)
            .map(|name| format!("{name:?}"))
            .collect();
        let mut told = Vec::new();
        if !lacks.is_empty() {
            let names = lacks.join(", ");
            told.push(format!("without what the dataset no longer takes: {names}"));
        }
        // The list of changes has the mapped fields alone: the run deleted these with the rest.
        let beside = self.beside(&whole.fields);
        if !beside.is_empty() {
            let names = beside.join(", ");
            told.push(format!(
                "with what it held in fields that are not mapped: {names}"
            ));
        }
        let told = told.join("; ");
        let mut judged = undone(past, (Fate::Created, &told), UNKNOWN);
        judged.fields = differences(&spell(&self.fit.cells(&whole.fields)), &[]);
        let remembered = Past {
            fate: Fate::Created,
            left: brought.hash().0,
            former: None,
            tie: None,
            before: Vec::new(),
            after: Vec::new(),
            ..past.clone()
        };
        judged.act = Act::Restore(Box::new(Restored {
            put: Some(brought),
            here: None,
            tie: past.tie.clone(),
            past: remembered,
        }));
        Ok(judged)
    }

    /// What a record holds in fields that are not mapped, in words.
    fn beside(&self, fields: &Fields) -> Vec<String> {
        let all = self.dataset.schema().fields().iter().enumerate();
        let beside = all.filter(|(_, field)| !self.fit.names.contains(&field.name));
        let told = beside.filter_map(|(place, field)| {
            let value = fields.at(place)?.spelling();
            Some(format!("{:?} = {}", field.name, shortened(&value)))
        });
        told.collect()
    }

    fn read(&self, canonical: &[u8]) -> Result<Members, Error> {
        if canonical.is_empty() {
            return Ok(Members {
                fields: Fields::empty(self.dataset.schema()),
                ..Members::default()
            });
        }
        let read = self.dataset.schema().read(canonical);
        read.map_err(|error| store::Error::Damaged(error.to_string()).into())
    }

    /// Whether the record under a key belongs to a remote one, or to none.
    fn is_linked(&self, key: &str, remote_id: &str) -> Result<bool, Error> {
        let link = self.moment.get::<Links>(&(self.sync, key.to_owned()))?;
        Ok(link.is_none_or(|link| link.value.remote_id == remote_id))
    }

    /// Whether a record can get a key.
    fn is_free(&self, key: &str, remote_id: &str, freed: &HashSet<Mark>) -> Result<bool, Error> {
        if freed.contains(&key_mark(key)) {
            return Ok(true);
        }
        let taken = self.dataset.unread(self.moment, key)?.is_some();
        Ok(!taken && self.is_linked(key, remote_id)?)
    }
}

/// What was known of a record, which is as it was then but for what people have edited since.
fn edited_since(was: Tie, edited: bool, now: &Brought) -> Tie {
    if !edited {
        return was;
    }
    Tie {
        content: Some(now.hash()),
        touched: true,
        ..was
    }
}

fn untaken(faults: &str) -> String {
    format!("moved: the dataset no longer takes what it was: {faults}")
}

fn held(past: &Past, reason: &str, stamp: [u8; 16]) -> Judged {
    undone(past, (Fate::Held, reason), stamp)
}

fn undone(past: &Past, (fate, reason): (Fate, &str), stamp: [u8; 16]) -> Judged {
    Judged {
        mark: mark(&past.remote_id),
        remote_id: past.remote_id.clone(),
        key: past.key.clone(),
        fate,
        reason: reason.to_owned(),
        stamp,
        fields: Vec::new(),
        act: Act::Nothing,
        rival: None,
    }
}
