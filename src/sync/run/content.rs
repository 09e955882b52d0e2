//! Compares what records hold, as the provider sees it.

use super::super::intent::Look;
use super::super::link::Hash;
use crate::base::Hex;
use crate::fields::{Value, content_hash};

/// The fingerprint of cells in the order of a layout, whose own fingerprint is `mark`: the same
/// value in another remote field is another content.
pub(super) fn fingerprint(mark: &Hash, cells: &[Option<Value>]) -> Hash {
    content_hash(&bytes(mark, cells)).0
}

/// The fingerprint of cells, and the cells as [`spell`] writes them.
pub(super) fn fingerprint_and_cells(mark: &Hash, cells: &[Option<Value>]) -> (Hash, Vec<u8>) {
    let mut bytes = bytes(mark, cells);
    let hash = content_hash(&bytes).0;
    bytes.drain(..mark.len());
    (hash, bytes)
}

/// The fingerprint of cells that [`spell`] has written.
pub(super) fn marked(mark: &Hash, cells: &[u8]) -> Hash {
    content_hash(&[mark, cells].concat()).0
}

/// The canonical cells, each ended by a zero byte, which no canonical value holds.
pub(super) fn spell(cells: &[Option<Value>]) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    write(cells, &mut out);
    out
}

/// The cells that [`spell`] has written. Their types are not in it; but what is made of them is
/// spelt the same again, and a provider is sent what is spelt.
pub(super) fn unspell(spelt: &[u8]) -> Vec<Option<Value>> {
    let cells = spelt.strip_suffix(&[0]).unwrap_or(spelt);
    cells.split(|byte| *byte == 0).map(value).collect()
}

fn value(canonical: &[u8]) -> Option<Value> {
    use serde_json::Value as Json;
    Some(match serde_json::from_slice(canonical).ok()? {
        Json::Null => return None,
        Json::Bool(yes) => Value::Boolean(yes),
        Json::String(text) => Value::Text(text),
        Json::Number(_) => {
            let spelling = std::str::from_utf8(canonical).ok()?;
            match spelling.parse() {
                Ok(whole) => Value::Integer(whole),
                // Not by serde_json, which may be one off in the last digit.
                Err(_fraction) => Value::number(spelling.parse().ok()?)?,
            }
        }
        Json::Array(items) if items.iter().all(Json::is_string) => {
            let texts = items
                .iter()
                .filter_map(|item| item.as_str().map(str::to_owned));
            Value::Choices(texts.collect())
        }
        json => Value::Json(json),
    })
}

fn bytes(mark: &Hash, cells: &[Option<Value>]) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    out.extend_from_slice(mark);
    write(cells, &mut out);
    out
}

fn write(cells: &[Option<Value>], out: &mut Vec<u8>) {
    for cell in cells {
        if let Some(value) = cell {
            value.write(out);
        }
        out.push(0);
    }
}

/// What cells look like, so that a row that bears most of them can be told later.
pub(super) fn look(cells: &[Option<Value>]) -> Look {
    let marks = cells.iter().map(|cell| cell.as_ref().map_or(EMPTY, mark));
    Look(Hex(&marks.collect::<Vec<_>>().concat()).to_string())
}

/// Whether a remote row bears most of the cells that looked so; when it cannot be told, it may.
pub(super) fn looks_like(look: &Look, held: &[Option<Value>], key: usize) -> bool {
    let marks = look.0.as_bytes().chunks(8).map(Hex::read::<4>);
    let marks: Option<Vec<[u8; 4]>> = marks.collect();
    let Some(marks) = marks.filter(|marks| marks.len() == held.len()) else {
        return true;
    };
    let told = marks.iter().zip(held).enumerate();
    let told = told.filter(|(place, (mark, _))| *place != key && **mark != EMPTY);
    let same = |(_, (sent, held)): &(usize, (&[u8; 4], &Option<Value>))| {
        held.as_ref().is_some_and(|held| mark(held) == **sent)
    };
    let (all, same) = (told.clone().count(), told.filter(same).count());
    2 * same >= all
}

/// Whether a remote row bears what was sent and nothing else: every cell, the empty ones among
/// them. It may be deleted for it, so what cannot be told is no.
pub(super) fn bears(sent: &Look, held: &[Option<Value>]) -> bool {
    let marks = sent.0.as_bytes().chunks(8).map(Hex::read::<4>);
    let marks: Option<Vec<[u8; 4]>> = marks.collect();
    marks.is_some_and(|marks| {
        let told = marks.iter().any(|mark| *mark != EMPTY);
        let mut cells = marks.iter().zip(held);
        told && marks.len() == held.len()
            && cells.all(|(mark, cell)| mark_reads_back(*mark, cell.as_ref()))
    })
}

/// Whether a cell may come back so that looked, in eight hexadecimal digits, as it was sent.
pub(super) fn reads_back_as(sent: &[u8], held: Option<&Value>) -> bool {
    Hex::read::<4>(sent).is_some_and(|sent| mark_reads_back(sent, held))
}

/// Whether a cell may come back so that was sent.
pub(super) fn reads_back(sent: Option<&Value>, held: Option<&Value>) -> bool {
    mark_reads_back(sent.map_or(EMPTY, mark), held)
}

/// Whether a cell may come back so that was sent as what `sent` marks: an empty box is one that is
/// not ticked, and one choice is its text.
fn mark_reads_back(sent: [u8; 4], held: Option<&Value>) -> bool {
    let same = |value: &Value| mark(value) == sent;
    match held {
        None => sent == EMPTY || same(&Value::Boolean(false)),
        Some(Value::Boolean(false)) if sent == EMPTY => true,
        Some(Value::Text(text)) if same(&Value::Choices(vec![text.clone()])) => true,
        Some(Value::Choices(one)) if one.len() == 1 && same(&Value::Text(one[0].clone())) => true,
        Some(value) => same(value),
    }
}

/// The mark of an empty cell.
const EMPTY: [u8; 4] = [0; 4];

fn mark(value: &Value) -> [u8; 4] {
    let [a, b, c, d, ..] = content_hash(&spelt(value)).0;
    [a, b, c, d]
}

/// Whether a remote row bears most of what was to be written, its key aside: it may be the record
/// that we made, whose key somebody has changed since.
pub(super) fn resembles(sent: &[Option<Value>], held: &[Option<Value>], key: usize) -> bool {
    let mut told = 0;
    let mut same = 0;
    for (place, (sent, held)) in sent.iter().zip(held).enumerate() {
        if let Some(value) = sent
            && place != key
        {
            told += 1;
            same += usize::from(
                held.as_ref()
                    .is_some_and(|held| spelt(held) == spelt(value)),
            );
        }
    }
    2 * same >= told
}

fn spelt(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.write(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Option<Value> {
        Value::text(text)
    }

    #[test]
    fn a_value_in_another_cell_is_another_content() {
        let left = [text("a"), None];
        let right = [None, text("a")];
        assert_ne!(fingerprint(&[0; 16], &left), fingerprint(&[0; 16], &right));
        assert_ne!(fingerprint(&[0; 16], &left), fingerprint(&[1; 16], &left));
        assert_eq!(
            fingerprint(&[0; 16], &left),
            fingerprint(&[0; 16], &left.clone())
        );
    }

    #[test]
    fn cells_have_one_fingerprint_however_it_is_made() {
        let cells = [text("a"), None, Some(Value::Integer(7))];
        let hash = fingerprint(&[3; 16], &cells);
        assert_eq!(marked(&[3; 16], &spell(&cells)), hash);
        assert_eq!(
            fingerprint_and_cells(&[3; 16], &cells),
            (hash, spell(&cells))
        );
    }

    #[test]
    fn cells_that_are_read_back_are_spelt_as_they_were() {
        let json = serde_json::json!({"a": [1, "x"], "b": null});
        let cells = [
            text("a\"\\\u{7}ä"),
            None,
            Some(Value::Integer(i64::MIN)),
            Value::number(0.1),
            Value::number(1e300),
            Some(Value::Boolean(false)),
            Some(Value::Date("2027-02-28".parse().unwrap())),
            Value::choices(["x".to_owned(), "y".to_owned()]),
            Some(Value::Json(json)),
            None,
        ];
        let spelt = spell(&cells);
        let read = unspell(&spelt);
        assert_eq!(read.len(), cells.len());
        assert_eq!(spell(&read), spelt);
    }

    #[test]
    fn a_record_whose_key_alone_was_changed_is_still_recognised() {
        let sent = [
            text("LHR"),
            text("Heathrow"),
            Some(Value::Integer(3)),
            text("GB"),
        ];
        let edited = [
            text("XXX"),
            text("Heathrow"),
            Some(Value::Number(3.0)),
            text("UK"),
        ];
        let other = [
            text("CDG"),
            text("Roissy"),
            Some(Value::Integer(1)),
            text("FR"),
        ];
        assert!(resembles(&sent, &edited, 0));
        assert!(!resembles(&sent, &other, 0));
        let look = look(&sent);
        assert!(looks_like(&look, &edited, 0));
        assert!(!looks_like(&look, &other, 0));
        assert!(
            looks_like(&look, &edited[..3], 0),
            "another layout tells nothing"
        );
    }

    /// An empty look, that of another mapping and a row of which half the cells were rewritten all
    /// counted as ours: what a colleague had made of it went to the trash.
    #[test]
    fn a_row_bears_what_was_sent_only_if_every_cell_does() {
        let sent = [text("LHR"), text("Heathrow"), None, text("GB")];
        let sent = look(&sent);
        let whole = [text("LHR"), text("Heathrow"), None, text("GB")];
        assert!(bears(&sent, &whole));
        for (at, cell) in [text("EGLL"), text("London"), text("seen"), None]
            .into_iter()
            .enumerate()
        {
            let mut edited = whole.clone();
            edited[at] = cell;
            assert!(!bears(&sent, &edited), "{edited:?}");
        }
        let untold = [
            Look::default(),
            look(&[]),
            look(&[None, None, None, None]),
            look(&[text("LHR"), text("Heathrow"), None]),
            Look(format!("{}z", &sent.0[1..])),
        ];
        for look in untold {
            assert!(!bears(&look, &whole) && !bears(&look, &[]), "{look:?}");
            assert!(!bears(&look, &[None, None, None, None]), "{look:?}");
        }
    }

    #[test]
    fn a_cell_that_comes_back_in_other_words_is_the_same() {
        let no = Some(Value::Boolean(false));
        let yes = Some(Value::Boolean(true));
        let one = Value::choices(["a".to_owned()]);
        let seven = Some(Value::Integer(7));
        let same = [
            (None, no.clone()),
            (no, None),
            (one.clone(), text("a")),
            (text("a"), one),
            (seven.clone(), Some(Value::Number(7.0))),
        ];
        for (sent, held) in same {
            let sent = look(&[text("k"), sent]);
            assert!(bears(&sent, &[text("k"), held.clone()]), "{held:?}");
        }
        let other = [(None, yes.clone()), (yes, None), (seven, text("7"))];
        for (sent, held) in other {
            let sent = look(&[text("k"), sent]);
            assert!(!bears(&sent, &[text("k"), held.clone()]), "{held:?}");
        }
    }

    #[test]
    fn a_record_that_is_nothing_but_its_key_might_be_any() {
        assert!(resembles(
            &[text("LHR"), None],
            &[text("CDG"), text("x")],
            0
        ));
    }
}
