//! Writes the formulas that pick rows.

use jiff::Timestamp;

use super::super::Layout;
use super::map;

/// Keeps the rows whose key field holds one of the keys.
pub(super) fn keys(layout: &Layout, keys: &[String]) -> String {
    let field = &layout.fields[layout.key];
    let numeric = map::is_number(&field.kind);
    let equal = keys.iter().map(|key| match key.parse::<i64>() {
        Ok(number) if numeric => format!("{{{}}}={number}", field.id),
        _ => format!("{{{}}}={}", field.id, text(key)),
    });
    let equal: Vec<String> = equal.collect();
    format!("OR({})", equal.join(","))
}

/// Keeps the rows with these ids.
pub(super) fn ids(ids: &[String]) -> String {
    let equal = ids.iter().map(|id| format!("RECORD_ID()={}", text(id)));
    let equal: Vec<String> = equal.collect();
    format!("OR({})", equal.join(","))
}

/// Keeps the rows that were made at `since` or later.
pub(super) fn created_since(since: Timestamp) -> String {
    format!("NOT(IS_BEFORE(CREATED_TIME(),DATETIME_PARSE(\"{since:.3}\")))")
}

/// Keeps the rows that were made or changed at `since` or later. The time of the last change is
/// blank while a row is as it was made, and nothing comes after a blank.
pub(super) fn changed_since(since: Timestamp) -> String {
    let since = format!("DATETIME_PARSE(\"{since:.3}\")");
    format!("OR(NOT(IS_BEFORE(CREATED_TIME(),{since})),IS_AFTER(LAST_MODIFIED_TIME(),{since}))")
}

/// A text as a formula writes it, whatever it holds.
fn text(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::super::wire::tests::layout;
    use super::*;

    #[test]
    fn keys_are_compared_as_the_key_field_holds_them() {
        let mut layout = layout(&["singleLineText", "number"]);
        let asked = ["7".to_owned(), "b".to_owned()];
        assert_eq!(keys(&layout, &asked), r#"OR({fld0}="7",{fld0}="b")"#);
        layout.key = 1;
        assert_eq!(keys(&layout, &asked), r#"OR({fld1}=7,{fld1}="b")"#);
    }

    #[test]
    fn rows_are_picked_by_their_ids_too() {
        let asked = ["recA".to_owned(), "rec\"B".to_owned()];
        assert_eq!(
            ids(&asked),
            r#"OR(RECORD_ID()="recA",RECORD_ID()="rec\"B")"#
        );
    }

    #[test]
    fn a_key_cannot_leave_its_quotes() {
        assert_eq!(text(r#"a"),TRUE(),("\"#), r#""a\"),TRUE(),(\"\\""#);
        assert_eq!(text("a\nb"), r#""a\nb""#);
    }

    #[test]
    fn a_row_is_new_or_changed_since() {
        let formula = changed_since(Timestamp::UNIX_EPOCH);
        let at = r#"DATETIME_PARSE("1970-01-01T00:00:00.000Z")"#;
        let wanted =
            format!("OR(NOT(IS_BEFORE(CREATED_TIME(),{at})),IS_AFTER(LAST_MODIFIED_TIME(),{at}))");
        assert_eq!(formula, wanted);
    }

    #[test]
    fn the_moment_itself_counts_as_later() {
        let formula = created_since(Timestamp::UNIX_EPOCH);
        let wanted = r#"NOT(IS_BEFORE(CREATED_TIME(),DATETIME_PARSE("1970-01-01T00:00:00.000Z")))"#;
        assert_eq!(formula, wanted);
    }
}
