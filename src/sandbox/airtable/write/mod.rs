//! Writes: read from the wire, planned whole against the table, then applied or refused whole.
mod apply;
mod plan;
mod wire;

pub(crate) use apply::{Applied, apply};
pub(crate) use plan::{Rules, plan};
pub(crate) use wire::{Item, Request};
