//! Notion's JSON: what is sent and what comes back, read with tolerance for what is new.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::super::{Account, Error, Held, Layout, RemoteField, RemoteTable, Row};
use super::cells::Cells;
use super::map;
use super::read::{self, Known, Piece};
use super::shape::{is_writable, may_be_cut, neutral};
use crate::fields::Value;

/// A page shows so many pieces of a text or a list at most (Notion API, "Retrieve a page").
const SHOWN_PIECES: usize = 25;

/// A page as it came.
pub(super) struct Read {
    pub(super) held: Held,
    /// Who made it.
    pub(super) maker: String,
    /// The data source that it lies in.
    pub(super) table: String,
    pub(super) in_trash: bool,
    /// The places of the cells that may not be shown whole.
    pub(super) cut: Vec<usize>,
}

/// A part of a list.
pub(super) struct Part<T> {
    pub(super) items: Vec<T>,
    pub(super) cursor: Option<String>,
    /// Whether the vendor ends the list although there is more (Notion API, "Query a data source").
    pub(super) ends_early: bool,
}

/// A database in the answer to a search.
pub(super) struct Source {
    pub(super) database: String,
    pub(super) name: String,
}

/// A database: it holds data sources.
pub(super) struct Database {
    pub(super) name: String,
    /// The ids of its data sources, and their names.
    pub(super) sources: Vec<(String, String)>,
}

/// The body that makes a page, or changes the one that the row names.
pub(super) fn write(layout: &Layout, row: &Row) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    out.push(b'{');
    if row.id.is_none() {
        out.extend_from_slice(b"\"parent\":{\"type\":\"data_source_id\",\"data_source_id\":");
        put(&mut out, &layout.table);
        out.extend_from_slice(b"},");
    }
    out.extend_from_slice(b"\"properties\":{");
    for (at, (field, cell)) in layout.fields.iter().zip(&row.cells).enumerate() {
        if at > 0 {
            out.push(b',');
        }
        put(&mut out, &field.id);
        out.push(b':');
        map::write(&field.kind, cell.as_ref(), &mut out);
    }
    out.extend_from_slice(b"}}");
    out
}

fn put(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("memory takes every byte");
}

#[derive(Deserialize)]
struct Page<'a> {
    id: String,
    created_time: Timestamp,
    #[serde(borrow)]
    created_by: Known<'a>,
    #[serde(default)]
    in_trash: bool,
    #[serde(default)]
    archived: bool,
    #[serde(borrow)]
    parent: Parent<'a>,
    #[serde(borrow)]
    properties: Cells<'a>,
}

#[derive(Deserialize)]
struct Parent<'a> {
    #[serde(borrow, default)]
    data_source_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    database_id: Option<Cow<'a, str>>,
}

impl Page<'_> {
    fn read(self, layout: &Layout) -> Result<Read, Error> {
        let mut cut = Vec::new();
        let mut cells = Vec::with_capacity(layout.fields.len());
        let table = self.parent.data_source_id.unwrap_or_default().into_owned();
        // One that lies elsewhere has other properties, and nobody asks for its cells.
        let asked = if table == layout.table {
            &layout.fields[..]
        } else {
            &[]
        };
        for (at, field) in asked.iter().enumerate() {
            let cell = self.properties.of(&field.id);
            let cell = cell.ok_or_else(|| {
                Error::SchemaMoved(format!("{:?} is not a property any more", field.name))
            })?;
            let (value, pieces) = read::read(&field.kind, cell.value());
            let more = cell.has_more.unwrap_or(pieces >= SHOWN_PIECES);
            if more && may_be_cut(&field.kind) {
                cut.push(at);
            }
            cells.push(value);
        }
        Ok(Read {
            held: Held {
                id: self.id,
                created_at: self.created_time,
                created: false,
                cells,
            },
            maker: self.created_by.id().to_owned(),
            table,
            in_trash: self.in_trash || self.archived,
            cut,
        })
    }
}

/// The page of an answer.
pub(super) fn page(layout: &Layout, body: &[u8]) -> Result<Read, Error> {
    parse::<Page<'_>>(body)?.read(layout)
}

#[derive(Deserialize)]
struct List<T> {
    results: Vec<T>,
    #[serde(default)]
    next_cursor: Option<String>,
    #[serde(default)]
    has_more: bool,
    #[serde(default)]
    request_status: Option<Status>,
}

#[derive(Deserialize)]
struct Status {
    #[serde(rename = "type")]
    kind: String,
}

impl<T> List<T> {
    fn part<U>(self, item: impl FnMut(T) -> Result<U, Error>) -> Result<Part<U>, Error> {
        let incomplete = |status: Status| status.kind == "incomplete";
        Ok(Part {
            items: self
                .results
                .into_iter()
                .map(item)
                .collect::<Result<_, _>>()?,
            cursor: self.next_cursor.filter(|_| self.has_more),
            ends_early: self.request_status.is_some_and(incomplete),
        })
    }
}

/// The pages of one part of a query's answer.
pub(super) fn pages(layout: &Layout, body: &[u8]) -> Result<Part<Read>, Error> {
    parse::<List<Page<'_>>>(body)?.part(|page| page.read(layout))
}

/// Some pieces of a cell.
pub(super) enum Pieces {
    /// Of a text.
    Words(String),
    /// Of a list of users or pages.
    Ids(Vec<String>),
}

/// One part of a cell, piece by piece (Notion API, "Retrieve a page property item").
pub(super) fn pieces(kind: &str, body: &[u8]) -> Result<Part<Pieces>, Error> {
    #[derive(Deserialize)]
    struct Item<'a> {
        #[serde(borrow, alias = "title")]
        rich_text: Option<Piece<'a>>,
        #[serde(borrow, alias = "people")]
        relation: Option<Known<'a>>,
    }
    let list: List<Item<'_>> = parse(body)?;
    let part = |items| Part {
        items: vec![items],
        cursor: list.next_cursor.filter(|_| list.has_more),
        ends_early: false,
    };
    let items = list.results.into_iter();
    Ok(part(match kind {
        "title" | "rich_text" => {
            let pieces = items.filter_map(|item| item.rich_text);
            Pieces::Words(pieces.map(Piece::into_text).collect())
        }
        _ => {
            let known = items.filter_map(|item| item.relation);
            Pieces::Ids(known.map(|known| known.id().to_owned()).collect())
        }
    }))
}

/// What all pieces of a cell are together.
pub(super) fn joined(pieces: Vec<Pieces>) -> Option<Value> {
    let (mut text, mut ids) = (String::new(), Vec::new());
    for some in pieces {
        match some {
            Pieces::Words(words) => text.push_str(&words),
            Pieces::Ids(more) => ids.extend(more),
        }
    }
    Value::text(text).or_else(|| Value::choices(ids))
}

/// The answer of `users/me`.
pub(super) fn account(body: &[u8]) -> Result<Account, Error> {
    #[derive(Deserialize)]
    struct Me {
        id: String,
        /// Its shape differs with the kind of integration.
        #[serde(default)]
        bot: serde_json::Value,
    }
    let Me { id, bot } = parse(body)?;
    let email = bot.pointer("/owner/user/person/email");
    Ok(Account {
        id,
        email: email.and_then(|email| email.as_str()).map(str::to_owned),
        scopes: None,
    })
}

/// The data sources of one part of a search's answer.
pub(super) fn found(body: &[u8]) -> Result<Part<Option<Source>>, Error> {
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
pub(super) fn database(body: &[u8]) -> Result<Database, Error> {
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
pub(super) fn table(body: &[u8]) -> Result<RemoteTable, Error> {
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
        }
    }
}

/// Reads the body of a good answer. A body that is cut or no JSON came too late to tell whether
/// the call was acted on: its answer is lost.
fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Error> {
    serde_json::from_slice(body).map_err(|error| Error::Lost(error.into()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A layout with one field of each type, the first being the key.
    pub(in super::super) fn layout(kinds: &[&str]) -> Layout {
        let field = |(at, kind): (usize, &&str)| RemoteField {
            id: format!("p%3A{at}"),
            name: format!("Property {at}"),
            kind: (*kind).to_owned(),
            neutral: neutral(kind),
            writable: true,
            description: None,
            options: Vec::new(),
        };
        Layout {
            base: "base1".to_owned(),
            table: "table1".to_owned(),
            fields: kinds.iter().enumerate().map(field).collect(),
            key: 0,
            typecast: false,
        }
    }

    fn json(properties: &str) -> String {
        format!(
            r#"{{"object":"page","id":"page1","created_time":"2026-01-31T17:05:00.000Z",
            "created_by":{{"object":"user","id":"bot1"}},"in_trash":false,"url":"https://x",
            "parent":{{"type":"data_source_id","data_source_id":"table1","database_id":"base1"}},
            "properties":{{{properties}}}}}"#
        )
    }

    const A: &str = r#""Name":{"id":"p%3A0","type":"title","title":[{"type":"text","text":{"content":"a"},"plain_text":"a"}]}"#;

    #[test]
    fn a_new_page_has_a_parent_and_a_known_one_none() {
        let layout = layout(&["title", "number"]);
        let mut row = Row {
            id: None,
            cells: vec![Value::text("a"), None],
        };
        let properties = r#""properties":{"p%3A0":{"title":[{"type":"text","text":{"content":"a"}}]},"p%3A1":{"number":null}}"#;
        let made = format!(
            r#"{{"parent":{{"type":"data_source_id","data_source_id":"table1"}},{properties}}}"#
        );
        assert_eq!(String::from_utf8(write(&layout, &row)).unwrap(), made);
        row.id = Some("page1".to_owned());
        let changed = format!("{{{properties}}}");
        assert_eq!(String::from_utf8(write(&layout, &row)).unwrap(), changed);
    }

    #[test]
    fn the_cells_of_a_page_are_found_by_the_ids_of_their_properties() {
        let layout = layout(&["title", "number"]);
        let more = r#""X":{"type":"hologram","hologram":{"x":[1]},"id":"zz"},"Size":{"number":2,"type":"number","id":"p%3A1"}"#;
        let read = page(&layout, json(&format!("{more},{A}")).as_bytes()).unwrap();
        assert_eq!(
            read.held.cells,
            [Value::text("a"), Some(Value::Number(2.0))]
        );
        assert_eq!((read.maker.as_str(), read.in_trash), ("bot1", false));
        assert!(read.cut.is_empty());
    }

    #[test]
    fn a_property_that_is_not_there_is_a_schema_that_has_moved() {
        let layout = layout(&["title", "number"]);
        let read = page(&layout, json(A).as_bytes());
        assert!(matches!(read, Err(Error::SchemaMoved(_))));
    }

    #[test]
    fn a_page_of_another_table_is_read_without_its_cells() {
        let mut layout = layout(&["title", "number"]);
        layout.table = "table2".to_owned();
        let read = page(&layout, json(A).as_bytes()).unwrap();
        assert_eq!(read.table, "table1");
        assert!(read.held.cells.is_empty());
    }

    #[test]
    fn a_cell_of_twenty_five_pieces_or_with_more_may_be_cut() {
        let layout = layout(&["title", "relation", "relation", "multi_select"]);
        let pieces = |count| vec![r#"{"plain_text":"a"}"#; count].join(",");
        let ids = |count| vec![r#"{"id":"p"}"#; count].join(",");
        let names: Vec<String> = (0..30).map(|at| format!(r#"{{"name":"{at}"}}"#)).collect();
        let body = json(&format!(
            r#""A":{{"id":"p%3A0","type":"title","title":[{}]}},
            "B":{{"id":"p%3A1","type":"relation","relation":[{}],"has_more":false}},
            "C":{{"id":"p%3A2","type":"relation","has_more":true,"relation":[{}]}},
            "D":{{"id":"p%3A3","type":"multi_select","multi_select":[{}]}}"#,
            pieces(25),
            ids(25),
            ids(25),
            names.join(",")
        ));
        assert_eq!(page(&layout, body.as_bytes()).unwrap().cut, [0, 2]);
    }

    #[test]
    fn the_pieces_of_a_cell_are_joined_over_its_parts() {
        let part = |text: &str, more: bool| {
            format!(
                r#"{{"object":"list","type":"property_item","results":[{{"object":"property_item","id":"title","type":"title","title":{{"plain_text":"{text}"}}}}],
                "next_cursor":"c","has_more":{more},"property_item":{{"id":"title","title":{{}}}}}}"#
            )
        };
        let first = pieces("title", part("a", true).as_bytes()).unwrap();
        let last = pieces("title", part("b", false).as_bytes()).unwrap();
        assert_eq!((first.cursor.as_deref(), &last.cursor), (Some("c"), &None));
        let all: Vec<Pieces> = first.items.into_iter().chain(last.items).collect();
        assert_eq!(joined(all), Value::text("ab"));
        let ids = r#"{"results":[{"type":"relation","relation":{"id":"p1"}}],"has_more":false}"#;
        let ids = pieces("relation", ids.as_bytes()).unwrap();
        assert_eq!(joined(ids.items), Value::choices(["p1".to_owned()]));
    }

    #[test]
    fn a_query_that_ends_at_the_vendors_most_rows_says_so() {
        let layout = layout(&["title"]);
        let list = |more: &str| format!(r#"{{"object":"list","results":[{}],{more}}}"#, json(A));
        let part = |more: &str| pages(&layout, list(more).as_bytes()).unwrap();
        let whole =
            part(r#""next_cursor":null,"has_more":false,"request_status":{"type":"complete"}"#);
        assert!(whole.cursor.is_none() && !whole.ends_early);
        let capped = part(
            r#""next_cursor":null,"has_more":false,"request_status":{"type":"incomplete","incomplete_reason":"query_result_limit_reached"}"#,
        );
        assert!(capped.ends_early);
        assert_eq!(
            part(r#""next_cursor":"c","has_more":true"#)
                .cursor
                .as_deref(),
            Some("c")
        );
    }

    #[test]
    fn an_answer_cut_anywhere_is_lost_and_never_half_read() {
        let layout = layout(&["title"]);
        let body = json(A);
        for length in 0..body.len() {
            let read = page(&layout, &body.as_bytes()[..length]);
            assert!(matches!(read, Err(Error::Lost(_))), "cut at {length}");
        }
        assert!(matches!(page(&layout, b"<html>"), Err(Error::Lost(_))));
    }

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

    #[test]
    fn the_account_is_the_integrations_own_user() {
        let person = br#"{"object":"user","id":"bot1","type":"bot","bot":{"owner":{"type":"user","user":{"person":{"email":"a@example.org"}}},"workspace_name":"W"}}"#;
        let told = account(person).unwrap();
        assert_eq!(
            (told.id.as_str(), told.email.as_deref()),
            ("bot1", Some("a@example.org"))
        );
        let bare = account(br#"{"object":"user","id":"bot1","bot":{}}"#).unwrap();
        assert_eq!(bare.email, None);
    }
}
