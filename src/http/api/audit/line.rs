//! How a line of the book is shown: as it was written.

use std::borrow::Cow;

use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::{ParseFromJSON, ParseResult, ToJSON, Type};
use serde_json::Value;

/// A line in the OCSF 1.8.0 schema.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line(pub(super) Value);

/// What a line can have, with the type of each; which of them depends on its class.
const MEMBERS: [(&str, &str, &str); 24] = [
    (
        "time",
        "integer",
        "When the act was, in milliseconds since 1970.",
    ),
    ("category_uid", "integer", "The category of its class."),
    ("class_uid", "integer", "Its class."),
    ("class_name", "string", "The name of its class."),
    (
        "activity_id",
        "integer",
        "What kind of act it was, within its class.",
    ),
    (
        "activity_name",
        "string",
        "The act in a word, where the class has no number for it.",
    ),
    ("type_uid", "integer", "Class and activity in one number."),
    ("severity_id", "integer", "How grave it is."),
    ("message", "string", "The act in a few words."),
    (
        "status_id",
        "integer",
        "How it ended: 1 as it was meant, 2 refused or failed, 0 unknown.",
    ),
    ("status_code", "string", "Why it was refused, for programs."),
    ("status_detail", "string", "Why it was refused."),
    ("actor", "object", "Who did it."),
    ("src_endpoint", "object", "From where."),
    ("http_request", "object", "With which request."),
    ("user", "object", "Whom it was about."),
    ("entity", "object", "What it was about."),
    ("api", "object", "Which operation it was."),
    ("resources", "array", "What it was done with."),
    ("app", "object", "The appliance."),
    ("service", "object", "Where somebody signed in."),
    ("comment", "string", "What more there is to say."),
    (
        "metadata",
        "object",
        "The line's number, its code, its request.",
    ),
    (
        "unmapped",
        "object",
        "Counts, details, and the chain: what OCSF has no place for.",
    ),
];

impl Type for Line {
    const IS_REQUIRED: bool = true;
    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        "AuditEvent".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Reference(Self::name().into_owned())
    }

    fn register(registry: &mut Registry) {
        registry.create_schema::<Self, _>(Self::name().into_owned(), |_| MetaSchema {
            description: Some("A line of the book in the OCSF 1.8.0 schema, as it was written."),
            properties: MEMBERS.into_iter().map(described).collect(),
            ..MetaSchema::new("object")
        });
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

fn described(
    (name, kind, about): (&'static str, &'static str, &'static str),
) -> (&'static str, MetaSchemaRef) {
    let object = || MetaSchemaRef::Inline(Box::new(MetaSchema::new("object")));
    let schema = MetaSchema {
        description: Some(about),
        format: (kind == "integer").then_some("int64"),
        items: (kind == "array").then(|| Box::new(object())),
        ..MetaSchema::new(kind)
    };
    (name, MetaSchemaRef::Inline(Box::new(schema)))
}

impl ToJSON for Line {
    fn to_json(&self) -> Option<Value> {
        Some(self.0.clone())
    }
}

impl ParseFromJSON for Line {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        Ok(Self(value.unwrap_or_default()))
    }
}
