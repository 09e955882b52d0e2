//! Reads what poem and poem-openapi refuse by themselves, so that it is told like all else.

use poem::error::{
    MethodNotAllowedError, NotFoundError, ParsePathError as UnroutedPath, ReadBodyError,
};
use poem_openapi::error::{
    AuthorizationError, ContentTypeError, ParseParamError, ParsePathError, ParseRequestPayloadError,
};

use super::body::TooLarge;
use super::error::{ApiError, Code};

/// The error answer for what poem refused.
pub(crate) fn of(error: poem::Error) -> ApiError {
    if let Some(path) = error.downcast_ref::<ParsePathError>() {
        return ApiError::new(
            Code::BadPath,
            format!("{}: {}", path.name, plain(&path.reason)),
        );
    }
    if let Some(query) = error.downcast_ref::<ParseParamError>() {
        return parameter(query);
    }
    if let Some(payload) = error.downcast_ref::<ParseRequestPayloadError>() {
        return body(&payload.reason);
    }
    if let Some(kind) = error.downcast_ref::<ContentTypeError>() {
        return ApiError::new(Code::UnsupportedMediaType, content_type(kind));
    }
    if error.is::<NotFoundError>() || error.is::<UnroutedPath>() {
        return ApiError::new(Code::NotFound, "There is nothing at this address.");
    }
    if error.is::<MethodNotAllowedError>() {
        return ApiError::method_not_allowed("");
    }
    if error.is::<AuthorizationError>() {
        return ApiError::not_signed_in();
    }
    match error.downcast::<ReadBodyError>() {
        Ok(read) => unread(read),
        Err(other) => ApiError::internal(other.to_string()),
    }
}

fn parameter(fault: &ParseParamError) -> ApiError {
    ApiError::new(
        Code::BadQuery,
        format!("{}: {}", fault.name, plain(&fault.reason)),
    )
}

fn content_type(fault: &ContentTypeError) -> String {
    match fault {
        ContentTypeError::NotSupported { content_type } => {
            format!("{content_type:?} is not accepted here.")
        }
        ContentTypeError::ExpectContentType => "The header Content-Type is missing.".to_owned(),
    }
}

fn unread(error: ReadBodyError) -> ApiError {
    match error {
        ReadBodyError::PayloadTooLarge => {
            ApiError::new(Code::TooLarge, Code::TooLarge.entry().remedy)
        }
        ReadBodyError::Utf8(_) => ApiError::new(Code::BadJson, "The body is not UTF-8."),
        ReadBodyError::Io(io) => match TooLarge::among(&io) {
            Some(too_large) => too_large.into(),
            // The client broke its own framing; mostly nobody is left to read the answer.
            None => ApiError::new(Code::BadJson, "The body broke off."),
        },
        ReadBodyError::BodyHasBeenTaken => ApiError::internal(error),
    }
}

/// Tells the three kinds of a body's faults apart by poem-openapi's own wording, which a test
/// holds against the library.
fn body(reason: &str) -> ApiError {
    let text = plain(reason);
    if let Some((_, rest)) = text.split_once("unknown field `") {
        let name = rest.split('`').next().unwrap_or_default();
        return ApiError::new(Code::UnknownField, format!("{name:?} is not known here."))
            .field(name, "is not known here");
    }
    if is_syntax(reason) {
        return ApiError::new(
            Code::BadJson,
            format!("The body is not valid JSON: {reason}."),
        );
    }
    match text
        .strip_prefix("field `")
        .and_then(|rest| rest.split_once("` "))
    {
        Some((path, fault)) => ApiError::invalid(path, reworded(fault)),
        None => ApiError::new(Code::ValidationFailed, text.into_owned()),
    }
}

/// Whether `serde_json` stopped reading; poem-openapi's own faults never end in a place.
fn is_syntax(reason: &str) -> bool {
    reason
        .rsplit_once(" at line ")
        .is_some_and(|(_, place)| place.contains(" column "))
}

/// `verification failed. maxLength(200)` as a sentence for people.
fn reworded(fault: &str) -> String {
    match fault.strip_prefix("verification failed. ") {
        Some(rule) => format!("does not keep the rule {rule}"),
        None => fault.to_owned(),
    }
}

/// The reason without the names of our types, which mean nothing to a client.
fn plain(reason: &str) -> std::borrow::Cow<'_, str> {
    let reason = reason
        .split(" (occurred while parsing ")
        .next()
        .unwrap_or(reason);
    match reason.strip_prefix("failed to parse \"") {
        Some(rest) => rest.split_once("\": ").map_or(rest, |(_, why)| why).into(),
        None => reason.into(),
    }
}
