//! An error on its way to the client, and the answer that it becomes.

use std::error::Error as Cause;

use poem::error::ResponseError;
use poem::http::{HeaderName, HeaderValue, StatusCode, header};
use poem::{IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::registry::{MetaResponses, Registry};
use poem_openapi::types::ToJSON as _;
use serde_json::{Map, Value};

use super::catalogue::{Code, Entry};
use super::problem::{FieldFault, PROBLEM, Problem};
use crate::base::RequestId;
use crate::http::{host, refusal};

/// An error on its way to the client.
#[derive(Debug, thiserror::Error)]
#[error("{}: {detail}", .code.entry().text)]
pub struct ApiError {
    code: Code,
    detail: String,
    fields: Vec<FieldFault>,
    members: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
    #[source]
    cause: Option<Box<dyn Cause + Send + Sync>>,
}

impl ApiError {
    /// An error of the kind `code`; `detail` is shown to the client.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            fields: Vec::new(),
            members: Map::new(),
            headers: Vec::new(),
            cause: None,
        }
    }

    /// One that is the appliance's own fault: the cause goes to the log and to nobody else.
    pub fn internal(cause: impl Into<Box<dyn Cause + Send + Sync>>) -> Self {
        Self::hidden(Code::Internal, cause)
    }

    /// A refusal of one member of the body.
    pub fn invalid(path: impl Into<String>, message: impl Into<String>) -> Self {
        let (path, message) = (path.into(), message.into());
        Self::new(Code::ValidationFailed, format!("{path}: {message}")).field(path, message)
    }

    /// A refusal of several members of the body.
    pub(super) fn all_invalid(faults: impl Iterator<Item = (String, String)>) -> Self {
        let mut error = Self::new(Code::ValidationFailed, "");
        for (path, message) in faults {
            if error.fields.is_empty() {
                error.detail = format!("{path}: {message}");
            }
            error = error.field(path, message);
        }
        error
    }

    /// What does not exist, or belongs to somebody else.
    pub fn not_found(kind: &str) -> Self {
        Self::new(Code::NotFound, format!("There is no such {kind}."))
    }

    /// An error whose cause the client must not see; the text comes from the catalogue.
    pub(crate) fn hidden(code: Code, cause: impl Into<Box<dyn Cause + Send + Sync>>) -> Self {
        let mut error = Self::new(code, code.entry().remedy);
        error.cause = Some(cause.into());
        error
    }

    /// Names one more member that is not acceptable.
    #[must_use]
    pub fn field(mut self, path: impl Into<String>, message: impl Into<String>) -> Self {
        self.fields.push(FieldFault {
            path: path.into(),
            message: message.into(),
        });
        self
    }

    /// The same refusal of members that lie below another.
    #[must_use]
    pub(crate) fn below(mut self, parent: &str) -> Self {
        for fault in &mut self.fields {
            fault.path = format!("{parent}.{}", fault.path);
        }
        if let Some(FieldFault { path, message }) = self.fields.first() {
            self.detail = format!("{path}: {message}");
        }
        self
    }

    /// Adds a member of its own to the problem, such as `dependents`.
    #[must_use]
    pub fn member(mut self, name: &str, value: Value) -> Self {
        self.members.insert(name.to_owned(), value);
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// Whether the answer has a header of this name.
    pub(crate) fn has_header(&self, name: &HeaderName) -> bool {
        self.headers.iter().any(|(known, _)| known == name)
    }

    /// The kind of error.
    pub fn code(&self) -> Code {
        self.code
    }

    /// What the client is told of this very case.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// The members that are not acceptable.
    pub(crate) fn fields(&self) -> &[FieldFault] {
        &self.fields
    }

    /// The answer; `instance` is the id of the request that met the error.
    pub(crate) fn answer(self, instance: RequestId) -> Response {
        let entry = self.code.entry();
        let problem = Problem {
            kind: format!("/errors/{}", entry.text),
            title: entry.title.to_owned(),
            status: entry.status,
            code: entry.text.to_owned(),
            detail: self.detail,
            instance: instance.to_string(),
            fields: (!self.fields.is_empty()).then_some(self.fields),
        };
        let mut body = problem.to_json().unwrap_or_default();
        if let Value::Object(members) = &mut body {
            members.extend(self.members);
        }
        let mut response = body
            .to_string()
            .with_content_type(PROBLEM)
            .with_status(status(entry))
            .into_response();
        response.headers_mut().extend(self.headers);
        response
    }
}

fn status(entry: &Entry) -> StatusCode {
    StatusCode::from_u16(entry.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

impl ResponseError for ApiError {
    fn status(&self) -> StatusCode {
        status(self.code.entry())
    }
}

/// Every operation shares the same error answers; the document's repair adds them.
impl ApiResponse for ApiError {
    fn meta() -> MetaResponses {
        MetaResponses {
            responses: Vec::new(),
        }
    }

    fn register(_: &mut Registry) {}
}

impl ApiError {
    /// That nobody has signed in.
    pub(crate) fn not_signed_in() -> Self {
        // RFC 9110, section 11.6.1: a 401 says how to do better.
        Self::new(Code::NotSignedIn, Code::NotSignedIn.entry().remedy)
            .header(header::WWW_AUTHENTICATE, "Bearer")
    }

    /// That a token was shown, and is no good.
    pub(crate) fn token_refused() -> Self {
        let detail = "The token is no good: it is mistyped, has ended or was revoked. Send it as \
                      Authorization: Bearer, whole and as it was shown.";
        // RFC 6750, section 3.1.
        Self::new(Code::NotSignedIn, detail)
            .header(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")
    }

    /// That a thing is not in the state which the request asks for.
    pub(crate) fn precondition_failed() -> Self {
        Self::new(
            Code::PreconditionFailed,
            Code::PreconditionFailed.entry().remedy,
        )
    }

    /// A refusal that names the methods which are offered instead.
    pub(crate) fn method_not_allowed(allowed: &str) -> Self {
        let detail = if allowed.is_empty() {
            "Nothing is offered at this address.".to_owned()
        } else {
            format!("Offered here: {allowed}.")
        };
        Self::new(Code::MethodNotAllowed, detail).header(header::ALLOW, allowed)
    }
}

impl From<host::Fault> for ApiError {
    fn from(fault: host::Fault) -> Self {
        let code = match &fault {
            host::Fault::Missing | host::Fault::Ambiguous | host::Fault::Invalid => Code::BadHost,
            host::Fault::Foreign(_) => Code::Misdirected,
        };
        Self::new(code, fault.to_string())
    }
}

/// Errors of poem's own.
impl From<poem::Error> for ApiError {
    fn from(error: poem::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(ours) => ours,
            Err(other) => refusal::of(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_went_wrong_inside_is_not_told() {
        let error = ApiError::internal(std::io::Error::other("/var/lib/weighbridge: CANARY"));
        let answer = error.answer(RequestId::from_bytes([7; 16]));
        assert_eq!(answer.status(), 500);
        assert_eq!(answer.content_type(), Some(PROBLEM));
        let body = answer.into_body().into_string().await.unwrap();
        assert!(!body.contains("CANARY"), "{body}");
    }

    #[tokio::test]
    async fn members_and_faulty_fields_are_in_the_problem() {
        let error = ApiError::invalid("fields[2].name", "must not be empty")
            .member("dependents", serde_json::json!([]));
        let answer = error.answer(RequestId::from_bytes([7; 16]));
        let body: Value =
            serde_json::from_str(&answer.into_body().into_string().await.unwrap()).unwrap();
        assert_eq!(body["type"], "/errors/validation_failed");
        assert_eq!(body["fields"][0]["path"], "fields[2].name");
        assert_eq!(body["dependents"], serde_json::json!([]));
    }
}
