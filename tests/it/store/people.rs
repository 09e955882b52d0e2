//! A collection with all that a collection can have.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use weighbridge::base::{Act, Blocking};
use weighbridge::store::{
    Batch, Collection, Disk, Entry, Error, Index, Json, OnDelete, Reference, Registry, Store, Table,
};

use super::ledger::Ledger;

/// A person: an address that nobody else has, a town, perhaps a boss.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Person {
    pub(super) email: String,
    pub(super) town: String,
    pub(super) boss: Option<u64>,
}

impl Json for Person {}

/// The people, by number.
pub(super) struct People;

pub(super) static BY_EMAIL: Index = Index {
    name: "person.email",
    unique: true,
};
pub(super) static BY_TOWN: Index = Index {
    name: "person.town",
    unique: false,
};

impl Collection for People {
    const NAME: &'static str = "person";
    const INDEXES: &'static [&'static Index] = &[&BY_EMAIL, &BY_TOWN];
    const REFERS: bool = true;
    type Key = u64;
    type Value = Person;

    fn entries(_key: &u64, person: &Person) -> Vec<Entry> {
        vec![
            Entry::new(&BY_EMAIL, &person.email),
            Entry::new(&BY_TOWN, &person.town),
        ]
    }

    fn references(_key: &u64, person: &Person) -> Vec<Reference> {
        let boss = person.boss.iter();
        boss.map(|boss| Reference::to::<Self>(boss, OnDelete::Refuse))
            .collect()
    }

    fn label(_key: &u64, person: &Person) -> String {
        person.email.clone()
    }
}

/// Opens a store of people.
pub(super) fn open(disk: &Disk, ledger: &Ledger, blocking: Blocking) -> Result<Store, Error> {
    let registry = Registry::default().with([Table::of::<People>()]);
    Store::open_on(disk, 1 << 20, registry, Arc::new(ledger.clone()), blocking)
}

/// A batch whose act is `name`.
pub(super) fn batch(name: &str) -> Batch {
    Batch::new(Act {
        members: name.to_owned(),
        ..Act::default()
    })
}

/// Somebody whose address is made of `name`.
pub(super) fn person(name: &str) -> Person {
    Person {
        email: format!("{name}@example.org"),
        town: "Ulm".into(),
        boss: None,
    }
}
