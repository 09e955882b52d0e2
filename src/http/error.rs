//! Turns every error into an answer: the one place that knows statuses.

use std::error::Error as Cause;

use poem::error::ResponseError;
use poem::http::{HeaderName, HeaderValue, StatusCode, header};
use poem::{IntoResponse, Response};
use poem_openapi::registry::{MetaResponses, Registry};
use poem_openapi::types::ToJSON as _;
use poem_openapi::{ApiResponse, Object};
use serde_json::{Map, Value, json};

use super::host;
use crate::base::{RequestId, UserId, WitnessError, chain};
use crate::{audit, auth, connections, datasets, store, sync};

/// The content type of every error (RFC 9457).
pub(crate) const PROBLEM: &str = "application/problem+json";

/// What an error answer says, in the vocabulary that clients may rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the catalogue below describes each of them")]
pub enum Code {
    BadJson,
    BadQuery,
    BadPath,
    BadHost,
    Misdirected,
    NotSignedIn,
    SignInFailed,
    Forbidden,
    CsrfFailed,
    NotFound,
    MethodNotAllowed,
    Conflict,
    Referenced,
    SetupDone,
    SetupLinkInvalid,
    TooLarge,
    UnsupportedMediaType,
    ValidationFailed,
    UnknownField,
    ScanTooLarge,
    ImportRefused,
    RateLimited,
    Internal,
    ProviderFailed,
    AuditUnavailable,
    StorageUnavailable,
    StorageFull,
}

/// One line of the published catalogue of errors.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Its place in the table, which a test holds it to.
    #[cfg_attr(not(test), expect(dead_code, reason = "the index is the code"))]
    pub(crate) code: Code,
    /// The code as it is sent, and the last part of the problem's `type`.
    pub(crate) text: &'static str,
    pub(crate) status: u16,
    pub(crate) title: &'static str,
    /// What the reader can do about it, in whole sentences.
    pub(crate) remedy: &'static str,
}

/// In the order of [`Code`].
#[rustfmt::skip]
pub(crate) const CATALOGUE: [Entry; 27] = [
    Entry { code: Code::BadJson, text: "bad_json", status: 400, title: "The body is not valid JSON", remedy: "Send one JSON document in UTF-8; the detail names the line and column where reading stopped." },
    Entry { code: Code::BadQuery, text: "bad_query", status: 400, title: "A query parameter is wrong", remedy: "Correct the parameter that the detail names; the API document lists what each accepts." },
    Entry { code: Code::BadPath, text: "bad_path", status: 400, title: "The path is wrong", remedy: "Use an id exactly as an answer gave it to you." },
    Entry { code: Code::BadHost, text: "bad_host", status: 400, title: "The request does not name one host", remedy: "Send exactly one Host header (RFC 9112), and no other host in the target." },
    Entry { code: Code::Misdirected, text: "misdirected", status: 421, title: "The appliance is not called that", remedy: "Call it by one of the names in server.hosts, or add the name there." },
    Entry { code: Code::NotSignedIn, text: "not_signed_in", status: 401, title: "Nobody is signed in", remedy: "Sign in, and send the session cookie with the request. A session ends by itself when it is not used." },
    Entry { code: Code::SignInFailed, text: "sign_in_failed", status: 401, title: "Signing in failed", remedy: "Check the e-mail address and the password. After several failures an account waits a while before it accepts another try; an administrator can disable an account or set a new password." },
    Entry { code: Code::Forbidden, text: "forbidden", status: 403, title: "Your role does not allow this", remedy: "Ask an administrator for a role that has the permission which the detail names." },
    Entry { code: Code::CsrfFailed, text: "csrf_failed", status: 403, title: "The request did not prove where it comes from", remedy: "Send the session's csrf_token in the header x-csrf-token, from the appliance's own origin." },
    Entry { code: Code::NotFound, text: "not_found", status: 404, title: "There is no such thing", remedy: "Check the address. What belongs to somebody else answers like what does not exist." },
    Entry { code: Code::MethodNotAllowed, text: "method_not_allowed", status: 405, title: "The method is not offered here", remedy: "Use one of the methods in the Allow header." },
    Entry { code: Code::Conflict, text: "conflict", status: 409, title: "It changed, or is taken, in the meantime", remedy: "Read it again, then repeat the change if it is still wanted." },
    Entry { code: Code::Referenced, text: "referenced", status: 409, title: "Something else depends on it", remedy: "Delete what depends on it first, or repeat with cascade=true to delete all of it; dependents lists them." },
    Entry { code: Code::SetupDone, text: "setup_done", status: 409, title: "The appliance is set up already", remedy: "Sign in instead. Who has lost the only account runs `weighbridge user password` at the machine." },
    Entry { code: Code::SetupLinkInvalid, text: "setup_link_invalid", status: 410, title: "The set-up link is used, old or wrong", remedy: "Make a new one at the machine with `weighbridge setup-link`; it is good for 30 minutes and one use." },
    Entry { code: Code::TooLarge, text: "too_large", status: 413, title: "The request is too large", remedy: "Send at most 1 MiB; files are imported through the import operation, which has no such limit." },
    Entry { code: Code::UnsupportedMediaType, text: "unsupported_media_type", status: 415, title: "The content type is not accepted here", remedy: "Set Content-Type to one that the API document names for the operation, mostly application/json." },
    Entry { code: Code::ValidationFailed, text: "validation_failed", status: 422, title: "A value is not acceptable", remedy: "Correct the members that fields lists; each message says what would be right." },
    Entry { code: Code::UnknownField, text: "unknown_field", status: 422, title: "A member is not known", remedy: "Leave the member away or correct its name; nothing that is not understood is accepted silently." },
    Entry { code: Code::ScanTooLarge, text: "scan_too_large", status: 422, title: "The question would read too many records", remedy: "Filter or sort by an indexed field, or narrow the filter." },
    Entry { code: Code::ImportRefused, text: "import_refused", status: 422, title: "The file was not imported", remedy: "The detail says what is wrong with the file; nothing of it was kept." },
    Entry { code: Code::RateLimited, text: "rate_limited", status: 429, title: "Too many requests", remedy: "Wait as many seconds as Retry-After says. The limits are settings of the appliance and listed at /api/v1/system/rate-limits." },
    Entry { code: Code::Internal, text: "internal", status: 500, title: "The appliance made a mistake", remedy: "Nothing is wrong with the request. Give the request id to whoever runs the appliance: its log has the cause under that id." },
    Entry { code: Code::ProviderFailed, text: "provider_failed", status: 502, title: "The other service did not do it", remedy: "The member provider holds what it answered. Test the connection; try again later if the service is at fault." },
    Entry { code: Code::AuditUnavailable, text: "audit_unavailable", status: 503, title: "The book cannot be written", remedy: "Nothing is changed while the audit log cannot be written. See the log for the cause: mostly the disk or its permissions. It comes back by itself." },
    Entry { code: Code::StorageUnavailable, text: "storage_unavailable", status: 503, title: "The store does not answer", remedy: "Try again in a moment; see the log for the cause if it stays." },
    Entry { code: Code::StorageFull, text: "storage_full", status: 507, title: "No space is left", remedy: "Nothing was changed. Make room on the disk of the data folder; no restart is needed." },
];

impl Code {
    pub(crate) fn entry(self) -> &'static Entry {
        &CATALOGUE[self as usize]
    }
}

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
    kind: String,
    /// The kind of error in one sentence.
    title: String,
    /// The HTTP status.
    status: u16,
    /// The kind of error for programs; it stays the same between versions.
    code: String,
    /// What is wrong with this request, where, and what would be right.
    detail: String,
    /// The request's id, which the log and the audit log carry too.
    instance: String,
    /// Each member of the body that is not acceptable.
    fields: Option<Vec<FieldFault>>,
}

/// Something that depends on another thing: it stands in the way of its deletion, or goes with it.
#[derive(Debug, Object)]
#[oai(rename = "Dependent")]
pub(crate) struct DependentView {
    /// What it is: `sync`.
    kind: String,
    /// Its id.
    id: String,
    /// What people call it.
    name: String,
}

impl From<&store::Dependent> for DependentView {
    fn from(one: &store::Dependent) -> Self {
        // Every key of a parent ends in its own id; that of its owner may stand before it.
        let id = one.key.last_chunk().copied().map(UserId::from_bytes);
        Self {
            kind: one.collection.to_owned(),
            id: id.map(|id| id.to_string()).unwrap_or_default(),
            name: one.label.clone(),
        }
    }
}

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
    fn all_invalid(faults: impl Iterator<Item = (String, String)>) -> Self {
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

    /// The kind of error.
    pub fn code(&self) -> Code {
        self.code
    }

    /// What the client is told of this very case.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
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

impl From<host::Fault> for ApiError {
    fn from(fault: host::Fault) -> Self {
        let code = match &fault {
            host::Fault::Missing | host::Fault::Ambiguous | host::Fault::Invalid => Code::BadHost,
            host::Fault::Foreign(_) => Code::Misdirected,
        };
        Self::new(code, fault.to_string())
    }
}

impl From<auth::Error> for ApiError {
    fn from(error: auth::Error) -> Self {
        use auth::Error as E;
        match error {
            E::Refused => Self::new(Code::SignInFailed, Code::SignInFailed.entry().remedy),
            E::WrongPassword => Self::invalid("current", error.to_string()),
            E::Weak(weakness) => Self::invalid("password", weakness.to_string()),
            E::BadEmail(bad) => Self::invalid("email", bad.to_string()),
            E::BadName => Self::invalid("name", error.to_string()),
            E::NoRole => Self::invalid("roles", error.to_string()),
            E::EmailTaken(_) | E::LastAdmin => Self::new(Code::Conflict, error.to_string()),
            E::UnknownUser => Self::not_found("user"),
            E::SetupDone => Self::new(Code::SetupDone, Code::SetupDone.entry().remedy),
            E::SetupLink => Self::new(
                Code::SetupLinkInvalid,
                Code::SetupLinkInvalid.entry().remedy,
            ),
            E::Store(error) => error.into(),
            E::Hash(_) => Self::internal(error),
        }
    }
}

impl From<datasets::Error> for ApiError {
    fn from(error: datasets::Error) -> Self {
        use datasets::{Error as E, QueryError as Q};
        match error {
            E::UnknownDataset(_) => Self::not_found("dataset"),
            E::UnknownRecord(_) => Self::not_found("record"),
            E::UnknownImport(_) => Self::not_found("import"),
            E::NameTaken(_) | E::Changed | E::Busy => Self::new(Code::Conflict, error.to_string()),
            E::BadName => Self::invalid("name", error.to_string()),
            E::BadSchema(faults) => {
                let faults = faults.0.into_iter();
                Self::all_invalid(faults.map(|(path, fault)| (path, fault.to_string())))
            }
            E::BadKeyField => Self::invalid("key_field", error.to_string()),
            E::DoesNotFit { .. } => Self::invalid("fields", error.to_string()),
            E::BadRecord(faults) => Self::all_invalid(faults.into_iter().map(|fault| {
                let path = fault.field.unwrap_or_else(|| "fields".to_owned());
                (path, fault.reason.to_string())
            })),
            E::BadJson(_) => Self::new(Code::BadJson, error.to_string()),
            E::BadFilter(_) | E::BadQuery(Q::UnknownSort(_)) => {
                Self::new(Code::BadQuery, error.to_string())
            }
            E::BadQuery(Q::ScanTooLarge { .. }) => Self::new(Code::ScanTooLarge, error.to_string()),
            E::BadCursor(error) => error.into(),
            E::Refused(_) => Self::new(Code::ImportRefused, error.to_string()),
            E::Spool(_) => Self::hidden(Code::StorageUnavailable, error),
            E::Store(error) => error.into(),
        }
    }
}

impl From<store::Error> for ApiError {
    fn from(error: store::Error) -> Self {
        use store::Error as E;
        match error {
            E::Conflict(_) => Self::new(Code::Conflict, Code::Conflict.entry().remedy),
            E::Taken(what) => Self::new(Code::Conflict, format!("{what} is taken already.")),
            E::Dangling(what) => Self::new(Code::Conflict, format!("The {what} is gone.")),
            E::Referenced(dependents) => Self::referenced(&dependents),
            E::Full | E::Audit(WitnessError::Full(_)) => Self::hidden(Code::StorageFull, error),
            E::Audit(WitnessError::Io(_)) => Self::hidden(Code::AuditUnavailable, error),
            E::Unavailable(_) => Self::hidden(Code::StorageUnavailable, error),
            E::Locked(_) | E::Newer { .. } | E::Damaged(_) => Self::internal(error),
        }
    }
}

impl From<WitnessError> for ApiError {
    fn from(error: WitnessError) -> Self {
        match error {
            WitnessError::Full(_) => Self::hidden(Code::StorageFull, error),
            WitnessError::Io(_) => Self::hidden(Code::AuditUnavailable, error),
        }
    }
}

impl From<connections::Error> for ApiError {
    fn from(error: connections::Error) -> Self {
        use connections::Error as E;
        match error {
            E::UnknownConnection(_) => Self::not_found("connection"),
            E::BadName => Self::invalid("name", error.to_string()),
            E::BadToken(_) => Self::invalid("token", error.to_string()),
            E::NoSandbox => Self::invalid("endpoint", error.to_string()),
            E::NameTaken(_) | E::Changed | E::Sealed(_) => {
                Self::new(Code::Conflict, error.to_string())
            }
            E::Provider(error) => error.into(),
            E::Audit(error) => error.into(),
            E::Store(error) => error.into(),
        }
    }
}

impl From<connections::ProviderError> for ApiError {
    fn from(error: connections::ProviderError) -> Self {
        let told = json!({"type": error.word(), "message": chain(&error).to_string()});
        Self::new(Code::ProviderFailed, error.to_string()).member("provider", told)
    }
}

impl From<sync::Error> for ApiError {
    fn from(error: sync::Error) -> Self {
        use sync::Error as E;
        let told = error.to_string();
        match error {
            E::UnknownSync(_) => Self::not_found("sync"),
            E::UnknownRun(_) => Self::not_found("run"),
            E::Invalid(faults) => {
                let faults = faults.into_iter();
                Self::all_invalid(faults.map(|fault| (fault.path, fault.message)))
            }
            E::NameTaken(_) | E::Busy | E::Moved => Self::new(Code::Conflict, told),
            E::UnknownTable(_) => Self::invalid("table_id", told),
            // Only a request's body can name what does not exist: a sync keeps what it joins.
            E::Dataset(datasets::Error::UnknownDataset(_)) => Self::invalid("dataset_id", told),
            E::Connection(connections::Error::UnknownConnection(_)) => {
                Self::invalid("connection_id", told)
            }
            E::BadCursor(error) => error.into(),
            E::Dataset(error) => error.into(),
            E::Connection(error) => error.into(),
            E::Store(error) => error.into(),
        }
    }
}

impl From<audit::Error> for ApiError {
    fn from(error: audit::Error) -> Self {
        Self::hidden(Code::AuditUnavailable, error)
    }
}

/// Errors of poem's own.
impl From<poem::Error> for ApiError {
    fn from(error: poem::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(ours) => ours,
            Err(other) => super::refusal::of(other),
        }
    }
}

impl ApiError {
    /// That nobody has signed in.
    pub(crate) fn not_signed_in() -> Self {
        Self::new(Code::NotSignedIn, Code::NotSignedIn.entry().remedy)
    }

    /// A deletion that others stand in the way of.
    fn referenced(dependents: &[store::Dependent]) -> Self {
        let names: Vec<_> = dependents.iter().map(|one| one.label.as_str()).collect();
        let detail = format!("These depend on it: {}.", names.join(", "));
        let list = dependents
            .iter()
            .map(|one| DependentView::from(one).to_json());
        let list = list.map(Option::unwrap_or_default);
        Self::new(Code::Referenced, detail).member("dependents", list.collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_in_the_order_of_the_codes() {
        for (place, entry) in CATALOGUE.iter().enumerate() {
            assert_eq!(entry.code as usize, place, "{}", entry.text);
            assert!(StatusCode::from_u16(entry.status).is_ok(), "{}", entry.text);
        }
    }

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
