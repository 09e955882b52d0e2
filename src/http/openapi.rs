//! Repairs the API document, so that it says what is true and every client generator takes it.
//!
//! poem-openapi writes what it sees in the handlers' types; what the chain of layers adds (errors,
//! limits, the session) and what the OpenAPI 3.0.3 schema wants in another form is mended here.

use std::sync::{Arc, LazyLock};

use poem::http::header;
use poem::{Endpoint, Request, Response};
use poem_openapi::registry::Registry;
use poem_openapi::types::Type as _;
use serde_json::{Map, Value, json};

use super::allow::Offered;
use super::api;
use super::caller::{BEARER, SCHEME};
use super::error::{Code, PROBLEM, Problem};
use super::leave::Leave;
use super::{once, strict};
use crate::app::App;

type Members = Map<String, Value>;

/// The API document of this version.
pub fn document(app: &App) -> Value {
    repaired(&api::service(app).spec())
}

/// What the API offers, found out when somebody first asks: it takes a sixth of a start. Clones
/// share it.
#[derive(Clone)]
pub(crate) struct Offer(Arc<LazyLock<Described, Box<dyn FnOnce() -> Described + Send>>>);

struct Described {
    text: Arc<str>,
    methods: Offered,
}

impl Offer {
    pub(crate) fn of(app: &App) -> Self {
        let app = app.clone();
        Self(Arc::new(LazyLock::new(Box::new(move || {
            let document = document(&app);
            Described {
                text: document.to_string().into(),
                methods: Offered::read(&document),
            }
        }))))
    }

    /// The methods at `path`, joined as `Allow` wants them.
    pub(crate) fn methods_at(&self, path: &str) -> String {
        self.0.methods.at(path)
    }
}

/// The document as it is served.
pub(crate) struct Published(pub(crate) Offer);

impl Endpoint for Published {
    type Output = Response;

    async fn call(&self, _: Request) -> poem::Result<Response> {
        Ok(Response::builder()
            .content_type("application/json")
            .header(header::CACHE_CONTROL, "no-cache")
            .body(self.0.0.text.to_string()))
    }
}

/// The document mended. `raw` is what poem-openapi wrote.
pub(crate) fn repaired(raw: &str) -> Value {
    let mut document: Value = serde_json::from_str(raw).expect("the library writes JSON");
    document["openapi"] = "3.0.3".into();
    document["servers"] = json!([{"url": "/api/v1", "x-internal": false}]);
    document["security"] = json!([{ SCHEME: [] }, { BEARER: [] }]);
    share_errors(&mut document);
    for (path, operations) in members(&mut document["paths"]) {
        for (method, operation) in members(operations) {
            repair_operation(path, method, operation);
        }
    }
    walk(&mut document, &mut repair_schema);
    strict::close_requests(&mut document);
    drop_unused(&mut document);
    document
}

/// Takes out the shared answers that no operation can give.
fn drop_unused(document: &mut Value) {
    let paths = document["paths"].to_string();
    if let Some(Value::Object(responses)) = document["components"].get_mut("responses") {
        responses.retain(|name, _| paths.contains(&format!("#/components/responses/{name}\"")));
    }
}

/// Puts the problem's schema and the answers that operations share among the components.
fn share_errors(document: &mut Value) {
    let mut registry = Registry::new();
    Problem::register(&mut registry);
    for (name, schema) in registry.schemas {
        document["components"]["schemas"][name] = json!(schema);
    }
    for (status, name, description, code) in SHARED {
        let entry = code.entry();
        document["components"]["responses"][name] = json!({
            "description": description,
            "headers": headers_of(status),
            "content": { PROBLEM: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": {
                    "type": format!("/errors/{}", entry.text),
                    "title": entry.title,
                    "status": status,
                    "code": entry.text,
                    "detail": entry.remedy,
                    "instance": "0199a3c4-7b10-7000-8000-0123456789ab",
                },
            }},
        });
    }
}

/// The errors that many operations share: status, name, description, an example.
#[rustfmt::skip]
const SHARED: [(u16, &str, &str, Code); 15] = [
    (400, "BadRequest", "The path, the query or the body cannot be read.", Code::BadQuery),
    (401, "NotSignedIn", "Nobody is signed in, or signing in failed.", Code::NotSignedIn),
    (403, "Forbidden", "The roles do not allow it, or the request may come from another site.", Code::Forbidden),
    (404, "NotFound", "It does not exist, or belongs to somebody else.", Code::NotFound),
    (405, "MethodNotAllowed", "The method is not offered here.", Code::MethodNotAllowed),
    (409, "Conflict", "It has changed, is taken, or something depends on it.", Code::Conflict),
    (412, "PreconditionFailed", "It is not in the state that the request asks for.", Code::PreconditionFailed),
    (413, "TooLarge", "The body is too large.", Code::TooLarge),
    (415, "UnsupportedMediaType", "The content type is not accepted.", Code::UnsupportedMediaType),
    (422, "ValidationFailed", "A value is not acceptable; `fields` says which and why.", Code::ValidationFailed),
    (429, "RateLimited", "Too many requests.", Code::RateLimited),
    (500, "Internal", "The appliance made a mistake.", Code::Internal),
    (502, "ProviderFailed", "The other service did not do it.", Code::ProviderFailed),
    (503, "Unavailable", "The store or the audit log cannot be used for the moment.", Code::StorageUnavailable),
    (507, "StorageFull", "No space is left.", Code::StorageFull),
];

/// The headers that answers of a status carry.
fn headers_of(status: u16) -> Value {
    let text = |description: &str| json!({"description": description, "schema": {"type": "string", "maxLength": 200}});
    let mut headers = json!({
        "X-Request-Id": text("The request's id, as in the log and the book."),
        "RateLimit": text("Which limit, how much of it is left, and when it is whole."),
        "RateLimit-Policy": text("Which limit, and how much it allows."),
    });
    match status {
        429 => headers["Retry-After"] = text("How many seconds to wait."),
        405 => headers["Allow"] = text("The methods that are offered."),
        _ => {}
    }
    headers
}

/// Adds the errors that an operation can meet, descriptions, and what is known of its parameters.
fn repair_operation(path: &str, method: &str, operation: &mut Value) {
    let is_open = operation.get("security").is_none();
    if is_open {
        operation["security"] = json!([]);
    }
    if operation.get("description").is_none() {
        operation["description"] = operation["summary"].clone();
    }
    Leave::tell(operation);
    let has_key = method == "post" && takes_key(path);
    if has_key {
        offer_key(operation);
    }
    if let Some(Value::Array(parameters)) = operation.get_mut("parameters") {
        parameters.iter_mut().for_each(repair_parameter);
    }
    let has_body = operation.get("requestBody").is_some();
    let parameters = operation.get("parameters").and_then(Value::as_array);
    let has_parameters = parameters.is_some_and(|parameters| !parameters.is_empty());
    let changes = method != "get";
    let names_another = parameters.into_iter().flatten().any(names_a_thing);
    let has_condition = changes
        && parameters
            .into_iter()
            .flatten()
            .any(|one| one["name"] == "If-Match");
    let responses = &mut operation["responses"];
    for (status, response) in members(responses) {
        describe(status, response);
    }
    if path.ends_with("/export") || path.ends_with("/content") {
        offer_formats(&mut responses["200"]);
    }
    if path.ends_with("/content") {
        offer_formats(&mut responses["206"]);
    }
    for (status, name, ..) in SHARED {
        let can_happen = match status {
            400 => has_body || has_parameters,
            401 | 403 => !is_open || changes,
            // An authorization names the connection that it is for in its body.
            404 => {
                path.contains('{') || names_another || changes && path.ends_with("/authorizations")
            }
            412 => has_condition || path.ends_with("/batch"),
            413 | 415 => has_body,
            422 => has_body || has_key,
            409 | 507 => changes,
            502 => asks_the_provider(path, method),
            _ => true,
        };
        if can_happen && responses.get(status.to_string()).is_none() {
            responses[status.to_string()] =
                json!({"$ref": format!("#/components/responses/{name}")});
        }
    }
}

/// Whether a parameter of a query is the id of a thing that may not exist.
fn names_a_thing(parameter: &Value) -> bool {
    parameter["in"] == "query"
        && parameter["name"]
            .as_str()
            .is_some_and(|name| name.ends_with("_id"))
}

/// Whether an operation waits for the provider's answer, which may be a refusal.
fn asks_the_provider(path: &str, method: &str) -> bool {
    let looks_at_the_table = matches!(
        (method, path),
        ("post", "/syncs" | "/syncs/proposal") | ("patch", "/syncs/{id}")
    );
    looks_at_the_table || path.contains("/bases") || path.ends_with("/test")
}

/// An export is a file in the format that was asked for.
fn offer_formats(response: &mut Value) {
    let file = response["content"]["application/octet-stream"].take();
    let list = json!({"type": "array", "items": {"type": "object"}, "maxItems": SAFE});
    response["content"] = json!({
        "text/csv": file, "application/x-ndjson": file, "application/json": {"schema": list},
    });
}

/// Whether an operation, by its path in the document, takes an `Idempotency-Key`.
fn takes_key(path: &str) -> bool {
    let plain = path
        .split('/')
        .map(|part| if part.starts_with('{') { "*" } else { part });
    once::PATHS.contains(&plain.collect::<Vec<_>>().join("/").as_str())
}

/// Tells of the header that the chain of layers reads, and of the one that it answers with.
fn offer_key(operation: &mut Value) {
    let key = json!({
        "name": "Idempotency-Key", "in": "header", "required": false, "deprecated": false,
        "description": "A text that no other request of the user has, such as a random UUID. For a \
            day the same request with the same key is carried out once and answered the same.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        "example": "8e03978e-40d5-43dd-bc93-6894a57f9324",
    });
    match operation.get_mut("parameters") {
        Some(Value::Array(parameters)) => parameters.push(key),
        _ => operation["parameters"] = json!([key]),
    }
    for (_, response) in members(&mut operation["responses"]) {
        response["headers"]["Idempotent-Replayed"] = json!({
            "description": "`true` on an answer that was given before.",
            "schema": {"type": "string", "enum": ["true"]},
        });
    }
}

/// What the parameters mean that many operations share.
const PARAMETERS: &[(&str, &str)] = &[
    ("limit", "At most so many items."),
    (
        "after",
        "The `next` of the part of the list before this one.",
    ),
    ("id", "The id of the one that is meant."),
    ("key", "The record's key."),
    ("import", "The import's id."),
    ("segment", "The segment's id."),
    ("goal", "The goal's id."),
    ("link", "The link's id."),
    ("report", "The saved report's id."),
    ("feed", "The feed's id."),
    ("note", "The note's id."),
    ("base", "The base's id at the provider."),
    (
        "If-Match",
        "The ETag of the state that the change is meant for; in any other the answer is \
         `precondition_failed`. Without it the change is made in any state.",
    ),
    (
        "If-None-Match",
        "The ETag of a state that the caller has; the answer is 304 while it is the present one.",
    ),
];

fn repair_parameter(parameter: &mut Value) {
    let name = parameter["name"].as_str().unwrap_or_default();
    let is_limit = name == "limit";
    let shared = PARAMETERS.iter().find(|(known, _)| *known == name);
    if let (Some((_, meaning)), None) = (shared, parameter.get("description")) {
        parameter["description"] = (*meaning).into();
    }
    if is_limit {
        parameter["schema"] = json!({
            "type": "integer", "format": "int32", "minimum": 1, "maximum": 500, "default": 50,
        });
    }
}

/// An answer needs a description, headers in their usual spelling, and media types without
/// parameters.
fn describe(status: &str, response: &mut Value) {
    if response["description"].as_str().is_none_or(str::is_empty) {
        response["description"] = match status {
            "201" => "It was made.",
            "202" => "It will be done.",
            "204" => "It was done; there is nothing to show.",
            _ => "As asked for.",
        }
        .into();
    }
    let mut headers = headers_of(200);
    if let Some(own) = response.get_mut("headers") {
        rename(own, train_case);
        for (name, header) in members(own) {
            headers[name] = header.take();
        }
    }
    response["headers"] = headers;
    repair_content(response);
}

/// `SET-COOKIE` as `Set-Cookie`.
fn train_case(name: &str) -> String {
    if name.eq_ignore_ascii_case("etag") {
        return "ETag".to_owned();
    }
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_uppercase() + &rest.to_lowercase()
    });
    words.collect::<Vec<_>>().join("-")
}

fn repair_content(holder: &mut Value) {
    if let Some(content) = holder.get_mut("content") {
        rename(content, |media| {
            media.split(';').next().unwrap_or_default().to_owned()
        });
    }
}

/// Formats that OpenAPI 3.0 does not know become what it knows, everything has its bounds, and
/// request bodies lose the parameters of their media types.
fn repair_schema(value: &mut Value) {
    if let Some(body) = value.get_mut("requestBody") {
        repair_content(body);
    }
    match value.get("format").and_then(Value::as_str) {
        Some("uint8" | "uint16" | "uint32") => set_integer(value, "int32", 0),
        Some("uint64" | "usize") => set_integer(value, "int64", 0),
        Some("int8" | "int16" | "int32") => set_integer(value, "int32", i64::from(i32::MIN)),
        Some("int64") => set_integer(value, "int64", -SAFE),
        Some("uuid") => bound(value, "maxLength", 36),
        Some("date-time") => bound(value, "maxLength", 40),
        _ => {}
    }
    match value.get("type").and_then(Value::as_str) {
        Some("string") if value.get("enum").is_none() => bound(value, "maxLength", LONGEST_TEXT),
        Some("array") => bound(value, "maxItems", LONGEST_LIST),
        _ => {}
    }
}

/// The greatest whole number that every client can hold (RFC 8259, section 6).
const SAFE: i64 = (1 << 53) - 1;
/// A value of a record is a mebibyte at most.
const LONGEST_TEXT: i64 = 1024 * 1024;
/// No list in one answer is longer; pages are far shorter.
const LONGEST_LIST: i64 = 10_000;

fn set_integer(value: &mut Value, format: &str, least: i64) {
    value["format"] = format.into();
    bound(value, "minimum", least);
    let greatest = if format == "int32" {
        i64::from(i32::MAX)
    } else {
        SAFE
    };
    bound(value, "maximum", greatest);
}

/// Sets a bound unless the handlers' types have set a tighter one.
fn bound(value: &mut Value, name: &str, at: i64) {
    if value.get(name).is_none() {
        value[name] = at.into();
    }
}

fn walk(value: &mut Value, visit: &mut impl FnMut(&mut Value)) {
    visit(value);
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, visit)),
        Value::Object(members) => members.values_mut().for_each(|member| walk(member, visit)),
        _ => {}
    }
}

pub(super) fn members(value: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    value.as_object_mut().into_iter().flatten()
}

fn rename(value: &mut Value, name: impl Fn(&str) -> String) {
    if let Value::Object(old) = value {
        let renamed: Members = std::mem::take(old)
            .into_iter()
            .map(|(key, member)| (name(&key), member))
            .collect();
        *old = renamed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired_operation(operation: &Value) -> Value {
        let raw = json!({"openapi": "3.0.0", "paths": {"/things/{id}": {"post": operation}}});
        repaired(&raw.to_string())["paths"]["/things/{id}"]["post"].clone()
    }

    #[test]
    fn media_types_lose_their_charset_and_answers_gain_a_description() {
        let operation = repaired_operation(&json!({
            "requestBody": {"content": {"application/json; charset=utf-8": {}}},
            "responses": {"201": {
                "description": "",
                "headers": {"SET-COOKIE": {}},
                "content": {"application/json; charset=utf-8": {"schema": {"format": "uint16"}}},
            }},
        }));
        assert!(operation["requestBody"]["content"]["application/json"].is_object());
        let made = &operation["responses"]["201"];
        assert_eq!(made["description"], "It was made.");
        assert!(made["headers"]["Set-Cookie"].is_object());
        let schema = &made["content"]["application/json"]["schema"];
        let bounds = json!({"format": "int32", "minimum": 0, "maximum": i32::MAX});
        assert_eq!(*schema, bounds);
    }

    #[test]
    fn an_operation_lists_the_errors_it_can_meet_and_no_others() {
        let operation = repaired_operation(&json!({"security": [{}], "responses": {}}));
        let statuses: Vec<_> = operation["responses"].as_object().unwrap().keys().collect();
        assert_eq!(
            statuses,
            [
                "401", "403", "404", "405", "409", "429", "500", "503", "507"
            ]
        );
    }

    #[test]
    fn a_query_that_names_a_thing_may_name_none() {
        let operation = repaired_operation(&json!({
            "parameters": [{"name": "sync_id", "in": "query"}], "responses": {},
        }));
        assert!(operation["responses"]["404"].is_object());
    }

    #[test]
    fn an_operation_without_a_scheme_is_open_to_all() {
        assert_eq!(
            repaired_operation(&json!({"responses": {}}))["security"],
            json!([])
        );
    }
}
