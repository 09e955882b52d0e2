//! What is kept of an import: how far it is, what came of it, what was wrong.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::intake::shown;
use super::run::Options;
use crate::base::{DatasetId, ImportId, UserId};
use crate::jobs::{Failure, Impossible, Phase, State, Step};
use crate::store::{Collection, Json};

/// So many problems are kept with the import itself.
pub(super) const SHOWN: usize = 20;
/// So many problems are kept at all; the others are counted.
pub(super) const KEPT: u64 = 10_000;
/// The word of a failure that was kept without one.
const FAILED: &str = "import_failed";

/// The imports of all datasets.
pub(in crate::datasets) struct Imports;

impl Collection for Imports {
    const NAME: &'static str = "import";
    type Key = (DatasetId, ImportId);
    type Value = Import;
}

/// The problems of all imports, in the order of their files.
pub(in crate::datasets) struct Problems;

impl Collection for Problems {
    const NAME: &'static str = "import_problem";
    type Key = (ImportId, u64);
    type Value = Problem;
}

/// Which imports somebody has begun, wherever they go: the later part of the key rises with time.
pub(in crate::datasets) struct Importers;

impl Collection for Importers {
    const NAME: &'static str = "import_by";
    type Key = (UserId, ImportId);
    type Value = Destination;
}

/// The dataset that an import goes into.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(in crate::datasets) struct Destination {
    pub(in crate::datasets) dataset: DatasetId,
}

impl Json for Destination {}

/// Where an import stands, by the words in which it was always kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Queued,
    Running,
    Applying,
    Done,
    Failed,
    Cancelled,
}

/// An import.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    #[serde(rename = "state")]
    word: Word,
    /// The file's name, if the client gave one.
    pub file_name: Option<String>,
    /// `csv`, `json` or `ndjson`.
    pub format: super::Format,
    /// Whether it is all or nothing.
    pub strict: bool,
    /// Rows read.
    pub read: u64,
    /// Records that were new.
    pub created: u64,
    /// Records that were there with other content.
    pub changed: u64,
    /// Records that were there with the same content.
    pub unchanged: u64,
    /// Rows that were not taken.
    pub refused: u64,
    /// The first problems.
    pub problems: Vec<Problem>,
    /// How many problems there are.
    pub problems_total: u64,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Why it failed, for people.
    failure: Option<String>,
    /// The same for programs. Imports that failed before it was kept have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure_code: Option<String>,
    /// Whose dataset it goes into.
    pub(in crate::datasets) owner: UserId,
    /// Who brought the file, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::datasets) by: Option<UserId>,
    /// How much of the spool has been applied, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::datasets) applied: Option<u64>,
    /// The state of the digest over the outcomes so far, so that whoever goes on with the import
    /// ends with the digest over all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::datasets) digesting: Option<String>,
}

impl Json for Import {}

impl Import {
    /// An import that is about to begin.
    pub(super) fn queued(id: ImportId, options: &Options, owner: UserId, now: Timestamp) -> Self {
        Self {
            id,
            word: Word::Queued,
            file_name: options.file_name.as_deref().map(shown),
            format: options.format,
            strict: options.strict,
            read: 0,
            created: 0,
            changed: 0,
            unchanged: 0,
            refused: 0,
            problems: Vec::new(),
            problems_total: 0,
            started_at: now,
            finished_at: None,
            failure: None,
            failure_code: None,
            owner,
            by: None,
            applied: None,
            digesting: None,
        }
    }

    /// Where it stands: it reads while the file is being read, and writes while what was read as a
    /// whole is being applied; a restart goes on with that.
    pub fn state(&self) -> State {
        match self.word {
            Word::Queued => State::Queued,
            Word::Running => State::Running(Phase::Reading),
            Word::Applying => State::Running(Phase::Writing),
            Word::Done => State::Done,
            Word::Failed => State::Failed(Failure {
                code: self.failure_code.clone().unwrap_or_else(|| FAILED.into()),
                message: self.failure.clone().unwrap_or_default(),
            }),
            Word::Cancelled => State::Cancelled,
        }
    }

    /// Takes a step of the one table of states.
    pub(super) fn take(&mut self, step: Step) -> Result<(), Impossible> {
        let next = self.state().on(step)?;
        (self.failure, self.failure_code) = (None, None);
        self.word = match next {
            State::Queued => Word::Queued,
            State::Running(Phase::Writing) => Word::Applying,
            State::Running(_) => Word::Running,
            State::Done => Word::Done,
            State::Failed(failure) => {
                self.failure = Some(failure.message);
                self.failure_code = Some(failure.code);
                Word::Failed
            }
            State::Cancelled => Word::Cancelled,
        };
        Ok(())
    }

    /// Under whose imports it is listed.
    pub(in crate::datasets) fn importer(&self) -> UserId {
        self.by.unwrap_or(self.owner)
    }
}

/// Something that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The line where the row begins, counted from 1.
    pub line: u64,
    /// In CSV the cell, in JSON the character, counted from 1.
    pub column: Option<u64>,
    /// The field.
    pub field: Option<String>,
    /// The value, cut at 200 characters.
    pub value: Option<String>,
    /// What is wrong, in words.
    pub reason: String,
}

impl Json for Problem {}

impl Problem {
    /// One that concerns a row, or the file at that line.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "reasons are made for it, and told once"
    )]
    pub(in crate::datasets) fn at(line: u64, reason: impl ToString) -> Self {
        Self {
            line,
            column: None,
            field: None,
            value: None,
            reason: reason.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::Ending;

    /// A row as the versions wrote it that had a table of states for imports alone.
    fn kept(state: &str, rest: &str) -> Import {
        let row = format!(
            r#"{{"id":"0199a3c4-7b10-7000-8000-0123456789ab","state":"{state}",
            "file_name":"a.csv","format":"csv","strict":true,"read":3,"created":0,"changed":0,
            "unchanged":0,"refused":1,"problems":[],"problems_total":1,
            "started_at":"2026-11-01T00:00:00Z","finished_at":null,
            "owner":"0199a3c4-7b10-7000-8000-0123456789ac"{rest}}}"#
        );
        serde_json::from_str(&row).unwrap()
    }

    #[test]
    fn a_row_of_any_version_says_where_its_import_stands() {
        let failure = Failure {
            code: FAILED.into(),
            message: "the file is empty".into(),
        };
        for (state, rest, wanted) in [
            ("running", "", State::Running(Phase::Reading)),
            (
                "applying",
                r#","applied":17"#,
                State::Running(Phase::Writing),
            ),
            ("done", r#","failure":null"#, State::Done),
            (
                "failed",
                r#","failure":"the file is empty""#,
                State::Failed(failure),
            ),
            ("cancelled", "", State::Cancelled),
            ("queued", "", State::Queued),
        ] {
            let import = kept(state, rest);
            assert_eq!(import.state(), wanted, "{state}");
            // It is written in the same words, for a version that knows no others.
            let again = serde_json::to_value(&import).unwrap();
            assert_eq!(again["state"], state);
            assert_eq!(import.importer(), import.owner);
        }
    }

    #[test]
    fn an_import_goes_from_state_to_state_as_the_table_says() {
        let failure = || Failure {
            code: "gone".into(),
            message: "It is gone.".into(),
        };
        let steps = || {
            [
                Step::Claim,
                Step::Enter(Phase::Writing),
                Step::Finish,
                Step::End(Ending::Failed(failure())),
                Step::End(Ending::Cancelled),
            ]
        };
        for word in [
            "queued",
            "running",
            "applying",
            "done",
            "failed",
            "cancelled",
        ] {
            for step in steps() {
                let mut import = kept(word, r#","failure":"x""#);
                let wanted = import.state().on(step.clone());
                assert_eq!(import.take(step.clone()).is_ok(), wanted.is_ok());
                if let Ok(wanted) = wanted {
                    assert_eq!(import.state(), wanted, "{word} on {step:?}");
                }
            }
        }
    }
}
