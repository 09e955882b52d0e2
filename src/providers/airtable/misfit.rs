//! Tells beforehand what the vendor will not take.

use super::super::RemoteField;
use super::super::references::is_address;
use super::map::{Shape, attachment, shape};
use crate::fields::Value;

/// Why the vendor will not take a value, as far as that can be told beforehand: a select field
/// takes an option that it does not have only when the vendor may add it (Airtable Web API,
/// "Field types", select fields and `typecast`). So it is with links: by the names of records it
/// finds or makes them only when it may. A person is an id or an address, always.
pub(super) fn misfit(field: &RemoteField, value: &Value, typecast: bool) -> Option<String> {
    let missing = |text: &str| {
        let known = field.options.iter().any(|option| option == text);
        (!known).then(|| format!("{:?} has no option {text:?}", field.name))
    };
    let stranger = |text: &str| {
        let known = is_id(text, &["usr", "ugp"]) || text.contains('@');
        (!known).then(|| {
            format!(
                "{:?} takes people by their ids (usr…) or addresses, and {text:?} is neither",
                field.name
            )
        })
    };
    let no_file = |text: &str| {
        (attachment(text).is_none() && !is_address(text)).then(|| {
            format!(
                "{:?} takes files by their addresses (https://…) or ids (att…), and {text:?} is \
                 neither",
                field.name
            )
        })
    };
    let unlinked = |text: &str| {
        (!is_id(text, &["rec"])).then(|| {
            format!(
                "{:?} takes ids of records (rec…), and {text:?} is none",
                field.name
            )
        })
    };
    match (shape(&field.kind), value) {
        (Shape::People, Value::Choices(texts)) => texts.iter().find_map(|text| stranger(text)),
        (Shape::Person | Shape::People, one) => stranger(&one.spelling()),
        (Shape::Files, Value::Choices(texts)) => texts.iter().find_map(|text| no_file(text)),
        (Shape::Files, one) => no_file(&one.spelling()),
        _ if typecast => None,
        (Shape::Links, Value::Choices(texts)) => texts.iter().find_map(|text| unlinked(text)),
        (Shape::Links, one) => unlinked(&one.spelling()),
        (Shape::Choices, Value::Choices(texts)) => texts.iter().find_map(|text| missing(text)),
        (Shape::Choice | Shape::Choices, one) => missing(&one.spelling()),
        _ => None,
    }
}

/// Whether a text is an id of one of these kinds: three letters, then fourteen letters and digits.
pub(super) fn is_id(text: &str, kinds: &[&str]) -> bool {
    let rest = kinds.iter().find_map(|kind| text.strip_prefix(kind));
    rest.is_some_and(|rest| rest.len() == 14 && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_that_a_select_field_does_not_have_is_told_beforehand() {
        let field = |kind: &str| RemoteField {
            id: "fld".into(),
            name: "State".into(),
            kind: kind.into(),
            neutral: None,
            writable: true,
            description: None,
            options: vec!["a".into(), "b".into()],
            decimals: None,
        };
        let one = field("singleSelect");
        let told = |value: Option<Value>, typecast| misfit(&one, &value.unwrap(), typecast);
        assert_eq!(told(Value::text("a"), false), None);
        assert_eq!(told(Value::text("c"), true), None);
        let wanted = "\"State\" has no option \"c\"";
        assert_eq!(told(Value::text("c"), false).as_deref(), Some(wanted));
        let both = Value::choices(["a".to_owned(), "b".to_owned()]);
        assert_eq!(
            misfit(&field("multipleSelects"), &both.unwrap(), false),
            None
        );
        let text = field("singleLineText");
        assert_eq!(misfit(&text, &Value::text("c").unwrap(), false), None);
    }

    #[test]
    fn what_is_no_id_is_told_beforehand() {
        let told = |kind: &str, text: &str, typecast| {
            let field = RemoteField {
                id: "fld".into(),
                name: "Team".into(),
                kind: kind.into(),
                neutral: None,
                writable: true,
                description: None,
                options: Vec::new(),
                decimals: None,
            };
            let list = Value::choices([text.to_owned()]).unwrap();
            let one = misfit(&field, &Value::Text(text.to_owned()), typecast);
            if kind != "singleCollaborator" {
                assert_eq!(misfit(&field, &list, typecast), one, "{kind} {text}");
            }
            one
        };
        let (links, one, team) = (
            "multipleRecordLinks",
            "singleCollaborator",
            "multipleCollaborators",
        );
        assert_eq!(told(links, "recAAAAAAAAAAAAAA", false), None);
        let wrong = told(links, "Acme", false).unwrap();
        assert!(wrong.contains("\"Acme\" is none"), "{wrong}");
        assert!(told(links, "recTooShort", false).is_some());
        assert_eq!(told(links, "Acme", true), None, "the vendor may find it");
        for people in [one, team] {
            assert_eq!(told(people, "usrAAAAAAAAAAAAAA", false), None);
            assert_eq!(told(people, "anna@example.org", false), None);
            assert!(told(people, "Anna", true).is_some(), "{people}");
        }
        let files = "multipleAttachments";
        assert_eq!(told(files, "https://example.org/a.pdf", false), None);
        assert_eq!(told(files, "attAAAAAAAAAAAAAA/a.pdf", false), None);
        assert!(told(files, "a.pdf", true).is_some());
    }
}
