//! The one writer: takes all batches that wait, and commits those that pass as one group.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use super::apply::apply;
use super::backend::{Backend, META};
use super::batch::Batch;
use super::registry::Registry;
use super::{Error, Version};
use crate::base::{Act, Blocking, Witness, WitnessError};

/// A group takes no more than so many operations, so that a long import lets others in.
const GROUP_OPS: usize = 100_000;

/// The number of the last batch that was committed.
const COMMITTED: &[u8] = b"committed";

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
    /// On the caller's thread, one batch at a time.
    Inline(Mutex<Core>),
}

impl Drop for Work {
    fn drop(&mut self) {
        if let Self::Thread { queue, thread } = self {
            drop(queue.take());
            // A panic there has been told to those who waited.
            drop(thread.take().map(JoinHandle::join));
        }
    }
}

/// A batch that waits, and who waits for it.
struct Pending {
    batch: Batch,
    answer: oneshot::Sender<Result<Version, Error>>,
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
        core.reconcile()?;
        if blocking == Blocking::Inline {
            return Ok(Self(Arc::new(Work::Inline(Mutex::new(core)))));
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
            Work::Inline(core) => {
                core.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .settle(vec![pending].into());
            }
            Work::Thread { queue, .. } => {
                let queue = queue.as_ref().ok_or_else(stopped)?;
                queue.send(pending).map_err(|_gone| stopped())?;
            }
        }
        outcome.await.map_err(|_gone| stopped())?
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
        if !self.agreed {
            match self.reconcile() {
                Ok(_) => {}
                Err(Error::Audit(error)) => waiting = refuse_acts(waiting, &error),
                Err(error) => return answer_all(waiting, &error),
            }
        }
        while !waiting.is_empty() {
            let mut passed = Vec::with_capacity(waiting.len());
            match self.attempt(&mut waiting, &mut passed) {
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
            if !acts.is_empty() {
                witness.attest(&acts).map_err(Error::Audit)?;
            }
            tx.put(META, COMMITTED, &last.0.to_be_bytes()).map(drop)
        })
    }

    /// The store failed under the group: its number tells, once it is open again, whether the
    /// group was committed all the same.
    fn after_failure(&mut self, passed: Vec<(Pending, Version)>, error: &Error) {
        self.agreed = false;
        let committed = self.reconcile();
        for (pending, version) in passed {
            let outcome = match committed {
                Ok(committed) if version.0 <= committed => Ok(version),
                _ => Err(same(error)),
            };
            answer(pending, outcome);
        }
    }

    /// Reads the last committed number, has the book close what it holds beyond it, and goes on
    /// after the greatest number that either knows.
    fn reconcile(&mut self) -> Result<u64, Error> {
        let stored = self.backend.view()?.get(META, COMMITTED)?;
        let committed = match stored {
            Some(bytes) => u64::from_be_bytes(
                bytes
                    .try_into()
                    .map_err(|_length| Error::Damaged("the batch number".into()))?,
            ),
            None => 0,
        };
        let attested = self.witness.reconcile(committed).map_err(Error::Audit)?;
        self.next = self.next.max(committed.max(attested) + 1);
        self.agreed = true;
        Ok(committed)
    }
}

/// Answers one who waits; they may have gone away, which changes nothing.
fn answer(pending: Pending, outcome: Result<Version, Error>) {
    drop(pending.answer.send(outcome));
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
