//! What is kept of an import: how far it is, what came of it, what was wrong.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::base::{DatasetId, ImportId, UserId};
use crate::store::{Collection, Json};

/// So many problems are kept with the import itself.
pub(super) const SHOWN: usize = 20;
/// So many problems are kept at all; the others are counted.
pub(super) const KEPT: u64 = 10_000;

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

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// The file is being read.
    Running,
    /// The file was read as a whole and is being applied; a restart goes on with it.
    Applying,
    /// Everything that could be imported has been.
    Done,
    /// It broke off, or nothing was imported because something was wrong.
    Failed,
}

/// An import.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    /// Where it stands.
    pub state: ImportState,
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
    /// Why it failed.
    pub failure: Option<String>,
    /// Whose dataset it goes into.
    pub(in crate::datasets) owner: UserId,
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
    /// Whether it will not change any more.
    pub(in crate::datasets) fn has_ended(&self) -> bool {
        match self.state {
            ImportState::Running | ImportState::Applying => false,
            ImportState::Done | ImportState::Failed => true,
        }
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
