//! Reads what poem and poem-openapi refuse by themselves, so that it is told like all else.

use poem::error::{
    MethodNotAllowedError, NotFoundError, ParsePathError as UnroutedPath, ReadBodyError,
};
use poem_openapi::error::{
    AuthorizationError, ContentTypeError, ParseParamError, ParsePathError, ParseRequestPayloadError,
};

use super::body::TooLarge;
use super::error::{ApiError, Code};
use super::wording::{Words, plain};

/// The error answer for what poem refused.
pub(crate) fn of(error: poem::Error) -> ApiError {
    let words = error.data::<Words>().cloned().unwrap_or_default();
    if let Some(path) = error.downcast_ref::<ParsePathError>() {
        // The library numbers the parts of a path, which have names in the document alone.
        let told = plain(&path.reason, &words);
        return ApiError::new(Code::BadPath, format!("The path: {told}"));
    }
    if let Some(query) = error.downcast_ref::<ParseParamError>() {
        let told = plain(&query.reason, &words);
        return ApiError::new(Code::BadQuery, format!("{}: {told}", query.name));
    }
    if let Some(payload) = error.downcast_ref::<ParseRequestPayloadError>() {
        return body(&payload.reason, &words);
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

fn content_type(fault: &ContentTypeError) -> String {
    match fault {
        ContentTypeError::NotSupported { content_type } => {
            format!(
                "{content_type:?} is not accepted here; send JSON as application/json, and a file \
                 as application/octet-stream."
            )
        }
        ContentTypeError::ExpectContentType => "The header Content-Type is missing; it is \
            application/json for JSON, and application/octet-stream for a file."
            .to_owned(),
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
fn body(reason: &str, words: &Words) -> ApiError {
    let text = plain(reason, words);
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
        None => match words.place(reason) {
            Some(path) => ApiError::invalid(path, text),
            None => ApiError::new(Code::ValidationFailed, text.into_owned()),
        },
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
