//! Shows our ids and times in the API: as texts, with their format in the document.

use std::borrow::Cow;
use std::fmt::{Display, Formatter, Result as Shown};
use std::str::FromStr;

use jiff::Timestamp;
use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{
    ParseError, ParseFromJSON, ParseFromParameter, ParseResult, ToJSON, Type,
};
use serde_json::{Map, Value};

use crate::auth::Permission;
use crate::base::{
    ConnectionId, DatasetId, ExportId, FeedId, HookId, ImportId, InletId, JobId, KeptId, LinkId,
    PlanId, RequestId, RunId, SessionId, SiteId, SyncId, TokenId, UserId, Weekday, WriteKeyId,
};
use crate::datasets::{Access, Format, Level};
use crate::fields::FieldType;
use crate::sync::Missed;

/// A time, shown in UTC with milliseconds (RFC 3339).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

/// Declares a type that the API shows as a text of a format.
macro_rules! text_type {
    ($($kind:ty, $format:literal;)+) => {$(
        impl Type for $kind {
            const IS_REQUIRED: bool = true;
            type RawValueType = Self;
            type RawElementValueType = Self;

            fn name() -> Cow<'static, str> {
                concat!("string_", $format).into()
            }

            fn schema_ref() -> MetaSchemaRef {
                MetaSchemaRef::Inline(Box::new(MetaSchema::new_with_format("string", $format)))
            }

            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }

            fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
                Box::new(std::iter::once(self))
            }
        }
    )+};
}

text_type! {
    Moment, "date-time";
    UserId, "uuid";
    SessionId, "uuid";
    TokenId, "uuid";
    DatasetId, "uuid";
    ExportId, "uuid";
    JobId, "uuid";
    ImportId, "uuid";
    ConnectionId, "uuid";
    HookId, "uuid";
    InletId, "uuid";
    SiteId, "uuid";
    WriteKeyId, "uuid";
    KeptId, "uuid";
    LinkId, "uuid";
    FeedId, "uuid";
    SyncId, "uuid";
    RunId, "uuid";
    PlanId, "uuid";
    RequestId, "uuid";
}

impl FromStr for Moment {
    type Err = jiff::Error;
    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        text.parse().map(Self)
    }
}

impl Display for Moment {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        write!(f, "{:.3}", self.0)
    }
}

/// Reads and writes a type as it parses and displays.
macro_rules! texts {
    ($($kind:ty)+) => {$(
        impl ToJSON for $kind {
            fn to_json(&self) -> Option<Value> {
                Some(self.to_string().into())
            }
        }

        impl ParseFromParameter for $kind {
            fn parse_from_parameter(text: &str) -> ParseResult<Self> {
                text.parse().map_err(ParseError::custom)
            }
        }

        impl ParseFromJSON for $kind {
            fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
                match value {
                    Some(Value::String(text)) => text.parse().map_err(ParseError::custom),
                    other => Err(ParseError::expected_type(other.unwrap_or_default())),
                }
            }
        }
    )+};
}

texts! { Moment UserId SessionId TokenId DatasetId ExportId ImportId JobId ConnectionId HookId InletId SiteId SyncId RunId PlanId RequestId WriteKeyId FeedId KeptId LinkId }

/// Declares a type that is one word of a list: it has `ALL`, `name` and `named`.
macro_rules! words {
    ($($kind:ty, $name:literal;)+) => {$(
        impl Type for $kind {
            const IS_REQUIRED: bool = true;
            type RawValueType = Self;
            type RawElementValueType = Self;

            fn name() -> Cow<'static, str> {
                $name.into()
            }

            fn schema_ref() -> MetaSchemaRef {
                let words = Self::ALL.iter().map(|one| Value::from(one.name()));
                MetaSchemaRef::Inline(Box::new(MetaSchema {
                    enum_items: words.collect(),
                    ..MetaSchema::new("string")
                }))
            }

            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }

            fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
                Box::new(std::iter::once(self))
            }
        }

        impl ToJSON for $kind {
            fn to_json(&self) -> Option<Value> {
                Some(Self::name(*self).into())
            }
        }

        impl ParseFromParameter for $kind {
            fn parse_from_parameter(text: &str) -> ParseResult<Self> {
                Self::named(text).ok_or_else(|| {
                    let words = Self::ALL.map(Self::name).join(", ");
                    ParseError::custom(format!("{text:?} is not one of {words}"))
                })
            }
        }

        impl ParseFromJSON for $kind {
            fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
                match value {
                    Some(Value::String(text)) => {
                        Self::parse_from_parameter(&text).map_err(ParseError::propagate)
                    }
                    other => Err(ParseError::expected_type(other.unwrap_or_default())),
                }
            }
        }
    )+

        /// The types that are one word of a list, by their names, each with the list.
        pub(crate) static LISTS: &[(&str, fn() -> Vec<&'static str>)] = &[
            $(($name, || <$kind>::ALL.iter().map(|one| one.name()).collect()),)+
        ];
    };
}

words! {
    FieldType, "FieldType";
    Format, "FileFormat";
    Permission, "Permission";
    Level, "ShareLevel";
    Weekday, "Weekday";
    Missed, "MissedTimes";
    Access, "DatasetAccess";
}

/// An object whose members are not known beforehand, in the order in which they stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Members(pub Map<String, Value>);

impl Type for Members {
    const IS_REQUIRED: bool = true;
    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        "Members".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema::new("object")))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl ToJSON for Members {
    fn to_json(&self) -> Option<Value> {
        Some(Value::Object(self.0.clone()))
    }
}

impl ParseFromJSON for Members {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        match value {
            Some(Value::Object(members)) => Ok(Self(members)),
            other => Err(ParseError::expected_type(other.unwrap_or_default())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_in_utc_with_milliseconds() {
        let noon = Timestamp::constant(1_800_000_000, 0);
        assert_eq!(
            Moment(noon).to_json(),
            Some("2027-01-15T08:00:00.000Z".into())
        );
    }

    #[test]
    fn an_id_is_read_as_it_was_shown() {
        let id = UserId::from_bytes([0x17; 16]);
        assert_eq!(UserId::parse_from_json(id.to_json()).unwrap(), id);
        assert!(UserId::parse_from_json(Some(7.into())).is_err());
    }
}
