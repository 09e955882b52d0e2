//! What the vendor answers instead of doing what was asked.
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::sandbox::answer::Answer;

/// The header that names a call for the vendor's support; what the edge answers has none.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-notion-request-id");

/// A refused call: the status, the vendor's code and a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    code: &'static str,
    pub(crate) message: String,
    additional: Option<Value>,
    retry_after_seconds: Option<u32>,
}

impl Refusal {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            additional: None,
            retry_after_seconds: None,
        }
    }

    /// A value, a body or a path that is not what the call takes.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "validation_error", message)
    }

    /// A member of the body that is not what it should be, told in the vendor's way.
    pub(crate) fn expected(place: &str, should: &str, instead: &Value) -> Self {
        Self::invalid(format!(
            "body failed validation: body.{place} should be {should}, instead was `{instead}`."
        ))
    }

    /// A member that the call needs and that is not there.
    pub(crate) fn absent(place: &str) -> Self {
        Self::invalid(format!(
            "body failed validation: body.{place} should be defined, instead was `undefined`."
        ))
    }

    /// More of something than the vendor takes.
    pub(crate) fn too_many(place: &str, most: usize, given: usize) -> Self {
        Self::invalid(format!(
            "body failed validation: body.{place}.length should be ≤ `{most}`, instead was `{given}`."
        ))
    }

    pub(crate) fn missing_version() -> Self {
        Self::new(
            400,
            "missing_version",
            "Notion-Version header failed validation: Notion-Version header should be defined, \
             instead was `undefined`.",
        )
    }

    pub(crate) fn invalid_json() -> Self {
        Self::new(400, "invalid_json", "Error parsing JSON body.")
    }

    pub(crate) fn invalid_url() -> Self {
        Self::new(400, "invalid_request_url", "Invalid request URL.")
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(401, "unauthorized", "API token is invalid.")
    }

    /// The integration lacks a capability, such as to insert content.
    pub(crate) fn restricted() -> Self {
        Self::new(
            403,
            "restricted_resource",
            "Insufficient permissions for this endpoint.",
        )
    }

    /// What is not there, or not shared with the integration: the vendor does not tell which.
    pub(crate) fn not_found(what: &str, id: impl std::fmt::Display) -> Self {
        Self::new(
            404,
            "object_not_found",
            format!(
                "Could not find {what} with ID: {id}. Make sure the relevant pages and databases \
                 are shared with your integration \"Sandbox\"."
            ),
        )
    }

    /// An old edition meets a database that is no single table.
    pub(crate) fn several_sources(database: uuid::Uuid, sources: &[uuid::Uuid]) -> Self {
        Self {
            additional: Some(json!({
                "error_type": "multiple_data_sources_for_database",
                "database_id": database,
                "child_data_source_ids": sources,
                "minimum_api_version": "2025-09-03",
            })),
            ..Self::invalid(
                "Databases with multiple data sources are not supported in this API version.",
            )
        }
    }

    /// A cursor that was never given out, belongs to another query, or has expired.
    pub(crate) fn bad_cursor(cursor: &str) -> Self {
        Self::invalid(format!(
            "The start_cursor provided is invalid: {cursor}. Start from the first page."
        ))
    }

    /// Too many calls; `reason` names the limit.
    pub(crate) fn rate_limited(retry_after_seconds: u32, reason: &'static str) -> Self {
        Self {
            additional: Some(json!({ "rate_limit_reason": reason })),
            retry_after_seconds: Some(retry_after_seconds),
            ..Self::new(
                429,
                "rate_limited",
                "You have been rate limited. Please try again in a few minutes.",
            )
        }
    }

    pub(crate) fn overloaded(retry_after_seconds: u32) -> Self {
        Self {
            retry_after_seconds: Some(retry_after_seconds),
            ..Self::new(
                529,
                "service_overload",
                "Notion is overloaded. Please try again later.",
            )
        }
    }

    /// The transaction met another one.
    pub(crate) fn conflict() -> Self {
        Self::new(
            409,
            "conflict_error",
            "Conflict occurred while saving. Please try again.",
        )
    }

    /// A free workspace has used up its blocks: creating fails for good, all else goes on.
    pub(crate) fn out_of_blocks() -> Self {
        Self::new(
            409,
            "row_limit_exceeded",
            "This workspace has reached its block limit. Upgrade the plan to create more content.",
        )
    }

    pub(crate) fn internal() -> Self {
        Self::new(500, "internal_server_error", "Unexpected error occurred.")
    }

    pub(crate) fn unavailable(retry_after_seconds: Option<u32>) -> Self {
        Self {
            retry_after_seconds,
            ..Self::new(
                503,
                "service_unavailable",
                "Notion is unavailable. Please try again later.",
            )
        }
    }

    pub(crate) fn gateway_timeout() -> Self {
        Self::new(
            504,
            "gateway_timeout",
            "Notion did not complete the request in time.",
        )
    }

    /// The answer, under the id of its call.
    pub(crate) fn answer(&self, request: uuid::Uuid) -> Answer {
        let mut body = json!({
            "object": "error",
            "status": self.status,
            "code": self.code,
            "message": self.message,
        });
        if let Some(additional) = &self.additional {
            body["additional_data"] = additional.clone();
        }
        body["request_id"] = json!(request);
        let status = StatusCode::from_u16(self.status).expect("the vendor's statuses are valid");
        let answer = named(Answer::json(status, &body), request);
        match self.retry_after_seconds {
            None => answer,
            Some(seconds) => answer.with_header(header::RETRY_AFTER, HeaderValue::from(seconds)),
        }
    }
}

/// Puts the call's id into the header.
pub(super) fn named(answer: Answer, request: uuid::Uuid) -> Answer {
    let id = HeaderValue::try_from(request.to_string()).expect("an id is ASCII");
    answer.with_header(REQUEST_ID, id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_tells_its_status_code_message_and_call() {
        let body = Refusal::rate_limited(7, "connection")
            .answer(uuid::Uuid::nil())
            .read();
        assert_eq!(
            body,
            json!({
                "object": "error",
                "status": 429,
                "code": "rate_limited",
                "message": "You have been rate limited. Please try again in a few minutes.",
                "additional_data": { "rate_limit_reason": "connection" },
                "request_id": "00000000-0000-0000-0000-000000000000",
            })
        );
    }
}
