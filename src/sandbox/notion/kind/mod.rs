//! The types of properties, and what each is set up with.
mod choices;
mod parse;
mod show;

pub(crate) use choices::{Choice, Choices, checked as checked_option};
pub(crate) use parse::{Setting, change, parse};

use super::source::SourceAt;

/// A property's type with its settings.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Title,
    RichText,
    Number { format: String },
    Select(Choices),
    Status(Choices),
    MultiSelect(Choices),
    Date,
    People,
    Files,
    Checkbox,
    Url,
    Email,
    PhoneNumber,
    Relation(Relation),
    Formula(String),
    Rollup(Rollup),
    CreatedTime,
    LastEditedTime,
    CreatedBy,
    LastEditedBy,
    UniqueId { prefix: Option<String> },
    Verification,
    Button,
    Place,
}

/// Which pages a relation leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relation {
    pub(crate) source: SourceAt,
    /// The id of the property over there that leads back.
    pub(crate) synced: Option<String>,
}

/// What a rollup gathers, by the ids of the properties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rollup {
    pub(crate) relation: String,
    pub(crate) target: String,
    pub(crate) function: String,
}

impl Kind {
    /// The vendor's name of the type.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::RichText => "rich_text",
            Self::Number { .. } => "number",
            Self::Select(_) => "select",
            Self::Status(_) => "status",
            Self::MultiSelect(_) => "multi_select",
            Self::Date => "date",
            Self::People => "people",
            Self::Files => "files",
            Self::Checkbox => "checkbox",
            Self::Url => "url",
            Self::Email => "email",
            Self::PhoneNumber => "phone_number",
            Self::Relation(_) => "relation",
            Self::Formula(_) => "formula",
            Self::Rollup(_) => "rollup",
            Self::CreatedTime => "created_time",
            Self::LastEditedTime => "last_edited_time",
            Self::CreatedBy => "created_by",
            Self::LastEditedBy => "last_edited_by",
            Self::UniqueId { .. } => "unique_id",
            Self::Verification => "verification",
            Self::Button => "button",
            Self::Place => "place",
        }
    }

    /// Whether the vendor works the value out by itself.
    pub(crate) fn is_computed(&self) -> bool {
        matches!(
            self,
            Self::Formula(_)
                | Self::Rollup(_)
                | Self::CreatedTime
                | Self::LastEditedTime
                | Self::CreatedBy
                | Self::LastEditedBy
                | Self::UniqueId { .. }
                | Self::Button
        )
    }

    /// Whether the property's values are read page by page at their own path.
    pub(crate) fn is_paged(&self) -> bool {
        matches!(
            self,
            Self::Title | Self::RichText | Self::Relation(_) | Self::People | Self::Rollup(_)
        )
    }

    pub(crate) fn choices(&self) -> Option<&Choices> {
        match self {
            Self::Select(choices) | Self::Status(choices) | Self::MultiSelect(choices) => {
                Some(choices)
            }
            _ => None,
        }
    }

    pub(crate) fn choices_mut(&mut self) -> Option<&mut Choices> {
        match self {
            Self::Select(choices) | Self::Status(choices) | Self::MultiSelect(choices) => {
                Some(choices)
            }
            _ => None,
        }
    }
}
