//! Databases, their data sources and the properties of those.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::super::{Error, RemoteField, RemoteTable};
use super::super::read::Piece;
use super::super::shape::{is_writable, neutral};
use super::answer::{List, Part, parse};

/// A database in the answer to a search.
pub(in super::super) struct Source {
    pub(in super::super) database: String,
    pub(in super::super) name: String,
}

/// A database: it holds data sources.
pub(in super::super) struct Database {
    pub(in super::super) name: String,
    /// The ids of its data sources, and their names.
    pub(in super::super) sources: Vec<(String, String)>,
}

/// The data sources of one part of a search's answer.
pub(in super::super) fn found(body: &[u8]) -> Result<Part<Option<Source>>, Error> {
    #[derive(Deserialize)]
    struct Found<'a> {
        #[serde(borrow, default)]
        title: Vec<Piece<'a>>,
        #[serde(borrow)]
        parent: Parent<'a>,
        #[serde(default)]
        in_trash: bool,
        #[serde(default)]
        archived: bool,
    }
    #[derive(Deserialize)]
    struct Parent<'a> {
        #[serde(borrow, default)]
        database_id: Option<Cow<'a, str>>,
    }
    parse::<List<Found<'_>>>(body)?.part(|found| {
        let database = found.parent.database_id.map(Cow::into_owned);
        let database = database.filter(|_| !found.in_trash && !found.archived);
        Ok(database.map(|database| Source {
            database,
            name: title(found.title),
        }))
    })
}

/// A database with the data sources that it holds.
pub(in super::super) fn database(body: &[u8]) -> Result<Database, Error> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(borrow, default)]
        title: Vec<Piece<'a>>,
        #[serde(default)]
        data_sources: Vec<Entry>,
        #[serde(default)]
        in_trash: bool,
        #[serde(default)]
        archived: bool,
    }
    #[derive(Deserialize)]
    struct Entry {
        id: String,
        #[serde(default)]
        name: String,
    }
    let answer: Answer<'_> = parse(body)?;
    if answer.in_trash || answer.archived {
        return Err(Error::Gone("the database is in the trash".to_owned()));
    }
    let sources = answer.data_sources.into_iter();
    Ok(Database {
        name: title(answer.title),
        sources: sources.map(|entry| (entry.id, entry.name)).collect(),
    })
}

/// What people see where something has no title.
const UNTITLED: &str = "Untitled";

fn title(pieces: Vec<Piece<'_>>) -> String {
    let title: String = pieces.into_iter().map(Piece::into_text).collect();
    if title.trim().is_empty() {
        UNTITLED.to_owned()
    } else {
        title
    }
}

/// A data source with its properties.
pub(in super::super) fn table(body: &[u8]) -> Result<RemoteTable, Error> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        id: String,
        #[serde(borrow, default)]
        title: Vec<Piece<'a>>,
        properties: BTreeMap<String, Property>,
        #[serde(default)]
        in_trash: bool,
        #[serde(default)]
        archived: bool,
    }
    let answer: Answer<'_> = parse(body)?;
    if answer.in_trash || answer.archived {
        return Err(Error::Gone("the data source is in the trash".to_owned()));
    }
    let mut fields: Vec<RemoteField> = answer
        .properties
        .into_iter()
        .map(|(name, property)| property.field(name))
        .collect();
    // The title comes first, as the vendor's own pages show it; it keeps no order of the others.
    fields.sort_by_key(|field| field.kind != "title");
    let primary = fields.first().filter(|field| field.kind == "title");
    Ok(RemoteTable {
        id: answer.id,
        name: title(answer.title),
        primary_field_id: primary.map(|field| field.id.clone()).unwrap_or_default(),
        fields,
        any_names: false,
    })
}

#[derive(Deserialize)]
struct Property {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    description: Option<String>,
    /// Among them the one that is named like the type; its shape differs, and new types come.
    #[serde(flatten)]
    members: BTreeMap<String, serde_json::Value>,
}

impl Property {
    fn field(self, name: String) -> RemoteField {
        let settings = self.members.get(&self.kind);
        let options = settings.and_then(|settings| settings.get("options")?.as_array());
        let option = |option: &serde_json::Value| Some(option.get("name")?.as_str()?.to_owned());
        RemoteField {
            neutral: neutral(&self.kind),
            writable: is_writable(&self.kind),
            options: options.into_iter().flatten().filter_map(option).collect(),
            id: self.id,
            name,
            kind: self.kind,
            description: self.description.filter(|text| !text.is_empty()),
            decimals: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_read_with_types_that_nobody_knows_yet() {
        let body = br#"{"object":"data_source","id":"table1","title":[{"plain_text":"Pages"}],
            "parent":{"type":"database_id","database_id":"base1"},"properties":{
            "Later":{"id":"h","name":"Later","type":"hologram","hologram":[1]},
            "State":{"id":"s","name":"State","type":"status","status":{"options":[{"id":"1","name":"Open","color":"red"}],"groups":[]}},
            "Name":{"id":"title","name":"Name","type":"title","title":{},"description":""}}}"#;
        let table = table(body).unwrap();
        assert_eq!(
            (table.name.as_str(), table.primary_field_id.as_str()),
            ("Pages", "title")
        );
        assert_eq!(table.fields[0].kind, "title");
        let state = table.fields.iter().find(|field| field.id == "s").unwrap();
        assert_eq!(state.options, ["Open"]);
        let later = table.fields.iter().find(|field| field.id == "h").unwrap();
        assert_eq!((later.writable, later.neutral), (false, None));
    }

    #[test]
    fn what_lies_in_the_trash_is_gone() {
        let table = table(br#"{"id":"t","properties":{},"in_trash":true}"#);
        assert!(matches!(table, Err(Error::Gone(_))));
        let database = database(br#"{"id":"d","title":[],"data_sources":[],"in_trash":true}"#);
        assert!(matches!(database, Err(Error::Gone(_))));
    }
}
