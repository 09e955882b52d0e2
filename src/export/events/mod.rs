//! Writes a site's events as they are kept: a line or a row for each, while it is sent.
//!
//! `stream` takes portion after portion and tells the book at the end. `csv`, `lines` and `parquet`
//! each write portions in one `format`.

mod csv;
mod format;
mod lines;
mod parquet;
mod stream;

pub(crate) use format::EventFormat;
pub(crate) use stream::{EventFile, event_file};
