//! The body of every error answer.

use poem_openapi::Object;

/// The content type of every error (RFC 9457).
pub(crate) const PROBLEM: &str = "application/problem+json";

/// One member of a request that is not acceptable.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
pub struct FieldFault {
    /// Where in the body, such as `fields[2].name`.
    pub path: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// The body of every error answer (RFC 9457).
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Problem {
    /// Where the catalogue describes this kind of error.
    #[oai(rename = "type")]
    pub(super) kind: String,
    /// The kind of error in one sentence.
    pub(super) title: String,
    /// The HTTP status.
    pub(super) status: u16,
    /// The kind of error for programs; it stays the same between versions.
    pub(super) code: String,
    /// What is wrong with this request, where, and what would be right.
    pub(super) detail: String,
    /// The request's id, which the log and the audit log carry too.
    pub(super) instance: String,
    /// Each member of the body that is not acceptable.
    pub(super) fields: Option<Vec<FieldFault>>,
}
