//! Says which remote fields can fill which fields of a dataset.

use crate::fields::FieldType;
use crate::providers::RemoteField;

/// Whether values of a remote field can become values of the type `to`.
///
/// Of a computed field nobody knows beforehand what it comes to: a value that does not fit is
/// refused by itself. What has no counterpart among our types is an object of the provider's own.
pub(super) fn gives(from: &RemoteField, to: FieldType) -> bool {
    use FieldType::{
        Boolean, Choice, Choices, Date, DateTime, Email, Integer, Json, LongText, Number, Phone,
        Text, Url,
    };
    let Some(from) = from.neutral else {
        return !from.writable || matches!(to, Text | LongText | Json);
    };
    let textual = matches!(from, Text | LongText | Email | Url | Phone | Choice);
    match to {
        Text | LongText | Json => true,
        Email | Url | Phone => textual,
        Integer | Number => textual || matches!(from, Integer | Number),
        Boolean => textual || from == Boolean,
        Date | DateTime => textual || matches!(from, Date | DateTime),
        Choice => textual || matches!(from, Integer | Boolean),
        Choices => textual || from == Choices,
    }
}

/// Whether values of a remote field can be keys of the type `to`.
pub(super) fn holds_key(from: &RemoteField, to: FieldType) -> bool {
    use FieldType::{Boolean, Choices, DateTime, Json};
    let short = match from.neutral {
        Some(kind) => !matches!(kind, Boolean | Choices | DateTime | Json),
        None => !from.writable,
    };
    short && gives(from, to)
}

#[cfg(test)]
mod tests {
    use super::super::testing::remote;
    use super::*;

    fn field(id: &str) -> RemoteField {
        let fields = remote().fields;
        fields.into_iter().find(|field| field.id == id).unwrap()
    }

    #[test]
    fn what_can_be_read_as_a_type_gives_it() {
        for (id, to, gives_it) in [
            ("fldName", FieldType::Integer, true),
            ("fldLatitude", FieldType::Text, true),
            ("fldLatitude", FieldType::Date, false),
            ("fldSince", FieldType::DateTime, true),
            ("fldMade", FieldType::DateTime, true),
            ("fldMade", FieldType::Boolean, false),
        ] {
            assert_eq!(gives(&field(id), to), gives_it, "{id} to {to}");
        }
    }

    #[test]
    fn a_formula_may_give_anything_and_files_only_what_holds_them() {
        let mut formula = field("fldMade");
        formula.neutral = None;
        assert!(FieldType::ALL.into_iter().all(|to| gives(&formula, to)));
        assert!(holds_key(&formula, FieldType::Text));
        let files = RemoteField {
            writable: true,
            ..formula
        };
        assert!(gives(&files, FieldType::Json) && !gives(&files, FieldType::Number));
        assert!(!holds_key(&files, FieldType::Text));
    }

    #[test]
    fn a_key_has_one_short_spelling() {
        assert!(holds_key(&field("fldCode"), FieldType::Text));
        assert!(!holds_key(&field("fldMade"), FieldType::Text));
    }
}
