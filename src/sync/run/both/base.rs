//! Says what both sides held when they last agreed.

use super::super::super::link::{Content, Hash, Link};
use super::super::content::{look, marked};
use super::PENDING;
use crate::fields::Value;

/// The canonical cells of one side, in the order of the layout; an empty one is empty.
pub(super) type Cells = Vec<Vec<u8>>;

/// What both sides held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Base {
    pub(super) here: Cells,
    pub(super) there: Cells,
}

/// One side as it is now.
#[derive(Clone, Debug)]
pub(super) struct Now {
    pub(super) values: Vec<Option<Value>>,
    pub(super) cells: Cells,
}

impl Now {
    pub(super) fn of(values: Vec<Option<Value>>) -> Self {
        let cells = values.iter().map(Option::as_ref).map(canonical).collect();
        Self { values, cells }
    }
}

/// A value in canonical form.
pub(super) fn canonical(value: Option<&Value>) -> Vec<u8> {
    let mut out = Vec::new();
    if let Some(value) = value {
        value.write(&mut out);
    }
    out
}

/// Cells as a link holds them: each ended by a zero byte.
pub(super) fn joined<C: AsRef<[u8]>>(cells: impl IntoIterator<Item = C>) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    for cell in cells {
        out.extend_from_slice(cell.as_ref());
        out.push(0);
    }
    out
}

/// The cells that a link holds.
pub(super) fn apart(cells: &[u8]) -> Cells {
    let Some(cells) = cells.strip_suffix(&[0]) else {
        return Vec::new();
    };
    cells.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect()
}

impl Base {
    /// What a link knows of that; none if the mapping was another then, or nobody has looked.
    pub(super) fn of(link: &Link, mark: &Hash, columns: usize) -> Option<Self> {
        if !link.echoes(&marked(mark, &link.cells)) {
            return None;
        }
        let (here, there) = (apart(&link.here), apart(&link.cells));
        (here.len() == columns && there.len() == columns).then_some(Self { here, there })
    }

    /// The same of a record that was found after the answer to its creation was lost: what both hold
    /// that looks as it was announced, nobody has changed since.
    pub(super) fn announced(link: &Link, here: &Now, there: &Now) -> Option<Self> {
        if link.content != (Content::Found { made: true }) {
            return None;
        }
        let looks: Vec<&[u8]> = link.here.chunks(8).collect();
        let side = |now: &Now| {
            let now_looks = look(&now.values).0.into_bytes();
            let same = |(at, cell): (usize, &Vec<u8>)| {
                let looks_now = now_looks.get(at * 8..at * 8 + 8);
                let unchanged = looks_now.is_some() && looks_now == looks.get(at).copied();
                if unchanged {
                    cell.clone()
                } else {
                    PENDING.to_vec()
                }
            };
            now.cells.iter().enumerate().map(same).collect()
        };
        (looks.len() == here.cells.len()).then(|| Self {
            here: side(here),
            there: side(there),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::super::link::UNKNOWN;
    use super::*;

    const MARK: Hash = [7; 16];

    fn now(texts: &[&str]) -> Now {
        Now::of(texts.iter().map(|text| Value::text(*text)).collect())
    }

    fn link(content: Content, here: Vec<u8>, cells: Vec<u8>) -> Link {
        Link {
            remote_id: "rec1".into(),
            content,
            source: UNKNOWN,
            cells,
            here,
            ours: true,
        }
    }

    #[test]
    fn what_was_agreed_is_known_only_under_the_mapping_of_then() {
        let (here, there) = (joined(["\"a\"", ""]), joined(["\"a \"", "1"]));
        let echo = marked(&MARK, &there);
        let agreed = link(
            Content::Agreed {
                sent: UNKNOWN,
                echo,
            },
            here,
            there,
        );
        let base = Base::of(&agreed, &MARK, 2).unwrap();
        assert_eq!(base.here, [b"\"a\"".to_vec(), Vec::new()]);
        assert_eq!(base.there, [b"\"a \"".to_vec(), b"1".to_vec()]);
        assert_eq!(Base::of(&agreed, &[8; 16], 2), None);
        assert_eq!(Base::of(&agreed, &MARK, 3), None);
    }

    #[test]
    fn of_what_was_found_only_what_looks_as_announced_is_agreed() {
        let announced = look(&now(&["k", "a", "b"]).values).0.into_bytes();
        let found = link(Content::Found { made: true }, announced, Vec::new());
        let base = Base::announced(&found, &now(&["k", "a", "c"]), &now(&["k", "x", "b"])).unwrap();
        assert_eq!(base.here, [&b"\"k\""[..], b"\"a\"", PENDING]);
        assert_eq!(base.there, [&b"\"k\""[..], PENDING, b"\"b\""]);
        let met = link(Content::Found { made: false }, Vec::new(), Vec::new());
        assert_eq!(Base::announced(&met, &now(&["k"]), &now(&["k"])), None);
    }

    #[test]
    fn cells_come_apart_as_they_were_joined() {
        for cells in [
            vec![b"1".to_vec()],
            vec![Vec::new(), Vec::new()],
            Vec::new(),
        ] {
            assert_eq!(apart(&joined(&cells)), cells);
        }
    }
}
