//! Serves what people look at: the browser UI, the catalogue of errors and the handbook.

mod catalogue;
mod files;
mod handbook;
mod html;
mod moved;
mod script;

pub(crate) use catalogue::Catalogue;
pub(crate) use files::Files;
pub use files::demo_table;
pub(crate) use handbook::Handbook;
pub(crate) use moved::Moved;
pub(crate) use script::Script;
