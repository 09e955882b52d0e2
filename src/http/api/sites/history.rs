//! Shows what became of a file of events.

use poem_openapi::Object;

use super::super::events::ReasonView;
use crate::analytics::{History, LineFault};

/// What became of a file of events. `read` is the sum of the three counts after it.
#[derive(Object)]
#[oai(rename = "EventsImported", skip_serializing_if_is_none)]
pub(super) struct HistoryView {
    /// Events read.
    read: u64,
    /// So many are counted now; they are kept durably.
    accepted: u64,
    /// So many were counted before, by their ids.
    doubled: u64,
    /// So many are not counted.
    refused: u64,
    /// The first 100 of those.
    faults: Vec<LineView>,
    /// Why the rest of the file was not read; what is told above stands.
    broke_off: Option<String>,
}

/// One event of a file that is not counted.
#[derive(Object)]
#[oai(rename = "RefusedLine")]
struct LineView {
    /// The line of the file in which it begins, from 1.
    line: u64,
    /// Why.
    code: ReasonView,
    /// The same in a sentence.
    message: String,
}

impl From<History> for HistoryView {
    fn from(history: History) -> Self {
        Self {
            read: history.read,
            accepted: history.accepted,
            doubled: history.doubled,
            refused: history.refused,
            faults: history.faults.into_iter().map(LineView::from).collect(),
            broke_off: history.broke_off,
        }
    }
}

impl From<LineFault> for LineView {
    fn from(fault: LineFault) -> Self {
        Self {
            line: fault.line,
            code: fault.reason.into(),
            message: fault.message,
        }
    }
}
