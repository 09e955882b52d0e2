//! Writes JSON that no content can split, disguise or blow up.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// A value whose JSON is longer than this is kept as the beginning of its text.
pub(super) const DETAIL_BYTES: usize = 4096;
/// How much of such a value is kept, in characters.
const DETAIL_CHARS: usize = 1024;

/// The first `most` characters of `text`.
pub(super) fn cut(text: &str, most: usize) -> &str {
    match text.char_indices().nth(most) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// `value`, or the beginning of its text when it is larger than an event may carry.
pub(super) fn cut_detail(value: Value) -> Value {
    let text = value.to_string();
    if text.len() <= DETAIL_BYTES {
        return value;
    }
    Value::from(cut(value.as_str().unwrap_or(&text), DETAIL_CHARS))
}

/// The members of `object`, without its braces; ASCII controls, line separators and characters
/// that turn or hide text are written as `\u` escapes.
pub(super) fn members(object: &Map<String, Value>) -> String {
    let mut text = serde_json::to_string(object).expect("a map of values is always JSON");
    text.pop();
    text.remove(0);
    if text.bytes().all(|byte| byte < 0x7f) {
        return text; // nothing in it acts on anything
    }
    visible(&text)
}

/// `json` with every character escaped that a terminal or a line reader would act on.
///
/// What JSON itself must escape is escaped already, so that these can stand in strings only.
fn visible(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for character in json.chars() {
        if acts(character) {
            write!(shown, "\\u{:04x}", u32::from(character)).expect("a string takes all text");
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Whether a character does something instead of being seen: DEL and the C1 controls, zero-width
/// and direction marks, line and paragraph separators, the byte order mark.
fn acts(character: char) -> bool {
    matches!(character,
        '\u{7f}'..='\u{9f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_falls_between_characters() {
        assert_eq!(cut("häuser", 2), "hä");
        assert_eq!(cut("hä", 9), "hä");
    }

    #[test]
    fn what_acts_on_terminals_and_line_readers_is_escaped() {
        let evil = "a\r\n\u{0}\u{1b}[2J\u{85}\u{9b}31m\u{2028}\u{202e}\u{feff}\"}\u{7f}é";
        let mut object = Map::new();
        object.insert("name".into(), Value::from(evil));
        let text = members(&object);
        assert!(!text.chars().any(|c| c.is_control() || acts(c)), "{text:?}");
        let back: Value = serde_json::from_str(&format!("{{{text}}}")).unwrap();
        assert_eq!(back["name"], evil);
    }

    #[test]
    fn an_overlong_value_is_kept_as_the_beginning_of_its_text() {
        let long = Value::from("x".repeat(1 << 20));
        assert_eq!(cut_detail(long), Value::from("x".repeat(DETAIL_CHARS)));
        let list = Value::from(vec![7; 1 << 16]);
        assert!(cut_detail(list).as_str().unwrap().starts_with("[7,7,"));
        assert_eq!(cut_detail(Value::from(7)), Value::from(7));
    }
}
