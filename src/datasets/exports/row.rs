//! What is kept of an export: what was asked for, how far it is, and what came of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::audit::{Code, Event};
use crate::base::{Actor, DatasetId, ExportId, UserId};
use crate::datasets::Format;
use crate::datasets::row::Rows;
use crate::jobs::{Ending, Impossible, Phase, State, Step};
use crate::store::{Collection, Entry, Index, Json, OnDelete, Reference};

/// The exports by who asked for them, and id.
pub(in crate::datasets) struct Exports;

/// Somebody's exports of a dataset, in the order in which they were asked for.
pub(super) static BY_DATASET: Index = Index {
    name: "export.dataset",
    unique: false,
};

/// The exports that have not ended.
pub(super) static ACTIVE: Index = Index {
    name: "export.active",
    unique: true,
};

impl Collection for Exports {
    const NAME: &'static str = "export";
    const INDEXES: &'static [&'static Index] = &[&BY_DATASET, &ACTIVE];
    const REFERS: bool = true;
    type Key = (UserId, ExportId);
    type Value = ExportJob;

    fn entries((by, id): &Self::Key, export: &ExportJob) -> Vec<Entry> {
        let mut entries = vec![Entry::new(&BY_DATASET, &(*by, export.dataset, *id))];
        if !export.state.ended() {
            entries.push(Entry::new(&ACTIVE, id));
        }
        entries
    }

    fn references(_key: &Self::Key, export: &ExportJob) -> Vec<Reference> {
        let dataset = (export.owner, export.dataset);
        vec![Reference::to::<Rows>(&dataset, OnDelete::Cascade)]
    }

    fn label(_key: &Self::Key, export: &ExportJob) -> String {
        format!("{} of {}", export.format.name(), export.name)
    }
}

/// An export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportJob {
    /// The dataset whose records it writes.
    pub dataset: DatasetId,
    /// Whose dataset that is.
    pub(super) owner: UserId,
    /// What the dataset was called when the export was asked for.
    pub name: String,
    /// The address of the one who asked.
    pub(super) email: String,
    /// How the file is written.
    pub format: Format,
    /// The names of the fields that were asked for; none for all.
    pub fields: Option<Vec<String>>,
    /// Where it stands.
    pub state: State,
    /// When it was asked for.
    pub queued_at: Timestamp,
    /// When it was first taken up.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// The records of the dataset when it was taken up last.
    pub total: Option<u64>,
    /// The records in the file.
    pub records: u64,
    /// The file's length.
    pub bytes: u64,
    /// SHA-256 over the file, in hexadecimal digits; none before it is done.
    pub sha256: Option<String>,
    /// How often it was taken up; the file that counts has the last number in its name.
    pub(super) attempt: u32,
}

impl Json for ExportJob {}

impl ExportJob {
    /// Takes it up, for the first time or anew: what an earlier time wrote does not count.
    pub(super) fn claim(&mut self, now: Timestamp) -> Result<(), Impossible> {
        let claimed = self.state.on(Step::Claim)?;
        self.state = claimed.on(Step::Enter(Phase::Writing))?;
        self.started_at.get_or_insert(now);
        self.attempt += 1;
        Ok(())
    }

    /// Ends it: carried through, or otherwise.
    pub(super) fn end(&mut self, ending: Option<Ending>, now: Timestamp) -> Result<(), Impossible> {
        self.state = self.state.on(ending.map_or(Step::Finish, Step::End))?;
        self.finished_at = Some(now);
        Ok(())
    }

    /// An event about it: whose it is, where nobody in person acts.
    pub(super) fn event(&self, code: Code, (asker, id): (UserId, ExportId), by: &Actor) -> Event {
        let mut event = Event::new(code, by)
            .entity("export", id, &self.file_name())
            .entity("dataset", self.dataset, &self.name)
            .detail("format", self.format.name());
        if by.user().is_none() {
            event = event.entity("user", asker, &self.email);
        }
        if asker != self.owner {
            event = event.detail("dataset_owner", self.owner.to_string());
        }
        event
    }

    /// What the file is called where it is saved.
    pub fn file_name(&self) -> String {
        crate::datasets::export::file_name(&self.name, self.format)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::base::Clock;
    use crate::jobs::Failure;

    pub(in super::super) fn export() -> ExportJob {
        let clock = Clock::system();
        ExportJob {
            dataset: DatasetId::new(&clock),
            owner: UserId::new(&clock),
            name: "Airports".into(),
            email: "ada@example.org".into(),
            format: Format::Csv,
            fields: None,
            state: State::Queued,
            queued_at: clock.now(),
            started_at: None,
            finished_at: None,
            total: None,
            records: 0,
            bytes: 0,
            sha256: None,
            attempt: 0,
        }
    }

    #[test]
    fn an_export_waits_for_its_turn_until_it_has_ended() {
        let clock = Clock::system();
        let key = (UserId::new(&clock), ExportId::new(&clock));
        let waits = |export: &ExportJob| {
            let entries = Exports::entries(&key, export);
            entries.iter().any(|entry| entry.index == &ACTIVE)
        };
        let mut export = export();
        assert!(waits(&export));
        export.claim(Timestamp::UNIX_EPOCH).unwrap();
        assert!(waits(&export));
        assert_eq!(export.state, State::Running(Phase::Writing));
        export.end(None, Timestamp::MAX).unwrap();
        assert!(!waits(&export));
        assert!(export.claim(Timestamp::MAX).is_err());
        assert!(export.end(None, Timestamp::MAX).is_err());
    }

    #[test]
    fn each_time_it_is_taken_up_counts_and_the_first_is_when_it_began() {
        let mut export = export();
        export.claim(Timestamp::UNIX_EPOCH).unwrap();
        export.claim(Timestamp::MAX).unwrap();
        assert_eq!(export.started_at, Some(Timestamp::UNIX_EPOCH));
        assert_eq!(export.attempt, 2);
        let gone = Failure {
            code: "gone".into(),
            message: "It is gone.".into(),
        };
        export
            .end(Some(Ending::Failed(gone.clone())), Timestamp::MAX)
            .unwrap();
        assert_eq!(export.state, State::Failed(gone));
    }
}
