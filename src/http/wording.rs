//! Says what a client should have sent, in the words of the API document: the library names our
//! types.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use poem_openapi::registry::{MetaSchemaRef, Registry};
use serde_json::Value;

use super::wire;

/// The reason without the names of our types, which mean nothing to a client.
pub(crate) fn plain<'a>(reason: &'a str, words: &Words) -> Cow<'a, str> {
    let reason = reason
        .split(" (occurred while parsing ")
        .next()
        .unwrap_or(reason);
    if let Some((kind, found)) = between(reason, "Expected input type \"", "\", found ") {
        let found: String = found
            .trim_end_matches('.')
            .chars()
            .take(MOST_SHOWN)
            .collect();
        let wanted = words.shape(kind);
        return match found.as_str() {
            "null" => format!("must be {wanted}; it is missing, or null").into(),
            found => format!("must be {wanted}; it is {found}").into(),
        };
    }
    if let Some((kind, _)) = between(reason, "Type \"", "\" expects an input value") {
        return format!("is missing; it must be {}", words.shape(kind)).into();
    }
    let Some((kind, why)) = between(reason, "failed to parse \"", "\": ") else {
        return reason.into();
    };
    // What the standard library says of a text that is no number, and poem-openapi of a word.
    let is_numbers = NO_NUMBER.iter().any(|told| why.starts_with(told));
    if is_numbers || why.starts_with("Expect a valid enumeration value") {
        return format!("must be {}", words.shape(kind)).into();
    }
    why.into()
}

/// So much of a value is shown to whoever sent it.
const MOST_SHOWN: usize = 60;

const NO_NUMBER: [&str; 6] = [
    "invalid digit",
    "cannot parse integer",
    "number too ",
    "invalid integer",
    "invalid float",
    "provided string was not `true` or `false`",
];

/// What stands between `before` and `mark`, and what comes after.
fn between<'a>(text: &'a str, before: &str, mark: &str) -> Option<(&'a str, &'a str)> {
    text.strip_prefix(before)?.split_once(mark)
}

/// The words that the types of an API take which are one of a list, by the types' names.
#[derive(Clone, Default)]
pub(crate) struct Words(Arc<Known>);

#[derive(Default)]
struct Known {
    lists: HashMap<String, Vec<String>>,
    /// The members of each object, with their types where those have names.
    members: HashMap<String, Vec<(&'static str, String)>>,
}

impl Words {
    /// Those of everything that is registered.
    pub(crate) fn of(registry: &Registry) -> Self {
        let schemas = registry
            .schemas
            .iter()
            .filter(|(_, schema)| !schema.enum_items.is_empty());
        let lists = schemas.map(|(name, schema)| {
            let words = schema.enum_items.iter().filter_map(Value::as_str);
            (name.clone(), words.map(str::to_owned).collect())
        });
        let inline = wire::LISTS.iter().map(|(name, words)| {
            let words = words().into_iter().map(str::to_owned);
            ((*name).to_owned(), words.collect())
        });
        let objects = registry.schemas.iter();
        let members = objects.map(|(name, schema)| {
            let members = schema.properties.iter();
            let named = members.filter_map(|(member, kind)| Some((*member, type_of(kind)?)));
            (name.clone(), named.collect())
        });
        Self(Arc::new(Known {
            lists: lists.chain(inline).collect(),
            members: members.collect(),
        }))
    }

    /// Where in a body the value stands that could not be read: the library says in which types it
    /// was reading. None where an object has several members of the type.
    pub(crate) fn place(&self, reason: &str) -> Option<String> {
        let mut parts = reason.split(" (occurred while parsing \"");
        let message = parts.next()?;
        let mut child = message.split('"').nth(1)?;
        let mut path = String::new();
        for parent in parts.map(|part| part.trim_end_matches("\")")) {
            let object = parent.strip_prefix("optional_").unwrap_or(parent);
            if object.starts_with("list_") {
                let dot = if path.is_empty() || path.starts_with('[') {
                    ""
                } else {
                    "."
                };
                path = format!("[]{dot}{path}");
            } else {
                let wanted = child.strip_prefix("optional_").unwrap_or(child);
                let members = self.0.members.get(object)?;
                let mut fitting = members.iter().filter(|(_, kind)| kind == wanted);
                let ((member, _), None) = (fitting.next()?, fitting.next()) else {
                    return None;
                };
                let dot = if path.is_empty() || path.starts_with('[') {
                    ""
                } else {
                    "."
                };
                path = format!("{member}{dot}{path}");
            }
            child = parent;
        }
        (!path.is_empty()).then_some(path)
    }

    /// What is to be sent where a type is expected, as it completes "must be …".
    fn shape(&self, kind: &str) -> String {
        let kind = kind.strip_prefix("optional_").unwrap_or(kind);
        if let Some(words) = self.0.lists.get(kind) {
            return format!("one of {}", words.join(", "));
        }
        let starts = |begin: &str| kind.starts_with(begin);
        let shape = match kind {
            "string_date-time" => "a time such as 2026-11-22T08:00:00Z",
            "string_uuid" => "an id",
            "boolean" => "true or false",
            _ if starts("string") => "a text",
            _ if starts("integer") => "a whole number",
            _ if starts("number") => "a number",
            _ if starts("list_") || starts("array") || starts("set_") => "a list",
            _ => "an object",
        };
        shape.to_owned()
    }
}

/// The library's name for the type of a member; none for what has none.
fn type_of(kind: &MetaSchemaRef) -> Option<String> {
    match kind {
        MetaSchemaRef::Reference(name) => Some(name.clone()),
        MetaSchemaRef::Inline(schema) if schema.ty == "array" => {
            let item = type_of(schema.items.as_deref()?)?;
            Some(format!("list_{item}"))
        }
        // A description beside a reference stands around it.
        MetaSchemaRef::Inline(schema) => match schema.all_of.as_slice() {
            [MetaSchemaRef::Reference(name), ..] => Some(name.clone()),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_library_says_is_told_without_the_names_of_our_types() {
        let fruit = vec!["apple".to_owned(), "pear".to_owned()];
        let words = Words(Arc::new(Known {
            lists: [("Fruit".to_owned(), fruit)].into(),
            ..Known::default()
        }));
        for (reason, expected) in [
            (
                "Expected input type \"Members\", found null.",
                "must be an object; it is missing, or null",
            ),
            (
                "Expected input type \"Fruit\", found \"plum\". (occurred while parsing \"Bowl\")",
                "must be one of apple, pear; it is \"plum\"",
            ),
            (
                "Type \"Fruit\" expects an input value.",
                "is missing; it must be one of apple, pear",
            ),
            (
                "failed to parse \"integer(uint16)\": invalid digit found in string",
                "must be a whole number",
            ),
            (
                "failed to parse \"optional_Fruit\": Expect a valid enumeration value.",
                "must be one of apple, pear",
            ),
            (
                "failed to parse \"string_uuid\": \"x\" is not an id",
                "\"x\" is not an id",
            ),
        ] {
            assert_eq!(plain(reason, &words), expected, "{reason}");
        }
    }

    #[test]
    fn a_value_is_found_by_the_types_around_it_unless_two_members_have_its_type() {
        let member = |name, kind: &str| (name, kind.to_owned());
        let members = [
            ("Bowl".to_owned(), vec![member("items", "list_Item")]),
            (
                "Item".to_owned(),
                vec![
                    member("kind", "Fruit"),
                    member("left", "Side"),
                    member("right", "Side"),
                ],
            ),
        ];
        let words = Words(Arc::new(Known {
            members: members.into(),
            ..Known::default()
        }));
        let within = "(occurred while parsing \"Item\") (occurred while parsing \"list_Item\") \
                      (occurred while parsing \"Bowl\")";
        for (kind, expected) in [("Fruit", Some("items[].kind")), ("Side", None)] {
            let reason = format!("Expected input type \"{kind}\", found 1. {within}");
            assert_eq!(words.place(&reason).as_deref(), expected, "{kind}");
        }
        assert_eq!(words.place("Expected input type \"Fruit\", found 1."), None);
    }
}
