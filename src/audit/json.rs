//! Writes JSON that no content can split, disguise or blow up.

use std::borrow::Cow;
use std::fmt::{Display, Write as _};

use serde_json::Value;

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

/// The members of an object as they are written, without its braces.
///
/// ASCII controls, line separators and characters that turn or hide text stand as `\u` escapes.
#[derive(Clone, Debug, Default)]
pub(super) struct Members(String);

impl Members {
    /// Adds a text.
    pub(super) fn text(&mut self, name: &str, text: &str) -> &mut Self {
        self.name(name);
        quote(&mut self.0, text);
        self
    }

    /// Adds what shows itself as a text.
    pub(super) fn shown(&mut self, name: &str, value: impl Display) -> &mut Self {
        self.name(name);
        let start = self.0.len();
        write!(self.0, "\"{value}\"").expect("a string takes all text");
        if !is_plain(&self.0[start + 1..self.0.len() - 1]) {
            let text = self.0.split_off(start);
            quote(&mut self.0, &text[1..text.len() - 1]);
        }
        self
    }

    /// Adds a whole number.
    pub(super) fn number(&mut self, name: &str, number: impl Into<i128>) -> &mut Self {
        self.name(name);
        write!(self.0, "{}", number.into()).expect("a string takes all text");
        self
    }

    /// Adds an object.
    pub(super) fn object(&mut self, name: &str, members: &Self) -> &mut Self {
        self.name(name);
        self.braced(members);
        self
    }

    /// Adds a list of objects.
    pub(super) fn objects(&mut self, name: &str, list: &[Self]) -> &mut Self {
        self.name(name);
        self.0.push('[');
        for (at, members) in list.iter().enumerate() {
            if at > 0 {
                self.0.push(',');
            }
            self.braced(members);
        }
        self.0.push(']');
        self
    }

    /// Adds any value.
    pub(super) fn value(&mut self, name: &str, value: &Value) -> &mut Self {
        self.raw(name, &visible(&value.to_string()))
    }

    /// Adds a value that is JSON already, and nothing in it acts.
    pub(super) fn raw(&mut self, name: &str, json: &str) -> &mut Self {
        self.name(name);
        self.0.push_str(json);
        self
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }

    fn name(&mut self, name: &str) {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        quote(&mut self.0, name);
        self.0.push(':');
    }

    fn braced(&mut self, members: &Self) {
        self.0.push('{');
        self.0.push_str(&members.0);
        self.0.push('}');
    }
}

/// Appends `text` as a JSON string.
fn quote(out: &mut String, text: &str) {
    if is_plain(text) {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        let json = serde_json::to_string(text).expect("a text is always JSON");
        out.push_str(&visible(&json));
    }
}

/// Whether a text stands in a JSON string as it is: nearly every one does.
fn is_plain(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\')
}

/// `json` with every character escaped that a terminal or a line reader would act on.
///
/// What JSON itself must escape is escaped already, so that these can stand in strings only.
fn visible(json: &str) -> Cow<'_, str> {
    if json.bytes().all(|byte| byte < 0x7f) {
        return Cow::Borrowed(json);
    }
    let mut shown = String::with_capacity(json.len());
    for character in json.chars() {
        if acts(character) {
            write!(shown, "\\u{:04x}", u32::from(character)).expect("a string takes all text");
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
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
        let mut members = Members::default();
        members
            .text("name", evil)
            .shown("shown", evil)
            .value("value", &Value::from(evil));
        let text = members.into_text();
        assert!(!text.chars().any(|c| c.is_control() || acts(c)), "{text:?}");
        let back: Value = serde_json::from_str(&format!("{{{text}}}")).unwrap();
        for name in ["name", "shown", "value"] {
            assert_eq!(back[name], evil);
        }
    }

    #[test]
    fn members_of_every_kind_are_one_object() {
        let mut inner = Members::default();
        inner.number("least", i64::MIN).number("most", u64::MAX);
        let mut members = Members::default();
        members
            .object("empty", &Members::default())
            .objects("list", &[inner.clone(), inner])
            .raw("raw", "[1]");
        let text = format!("{{{}}}", members.into_text());
        let wanted = concat!(
            r#"{"empty":{},"list":[{"least":-9223372036854775808,"most":18446744073709551615},"#,
            r#"{"least":-9223372036854775808,"most":18446744073709551615}],"raw":[1]}"#
        );
        assert_eq!(text, wanted);
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
