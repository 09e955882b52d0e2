//! Compares drafts with what is there, and makes the batch that brings the one to the other.

use jiff::Timestamp;
use sha2::digest::common::hazmat::{SerializableState as _, SerializedState};
use sha2::{Digest as _, Sha256};

use super::intake::Chunk;
use super::state::{Import, Imports, KEPT, Problems, SHOWN};
use crate::base::Hex;
use crate::datasets::feed::Deed;
use crate::datasets::record::{Envelope, Records};
use crate::datasets::row::{Rows, records};
use crate::datasets::{Dataset, Error};
use crate::store::{Batch, Snapshot};

/// The length of a digest's state: eight words, the number of blocks, and the block being filled.
const STATE: usize = 32 + 8 + 64;

/// An import in progress: what will be stored of it, and the digest over its outcomes.
#[derive(Clone)]
pub(super) struct Ledger {
    pub(super) import: Import,
    digest: Sha256,
}

impl Ledger {
    /// Goes on where the import stands.
    pub(super) fn new(import: Import) -> Self {
        let digest = import.digesting.as_deref().and_then(resumed);
        Self {
            digest: digest.unwrap_or_default(),
            import,
        }
    }

    /// Writes down where the digest stands, for whoever goes on after a restart.
    pub(super) fn keep_digest(&mut self) {
        self.import.digesting = Some(Hex(&self.digest.serialize()).to_string());
    }

    /// SHA-256 over the outcomes in the file's order: key, a zero byte, `c`reated, `u`pdated,
    /// `s`ame or `r`efused, and the content hash.
    pub(super) fn digest(&self) -> [u8; 32] {
        self.digest.clone().finalize().into()
    }

    /// Counts rows and problems, which no longer depend on what is there.
    pub(super) fn note(&mut self, chunk: &Chunk) {
        let import = &mut self.import;
        import.read += chunk.read;
        import.refused += chunk.refused;
        import.problems_total += chunk.problems.len() as u64;
        let room = SHOWN.saturating_sub(import.problems.len());
        import
            .problems
            .extend(chunk.problems.iter().take(room).cloned());
        for problem in &chunk.problems {
            self.digest.update(problem.line.to_be_bytes());
            self.digest.update(b"\0r");
        }
    }

    /// Adds to `batch` what of a chunk's problems is kept. To be called before [`Ledger::note`].
    pub(super) fn keep_problems(&self, chunk: &Chunk, batch: &mut Batch) {
        let first = self.import.problems_total;
        for (number, problem) in (first..KEPT).zip(&chunk.problems) {
            batch.put::<Problems>(&(self.import.id, number), problem);
        }
    }
}

/// The digest whose state was written down; a state of another make of the hash is none.
fn resumed(state: &str) -> Option<Sha256> {
    let state: SerializedState<Sha256> = Hex::read::<STATE>(state.as_bytes())?.into();
    Sha256::deserialize(&state).ok()
}

/// Adds to `batch` what brings the dataset to the chunk's drafts, and counts it in `ledger`.
///
/// Rows that are there with the same content are not written.
#[expect(
    clippy::too_many_arguments,
    reason = "it adds to two of them what the other four say"
)]
pub(super) fn settle(
    dataset: &Dataset,
    moment: &Snapshot,
    chunk: &Chunk,
    now: Timestamp,
    ledger: &mut Ledger,
    batch: &mut Batch,
) -> Result<(), Error> {
    batch.require::<Rows>(&dataset.row_key(), dataset.version);
    dataset.hold(batch);
    let mut created = 0;
    for draft in &chunk.drafts {
        let key = (dataset.id, draft.key.clone());
        let there = moment.get::<Records>(&key)?;
        let outcome = match there {
            None => {
                batch.insert::<Records>(&key, &Envelope::new(draft, now, now));
                dataset.tell(batch, Deed::Created, &draft.key, now);
                created += 1;
                b'c'
            }
            Some(row) if row.value.hash() == draft.hash => {
                ledger.import.unchanged += 1;
                b's'
            }
            Some(row) => {
                let envelope = Envelope::new(draft, row.value.created_at(), now);
                batch.replace::<Records>(&key, &envelope, row.version);
                dataset.tell(batch, Deed::Changed, &draft.key, now);
                ledger.import.changed += 1;
                b'u'
            }
        };
        ledger.digest.update(draft.key.as_bytes());
        ledger.digest.update([0, outcome]);
        ledger.digest.update(draft.hash.0);
    }
    ledger.import.created += created;
    batch.add(
        &records(dataset.id),
        i64::try_from(created).unwrap_or(i64::MAX),
    );
    if ledger.import.applied.is_some() {
        ledger.keep_digest();
    }
    batch.put::<Imports>(&(dataset.id, ledger.import.id), &ledger.import);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_goes_on_from_the_state_that_was_written_down() {
        for cut in [0, 1, 63, 64, 65, 100] {
            let text = [7; 100];
            let begun = Sha256::new_with_prefix(&text[..cut]);
            let state = Hex(&begun.serialize()).to_string();
            let mut resumed = resumed(&state).unwrap();
            resumed.update(&text[cut..]);
            assert_eq!(resumed.finalize(), Sha256::digest(text), "cut at {cut}");
        }
    }
}
