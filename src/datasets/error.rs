//! What can go wrong with datasets, by what the caller can do.

use std::io::ErrorKind;

use super::exports::MOST_EXPORTS;
use super::filter::FilterError;
use super::import::Refusal;
use super::plan::QueryError;
use super::selection::MOST_SELECTED;
use super::share::Access;
use crate::base::{BadCursor, DatasetId, ExportId, ImportId};
use crate::fields::{Misfit, SchemaFaults, UnknownNames};
use crate::store;

/// Why a dataset was not read or changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none of this id under the owner.
    #[error("dataset {0} does not exist")]
    UnknownDataset(DatasetId),
    /// It was shared with whoever had opened it, and is no more.
    #[error("dataset {0} is not shared with you any more")]
    Withdrawn(DatasetId),
    /// It is shared with whoever has opened it, but not for this.
    #[error(
        "the dataset is shared with you to {held}; this needs {needed}",
        held = .held.name(),
        needed = .needed.name()
    )]
    NotAllowed {
        /// How far they may go.
        held: Access,
        /// How far they would have to.
        needed: Access,
    },
    /// It is not shared with that user.
    #[error("the dataset is not shared with that user")]
    UnknownShare,
    /// It is shared with that user already.
    #[error("the dataset is shared with {0} already; change that share instead")]
    SharedAlready(String),
    /// One's own dataset needs no share.
    #[error("the dataset is yours")]
    OwnShare,
    /// The dataset has no such record.
    #[error("record {0:?} does not exist")]
    UnknownRecord(String),
    /// The dataset has seen no such import.
    #[error("import {0} does not exist")]
    UnknownImport(ImportId),
    /// Whoever asks has asked for no such export of the dataset.
    #[error("export {0} does not exist")]
    UnknownExport(ExportId),
    /// The export has no file, or not yet; its state.
    #[error("the export has no file: it is {0}")]
    NotDone(&'static str),
    /// The export has not ended.
    #[error("the export has not ended; wait for its end, or cancel it")]
    NotEnded,
    /// The job has come to another end.
    #[error("it has ended")]
    Ended,
    /// The file of a strict import was accepted as a whole.
    #[error("the whole file was accepted and is being written; it cannot be called off any more")]
    Accepted,
    /// It is not in the state that the change was meant for.
    #[error("it is not in the state that the change was meant for")]
    Precondition,
    /// A record that was to be new is there.
    #[error("record {0:?} exists already")]
    Exists(String),
    /// The owner has another dataset of this name.
    #[error("another dataset is called {0:?} (upper and lower case count as the same)")]
    NameTaken(String),
    /// The name's length or characters.
    #[error("a name has 1 to 120 characters, none of them a control character")]
    BadName,
    /// The fields contradict themselves.
    #[error("the schema cannot be used")]
    BadSchema(#[from] SchemaFaults),
    /// The key field is missing, or its type tells no record from another.
    #[error(
        "the key field must be one of the fields, of a type whose values have one short spelling \
         (text, integer, date, choice, email, url or phone)"
    )]
    BadKeyField,
    /// The records that are there do not fit the new schema.
    #[error("{count} records do not fit: the first is {key:?}, whose {field:?} {reason}")]
    DoesNotFit {
        /// How many.
        count: u64,
        /// The first one's key.
        key: String,
        /// Its field that does not fit.
        field: String,
        /// Why.
        reason: FaultReason,
    },
    /// A record's values are not acceptable.
    #[error("the record cannot be kept as it is")]
    BadRecord(Vec<RecordFault>),
    /// The body is no JSON object.
    #[error("the body is not a JSON object: {0}")]
    BadJson(String),
    /// The filter cannot be read.
    #[error(transparent)]
    BadFilter(#[from] FilterError),
    /// The query asks for what there is not.
    #[error(transparent)]
    BadQuery(#[from] QueryError),
    /// The fields that are to be shown are none of the dataset's.
    #[error("fields: {0}")]
    UnknownNames(#[from] UnknownNames),
    /// More would be picked than one user can.
    #[error("a selection has at most {MOST_SELECTED} records; a sync can go by a filter instead")]
    SelectionTooLarge,
    /// The fields that a file is to have are none of the dataset's.
    #[error("fields: {0}")]
    UnknownFields(#[source] UnknownNames),
    /// As many exports are kept for one user as may be.
    #[error(
        "{MOST_EXPORTS} exports of yours are kept or under way: delete one of them, or wait until \
         one is deleted by itself"
    )]
    TooManyExports,
    /// The cursor is none of this list's.
    #[error(transparent)]
    BadCursor(#[from] BadCursor),
    /// Somebody else changed it at the same time, again and again.
    #[error("it was changed by somebody else meanwhile; read it again")]
    Changed,
    /// A file would not show one moment any more.
    #[error(
        "the file took longer than the nine minutes for which its records are held as they were; \
         choose fewer fields, or have it made in the background"
    )]
    TookTooLong,
    /// Records are being written by an import.
    #[error("records are being written to the dataset; try again when the import has ended")]
    Busy,
    /// The file as a whole cannot be imported.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The folder for files that wait cannot be used.
    #[error("the spool folder cannot be used")]
    Spool(#[source] std::io::Error),
    /// The store did not do it.
    #[error("the store did not do it")]
    Store(#[from] store::Error),
}

impl Error {
    /// Whether there is no room on a disk.
    pub(super) fn is_full(&self) -> bool {
        match self {
            Self::Spool(error) => {
                matches!(
                    error.kind(),
                    ErrorKind::StorageFull | ErrorKind::QuotaExceeded
                )
            }
            Self::Store(error) => matches!(error, store::Error::Full),
            _ => false,
        }
    }
}

/// One thing that is wrong with a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordFault {
    /// The field; none when it is the record as a whole.
    pub field: Option<String>,
    /// The value as it was given, cut at 200 characters.
    pub value: Option<String>,
    /// What is wrong.
    pub reason: FaultReason,
}

/// Why a record's value is not acceptable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultReason {
    /// It does not fit its field.
    #[error(transparent)]
    Misfit(#[from] Misfit),
    /// The key's length.
    #[error("is the key, which has 1 to 500 characters")]
    KeyLength,
    /// The key's characters.
    #[error("is the key, which has no control characters")]
    KeyCharacters,
    /// The body names another key than the address.
    #[error("is the key and must be the same as in the address")]
    KeyMoved,
    /// The record as a whole.
    #[error("the record is larger than 4 MiB")]
    TooLarge,
    /// No field of this name.
    #[error("is not a field of this dataset")]
    Unknown,
    /// The same name again.
    #[error("is given twice")]
    Doubled,
}

impl RecordFault {
    pub(super) fn of(field: &str, reason: impl Into<FaultReason>) -> Self {
        Self {
            field: Some(field.to_owned()),
            value: None,
            reason: reason.into(),
        }
    }
}
