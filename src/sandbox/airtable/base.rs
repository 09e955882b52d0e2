//! A base: a name, its tables, and the people who work in it.
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use super::{
    id::is_id,
    refusal::Refusal,
    table::{Author, Table},
};

/// A table's place in its base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TableAt(pub(crate) usize);

pub(crate) struct Base {
    pub(crate) id: String,
    pub(crate) name: String,
    tables: Vec<Table>,
    /// How often the address of a file was signed.
    signed: AtomicU64,
}

impl Base {
    pub(crate) fn new(id: String, name: String) -> Self {
        Self {
            id,
            name,
            tables: Vec::new(),
            signed: AtomicU64::new(0),
        }
    }

    /// A file as it is shown: at an address of the vendor's own that is another at each reading.
    pub(crate) fn signed(&self, file: &Value) -> Value {
        let number = self.signed.fetch_add(1, Ordering::Relaxed);
        let mut shown = file.clone();
        let id = file["id"].as_str().unwrap_or_default();
        shown["url"] = json!(format!(
            "https://files.airtable.example/{id}?signature={number}"
        ));
        shown
    }

    pub(crate) fn tables(&self) -> &[Table] {
        &self.tables
    }

    pub(crate) fn add(&mut self, table: Table) -> TableAt {
        self.tables.push(table);
        TableAt(self.tables.len() - 1)
    }

    /// Puts a table in the place of the one with the same id, or behind the others.
    pub(crate) fn replace(&mut self, table: Table) -> TableAt {
        let place = self.tables.iter().position(|old| old.id == table.id);
        let Some(place) = place else {
            return self.add(table);
        };
        self.tables[place] = table;
        TableAt(place)
    }

    /// Finds a table by id, else by name.
    pub(crate) fn find(&self, key: &str) -> Option<TableAt> {
        let place = if is_id("tbl", key) {
            self.tables.iter().position(|table| table.id == key)
        } else {
            None
        };
        place
            .or_else(|| self.tables.iter().position(|table| table.name == key))
            .map(TableAt)
    }

    /// Finds a table, or refuses as the vendor does when a valid base has no such table.
    pub(crate) fn known(&self, key: &str) -> Result<TableAt, Refusal> {
        self.find(key).ok_or_else(Refusal::no_model)
    }

    /// The places of its tables.
    pub(crate) fn places(&self) -> impl Iterator<Item = TableAt> + use<> {
        (0..self.tables.len()).map(TableAt)
    }

    pub(crate) fn table(&self, at: TableAt) -> &Table {
        &self.tables[at.0]
    }

    pub(crate) fn table_mut(&mut self, at: TableAt) -> &mut Table {
        &mut self.tables[at.0]
    }
}

/// Somebody who may be named in a collaborator field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Person {
    pub(crate) id: &'static str,
    pub(crate) email: &'static str,
    name: &'static str,
}

/// The people of every base: the token's owner and somebody who works at the vendor's page.
pub(crate) const PEOPLE: [Person; 2] = [
    Person {
        id: "usrSandboxOwner01",
        email: "owner@sandbox.example",
        name: "Olga Owner",
    },
    Person {
        id: "usrColleague00001",
        email: "colleague@sandbox.example",
        name: "Carl Colleague",
    },
];

impl Person {
    pub(crate) fn of(author: Author) -> &'static Self {
        match author {
            Author::Token => &PEOPLE[0],
            Author::Colleague => &PEOPLE[1],
        }
    }

    pub(crate) fn json(&self) -> Value {
        json!({ "id": self.id, "email": self.email, "name": self.name })
    }
}
