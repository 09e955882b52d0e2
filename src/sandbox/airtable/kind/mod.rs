//! The types that a field can have, and what of them the vendor works out by itself.
mod parse;
mod show;

/// A field's type with its options (Airtable Web API, "Field types and cell values").
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// `singleLineText`, `multilineText`, `email`, `url`, `phoneNumber`: text, kept as it comes.
    Text(Text),
    /// Markdown. Reads end in a newline, whatever was written.
    RichText,
    Number(Number),
    Rating {
        max: u8,
    },
    Checkbox,
    Date,
    DateTime {
        time_zone: String,
    },
    SingleSelect(Vec<Choice>),
    MultipleSelects(Vec<Choice>),
    /// Links to the table of this id.
    Links {
        table: String,
    },
    SingleCollaborator,
    MultipleCollaborators,
    Attachments,
    Barcode,
    Computed(Computed),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Text {
    SingleLine,
    Multiline,
    Email,
    Url,
    Phone,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Number {
    Plain { precision: u8 },
    Currency { precision: u8, symbol: String },
    Percent { precision: u8 },
    Duration { format: String },
}

/// One option of a select field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// What the vendor works out. Fields are referred to by id or by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Computed {
    /// How many records a link field names.
    Count {
        links: String,
    },
    AutoNumber,
    Button,
    CreatedBy,
    LastModifiedBy,
    CreatedTime,
    LastModifiedTime,
    Formula {
        expression: String,
    },
    /// How many linked records have a value in a field of theirs.
    Rollup {
        links: String,
        field: String,
    },
    Lookup {
        links: String,
        field: String,
    },
    AiText,
    SyncSource,
    ManualSort,
}

impl Kind {
    /// The vendor's name of the type.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Text(Text::SingleLine) => "singleLineText",
            Self::Text(Text::Multiline) => "multilineText",
            Self::Text(Text::Email) => "email",
            Self::Text(Text::Url) => "url",
            Self::Text(Text::Phone) => "phoneNumber",
            Self::RichText => "richText",
            Self::Number(Number::Plain { .. }) => "number",
            Self::Number(Number::Currency { .. }) => "currency",
            Self::Number(Number::Percent { .. }) => "percent",
            Self::Number(Number::Duration { .. }) => "duration",
            Self::Rating { .. } => "rating",
            Self::Checkbox => "checkbox",
            Self::Date => "date",
            Self::DateTime { .. } => "dateTime",
            Self::SingleSelect(_) => "singleSelect",
            Self::MultipleSelects(_) => "multipleSelects",
            Self::Links { .. } => "multipleRecordLinks",
            Self::SingleCollaborator => "singleCollaborator",
            Self::MultipleCollaborators => "multipleCollaborators",
            Self::Attachments => "multipleAttachments",
            Self::Barcode => "barcode",
            Self::Computed(computed) => computed.name(),
        }
    }

    /// The options of a select field.
    pub(crate) fn choices(&self) -> &[Choice] {
        match self {
            Self::SingleSelect(choices) | Self::MultipleSelects(choices) => choices,
            _ => &[],
        }
    }

    /// Whether an upsert may match on it: plain kinds of value alone.
    pub(crate) fn can_merge(&self) -> bool {
        matches!(
            self,
            Self::Text(_)
                | Self::Number(_)
                | Self::Rating { .. }
                | Self::Date
                | Self::DateTime { .. }
                | Self::SingleSelect(_)
                | Self::MultipleSelects(_)
        )
    }
}

impl Number {
    /// The digits after the point that the field shows.
    pub(crate) fn precision(&self) -> u8 {
        match self {
            Self::Plain { precision }
            | Self::Percent { precision }
            | Self::Currency { precision, .. } => *precision,
            Self::Duration { .. } => 3,
        }
    }
}

impl Computed {
    fn name(&self) -> &'static str {
        match self {
            Self::Count { .. } => "count",
            Self::AutoNumber => "autoNumber",
            Self::Button => "button",
            Self::CreatedBy => "createdBy",
            Self::LastModifiedBy => "lastModifiedBy",
            Self::CreatedTime => "createdTime",
            Self::LastModifiedTime => "lastModifiedTime",
            Self::Formula { .. } => "formula",
            Self::Rollup { .. } => "rollup",
            Self::Lookup { .. } => "multipleLookupValues",
            Self::AiText => "aiText",
            Self::SyncSource => "externalSyncSource",
            Self::ManualSort => "manualSort",
        }
    }
}
