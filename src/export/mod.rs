//! Writes what a site's figures tell as a file: for a spreadsheet, a notebook or a desk.
//!
//! `make` asks the question and gives the file. `tell` brings each kind of answer into the form of a
//! `sheet`, which knows nothing of files, and `words` says in words what was asked. `csv`, `json`,
//! `xlsx` and `pdf` each write a sheet in one `format`. `events` writes the events themselves.

mod csv;
mod events;
mod format;
mod json;
mod make;
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "places on paper are told to a hundredth of a point"
)]
mod pdf;
mod sheet;
mod tell;
mod words;
mod xlsx;

pub(crate) use events::{EventFile, EventFormat, event_file};
pub(crate) use format::Format;
pub(crate) use make::{Error, File, Question, make};
