//! Cell values between the wire and the table: what is taken, what is shown.
mod accept;
mod computed;
mod object;
mod plain;
mod reference;
mod show;
mod text;
mod typecast;

pub(crate) use accept::{Desk, Pending, accept};
pub(crate) use computed::{computed, linked_rows};
pub(crate) use show::{Format, RecordView, Shown};
pub(crate) use text::{moment_text, number_text, text};
