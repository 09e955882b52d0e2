//! The vendor's errors, in the form that its clients read.
use http::StatusCode;
use serde_json::{Value, json};

use crate::sandbox::answer::Answer;

/// Why a call is not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: u16,
    code: u32,
    subcode: Option<u32>,
    message: String,
    is_transient: bool,
}

impl Refusal {
    fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            subcode: None,
            message: message.into(),
            is_transient: false,
        }
    }

    fn subcode(self, subcode: u32) -> Self {
        let subcode = Some(subcode);
        Self { subcode, ..self }
    }

    fn transient(self) -> Self {
        Self {
            is_transient: true,
            ..self
        }
    }

    pub(crate) fn no_token() -> Self {
        Self::new(
            400,
            2500,
            "An active access token must be used to query information about the current user.",
        )
    }

    /// The token was never one, or is one no more.
    pub(crate) fn invalid_token() -> Self {
        Self::new(
            400,
            190,
            "Invalid OAuth access token - Cannot parse access token",
        )
        .subcode(467)
    }

    pub(crate) fn expired_token() -> Self {
        Self::new(
            400,
            190,
            "Error validating access token: Session has expired.",
        )
        .subcode(463)
    }

    /// The person has taken the app from their account.
    pub(crate) fn app_removed() -> Self {
        Self::new(
            400,
            190,
            "Error validating access token: The user has not authorized application.",
        )
        .subcode(458)
    }

    pub(crate) fn permission() -> Self {
        Self::new(
            403,
            200,
            "(#200) Ad account owner has NOT granted ads_management or ads_read permission",
        )
    }

    pub(crate) fn no_path() -> Self {
        Self::new(400, 2500, "Unknown path components")
    }

    pub(crate) fn no_object(id: &str) -> Self {
        let told = format!(
            "Unsupported get request. Object with ID '{id}' does not exist, cannot be loaded due to \
             missing permissions, or does not support this operation"
        );
        Self::new(400, 100, told).subcode(33)
    }

    pub(crate) fn parameter(name: &str) -> Self {
        Self::new(400, 100, format!("(#100) Param {name} is not valid"))
    }

    pub(crate) fn too_long_ago() -> Self {
        Self::new(
            400,
            3018,
            "(#3018) The start date of the time range cannot be beyond 37 months from the current date",
        )
    }

    /// The limit of one ad account.
    pub(crate) fn too_many_calls() -> Self {
        let told = "(#80000) There have been too many calls from this ad-account. Wait a bit and try again.";
        Self::new(400, 80_000, told).subcode(2_446_079)
    }

    /// The limit of whoever calls.
    pub(crate) fn user_limit() -> Self {
        Self::new(400, 17, "(#17) User request limit reached").subcode(2_446_079)
    }

    pub(crate) fn too_much_data() -> Self {
        let told = "Please reduce the amount of data you're asking for, then retry your request";
        Self::new(500, 1, told)
    }

    pub(crate) fn unknown() -> Self {
        Self::new(500, 1, "An unknown error occurred")
    }

    pub(crate) fn unavailable() -> Self {
        Self::new(503, 2, "Service temporarily unavailable").transient()
    }

    pub(crate) fn answer(&self) -> Answer {
        let mut error = json!({
            "message": self.message,
            "type": "OAuthException",
            "code": self.code,
            "is_transient": self.is_transient,
            "fbtrace_id": "AsandboxTrace00000000000",
        });
        if let Some(subcode) = self.subcode {
            error["error_subcode"] = Value::from(subcode);
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        Answer::json(status, &json!({ "error": error }))
    }
}
