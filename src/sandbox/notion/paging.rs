//! Pages of lists that are short enough to be counted: the cursor is the place itself, disguised.
use std::ops::Range;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::refusal::Refusal;

/// The most members of one answer, and as many as come unless fewer are asked for.
pub(super) const LARGEST_PAGE: usize = 100;

/// Which part of a list is asked for.
pub(super) struct Wanted {
    pub(super) cursor: Option<String>,
    pub(super) size: usize,
}

impl Wanted {
    /// Reads `start_cursor` and `page_size` of a body.
    pub(super) fn of_body(body: &Map<String, Value>) -> Result<Self, Refusal> {
        let cursor = match body.get("start_cursor") {
            None | Some(Value::Null) => None,
            Some(Value::String(cursor)) => Some(cursor.clone()),
            Some(other) => return Err(Refusal::expected("start_cursor", "a valid uuid", other)),
        };
        let size = match body.get("page_size") {
            None | Some(Value::Null) => LARGEST_PAGE,
            Some(given) => size(given.as_u64(), given)?,
        };
        Ok(Self { cursor, size })
    }

    /// Reads `start_cursor` and `page_size` of a query.
    pub(super) fn of_query(cursor: Option<&str>, page_size: Option<&str>) -> Result<Self, Refusal> {
        let size = match page_size {
            None => LARGEST_PAGE,
            Some(text) => size(text.parse().ok(), &Value::from(text))?,
        };
        Ok(Self {
            cursor: cursor.map(str::to_owned),
            size,
        })
    }

    /// The part of a list of `length` that is wanted, and the cursor after it. Cursors of another
    /// `list` are refused.
    pub(super) fn part(
        &self,
        list: Uuid,
        length: usize,
    ) -> Result<(Range<usize>, Option<Uuid>), Refusal> {
        let start = match &self.cursor {
            None => 0,
            Some(cursor) => Uuid::parse_str(cursor)
                .ok()
                .and_then(|id| usize::try_from(id.as_u128() ^ list.as_u128()).ok())
                .filter(|start| *start <= length)
                .ok_or_else(|| Refusal::bad_cursor(cursor))?,
        };
        let end = (start + self.size).min(length);
        let next = (end < length).then(|| Uuid::from_u128(list.as_u128() ^ end as u128));
        Ok((start..end, next))
    }
}

fn size(size: Option<u64>, given: &Value) -> Result<usize, Refusal> {
    let size = size.and_then(|size| usize::try_from(size).ok());
    size.filter(|size| (1..=LARGEST_PAGE).contains(size))
        .ok_or_else(|| Refusal::expected("page_size", "between `1` and `100`", given))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: Uuid = Uuid::from_u128(0x5a4d_b0c5);

    fn wanted(cursor: Option<Uuid>) -> Wanted {
        let cursor = cursor.map(|cursor| cursor.to_string());
        Wanted::of_query(cursor.as_deref(), Some("2")).unwrap()
    }

    #[test]
    fn parts_follow_each_other_to_the_end() {
        let (first, next) = wanted(None).part(LIST, 5).unwrap();
        let (second, next) = wanted(next).part(LIST, 5).unwrap();
        let (third, end) = wanted(next).part(LIST, 5).unwrap();
        assert_eq!((first, second, third, end), (0..2, 2..4, 4..5, None));
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        let (_, next) = wanted(None).part(LIST, 5).unwrap();
        assert!(wanted(next).part(Uuid::from_u128(7 << 100), 5).is_err());
        assert!(wanted(next).part(LIST, 1).is_err());
    }

    #[test]
    fn a_page_has_between_one_and_a_hundred_members() {
        for wrong in ["0", "101", "-1", "x"] {
            assert!(Wanted::of_query(None, Some(wrong)).is_err(), "{wrong}");
        }
        assert_eq!(Wanted::of_query(None, None).unwrap().size, 100);
    }
}
