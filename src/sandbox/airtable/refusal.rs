//! What the vendor answers instead of doing what was asked.
use http::StatusCode;
use serde_json::{Value, json};

use crate::sandbox::answer::Answer;

/// A refused call: the status, the vendor's error type and, mostly, a message.
///
/// The vendor has three body shapes for it, and a client must read all three
/// (Airtable Web API, "Errors").
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    body: Body,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Body {
    Bare(&'static str),
    Typed(&'static str),
    Told(&'static str, String),
}

impl Refusal {
    /// A refusal with a type and a message.
    pub(crate) fn told(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            body: Body::Told(kind, message.into()),
        }
    }

    /// A refusal with a type alone.
    fn typed(status: StatusCode, kind: &'static str) -> Self {
        Self {
            status,
            body: Body::Typed(kind),
        }
    }

    /// A 422 with a type and a message.
    pub(crate) fn unprocessable(kind: &'static str, message: impl Into<String>) -> Self {
        Self::told(StatusCode::UNPROCESSABLE_ENTITY, kind, message)
    }

    /// A base that is not there, or a path that leads nowhere: the bare string.
    pub(crate) fn not_found() -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            body: Body::Bare("NOT_FOUND"),
        }
    }

    /// A table or record that is not there, or that the token may not see: the vendor does not
    /// tell which.
    pub(crate) fn no_model() -> Self {
        Self::told(
            StatusCode::FORBIDDEN,
            "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND",
            "Invalid permissions, or the requested model was not found. Check that both your user \
             and your token have the required permissions, and that the model names and/or ids \
             are correct.",
        )
    }

    /// A call that needs a scope which the token does not have.
    pub(crate) fn no_scope() -> Self {
        Self::told(
            StatusCode::FORBIDDEN,
            "INVALID_PERMISSIONS",
            "You are not permitted to perform this operation",
        )
    }

    pub(crate) fn unauthorized() -> Self {
        Self::told(
            StatusCode::UNAUTHORIZED,
            "AUTHENTICATION_REQUIRED",
            "Authentication required",
        )
    }

    /// Beyond the calls a second; the vendor sends no `Retry-After`.
    pub(crate) fn rate_limited() -> Self {
        Self::told(
            StatusCode::TOO_MANY_REQUESTS,
            "RATE_LIMIT_REACHED",
            "Rate limit exceeded. Please try again later",
        )
    }

    /// Beyond the calls a month.
    pub(crate) fn billing_limit() -> Self {
        Self::told(
            StatusCode::TOO_MANY_REQUESTS,
            "PUBLIC_API_BILLING_LIMIT_EXCEEDED",
            "The workspace has used up its API calls of this month",
        )
    }

    /// An address that is longer than the vendor takes.
    pub(crate) fn address_too_long() -> Self {
        Self::told(
            StatusCode::URI_TOO_LONG,
            "REQUEST_URI_TOO_LONG",
            "The URL is too long; send the parameters in the body of a POST",
        )
    }

    pub(crate) fn too_large() -> Self {
        Self::told(
            StatusCode::PAYLOAD_TOO_LARGE,
            "REQUEST_TOO_LARGE",
            "Request body is too large",
        )
    }

    /// A body that is no JSON, or not of the shape that the call takes.
    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::unprocessable("INVALID_REQUEST_UNKNOWN", message)
    }

    /// More records in one call than the vendor takes, or none where some are needed.
    pub(crate) fn bad_records(what: &str) -> Self {
        Self::unprocessable(
            "INVALID_RECORDS",
            format!("You must provide an array of up to 10 record objects, each with {what}."),
        )
    }

    pub(crate) fn unknown_field(name: &str) -> Self {
        Self::unprocessable(
            "UNKNOWN_FIELD_NAME",
            format!("Unknown field name: \"{name}\""),
        )
    }

    /// A value that the field's type does not take.
    pub(crate) fn bad_value(field: &str) -> Self {
        Self::unprocessable(
            "INVALID_VALUE_FOR_COLUMN",
            format!("Field \"{field}\" cannot accept the provided value"),
        )
    }

    /// A write to a field that the vendor works out by itself.
    pub(crate) fn computed(field: &str) -> Self {
        Self::unprocessable(
            "INVALID_VALUE_FOR_COLUMN",
            format!("Field \"{field}\" cannot accept a value because the field is computed"),
        )
    }

    pub(crate) fn new_choice(name: &str) -> Self {
        Self::unprocessable(
            "INVALID_MULTIPLE_CHOICE_OPTIONS",
            format!("Insufficient permissions to create new select option \"\"{name}\"\""),
        )
    }

    pub(crate) fn bad_attachment(field: &str) -> Self {
        Self::unprocessable(
            "INVALID_ATTACHMENT_OBJECT",
            format!(
                "Invalid attachment object for field \"{field}\": give a url, or an id that the cell holds"
            ),
        )
    }

    /// An id in a batch update that the table does not hold.
    pub(crate) fn no_row(id: &str) -> Self {
        Self::unprocessable(
            "ROW_DOES_NOT_EXIST",
            format!("Record ID {id} does not exist in this table"),
        )
    }

    /// An id in a batch delete that the table does not hold.
    pub(crate) fn no_record(id: &str) -> Self {
        Self::told(
            StatusCode::NOT_FOUND,
            "NOT_FOUND",
            format!("Could not find a record with ID \"{id}\"."),
        )
    }

    /// A webhook that is not there, or is another's.
    pub(crate) fn no_webhook() -> Self {
        Self::told(
            StatusCode::NOT_FOUND,
            "NOT_FOUND",
            "Could not find a webhook with this ID",
        )
    }

    /// A base with as many webhooks as it takes.
    pub(crate) fn too_many_webhooks() -> Self {
        Self::unprocessable(
            "TOO_MANY_WEBHOOKS_IN_BASE",
            "The base has as many webhooks as it can have",
        )
    }

    /// A base with as many webhooks of one integration as it takes.
    pub(crate) fn too_many_webhooks_of_integration() -> Self {
        Self::unprocessable(
            "TOO_MANY_WEBHOOKS_BY_OAUTH_INTEGRATION_IN_BASE",
            "The integration has as many webhooks in this base as it can have",
        )
    }

    pub(crate) fn bad_formula(why: &str) -> Self {
        Self::unprocessable(
            "INVALID_FILTER_BY_FORMULA",
            format!("The formula for filtering records is invalid: {why}"),
        )
    }

    /// An offset that this vendor never gave out.
    pub(crate) fn bad_offset() -> Self {
        Self::unprocessable("INVALID_OFFSET_VALUE", "The value of offset is invalid")
    }

    /// An offset whose listing has been forgotten; the vendor gives no message with it.
    pub(crate) fn listing_gone() -> Self {
        Self::typed(
            StatusCode::UNPROCESSABLE_ENTITY,
            "LIST_RECORDS_ITERATOR_NOT_AVAILABLE",
        )
    }

    /// A fault of the vendor's own.
    pub(crate) fn server_error() -> Self {
        Self::told(
            StatusCode::INTERNAL_SERVER_ERROR,
            "SERVER_ERROR",
            "Try again. If the problem persists, contact support.",
        )
    }

    /// The vendor is overloaded or being mended.
    pub(crate) fn unavailable() -> Self {
        Self::told(
            StatusCode::SERVICE_UNAVAILABLE,
            "SERVICE_UNAVAILABLE",
            "The service is temporarily unavailable. Please retry shortly.",
        )
    }

    fn json(&self) -> Value {
        match &self.body {
            Body::Bare(kind) => json!({ "error": kind }),
            Body::Typed(kind) => json!({ "error": { "type": kind } }),
            Body::Told(kind, message) => json!({ "error": { "type": kind, "message": message } }),
        }
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Answer::json(refusal.status, &refusal.json())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_shapes_of_an_error_are_those_of_the_vendor() {
        assert_eq!(Refusal::not_found().json(), json!({ "error": "NOT_FOUND" }));
        assert_eq!(
            Refusal::listing_gone().json(),
            json!({ "error": { "type": "LIST_RECORDS_ITERATOR_NOT_AVAILABLE" } })
        );
        assert_eq!(
            Refusal::unknown_field("X").json(),
            json!({ "error": { "type": "UNKNOWN_FIELD_NAME", "message": "Unknown field name: \"X\"" } })
        );
    }
}
