//! The vendor's errors, in the form that its clients read.
use http::StatusCode;
use serde_json::{Value, json};

use crate::sandbox::answer::Answer;

/// Why a call is not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: u16,
    message: String,
    detail: Detail,
}

/// What is told besides.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Detail {
    /// A word of Google's APIs in general.
    Reason(&'static str),
    /// One of Google Ads': its category and its name.
    Ads(&'static str, &'static str),
    /// The same, and in how many seconds calls are taken again.
    Quota(&'static str, u64),
    Nothing,
}

impl Refusal {
    fn new(status: u16, message: impl Into<String>, detail: Detail) -> Self {
        Self {
            status,
            message: message.into(),
            detail,
        }
    }

    /// One of Google Ads' errors, with the status that goes with its category.
    pub(crate) fn ads(category: &'static str, name: &'static str, message: &str) -> Self {
        let status = match category {
            "authenticationError" => 401,
            "authorizationError" => 403,
            "internalError" => 500,
            _ => 400,
        };
        Self::new(status, message, Detail::Ads(category, name))
    }

    pub(super) fn query(name: &'static str, message: &str) -> Self {
        Self::ads("queryError", name, message)
    }

    pub(crate) fn no_path() -> Self {
        Self::new(404, "Method not found.", Detail::Nothing)
    }

    pub(crate) fn retired(edition: u32) -> Self {
        let told =
            format!("Version v{edition} is deprecated. Requests to this version will be blocked.");
        Self::ads("requestError", "UNSUPPORTED_VERSION", &told)
    }

    /// The token was never one, or is one no more.
    pub(crate) fn unauthenticated() -> Self {
        let told = "Request had invalid authentication credentials. Expected OAuth 2 access token, \
                    login cookie or other valid authentication credential.";
        Self::new(401, told, Detail::Reason("ACCESS_TOKEN_TYPE_UNSUPPORTED"))
    }

    /// The person has not allowed this.
    pub(crate) fn insufficient_scope() -> Self {
        Self::new(
            403,
            "Request had insufficient authentication scopes.",
            Detail::Reason("ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
        )
    }

    pub(crate) fn no_leave() -> Self {
        let told = "User doesn't have permission to access customer. Note: If you're accessing a client \
                    customer, the manager's customer id must be set in the 'login-customer-id' header.";
        Self::ads("authorizationError", "USER_PERMISSION_DENIED", told)
    }

    pub(super) fn not_enabled() -> Self {
        let told = "The customer account can't be accessed because it is not yet enabled or has been \
                    deactivated.";
        Self::ads("authorizationError", "CUSTOMER_NOT_ENABLED", told)
    }

    pub(super) fn developer_token() -> Self {
        let told = "The developer token is not valid.";
        Self::ads("authenticationError", "DEVELOPER_TOKEN_INVALID", told)
    }

    pub(crate) fn exhausted(seconds: u64) -> Self {
        let told = format!("Too many requests. Retry in {seconds} seconds.");
        Self::new(429, told, Detail::Quota("RESOURCE_EXHAUSTED", seconds))
    }

    pub(crate) fn too_expensive() -> Self {
        let told = "Too many expensive requests from query pattern over a short amount of time.";
        Self::new(
            429,
            told,
            Detail::Ads(
                "quotaError",
                "EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION",
            ),
        )
    }

    pub(crate) fn internal() -> Self {
        let told = "An internal error has occurred.";
        Self::ads("internalError", "INTERNAL_ERROR", told)
    }

    pub(crate) fn unavailable() -> Self {
        Self::new(
            503,
            "The service is currently unavailable.",
            Detail::Nothing,
        )
    }

    /// In the words of an edition; in a list where the answer would have been one.
    pub(crate) fn answer(&self, edition: u32, is_stream: bool) -> Answer {
        let mut error = json!({
            "code": self.status, "message": self.message, "status": self.word(),
        });
        let failure =
            format!("type.googleapis.com/google.ads.googleads.v{edition}.errors.GoogleAdsFailure");
        let told = |of: Value, details: Option<Value>| {
            let mut one = json!({ "errorCode": of, "message": self.message });
            if let Some(details) = details {
                one["details"] = details;
            }
            json!([{ "@type": failure, "errors": [one], "requestId": "sandbox0Request0000001" }])
        };
        let details = match &self.detail {
            Detail::Nothing => Value::Null,
            Detail::Reason(reason) => json!([{
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": reason, "domain": "googleapis.com",
                "metadata": { "service": "googleads.googleapis.com" },
            }]),
            Detail::Ads(category, name) => told(json!({ *category: name }), None),
            Detail::Quota(name, seconds) => {
                let quota = json!({ "quotaErrorDetails": {
                    "rateScope": "DEVELOPER",
                    "rateName": "Number of operations for basic access",
                    "retryDelay": format!("{seconds}s"),
                } });
                told(json!({ "quotaError": name }), Some(quota))
            }
        };
        if !details.is_null() {
            error["details"] = details;
        }
        let body = json!({ "error": error });
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        if is_stream {
            Answer::json(status, &json!([body]))
        } else {
            Answer::json(status, &body)
        }
    }

    fn word(&self) -> &'static str {
        match self.status {
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            429 => "RESOURCE_EXHAUSTED",
            500 => "INTERNAL",
            503 => "UNAVAILABLE",
            _ => "INVALID_ARGUMENT",
        }
    }
}
