//! The one writer: takes all batches that wait, and commits those that pass as one group.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Instant;

use tokio::sync::oneshot;

use super::apply::apply;
use super::backend::{Backend, META};
use super::batch::Batch;
use super::registry::Registry;
use super::{Error, Version};
use crate::base::metrics::{COMMIT_BATCHES, COMMIT_DURATION, COMMITS};
use crate::base::{Act, Blocking, Witness, WitnessError};

/// A group takes no more than so many operations, so that a long import lets others in.
const GROUP_OPS: usize = 100_000;

/// The number of the last batch that was committed.
const COMMITTED: &[u8] = b"committed";

/// The number of the last one of them that had an act. Bookkeeping goes on while the book cannot
/// close what a failed commit has left open in it, and must not pass for that commit.
const WITNESSED: &[u8] = b"witnessed";

/// A handle on the writer. When the last one goes, the writer finishes what waits and closes the
/// store.
#[derive(Clone)]
pub(super) struct Writer(Arc<Work>);

enum Work {
    /// On a thread of its own, which groups.
    Thread {
        queue: Option<mpsc::Sender<Pending>>,
        thread: Option<JoinHandle<()>>,
    },
    /// On the caller's thread, once others have had their turn: who comes first commits what
    /// waits by then.
    Inline {
        waiting: Mutex<VecDeque<Pending>>,
        core: Mutex<Core>,
    },
}

impl Drop for Work {
    fn drop(&mut self) {
        match self {
            Self::Thread { queue, thread } => {
                drop(queue.take());
                // A panic there has been told to those who waited.
                drop(thread.take().map(JoinHandle::join));
            }
            Self::Inline { waiting, core } => settle_inline(waiting, core),
        }
    }
}

/// A batch that waits, and who waits for it.
///
/// They get the batch back with the answer and let go of it themselves: thousands of rows that are
/// freed by another thread than made them cost more than to make them.
struct Pending {
    batch: Batch,
    answer: oneshot::Sender<(Result<Version, Error>, Batch)>,
}

/// What the writer works with.
struct Core {
    backend: Arc<dyn Backend>,
    registry: Registry,
    witness: Arc<dyn Witness>,
    /// The number of the next batch.
    next: u64,
    /// Whether store and book are known to agree; not after a failure, until they were asked.
    agreed: bool,
}

impl Writer {
    /// Settles with the witness what a crash left open, and starts the writer.
    ///
    /// A book that cannot be written does not keep the store closed: it can be read, and what was
    /// left open is settled before the first act.
    pub(super) fn start(
        backend: Arc<dyn Backend>,
        registry: Registry,
        witness: Arc<dyn Witness>,
        blocking: Blocking,
    ) -> Result<Self, Error> {
        let mut core = Core {
            backend,
            registry,
            witness,
            next: 0,
            agreed: false,
        };
        match core.reconcile() {
            Ok(()) | Err(Error::Audit(_)) => {}
            Err(error) => return Err(error),
        }
        if blocking == Blocking::Inline {
            return Ok(Self(Arc::new(Work::Inline {
                waiting: Mutex::default(),
                core: Mutex::new(core),
            })));
        }
        let (queue, pending) = mpsc::channel();
        let work = move || core.run(&pending);
        let thread = std::thread::Builder::new().name("store".into()).spawn(work);
        let thread = Some(thread.map_err(Error::Unavailable)?);
        Ok(Self(Arc::new(Work::Thread {
            queue: Some(queue),
            thread,
        })))
    }

    /// Commits `batch` and gives its number.
    pub(super) async fn commit(&self, batch: Batch) -> Result<Version, Error> {
        let (answer, outcome) = oneshot::channel();
        let pending = Pending { batch, answer };
        match &*self.0 {
            Work::Inline { waiting, core } => {
                let queue = || waiting.lock().unwrap_or_else(PoisonError::into_inner);
                queue().push_back(pending);
                tokio::task::yield_now().await;
                settle_inline(waiting, core);
            }
            Work::Thread { queue, .. } => {
                let queue = queue.as_ref().ok_or_else(stopped)?;
                queue.send(pending).map_err(|_gone| stopped())?;
            }
        }
        let (outcome, batch) = outcome.await.map_err(|_gone| stopped())?;
        drop(batch);
        outcome
    }
}

fn settle_inline(waiting: &Mutex<VecDeque<Pending>>, core: &Mutex<Core>) {
    let group = std::mem::take(&mut *waiting.lock().unwrap_or_else(PoisonError::into_inner));
    if !group.is_empty() {
        let mut core = core.lock().unwrap_or_else(PoisonError::into_inner);
        core.settle(group);
    }
}

fn stopped() -> Error {
    Error::Unavailable(std::io::Error::other("the store's writer has stopped"))
}

impl Core {
    fn run(&mut self, queue: &mpsc::Receiver<Pending>) {
        while let Ok(first) = queue.recv() {
            let mut ops = first.batch.ops.len();
            let mut group = VecDeque::from([first]);
            while ops < GROUP_OPS
                && let Ok(next) = queue.try_recv()
            {
                ops += next.batch.ops.len();
                group.push_back(next);
            }
            self.settle(group);
        }
    }

    /// Commits the batches of a group that pass, and answers all.
    fn settle(&mut self, mut waiting: VecDeque<Pending>) {
        if self.backend.reopened() {
            self.witness.reopened();
        }
        if !self.agreed {
            match self.reconcile() {
                Ok(()) => {}
                Err(Error::Audit(error)) => waiting = refuse_acts(waiting, &error),
                Err(error) => return answer_all(waiting, &error),
            }
        }
        while !waiting.is_empty() {
            let mut passed = Vec::with_capacity(waiting.len());
            let begun = Instant::now();
            let attempted = self.attempt(&mut waiting, &mut passed);
            measure(&attempted, passed.len(), begun);
            match attempted {
                Ok(()) => {
                    for (pending, version) in passed {
                        answer(pending, Ok(version));
                    }
                }
                Err(Error::Audit(error)) => {
                    self.agreed = false; // a part of the group may have reached the book
                    waiting = passed.into_iter().map(|(pending, _)| pending).collect();
                    waiting = refuse_acts(waiting, &error);
                }
                Err(error) => {
                    self.after_failure(passed, &error);
                    return answer_all(waiting, &error);
                }
            }
        }
    }

    /// Applies the batches that pass, has their acts witnessed, and commits.
    ///
    /// Batches move from `waiting` to `passed`, or are answered; when this errs nothing is
    /// committed, unless the commit itself failed.
    fn attempt(
        &mut self,
        waiting: &mut VecDeque<Pending>,
        passed: &mut Vec<(Pending, Version)>,
    ) -> Result<(), Error> {
        let Self {
            backend,
            registry,
            witness,
            next,
            ..
        } = self;
        backend.write(&mut |tx| {
            while let Some(mut pending) = waiting.pop_front() {
                let version = Version(*next);
                match apply(tx, registry, &mut pending.batch, version) {
                    Ok(()) => {
                        *next += 1;
                        passed.push((pending, version));
                    }
                    Err(error) if error.is_fault() => {
                        waiting.push_front(pending);
                        return Err(error);
                    }
                    Err(error) => answer(pending, Err(error)),
                }
            }
            let Some((_, last)) = passed.last() else {
                return Ok(());
            };
            let acts: Vec<(u64, &Act)> = passed
                .iter()
                .filter_map(|(pending, version)| Some((version.0, pending.batch.act.as_ref()?)))
                .collect();
            match acts.last() {
                Some((act, _)) => {
                    witness.attest(&acts).map_err(Error::Audit)?;
                    tx.put(META, WITNESSED, &act.to_be_bytes())?;
                }
                // As long as no act was committed, every number before this one is settled.
                None if tx.get(META, WITNESSED)?.is_none() => {
                    let settled = tx.get(META, COMMITTED)?;
                    let settled = settled.unwrap_or_else(|| 0_u64.to_be_bytes().into());
                    tx.put(META, WITNESSED, &settled)?;
                }
                None => {}
            }
            tx.put(META, COMMITTED, &last.0.to_be_bytes()).map(drop)
        })
    }

    /// The store failed under the group: its number tells, once it is open again, whether the
    /// group was committed all the same.
    fn after_failure(&mut self, passed: Vec<(Pending, Version)>, error: &Error) {
        let committed = self.number(COMMITTED).ok().flatten().unwrap_or(0);
        self.agreed = self.reconcile().is_ok();
        for (pending, version) in passed {
            let outcome = if version.0 <= committed {
                Ok(version)
            } else {
                Err(same(error))
            };
            answer(pending, outcome);
        }
    }

    /// Reads the last committed numbers, has the book close what it holds beyond them, and goes on
    /// after the greatest number that either knows.
    fn reconcile(&mut self) -> Result<(), Error> {
        let committed = self.number(COMMITTED)?.unwrap_or(0);
        self.next = self.next.max(committed + 1);
        let witnessed = self.number(WITNESSED)?.unwrap_or(committed);
        let attested = self.witness.reconcile(witnessed).map_err(Error::Audit)?;
        self.next = self.next.max(attested + 1);
        self.agreed = true;
        Ok(())
    }

    /// One of the store's own numbers, if it was ever written.
    fn number(&self, key: &[u8]) -> Result<Option<u64>, Error> {
        let stored = self.backend.view()?.get(META, key)?;
        stored
            .map(|bytes| {
                let bytes = bytes.try_into();
                let bytes = bytes.map_err(|_length| Error::Damaged("a batch's number".into()));
                Ok(u64::from_be_bytes(bytes?))
            })
            .transpose()
    }
}

/// Counts a group that was committed, or was not. One of which nothing passed is none.
fn measure(attempted: &Result<(), Error>, batches: usize, begun: Instant) {
    let outcome = if attempted.is_ok() { "done" } else { "failed" };
    if batches > 0 {
        COMMITS.add([outcome.into()], 1);
        COMMIT_BATCHES.observe([], f64::from(u32::try_from(batches).unwrap_or(u32::MAX)));
        COMMIT_DURATION.took([], begun.elapsed());
    }
}

/// Answers one who waits; they may have gone away, which changes nothing.
fn answer(pending: Pending, outcome: Result<Version, Error>) {
    drop(pending.answer.send((outcome, pending.batch)));
}

/// The book cannot be written: batches with an act are refused, the others go on alone.
fn refuse_acts(waiting: VecDeque<Pending>, error: &WitnessError) -> VecDeque<Pending> {
    let (acts, rest) = waiting
        .into_iter()
        .partition(|pending| pending.batch.act.is_some());
    answer_all(acts, &Error::Audit(same_witness(error)));
    rest
}

fn answer_all(waiting: VecDeque<Pending>, error: &Error) {
    for pending in waiting {
        answer(pending, Err(same(error)));
    }
}

/// The same error for each who waits; a cause cannot be cloned, so its kind and words are.
fn same(error: &Error) -> Error {
    match error {
        Error::Full => Error::Full,
        Error::Unavailable(io) => Error::Unavailable(same_io(io)),
        Error::Audit(witness) => Error::Audit(same_witness(witness)),
        other => Error::Damaged(other.to_string()),
    }
}

fn same_witness(error: &WitnessError) -> WitnessError {
    match error {
        WitnessError::Full(io) => WitnessError::Full(same_io(io)),
        WitnessError::Io(io) => WitnessError::Io(same_io(io)),
    }
}

fn same_io(error: &std::io::Error) -> std::io::Error {
    std::io::Error::new(error.kind(), error.to_string())
}
