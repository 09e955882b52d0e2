//! Counts how often a sync has failed without a success in between, and tells the book once when
//! that is often enough, and once when it is over.
//!
//! A job's end counts in the very batch that ends it, and leaves word there when the book is owed
//! an event. What is owed is told a moment later in a batch of its own, since a batch holds one
//! event; a crash between the two leaves the word where it is.

use std::ops::ControlFlow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use super::counts::Counts;
use super::definition::Definitions;
use super::error::Error;
use super::job::{Job, Task};
use super::plan::Made;
use super::sync::Sync;
use super::syncs::Syncs;
use crate::audit::{Code, Event, Outcome};
use crate::base::metrics::SYNC_TROUBLES;
use crate::base::{Actor, SyncId, UserId};
use crate::jobs::{Failure, State};
use crate::store::{
    self, Batch, Collection, Entry, Index, Json, OnDelete, Reference, Row, Scan, Version,
};

/// The syncs whose last job failed, or that the book is owed a word of.
pub(crate) struct Troubles;

/// Those that the book is owed a word of.
static OWED: Index = Index {
    name: "sync_trouble.owed",
    unique: true,
};

impl Collection for Troubles {
    const NAME: &'static str = "sync_trouble";
    const INDEXES: &'static [&'static Index] = &[&OWED];
    const REFERS: bool = true;
    type Key = (UserId, SyncId);
    type Value = Trouble;

    fn entries(key: &Self::Key, trouble: &Trouble) -> Vec<Entry> {
        let owed = trouble.owed.then(|| Entry::new(&OWED, key));
        owed.into_iter().collect()
    }

    fn references(key: &Self::Key, _: &Trouble) -> Vec<Reference> {
        vec![Reference::to::<Definitions>(key, OnDelete::Cascade)]
    }

    fn label((_, sync): &Self::Key, _: &Trouble) -> String {
        format!("failures of {sync}")
    }
}

/// How often a sync has failed, one time after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// How many of its jobs have failed since one came through; none when the last one did.
    pub failures: u32,
    /// When the first of them ended.
    pub since: Timestamp,
    /// Why the last of them failed.
    pub last: Failure,
    /// Whether the book says that it fails.
    told: bool,
    /// Whether the book is owed a word.
    owed: bool,
}

impl Json for Trouble {}

/// What the end of a job says of its sync.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Sign {
    /// It does what it is for.
    Good,
    /// It does not.
    Bad(Failure),
    /// Neither: it was called off, or says what is still to be done.
    None,
}

impl Sign {
    /// A plan counts as a success only when it has found nothing to write: what it lists may fail.
    fn of(job: &Job, made: Option<&Made>) -> Self {
        if let State::Failed(failure) = &job.state {
            return Self::Bad(failure.clone());
        }
        if job.state != State::Done {
            return Self::None;
        }
        let writes = |Counts {
                          created,
                          changed,
                          matched,
                          deleted,
                          ..
                      }: Counts| { created + changed + matched + deleted };
        match job.task {
            Task::Plan(_) if made.is_none_or(|made| writes(made.counts) > 0) => Self::None,
            Task::Plan(_)
            | Task::Push
            | Task::Pull
            | Task::Both
            | Task::Retry(_)
            | Task::Execute(_) => Self::Good,
        }
    }
}

impl Trouble {
    /// What is kept of a sync after `sign`, which came at `now`; it fails from `most` on.
    fn after(kept: Option<Self>, sign: Sign, now: Timestamp, most: u32) -> Option<Self> {
        match (kept, sign) {
            (kept, Sign::None) => kept,
            (None, Sign::Good) => None,
            (Some(kept), Sign::Good) => kept.told.then(|| kept.counting(0, most)),
            (None, Sign::Bad(last)) => {
                let first = Self {
                    failures: 0,
                    since: now,
                    last,
                    told: false,
                    owed: false,
                };
                Some(first.counting(1, most))
            }
            (Some(kept), Sign::Bad(last)) => {
                let since = if kept.failures == 0 { now } else { kept.since };
                let failures = kept.failures.saturating_add(1);
                Some(
                    Self {
                        since,
                        last,
                        ..kept
                    }
                    .counting(failures, most),
                )
            }
        }
    }

    fn counting(self, failures: u32, most: u32) -> Self {
        Self {
            failures,
            owed: (failures >= most) != self.told,
            ..self
        }
    }

    /// The same once the book has been told; none when there is nothing more to remember.
    fn told(self) -> Option<Self> {
        let told = !self.told;
        (self.failures > 0).then_some(Self {
            told,
            owed: false,
            ..self
        })
    }
}

impl Sync {
    /// How it fails, from the moment when the book says so.
    pub fn failing(&self) -> Result<Option<Trouble>, Error> {
        let store = &self.syncs().services.store;
        let row = store.get::<Troubles>(&self.key())?;
        Ok(row.map(|row| row.value).filter(|trouble| trouble.told))
    }
}

impl Syncs {
    /// Lets the batch that ends a job count for its sync.
    pub(super) fn count_end(
        &self,
        batch: &mut Batch,
        owner: UserId,
        job: &Job,
        made: Option<&Made>,
    ) -> Result<(), Error> {
        let key = (owner, job.sync);
        let kept = self.services.store.get::<Troubles>(&key)?;
        let (kept, version) = kept.map(|row| (row.value, row.version)).unzip();
        let now = job.finished_at.unwrap_or_else(|| self.services.clock.now());
        let most = self.services.settings.failing_after;
        let next = Trouble::after(kept.clone(), Sign::of(job, made), now, most);
        if next != kept {
            write(batch, key, next, version);
        }
        Ok(())
    }

    /// Tells the book which syncs have begun to fail, and which do no more.
    pub async fn tell_troubles(&self) -> Result<(), Error> {
        let mut owed = Vec::new();
        let moment = self.services.store.snapshot()?;
        moment.walk::<Troubles>(&Scan::all(usize::MAX).by(&OWED), |_, row| {
            owed.push(row);
            Ok(ControlFlow::Continue(()))
        })?;
        drop(moment);
        for row in owed {
            self.tell_trouble(row).await?;
        }
        Ok(())
    }

    async fn tell_trouble(&self, row: Row<Troubles>) -> Result<(), Error> {
        let (key, trouble) = (row.key, row.value);
        let Some(sync) = self.services.store.get::<Definitions>(&key)? else {
            return Ok(()); // it has just been deleted, and this with it
        };
        let (name, fails) = (sync.value.name, !trouble.told);
        let code = if fails {
            Code::SyncFailing
        } else {
            Code::SyncRecovered
        };
        let mut act = Event::new(code, &Actor::system())
            .entity("sync", key.1, &name)
            .detail("since", trouble.since.to_string());
        if fails {
            act = act
                .count("failures", u64::from(trouble.failures))
                .status(Outcome::Failure {
                    code: "SYNC_FAILING",
                    detail: trouble.last.message.clone(),
                });
        }
        let mut batch = Batch::new(act.build(&self.services.clock));
        write(&mut batch, key, trouble.told(), Some(row.version));
        match self.services.store.commit(batch).await {
            // Another job has ended meanwhile: what it has left is looked at the next time.
            Err(store::Error::Conflict(_)) => return Ok(()),
            outcome => outcome?,
        };
        let change = if fails { "failing" } else { "recovered" };
        SYNC_TROUBLES.add([change.into()], 1);
        if fails {
            warn!(sync.id = %key.1, "sync {} fails time after time", key.1);
        } else {
            info!(sync.id = %key.1, "sync {} has recovered", key.1);
        }
        Ok(())
    }
}

fn write(
    batch: &mut Batch,
    key: (UserId, SyncId),
    next: Option<Trouble>,
    version: Option<Version>,
) {
    match (next, version) {
        (Some(next), Some(version)) => batch.replace::<Troubles>(&key, &next, version),
        (Some(next), None) => batch.insert::<Troubles>(&key, &next),
        (None, Some(version)) => batch.delete::<Troubles>(&key, version),
        (None, None) => batch,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::constant(1_800_000_000, 0);
    const MOST: u32 = 3;

    fn bad() -> Sign {
        Sign::Bad(Failure {
            code: "unauthorised".into(),
            message: "The token is no good.".into(),
        })
    }

    /// What the book is told, one letter for each, in the course of signs: `x` a failure, `o` a
    /// success, `-` neither, and `!` a moment in which what is owed is told.
    fn told(course: &str) -> String {
        let mut kept: Option<Trouble> = None;
        let mut book = String::new();
        for step in course.chars() {
            kept = match step {
                'x' => Trouble::after(kept, bad(), NOON, MOST),
                'o' => Trouble::after(kept, Sign::Good, NOON, MOST),
                '-' => Trouble::after(kept, Sign::None, NOON, MOST),
                _ => match kept {
                    Some(trouble) if trouble.owed => {
                        book.push(if trouble.told { 'r' } else { 'f' });
                        trouble.told()
                    }
                    kept => kept,
                },
            };
        }
        book
    }

    #[test]
    fn the_book_is_told_once_when_it_begins_and_once_when_it_is_over() {
        for (course, expected) in [
            ("x!x!", ""),
            ("x!x!o!x!x!", ""),
            ("x!x!x!", "f"),
            ("x!x!x!x!x!", "f"),
            ("x!-!x!-!x!", "f"),
            ("x!x!x!-!o!o!", "fr"),
            ("x!x!x!o!x!x!x!o!", "frfr"),
            // Told late, or not at all when it was over before anybody could.
            ("xxxx!!o!", "fr"),
            ("xxxo!!", ""),
            // Over and failing again before that was told: it was over all the same.
            ("xxx!ox!x!x!", "frf"),
            // Failing as before by the time it could be told: nothing has changed.
            ("xxx!oxxx!", "f"),
        ] {
            assert_eq!(told(course), expected, "{course}");
        }
    }

    #[test]
    fn a_row_of_failures_has_its_beginning_its_length_and_its_last_cause() {
        let later = NOON + jiff::SignedDuration::from_hours(1);
        let first = Trouble::after(None, bad(), NOON, MOST);
        let second = Trouble::after(first, bad(), later, MOST).unwrap();
        assert_eq!((second.failures, second.since), (2, NOON));
        assert_eq!(second.last.code, "unauthorised");
        assert_eq!(Trouble::after(Some(second), Sign::Good, later, MOST), None);
    }
}
