//! The pieces of a cell that its page does not show whole.

use serde::Deserialize;

use super::super::super::Error;
use super::super::read::{Known, Piece};
use super::answer::{List, Part, parse};
use crate::fields::Value;

/// Some pieces of a cell.
pub(in super::super) enum Pieces {
    /// Of a text.
    Words(String),
    /// Of a list of users or pages.
    Ids(Vec<String>),
}

/// One part of a cell, piece by piece (Notion API, "Retrieve a page property item").
pub(in super::super) fn pieces(kind: &str, body: &[u8]) -> Result<Part<Pieces>, Error> {
    #[derive(Deserialize)]
    struct Item<'a> {
        #[serde(borrow, alias = "title")]
        rich_text: Option<Piece<'a>>,
        #[serde(borrow, alias = "people")]
        relation: Option<Known<'a>>,
    }
    parse::<List<Item<'_>>>(body)?.part(|item| {
        Ok(match kind {
            "title" | "rich_text" => {
                Pieces::Words(item.rich_text.map(Piece::into_text).unwrap_or_default())
            }
            _ => {
                let known = item.relation.into_iter();
                Pieces::Ids(known.map(|known| known.id().to_owned()).collect())
            }
        })
    })
}

/// What all pieces of a cell are together.
pub(in super::super) fn joined(pieces: Vec<Pieces>) -> Option<Value> {
    let (mut text, mut ids) = (String::new(), Vec::new());
    for some in pieces {
        match some {
            Pieces::Words(words) => text.push_str(&words),
            Pieces::Ids(more) => ids.extend(more),
        }
    }
    Value::text(text).or_else(|| Value::choices(ids))
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
