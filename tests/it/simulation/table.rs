//! The vendor's table as everybody who wrote to it must have left it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::far;

pub(super) const BASE: &str = "appSimulation0001";
pub(super) const TABLE: &str = "tblRecordsSim0001";
pub(super) const KEY: &str = "Code";

/// The fields: of the dataset, of the table, and the latter's id.
pub(super) const FIELDS: [(&str, &str, &str); 4] = [
    ("code", KEY, "fldCode0000000001"),
    ("name", "Name", "fldName0000000001"),
    ("size", "Size", "fldSize0000000001"),
    ("kind", "Kind", "fldKind0000000001"),
];

/// A field of the dataset that no field of the table belongs to, in pulls.
pub(super) const NOTE: &str = "note";

/// What a colleague makes so shortly before it is written may have been made in the time between an
/// intent and its call: the vendor tells the second in which a record was made.
const CROSSING: Duration = Duration::from_secs(2);

/// What the select field takes.
pub(super) const KINDS: [&str; 3] = ["A", "B", "C"];

/// Cells by the remote field's name; empty ones are absent.
pub(super) type Cells = BTreeMap<String, Value>;

/// The base, in the vendor's own words.
pub(super) fn base() -> Value {
    let choices = KINDS.map(|kind| json!({ "name": kind }));
    let kinds = [
        ("singleLineText", Value::Null),
        ("singleLineText", Value::Null),
        ("number", json!({ "precision": 0 })),
        ("singleSelect", json!({ "choices": choices })),
    ];
    let fields = FIELDS
        .iter()
        .zip(kinds)
        .map(|((_, name, id), (kind, options))| {
            let mut field = json!({ "id": id, "name": name, "type": kind });
            if !options.is_null() {
                field["options"] = options;
            }
            field
        });
    let fields: Vec<Value> = fields.collect();
    json!({
        "id": BASE, "name": "Simulation",
        "tables": [{ "id": TABLE, "name": "Records", "fields": fields }],
    })
}

/// One remote record.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub(super) cells: Cells,
    /// The key under which the appliance made it; `None` when a colleague did.
    pub(super) made_for: Option<String>,
    /// When a colleague made it, from the vendor's start on.
    pub(super) born: Duration,
    /// How long it had been there, of a colleague's, when the appliance wrote it first.
    pub(super) met: Option<Duration>,
    /// Whether the appliance has ever written it.
    pub(super) written: bool,
    /// The fields that a colleague has changed since the appliance wrote it last.
    pub(super) edited: BTreeSet<String>,
    /// What it held when the appliance wrote it last.
    pub(super) left: Cells,
    /// Whether the appliance was shown it since anybody changed it last.
    pub(super) shown: bool,
    /// Whether another had the same key when the appliance deleted it, made by whomever.
    pub(super) double: bool,
}

impl Row {
    /// Whether a colleague made it under a key that the appliance was just then making, so that
    /// nobody who loses the answer can tell whose it is.
    pub(super) fn crossed(&self) -> bool {
        self.met.is_some_and(|age| age < CROSSING)
    }

    pub(super) fn key(&self) -> &str {
        self.cells
            .get(KEY)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

/// All of them by id.
#[derive(Default)]
pub(super) struct Table {
    pub(super) rows: BTreeMap<String, Row>,
    /// Those that a colleague has deleted.
    pub(super) deleted: BTreeSet<String>,
    /// Every key that a record has ever had.
    pub(super) keys: BTreeSet<String>,
    /// The sizes that colleagues have last written, by the row's key.
    pub(super) edits: BTreeMap<String, Value>,
    /// Those that the appliance has deleted, as they were then.
    pub(super) taken: BTreeMap<String, Row>,
}

impl Table {
    /// Takes in what the appliance has written, by the vendor's own answer.
    pub(super) fn written(&mut self, sent: &Value, answer: &Value, now: Duration) {
        let created: Vec<&str> = texts(&answer["createdRecords"]).collect();
        let sent = sent["records"].as_array().into_iter().flatten();
        let held = answer["records"].as_array().into_iter().flatten();
        for (sent, held) in sent.zip(held) {
            let id = held["id"].as_str().unwrap();
            let row = self.rows.entry(id.to_owned()).or_default();
            if created.contains(&id) {
                let key = sent["fields"][FIELDS[0].2].as_str().unwrap();
                row.made_for = Some(key.to_owned());
            } else if !row.written {
                row.met = Some(now.saturating_sub(row.born));
            }
            row.cells = by_name(&held["fields"]);
            row.written = true;
            row.edited.clear();
            row.left = row.cells.clone();
            row.shown = true;
        }
    }

    /// Takes in what the appliance has done to a page, by Notion's own answer.
    pub(super) fn page_written(&mut self, made: bool, page: &Value) {
        let id = page["id"].as_str().unwrap();
        if page["in_trash"] == true {
            // What lies there already is trashed again and stays there.
            if let Some(mut row) = self.rows.remove(id) {
                let made = row.made_for.as_deref();
                let same = |other: &Row| {
                    other.made_for.as_deref() == made || other.key() == made.unwrap_or_default()
                };
                row.double = made.is_some() && self.rows.values().any(same);
                self.take(id, row);
            }
            return;
        }
        // What comes out of the trash is written at once: what a colleague writes in between, nobody
        // sees.
        if self.taken.contains_key(id)
            && let Some(row) = self.rows.get(id).filter(|row| !row.shown)
        {
            self.edits.remove(row.key());
        }
        // It is what went there.
        let before = self.taken.get(id).cloned().unwrap_or_default();
        let row = self.rows.entry(id.to_owned()).or_insert(before);
        row.cells = far::cells(page);
        if made {
            row.made_for = Some(row.key().to_owned());
        }
        row.written = true;
        row.edited.clear();
        row.left = row.cells.clone();
        row.shown = true;
    }

    /// Takes in what a colleague has written, and what the record then holds.
    pub(super) fn edited(&mut self, id: &str, fields: &Value, cells: Cells, now: Duration) {
        let row = self.rows.entry(id.to_owned());
        let row = row.or_insert_with(|| Row {
            born: now,
            ..Row::default()
        });
        row.cells = cells;
        row.shown = false;
        row.edited
            .extend(fields.as_object().unwrap().keys().cloned());
        self.keys.insert(row.key().to_owned());
        if let Some(size) = fields.get(FIELDS[2].1) {
            self.edits.insert(row.key().to_owned(), size.clone());
        }
    }

    /// Takes in what the appliance was shown, by the vendor's own answer.
    pub(super) fn read(&mut self, answer: &Value) {
        let listed = answer["records"].as_array();
        let listed = listed.or(answer["results"].as_array());
        let one = listed.is_none().then_some(answer);
        for held in listed.into_iter().flatten().chain(one) {
            let id = held["id"].as_str().unwrap_or_default();
            if let Some(row) = self.rows.get_mut(id) {
                row.shown = true;
            }
        }
    }

    /// Takes a row away. What a colleague wrote after the last look at it nobody could save.
    fn take(&mut self, id: &str, row: Row) {
        if !row.shown {
            self.edits.remove(row.key());
        }
        self.taken.insert(id.to_owned(), row);
    }

    /// Takes in what the appliance has deleted, by the vendor's own answer.
    pub(super) fn taken(&mut self, answer: &Value) {
        for gone in answer["records"].as_array().into_iter().flatten() {
            let id = gone["id"].as_str().unwrap();
            let row = self.rows.remove(id).expect("what is deleted was there");
            self.take(id, row);
        }
    }

    pub(super) fn removed(&mut self, id: &str) {
        self.rows.remove(id);
        self.deleted.insert(id.to_owned());
    }

    /// Whether there is or was a record with this id.
    pub(super) fn knows(&self, id: &str) -> bool {
        self.rows.contains_key(id) || self.deleted.contains(id) || self.taken.contains_key(id)
    }

    /// The ids of the records that hold a key.
    pub(super) fn under(&self, key: &str) -> Vec<&str> {
        let of_key = self.rows.iter().filter(|(_, row)| row.key() == key);
        of_key.map(|(id, _)| id.as_str()).collect()
    }
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

fn by_name(fields: &Value) -> Cells {
    let named = |(id, value): (&String, &Value)| {
        let (_, name, _) = FIELDS.iter().find(|(_, _, own)| own == id).unwrap();
        ((*name).to_owned(), value.clone())
    };
    fields
        .as_object()
        .unwrap_or(&Map::new())
        .iter()
        .map(named)
        .collect()
}
