//! The one writer: takes all batches that wait, and commits those that pass as one group.

use std::sync::{Arc, Mutex, PoisonError, mpsc};

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

/// A handle on the writer.
#[derive(Clone)]
pub(super) enum Writer {
    /// On a thread of its own, which groups.
    Thread(mpsc::Sender<Pending>),
    /// On the caller's thread, one batch at a time.
    Inline(Arc<Mutex<Core>>),
}

/// A batch that waits, and who waits for it.
pub(super) struct Pending {
    batch: Batch,
    answer: oneshot::Sender<Result<Version, Error>>,
}

/// What the writer works with.
pub(super) struct Core {
    backend: Arc<dyn Backend>,
    registry: Registry,
    witness: Arc<dyn Witness>,
    next: u64,
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
        };
        core.reconcile()?;
        if blocking == Blocking::Inline {
            return Ok(Self::Inline(Arc::new(Mutex::new(core))));
        }
        let (queue, pending) = mpsc::channel();
        let work = move || core.run(&pending);
        let thread = std::thread::Builder::new().name("store".into()).spawn(work);
        thread.map_err(Error::Unavailable)?;
        Ok(Self::Thread(queue))
    }

    /// Commits `batch` and gives its number.
    pub(super) async fn commit(&self, batch: Batch) -> Result<Version, Error> {
        let (answer, outcome) = oneshot::channel();
        let pending = Pending { batch, answer };
        match self {
            Self::Inline(core) => {
                core.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .settle(vec![pending]);
            }
            Self::Thread(queue) => queue.send(pending).map_err(|_gone| stopped())?,
        }
        outcome.await.map_err(|_gone| stopped())?
    }
}

fn stopped() -> Error {
    Error::Unavailable(std::io::Error::other("the store's writer has stopped"))
}

/// What became of a group's attempt.
struct Attempt {
    /// The batches that passed, with their numbers; the others have been answered.
    passed: Vec<(Pending, Version)>,
    outcome: Result<(), Error>,
}

impl Core {
    fn run(&mut self, queue: &mpsc::Receiver<Pending>) {
        while let Ok(first) = queue.recv() {
            let mut ops = first.batch.ops.len();
            let mut group = vec![first];
            while ops < GROUP_OPS
                && let Ok(next) = queue.try_recv()
            {
                ops += next.batch.ops.len();
                group.push(next);
            }
            self.settle(group);
        }
    }

    /// Commits the batches of a group that pass, and answers all.
    fn settle(&mut self, group: Vec<Pending>) {
        let Attempt { passed, outcome } = self.attempt(group);
        match outcome {
            Ok(()) => {
                for (pending, version) in passed {
                    answer(pending, Ok(version));
                }
            }
            Err(Error::Audit(error)) => self.without_acts(passed, &error),
            Err(error) => self.after_failure(passed, &error),
        }
    }

    /// Applies what passes, has the acts witnessed, and commits.
    fn attempt(&mut self, group: Vec<Pending>) -> Attempt {
        let mut group = Some(group);
        let mut passed: Vec<(Pending, Version)> = Vec::new();
        let Self {
            backend,
            registry,
            witness,
            next,
        } = self;
        let outcome = backend.write(&mut |tx| {
            for mut pending in group.take().into_iter().flatten() {
                let version = Version(*next);
                match apply(tx, registry, &mut pending.batch, version) {
                    Ok(()) => {
                        *next += 1;
                        passed.push((pending, version));
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
        });
        // The transaction could not even begin: nobody was looked at.
        for pending in group.into_iter().flatten() {
            passed.push((pending, Version(u64::MAX)));
        }
        Attempt { passed, outcome }
    }

    /// The book cannot be written: batches with an act are refused, the others go on alone.
    fn without_acts(&mut self, passed: Vec<(Pending, Version)>, error: &WitnessError) {
        let (acts, rest): (Vec<_>, Vec<_>) = passed
            .into_iter()
            .map(|(pending, _)| pending)
            .partition(|p| p.batch.act.is_some());
        for pending in acts {
            answer(pending, Err(Error::Audit(again(error))));
        }
        if !rest.is_empty() {
            self.settle(rest);
        }
    }

    /// The store failed under the group: its number tells, once it is open again, whether the
    /// group was committed all the same.
    fn after_failure(&mut self, passed: Vec<(Pending, Version)>, error: &Error) {
        let committed = self.reconcile();
        for (pending, version) in passed {
            let outcome = match committed {
                Ok(committed) if version.0 <= committed => Ok(version),
                _ => Err(once_more(error)),
            };
            answer(pending, outcome);
        }
    }

    /// Reads the last committed number, closes what the book holds beyond it, and goes on after
    /// the greatest number that either knows.
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
        Ok(committed)
    }
}

/// Answers one who waits; they may have gone away, which changes nothing.
fn answer(pending: Pending, outcome: Result<Version, Error>) {
    drop(pending.answer.send(outcome));
}

fn again(error: &WitnessError) -> WitnessError {
    let copy = |io: &std::io::Error| std::io::Error::new(io.kind(), io.to_string());
    match error {
        WitnessError::Full(io) => WitnessError::Full(copy(io)),
        WitnessError::Io(io) => WitnessError::Io(copy(io)),
    }
}

/// The same error for each who waits.
fn once_more(error: &Error) -> Error {
    match error {
        Error::Full => Error::Full,
        Error::Unavailable(io) => {
            Error::Unavailable(std::io::Error::new(io.kind(), io.to_string()))
        }
        other => Error::Damaged(other.to_string()),
    }
}
