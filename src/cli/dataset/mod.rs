//! `weighbridge dataset`: a user's tables of records.

mod command;
mod create;
mod file;
mod import;
mod select;
mod share;
mod view;

pub(super) use command::{Line, run};
pub(super) use file::{Existing, FileFormat, check_free, save_at};
pub(super) use import::upload;
