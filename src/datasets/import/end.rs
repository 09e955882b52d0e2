//! Ends an import: in the store, in the book and in the spool.

use std::io;
use std::sync::Arc;

use super::reader::Refusal;
use super::run::{Came, Job};
use super::spool::{Spool, discard};
use super::state::{Import, Imports};
use crate::audit::{Code, Event, Outcome};
use crate::base::metrics::JOBS_ENDED;
use crate::base::{Actor, Hex, chain};
use crate::datasets::Error;
use crate::datasets::row::Rows;
use crate::jobs::{Ending, Failure, Impossible, Phase, State, Step};
use crate::store::Batch;

impl Job {
    /// Puts the end into the store and the book, and gives the import as it then is.
    pub(in crate::datasets) async fn end(
        mut self,
        outcome: Result<Came, Error>,
        by: &Actor,
    ) -> Result<Import, Error> {
        let parts = Arc::clone(&self.dataset.datasets.0);
        let import = &mut self.ledger.import;
        let touched = import.created + import.changed + import.unchanged > 0;
        let lost =
            matches!(&outcome, Err(Error::Spool(io)) if io.kind() == io::ErrorKind::NotFound);
        let applying = import.state() == State::Running(Phase::Writing);
        if applying && outcome.is_err() && !lost {
            // The spool is kept: the import is taken up again until all of it is there.
            return Err(outcome.err().unwrap_or(Error::Changed));
        }
        let ended = import.take(last_step(import, &outcome));
        ended.map_err(|Impossible| Error::Changed)?;
        import.finished_at = Some(parts.now());
        import.applied = None;
        import.digesting = None;
        let spool = Spool::path(&parts.settings.spool, import.id);
        self.put_end(by).await?;
        let word = self.ledger.import.state().word();
        JOBS_ENDED.add(["import".into(), word.into()], 1);
        self.unfinished = None;
        self.dataset.ring_watchers();
        // Last: an import that was applied and whose end is not written down is taken up again,
        // and needs it. One that stays behind is removed at the next start.
        discard(&spool).map_err(Error::Spool)?;
        match outcome {
            Err(Error::Refused(_)) if touched => {}
            Err(error) => return Err(error),
            Ok(_came) => {}
        }
        Ok(self.ledger.import.clone())
    }

    async fn put_end(&self, by: &Actor) -> Result<(), Error> {
        let parts = &self.dataset.datasets.0;
        // A dataset that was deleted meanwhile takes its imports along.
        let dataset = match self.dataset.of_owner().again() {
            Err(Error::UnknownDataset(_)) => return Ok(()),
            dataset => dataset?,
        };
        let import = &self.ledger.import;
        let event = self.ended(by);
        let event = event
            .count("read", import.read)
            .count("created", import.created)
            .count("changed", import.changed)
            .count("unchanged", import.unchanged)
            .count("refused", import.refused)
            .detail("outcomes_sha256", Hex(&self.ledger.digest()).to_string());
        let mut batch = Batch::new(event.build(&parts.clock));
        batch.require::<Rows>(&dataset.row_key(), dataset.version);
        batch.put::<Imports>(&(dataset.id, import.id), import);
        parts.store.commit(batch).await?;
        Ok(())
    }

    /// The event of its end, by whoever has ended it.
    fn ended(&self, by: &Actor) -> Event {
        match self.ledger.import.state() {
            State::Failed(failure) => self.event(Code::ImportFailed, by).status(Outcome::Failure {
                code: "IMPORT_FAILED",
                detail: failure.message,
            }),
            State::Cancelled => self.event(Code::ImportCancelled, self.caller_off().unwrap_or(by)),
            State::Queued | State::Running(_) | State::Done => self.event(Code::ImportFinished, by),
        }
    }
}

/// The step to an import's end.
fn last_step(import: &Import, outcome: &Result<Came, Error>) -> Step {
    let fails = |code: &str, message: String| {
        let code = code.into();
        Step::End(Ending::Failed(Failure { code, message }))
    };
    match outcome {
        Ok(Came::CalledOff) => Step::End(Ending::Cancelled),
        Ok(Came::Through) if import.strict && import.problems_total > 0 => {
            let problems = import.problems_total;
            let message = format!("{problems} problems; nothing was imported");
            fails("rows_refused", message)
        }
        Ok(Came::Through) => Step::Finish,
        Err(error) => fails(code(error), chain(error).to_string()),
    }
}

/// The word for programs of what made an import fail.
fn code(error: &Error) -> &'static str {
    match error {
        Error::Refused(Refusal::Upload) => "upload_broke_off",
        Error::Refused(_) => "file_unreadable",
        Error::Withdrawn(_) | Error::NotAllowed { .. } | Error::UnknownDataset(_) => {
            "dataset_unavailable"
        }
        error if error.is_full() => "storage_full",
        Error::Changed => "dataset_busy",
        _ => "internal",
    }
}
