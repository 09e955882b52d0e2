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
    has_more: Option<bool>,
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
    ///
    /// Errs when it does not say whether and where it goes on: what it shows may not be all.
    pub(super) fn part<U>(self, item: impl FnMut(T) -> Result<U, Error>) -> Result<Part<U>, Error> {
        let cursor = match (self.has_more, self.next_cursor) {
            (Some(true), Some(cursor)) if !cursor.is_empty() => Some(cursor),
            (Some(true), _) => return Err(broken("there is more of a list, and no way to it")),
            (Some(false), _) => None,
            (None, _) => return Err(broken("a list does not say whether there is more of it")),
        };
        let incomplete = |status: Status| status.kind == "incomplete";
        Ok(Part {
            items: self
                .results
                .into_iter()
                .map(item)
                .collect::<Result<_, _>>()?,
            cursor,
            ends_early: self.request_status.is_some_and(incomplete),
        })
    }
}

fn broken(why: &str) -> Error {
    Error::Broken(why.to_owned())
}

/// Reads the body of a good answer. A body that is cut or no JSON came too late to tell whether
/// the call was acted on: its answer is lost.
pub(super) fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Error> {
    serde_json::from_slice(body).map_err(|error| Error::Lost(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(rest: &str) -> Result<Part<u8>, Error> {
        let body = format!(r#"{{"object":"list","results":[7]{rest}}}"#);
        parse::<List<u8>>(body.as_bytes())?.part(Ok)
    }

    /// It was taken for the end of the list: what came behind was made again, or deleted here.
    #[test]
    fn a_list_with_more_and_no_way_to_it_is_broken() {
        let untold = [
            r#","has_more":true"#,
            r#","has_more":true,"next_cursor":null"#,
            r#","has_more":true,"next_cursor":"""#,
            r#","next_cursor":"c""#,
            r#","has_more":null"#,
            "",
        ];
        for rest in untold {
            assert!(matches!(part(rest), Err(Error::Broken(_))), "{rest}");
        }
        let next = part(r#","has_more":true,"next_cursor":"c""#).unwrap();
        assert_eq!(next.cursor.as_deref(), Some("c"));
        for end in [
            r#","has_more":false"#,
            r#","has_more":false,"next_cursor":"c""#,
        ] {
            assert_eq!(part(end).unwrap().cursor, None);
        }
    }
}
