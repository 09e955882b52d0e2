//! Why a value does not fit its field, in words for the one who has to mend the file.

use super::FieldType;

/// Why a value does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// A required field is empty.
    #[error("is required and is empty")]
    Missing,
    /// No whole number.
    #[error("is not a whole number between -9223372036854775808 and 9223372036854775807")]
    Integer,
    /// No number.
    #[error("is not a number such as 12.5 (a point before the decimals, no thousands separators)")]
    Number,
    /// Neither yes nor no.
    #[error("is neither true, yes or 1 nor false, no or 0")]
    Boolean,
    /// No day.
    #[error("is not a date such as 2026-01-31")]
    Date,
    /// No moment.
    #[error("is not a date and time such as 2026-01-31T17:05:00Z")]
    DateTime,
    /// No e-mail address.
    #[error("is not an e-mail address")]
    Email,
    /// No web address.
    #[error("is not a web address that begins with http:// or https://")]
    Url,
    /// No telephone number.
    #[error("is not a telephone number")]
    Phone,
    /// Not in the field's list.
    #[error("is not one of the field's choices")]
    Choice,
    /// Not JSON.
    #[error("is not JSON")]
    Json,
    /// Another JSON type than the field holds.
    #[error("is {found}, and the field holds {wanted}")]
    Kind {
        /// What was found: `a list`.
        found: &'static str,
        /// What the field holds.
        wanted: FieldType,
    },
    /// Where it comes from, it could not be worked out.
    #[error("holds the error {0:?} in place of a value")]
    Told(String),
    /// Too long to be kept.
    #[error("is longer than 1 MiB")]
    TooLong,
}
