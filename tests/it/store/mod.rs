//! The store under conflicts, crashes and failing disks, against a model that has none.

pub(crate) mod disk;
mod faults;
mod kill;
mod ledger;
mod model;
mod people;
