//! The store under conflicts, crashes and failing disks, against a model that has none.

mod disk;
mod faults;
mod kill;
mod ledger;
mod model;
mod people;
