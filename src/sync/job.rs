//! Keeps the jobs of syncs: what each is to do, how far it has come and how it ended.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::counts::{Counts, Fate};
use super::definition::Definitions;
use super::direction::Direction;
use super::memory::Memory;
use super::outcome::Block;
use super::problem::Problems;
use super::removal::Brake;
use crate::base::{Hex, PlanId, RunId, SyncId, UserId};
use crate::jobs::{Ending, Impossible, State, Step};
use crate::store::{Collection, Entry, Index, Json, OnDelete, Reference};

/// The runs by owner and id.
pub(crate) struct Runs;

/// A sync's runs in the order in which they were asked for.
pub(crate) static BY_SYNC: Index = Index {
    name: "run.sync",
    unique: false,
};

/// The run of a sync that has not ended: there is one at most.
pub(crate) static ACTIVE: Index = Index {
    name: "run.active",
    unique: true,
};

impl Collection for Runs {
    const NAME: &'static str = "run";
    const INDEXES: &'static [&'static Index] = &[&BY_SYNC, &ACTIVE];
    const REFERS: bool = true;
    type Key = (UserId, RunId);
    type Value = Job;

    fn entries((_, id): &Self::Key, job: &Job) -> Vec<Entry> {
        let mut entries = vec![Entry::new(&BY_SYNC, &(job.sync, *id))];
        if !job.state.ended() {
            entries.push(Entry::new(&ACTIVE, &job.sync));
        }
        entries
    }

    /// A sync cannot be deleted under a run that has not ended.
    fn references((owner, _): &Self::Key, job: &Job) -> Vec<Reference> {
        if job.state.ended() {
            return Vec::new();
        }
        let sync = Reference::to::<Definitions>(&(*owner, job.sync), OnDelete::Refuse);
        vec![sync]
    }

    fn label(_key: &Self::Key, job: &Job) -> String {
        format!("run of {}", job.sync_name)
    }
}

/// What a job is to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// To go through the dataset and write what is new or has changed.
    #[default]
    Push,
    /// To go through the remote table and bring what is new or has changed into the dataset.
    Pull,
    /// To go through both and bring what is new or has changed on either side to the other.
    Both,
    /// To write what was refused in another run, or stayed unknown, and nothing else.
    Retry(RunId),
    /// To find out what a run would do.
    Plan(PlanId),
    /// To write what is in a plan, and nothing else.
    Execute(PlanId),
}

/// Who asked for a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Starter {
    /// The person.
    pub id: UserId,
    /// Their name at that time.
    pub name: String,
}

/// One run as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The sync it executes.
    pub sync: SyncId,
    /// The sync's name when the run was asked for.
    pub sync_name: String,
    /// What it is to do.
    #[serde(default)]
    pub task: Task,
    /// Which way its sync's records go.
    #[serde(default)]
    pub direction: Direction,
    /// Who asked for it.
    pub by: Option<Starter>,
    /// Where it stands.
    pub state: State,
    /// When it was asked for.
    pub queued_at: Timestamp,
    /// When it was first claimed.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// The records of the dataset when it began.
    pub total: Option<u64>,
    /// What became of the records up to the checkpoint.
    pub counts: Counts,
    /// Calls to the provider.
    pub calls: u64,
    /// Those of them that the provider refused because there were too many (429).
    pub calls_refused: u64,
    /// Why records were refused.
    pub problems: Problems,
    /// That it removes nothing, and why.
    #[serde(default)]
    pub brake: Option<Brake>,
    /// How many of the records that it holds back wait before they are removed.
    #[serde(default)]
    pub quarantined: u64,
    /// How much it remembers of what it wrote.
    #[serde(default)]
    pub memory: Memory,
    /// Until when it can be undone; none while it has not ended, and when it cannot.
    #[serde(default)]
    pub undo_until: Option<Timestamp>,
    /// The run that it undoes.
    #[serde(default)]
    pub undoes: Option<RunId>,
    /// The run that has undone all of it.
    #[serde(default)]
    pub undone_by: Option<RunId>,
    /// How it ends, once that is known: from then on it does nothing but end, or records that were
    /// settled on the way to its end would be counted again.
    #[serde(default)]
    pub(crate) ending: Option<Ending>,
    /// The key up to which everything is settled; `None` at the beginning.
    pub(crate) checkpoint: Option<String>,
    /// The records beyond the checkpoint that are settled all the same: a run that was stopped
    /// passes over them when it goes on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) passed: Vec<String>,
    /// How far the remote table is read, if the run reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reading: Option<Reading>,
    /// How many blocks there are of what it remembers, if it goes both ways.
    #[serde(default, skip_serializing_if = "is_none_yet")]
    pub(crate) remembered: u32,
    /// How many blocks of outcomes there are.
    pub(crate) blocks: u32,
    /// SHA-256 over the blocks of outcomes, chained, in hexadecimal digits.
    pub(crate) digest: String,
}

impl Json for Job {}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over references"
)]
fn is_none_yet(number: &u32) -> bool {
    *number == 0
}

/// How far a run has read a remote table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reading {
    /// Where the next page begins; none at the beginning, and at the end.
    pub(crate) after: Option<String>,
    /// Whether it was read to its end.
    pub(crate) ended: bool,
    /// When that began, by the provider's clock where it is behind ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) begun_at: Option<Timestamp>,
    /// From which change on it is read; none for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) since: Option<Timestamp>,
    /// SHA-256 over what decided when it began what a row becomes here.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) meaning: String,
    /// Whether a row was refused whose key another one has.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) contested: bool,
    /// Whether a key has become free because its row is gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) freed: bool,
    /// What becomes of the records that are gone there, once that is decided: it must not be
    /// decided again when some of them have been dealt with.
    pub(crate) gone: Option<Fallen>,
}

/// What becomes of the records of a sync that are gone at the provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fallen {
    /// They stay here, and are forgotten.
    Kept,
    /// They are deleted here.
    Deleted,
    /// They are left alone for a reason.
    Held(String),
}

impl Job {
    /// A run that waits for its turn.
    pub(crate) fn queued(
        (sync, name): (SyncId, &str),
        task: Task,
        by: Option<Starter>,
        now: Timestamp,
    ) -> Self {
        Self {
            sync,
            sync_name: name.to_owned(),
            task,
            direction: Direction::default(),
            by,
            state: State::Queued,
            queued_at: now,
            started_at: None,
            finished_at: None,
            total: None,
            counts: Counts::default(),
            calls: 0,
            calls_refused: 0,
            problems: Problems::default(),
            brake: None,
            quarantined: 0,
            memory: Memory::default(),
            undo_until: None,
            undoes: None,
            undone_by: None,
            ending: None,
            checkpoint: None,
            passed: Vec::new(),
            reading: None,
            remembered: 0,
            blocks: 0,
            digest: Hex(&[0; 32]).to_string(),
        }
    }

    /// The same for a sync whose records go this way.
    pub(crate) fn going(self, direction: Direction) -> Self {
        Self { direction, ..self }
    }

    /// Takes the run up, for the first time or again.
    pub(crate) fn claim(&mut self, now: Timestamp) -> Result<(), Impossible> {
        self.state = self.state.on(Step::Claim)?;
        self.started_at.get_or_insert(now);
        Ok(())
    }

    /// Ends the run: carried through, or otherwise.
    pub(crate) fn end(&mut self, ending: Option<Ending>, now: Timestamp) -> Result<(), Impossible> {
        let step = ending.map_or(Step::Finish, Step::End);
        self.state = self.state.on(step)?;
        self.ending = None;
        self.finished_at = Some(now);
        Ok(())
    }

    /// Counts one record and remembers why it was refused, if it was.
    pub(crate) fn count(&mut self, fate: Fate, key: &str, reason: &str) {
        self.counts.add(fate);
        if matches!(fate, Fate::Refused | Fate::Unknown) {
            self.problems.add(key, reason);
        }
    }

    /// Takes a block of outcomes into the digest and gives its number.
    pub(crate) fn seal(&mut self, block: &Block) -> u32 {
        let before = Hex::read(self.digest.as_bytes()).unwrap_or([0; 32]);
        self.digest = Hex(&block.digest(&before)).to_string();
        self.blocks += 1;
        self.blocks - 1
    }

    /// From when on it reads what was changed in the remote table; `None` when it reads all of it,
    /// or nothing yet.
    pub fn changes_since(&self) -> Option<Timestamp> {
        self.reading.as_ref()?.since
    }

    /// The records that have not been looked at yet, as far as that is known.
    pub fn left(&self) -> Option<u64> {
        Some(self.total?.saturating_sub(self.counts.read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Clock;

    fn job() -> Job {
        let clock = Clock::system();
        let sync = (SyncId::new(&clock), "Airports");
        Job::queued(sync, Task::Push, None, clock.now())
    }

    fn active(job: &Job) -> bool {
        let clock = Clock::system();
        let key = (UserId::new(&clock), RunId::new(&clock));
        let entered = Runs::entries(&key, job)
            .iter()
            .any(|entry| entry.index == &ACTIVE);
        assert_eq!(entered, !Runs::references(&key, job).is_empty());
        entered
    }

    #[test]
    fn a_run_holds_its_sync_until_it_has_ended() {
        let mut job = job();
        assert!(active(&job));
        job.claim(Timestamp::UNIX_EPOCH).unwrap();
        assert!(active(&job));
        job.end(None, Timestamp::UNIX_EPOCH).unwrap();
        assert!(!active(&job));
    }

    #[test]
    fn a_run_taken_up_again_keeps_the_time_of_its_start() {
        let mut job = job();
        job.claim(Timestamp::UNIX_EPOCH).unwrap();
        job.claim(Timestamp::MAX).unwrap();
        assert_eq!(job.started_at, Some(Timestamp::UNIX_EPOCH));
    }

    #[test]
    fn only_what_went_wrong_is_a_problem() {
        let mut job = job();
        job.count(Fate::Created, "a", "");
        job.count(Fate::Refused, "b", "no such option");
        assert_eq!(job.problems.list().len(), 1);
        assert_eq!(job.counts.read, 2);
    }

    #[test]
    fn the_digest_is_that_of_all_blocks_in_their_order() {
        let block = |key: &str| {
            let mut block = Block::new(Timestamp::UNIX_EPOCH);
            block.push(Fate::Created, key, "", "");
            block
        };
        let sealed = |keys: [&str; 2]| {
            let mut job = job();
            let numbers = keys.map(|key| job.seal(&block(key)));
            assert_eq!(numbers, [0, 1]);
            job.digest
        };
        assert_ne!(sealed(["a", "b"]), sealed(["b", "a"]));
        assert_eq!(sealed(["a", "b"]).len(), 64);
    }
}
