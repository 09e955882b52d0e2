//! Says what the cells of each type of property hold (Notion API, "Page properties").

use crate::fields::FieldType;

/// What a property's cells hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A list of pieces of text.
    Words,
    /// A text of at most so many characters, or nothing.
    Line(usize),
    /// A number.
    Number,
    /// True or false.
    Flag,
    /// A day or a moment, or a stretch of either.
    Date,
    /// The name of an option. A status takes only those that it has.
    Choice {
        /// Whether the vendor adds an option that it does not know.
        grows: bool,
    },
    /// Names of options.
    Choices,
    /// Ids of users or of pages, whose order means nothing.
    Ids,
    /// Files, by their addresses.
    Files,
    /// A moment that the vendor keeps.
    Moment,
    /// Who made or edited it.
    User,
    /// A number that the vendor gives, perhaps behind a prefix.
    Numbered,
    /// What the vendor computes, and types that did not exist when this was written.
    Computed,
}

/// What cells of this type hold.
pub(super) fn shape(kind: &str) -> Shape {
    match kind {
        "title" | "rich_text" => Shape::Words,
        // Notion API, "Request limits": the sizes of property values.
        "url" => Shape::Line(2_000),
        "email" | "phone_number" => Shape::Line(200),
        "number" => Shape::Number,
        "checkbox" => Shape::Flag,
        "date" => Shape::Date,
        "select" => Shape::Choice { grows: true },
        "status" => Shape::Choice { grows: false },
        "multi_select" => Shape::Choices,
        "people" | "relation" => Shape::Ids,
        "files" => Shape::Files,
        "created_time" | "last_edited_time" => Shape::Moment,
        "created_by" | "last_edited_by" => Shape::User,
        "unique_id" => Shape::Numbered,
        _ => Shape::Computed,
    }
}

/// Whether cells of this type can be written at all.
pub(super) fn is_writable(kind: &str) -> bool {
    !matches!(
        shape(kind),
        Shape::Moment | Shape::User | Shape::Numbered | Shape::Computed
    )
}

/// Whether a page shows no more than the first 25 pieces of such a cell (Notion API, "Retrieve a
/// page").
pub(super) fn may_be_cut(kind: &str) -> bool {
    matches!(shape(kind), Shape::Words | Shape::Ids)
}

/// What of our types comes nearest.
pub(super) fn neutral(kind: &str) -> Option<FieldType> {
    match (shape(kind), kind) {
        (Shape::Words, "title") | (Shape::User | Shape::Numbered, _) => Some(FieldType::Text),
        (Shape::Words, _) => Some(FieldType::LongText),
        (Shape::Line(_), "url") => Some(FieldType::Url),
        (Shape::Line(_), "email") => Some(FieldType::Email),
        (Shape::Line(_), _) => Some(FieldType::Phone),
        (Shape::Number, _) => Some(FieldType::Number),
        (Shape::Flag, _) => Some(FieldType::Boolean),
        (Shape::Date | Shape::Moment, _) => Some(FieldType::DateTime),
        (Shape::Choice { .. }, _) => Some(FieldType::Choice),
        (Shape::Choices | Shape::Ids | Shape::Files, _) => Some(FieldType::Choices),
        (Shape::Computed, _) => None,
    }
}

/// Whether cells of this type come as another text each time, though they hold the same: the
/// addresses of files and of people's pictures are signed anew at each reading.
pub(super) fn varies(kind: &str) -> bool {
    matches!(kind, "files" | "people" | "created_by" | "last_edited_by")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computed_and_unknown_types_are_never_written() {
        let computed = [
            "formula",
            "rollup",
            "created_time",
            "last_edited_time",
            "created_by",
            "last_edited_by",
            "unique_id",
            "button",
            "place",
            "verification",
            "hologram",
        ];
        assert!(computed.iter().all(|kind| !is_writable(kind)));
        assert!(is_writable("title") && is_writable("relation") && is_writable("files"));
    }

    #[test]
    fn each_type_has_its_counterpart_and_what_is_computed_none() {
        assert_eq!(neutral("files"), Some(FieldType::Choices));
        assert_eq!(neutral("relation"), Some(FieldType::Choices));
        assert_eq!(neutral("formula"), None);
        assert_eq!(neutral("number"), Some(FieldType::Number));
        assert_eq!(neutral("status"), Some(FieldType::Choice));
    }
}
