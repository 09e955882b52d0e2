//! The types that a field may have.

use std::fmt::{Display, Formatter, Result as Shown};

use serde::{Deserialize, Serialize};

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// One line of text.
    Text,
    /// Text of several lines.
    LongText,
    /// A whole number of 64 bits.
    Integer,
    /// A number, as a 64-bit float.
    Number,
    /// Yes or no.
    Boolean,
    /// A day of the calendar.
    Date,
    /// A moment, to the millisecond, kept in UTC.
    DateTime,
    /// One of a list of texts.
    Choice,
    /// Several of a list of texts.
    Choices,
    /// An e-mail address.
    Email,
    /// A web address.
    Url,
    /// A telephone number, as it was written.
    Phone,
    /// Any JSON.
    Json,
}

impl FieldType {
    /// Every type, in the order in which people are offered them.
    pub const ALL: [Self; 13] = [
        Self::Text,
        Self::LongText,
        Self::Integer,
        Self::Number,
        Self::Boolean,
        Self::Date,
        Self::DateTime,
        Self::Choice,
        Self::Choices,
        Self::Email,
        Self::Url,
        Self::Phone,
        Self::Json,
    ];

    /// The name in schemas: `date_time`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::LongText => "long_text",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::DateTime => "date_time",
            Self::Choice => "choice",
            Self::Choices => "choices",
            Self::Email => "email",
            Self::Url => "url",
            Self::Phone => "phone",
            Self::Json => "json",
        }
    }

    /// The type of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether a value is one text (as [`super::Value::Text`]).
    pub const fn is_text(self) -> bool {
        matches!(
            self,
            Self::Text | Self::LongText | Self::Choice | Self::Email | Self::Url | Self::Phone
        )
    }

    /// Whether a record may be told from others by such a field: its values have one short
    /// spelling.
    pub const fn can_be_key(self) -> bool {
        match self {
            Self::Text
            | Self::Integer
            | Self::Date
            | Self::Choice
            | Self::Email
            | Self::Url
            | Self::Phone => true,
            Self::LongText
            | Self::Number
            | Self::Boolean
            | Self::DateTime
            | Self::Choices
            | Self::Json => false,
        }
    }

    /// Whether the values have an order that an index can hold.
    pub const fn can_be_indexed(self) -> bool {
        !matches!(self, Self::Choices | Self::Json)
    }
}

impl Display for FieldType {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        f.write_str(self.name())
    }
}
