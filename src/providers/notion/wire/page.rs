//! Pages: the body that writes one, and those that an answer shows.

use std::borrow::Cow;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use memchr::memmem;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::super::{Changed, Error, Held, Layout, Row};
use super::super::cells::Cells;
use super::super::map;
use super::super::read::{self, Known};
use super::super::shape::{Shape, may_be_cut, shape};
use super::answer::{List, Part, parse};
use crate::fields::Value;

/// A page shows so many pieces of a text or a list at most (Notion API, "Retrieve a page").
const SHOWN_PIECES: usize = 25;

/// A page as it came.
pub(in super::super) struct Read {
    pub(in super::super) held: Held,
    /// Who made it.
    pub(in super::super) maker: String,
    /// Who edited it last, and when; none when the vendor does not tell.
    pub(in super::super) edited: Option<(String, Timestamp)>,
    /// The data source that it lies in.
    pub(in super::super) table: String,
    pub(in super::super) in_trash: bool,
    /// The places of the cells that may not be shown whole.
    pub(in super::super) cut: Vec<usize>,
}

/// The body that makes a page, or changes the one that the row names.
pub(in super::super) fn write(layout: &Layout, row: &Row) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    out.push(b'{');
    if row.id.is_none() {
        out.extend_from_slice(b"\"parent\":{\"type\":\"data_source_id\",\"data_source_id\":");
        put(&mut out, &layout.table);
        out.extend_from_slice(b"},");
    }
    out.extend_from_slice(b"\"properties\":{");
    let cells = layout.fields.iter().zip(&row.cells).enumerate();
    let written = cells.filter(|(at, _)| !row.untouched.contains(at));
    for (nth, (_, (field, cell))) in written.enumerate() {
        if nth > 0 {
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
    #[serde(default)]
    last_edited_time: Option<Timestamp>,
    #[serde(borrow)]
    created_by: Known<'a>,
    #[serde(borrow, default)]
    last_edited_by: Option<Known<'a>>,
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
}

impl Read {
    /// Whether `maker` has made it, and nobody has touched it since, as far as the vendor tells:
    /// times are whole minutes, so whoever edited it last has to be the maker too.
    pub(in super::super) fn is_as_made_by(&self, maker: &str) -> bool {
        let edited = self.edited.as_ref();
        self.maker == maker
            && edited.is_some_and(|(editor, at)| editor == maker && *at <= self.held.created_at)
    }
}

impl Page<'_> {
    fn read(self, layout: &Layout) -> Result<Read, Error> {
        let table = self.parent.data_source_id.unwrap_or_default().into_owned();
        // One that lies elsewhere has other properties, and nobody asks for its cells.
        let (cells, cut) = if table == layout.table {
            read_cells(layout, &self.properties)?
        } else {
            (Vec::new(), Vec::new())
        };
        Ok(Read {
            held: Held {
                id: self.id,
                created_at: self.created_time,
                changed: self.last_edited_time.map(changed),
                created: false,
                cells,
            },
            maker: self.created_by.id().to_owned(),
            edited: self
                .last_edited_by
                .map(|editor| editor.id().to_owned())
                .zip(self.last_edited_time),
            table,
            in_trash: self.in_trash || self.archived,
            cut,
        })
    }
}

/// Cells in the order of the layout.
type Values = Vec<Option<Value>>;

/// The cells of a page, and the places of those that may not be shown whole.
fn read_cells(layout: &Layout, properties: &Cells<'_>) -> Result<(Values, Vec<usize>), Error> {
    let mut cut = Vec::new();
    let mut cells = Vec::with_capacity(layout.fields.len());
    for (at, field) in layout.fields.iter().enumerate() {
        let cell = properties.of(&field.id);
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
    Ok((cells, cut))
}

/// A page of a listing, with its cells unread.
#[derive(Deserialize)]
struct Line<'a> {
    id: String,
    created_time: Timestamp,
    #[serde(default)]
    in_trash: bool,
    #[serde(default)]
    archived: bool,
    #[serde(borrow)]
    parent: Parent<'a>,
    #[serde(borrow)]
    properties: &'a RawValue,
}

/// A page of a listing.
pub(in super::super) struct Unread {
    pub(in super::super) id: String,
    pub(in super::super) created_at: Timestamp,
    /// Its properties as they came; none when it is not a row of the table any more.
    pub(in super::super) text: Option<Bytes>,
}

impl Unread {
    /// Whether a cell may not be shown whole. When that cannot be told without reading them all, it
    /// may: as many pieces as are shown at most have as many texts or ids.
    pub(in super::super) fn may_be_cut(text: &[u8]) -> bool {
        let often = |word: &[u8]| memmem::find_iter(text, word).count() >= SHOWN_PIECES;
        often(b"\"plain_text\"") || often(b"\"id\"") || memmem::find(text, b"has_more").is_some()
    }
}

/// The pages of one part of a query's answer, unread.
pub(in super::super) fn unread(layout: &Layout, body: &Bytes) -> Result<Part<Unread>, Error> {
    parse::<List<Line<'_>>>(body)?.part(|line| {
        let lies_in = line.parent.data_source_id.as_deref() == Some(&layout.table);
        let is_row = lies_in && !line.in_trash && !line.archived;
        Ok(Unread {
            id: line.id,
            created_at: line.created_time,
            text: is_row.then(|| body.slice_ref(line.properties.get().as_bytes())),
        })
    })
}

/// The cells of a page that was left unread.
pub(in super::super) fn cells(layout: &Layout, text: &[u8]) -> Result<Values, Error> {
    let (cells, _) = read_cells(layout, &parse(text)?)?;
    Ok(cells)
}

/// A page that was left unread, and lies in the layout's table.
pub(in super::super) fn read_late(layout: &Layout, page: Unread) -> Result<Read, Error> {
    let text = page.text.as_deref().unwrap_or_default();
    let (cells, cut) = read_cells(layout, &parse(text)?)?;
    Ok(Read {
        held: Held {
            id: page.id,
            created_at: page.created_at,
            changed: None,
            created: false,
            cells,
        },
        maker: String::new(),
        edited: None,
        table: layout.table.clone(),
        in_trash: false,
        cut,
    })
}

/// When a page was changed that says so to the minute (Notion API, "Page object").
fn changed(from: Timestamp) -> Changed {
    const ROUNDED: SignedDuration = SignedDuration::from_secs(60);
    let to = from.saturating_add(ROUNDED).unwrap_or(from);
    Changed { from, to }
}

/// The files of each property of a page that holds files, as they are shown, by the property's place.
pub(in super::super) fn files(layout: &Layout, body: &[u8]) -> Result<Vec<(usize, String)>, Error> {
    let page = parse::<Page<'_>>(body)?;
    let fields = layout.fields.iter().enumerate();
    let files = fields.filter(|(_, field)| shape(&field.kind) == Shape::Files);
    let shown = files
        .filter_map(|(at, field)| Some((at, page.properties.of(&field.id)?.value().to_owned())));
    Ok(shown.collect())
}

/// The page of an answer.
pub(in super::super) fn page(layout: &Layout, body: &[u8]) -> Result<Read, Error> {
    parse::<Page<'_>>(body)?.read(layout)
}

/// The pages of one part of a query's answer.
pub(in super::super) fn pages(layout: &Layout, body: &[u8]) -> Result<Part<Read>, Error> {
    parse::<List<Page<'_>>>(body)?.part(|page| page.read(layout))
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::super::super::RemoteField;
    use super::super::super::shape::neutral;
    use super::*;

    /// A layout with one field of each type, the first being the key.
    pub(in super::super::super) fn layout(kinds: &[&str]) -> Layout {
        let field = |(at, kind): (usize, &&str)| RemoteField {
            id: format!("p%3A{at}"),
            name: format!("Property {at}"),
            kind: (*kind).to_owned(),
            neutral: neutral(kind),
            writable: true,
            description: None,
            options: Vec::new(),
            decimals: None,
        };
        Layout {
            base: "base1".to_owned(),
            table: "table1".to_owned(),
            fields: kinds.iter().enumerate().map(field).collect(),
            key: 0,
            typecast: false,
            changed: None,
            sender: String::new(),
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
            untouched: Vec::new(),
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
    fn what_is_to_stay_untouched_is_not_sent() {
        let row = Row {
            id: Some("page1".to_owned()),
            cells: vec![None, Value::number(7.0)],
            untouched: vec![0],
        };
        let sent = String::from_utf8(write(&layout(&["title", "number"]), &row)).unwrap();
        assert_eq!(sent, r#"{"properties":{"p%3A1":{"number":7}}}"#);
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
    fn a_page_is_as_it_was_made_only_if_the_vendor_says_so() {
        let layout = layout(&["title"]);
        let read = |edited: &str| {
            let body = json(A).replacen("\"in_trash\"", &format!("{edited}\"in_trash\""), 1);
            page(&layout, body.as_bytes()).unwrap()
        };
        let edited = |by: &str, at: &str| {
            format!(
                r#""last_edited_by":{{"object":"user","id":"{by}"}},"last_edited_time":"2026-01-31T17:{at}:00.000Z","#
            )
        };
        assert!(read(&edited("bot1", "05")).is_as_made_by("bot1"));
        assert!(!read(&edited("bot1", "05")).is_as_made_by("bot2"));
        assert!(!read(&edited("bot1", "06")).is_as_made_by("bot1"));
        assert!(!read(&edited("anna", "05")).is_as_made_by("bot1"));
        assert!(!read("").is_as_made_by("bot1"), "it is not told");
        let who = r#""last_edited_by":{"object":"user","id":"bot1"},"#;
        assert!(!read(who).is_as_made_by("bot1"), "nor is this");
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

    /// What was left unread is read as it would have been at once.
    #[test]
    fn a_page_that_was_left_unread_holds_what_it_would_have_held() {
        let layout = layout(&["title", "number"]);
        let size = r#""Size":{"number":2,"type":"number","id":"p%3A1"}"#;
        let row = json(&format!("{size},{A}"));
        let trashed = row.replacen("\"in_trash\":false", "\"in_trash\":true", 1);
        let elsewhere = row.replacen("table1", "table2", 1);
        let body = Bytes::from(format!(
            r#"{{"results":[{row},{trashed},{elsewhere}],"has_more":false}}"#
        ));
        let sent = unread(&layout, &body).unwrap().items;
        let text = sent[0].text.clone().unwrap();
        let read = page(&layout, row.as_bytes()).unwrap();
        assert_eq!(cells(&layout, &text).unwrap(), read.held.cells);
        assert_eq!(
            (&sent[0].id, sent[0].created_at),
            (&read.held.id, read.held.created_at)
        );
        assert!(!Unread::may_be_cut(&text));
        assert!(sent[1].text.is_none() && sent[2].text.is_none());
        let moved = cells(&layout, format!("{{{A}}}").as_bytes());
        assert!(matches!(moved, Err(Error::SchemaMoved(_))));
    }

    /// A cell that is not shown whole may have changed where its text does not show it.
    #[test]
    fn a_page_with_a_cell_that_may_be_cut_is_never_left_unread() {
        let layout = layout(&["title", "relation", "relation"]);
        let pieces = |count| vec![r#"{"plain_text":"a"}"#; count].join(",");
        let ids = |count| vec![r#"{"id":"p"}"#; count].join(",");
        for (pieces, ids, more) in [
            (pieces(25), String::new(), ""),
            (String::new(), ids(25), ""),
            (String::new(), ids(1), r#","has_more":true"#),
        ] {
            let text = format!(
                r#"{{"A":{{"id":"p%3A0","type":"title","title":[{pieces}]}},
                "B":{{"id":"p%3A1","type":"relation","relation":[{ids}]{more}}},
                "C":{{"id":"p%3A2","type":"relation","relation":[]}}}}"#
            );
            let (_, cut) = read_cells(&layout, &parse(text.as_bytes()).unwrap()).unwrap();
            assert_eq!(cut.len(), 1, "{text}");
            assert!(Unread::may_be_cut(text.as_bytes()), "{text}");
        }
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
}
