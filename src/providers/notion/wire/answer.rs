//! What all answers have: a body that may be cut, and lists that come in parts.

use serde::Deserialize;

use super::super::super::Error;

/// A part of a list.
pub(in super::super) struct Part<T> {
    pub(in super::super) items: Vec<T>,
    pub(in super::super) cursor: Option<String>,
    /// Whether the vendor ends the list although there is more (Notion API, "Query a data source").
    pub(in super::super) ends_early: bool,
}

/// A list as it came.
#[derive(Deserialize)]
pub(super) struct List<T> {
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
    /// What it shows, each item read by `item`.
    pub(super) fn part<U>(self, item: impl FnMut(T) -> Result<U, Error>) -> Result<Part<U>, Error> {
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

/// Reads the body of a good answer. A body that is cut or no JSON came too late to tell whether
/// the call was acted on: its answer is lost.
pub(super) fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Error> {
    serde_json::from_slice(body).map_err(|error| Error::Lost(error.into()))
}
