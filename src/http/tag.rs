//! Names states of things in `ETag`, and reads the conditions that requests make of them
//! (RFC 9110, section 13.1).

use poem::IntoResponse;
use poem_openapi::ApiResponse;
use poem_openapi::payload::Payload;

use super::error::{ApiError, Code};
use crate::base::Precondition;

/// An answer with a thing that can be changed.
#[derive(ApiResponse)]
pub(crate) enum Tagged<P: Payload + IntoResponse> {
    /// As it is now. `If-Match` takes the `ETag`.
    #[oai(status = 200)]
    Is(P, #[oai(header = "ETag")] String),
}

/// An answer with a thing that the caller may have already.
#[derive(ApiResponse)]
pub(crate) enum Seen<P: Payload + IntoResponse> {
    /// As it is now. `If-Match` and `If-None-Match` take the `ETag`.
    #[oai(status = 200)]
    Is(P, #[oai(header = "ETag")] String),
    /// It is as the caller has it.
    #[oai(status = 304)]
    Same(#[oai(header = "ETag")] String),
}

impl<P: Payload + IntoResponse> Tagged<P> {
    /// The answer with a thing at `version`.
    pub(crate) fn at(version: u64, view: P) -> Self {
        Self::Is(view, tag(version))
    }
}

impl<P: Payload + IntoResponse> Seen<P> {
    /// The answer with a thing at `version`, which is made only when it is not one of `known`.
    pub(crate) fn at(version: u64, known: Option<&str>, view: impl FnOnce() -> P) -> Self {
        match known {
            Some(known) if is_known(known, version) => Self::Same(tag(version)),
            _ => Self::Is(view(), tag(version)),
        }
    }
}

fn tag(version: u64) -> String {
    format!("\"{version}\"")
}

/// Whether `If-None-Match` names the version; a tag that a cache made weak counts too.
fn is_known(header: &str, version: u64) -> bool {
    let tag = tag(version);
    let mut named = header.split(',').map(str::trim);
    named.any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

/// What `If-Match` asks. A weak tag names no state, and so does one of somebody else's making:
/// what is not understood matches nothing.
pub(crate) fn if_match(header: Option<&str>) -> Precondition {
    match header.map(str::trim) {
        None => Precondition::None,
        Some("*") => Precondition::Present,
        Some(tags) => Precondition::At(tags.split(',').filter_map(version).collect()),
    }
}

/// What `If-Match` and `If-None-Match: *` ask of a thing that a write may create.
///
/// Errs on an `If-None-Match` that names states: a write has no use for it.
pub(crate) fn if_match_or_absent(
    present: Option<&str>,
    absent: Option<&str>,
) -> Result<Precondition, ApiError> {
    match (present, absent.map(str::trim)) {
        (present, None) => Ok(if_match(present)),
        (None, Some("*")) => Ok(Precondition::Absent),
        (_, Some(_)) => Err(ApiError::new(
            Code::BadQuery,
            "If-None-Match: a write takes `*` alone, and not together with If-Match",
        )),
    }
}

fn version(tag: &str) -> Option<u64> {
    let digits = tag.trim().strip_prefix('"')?.strip_suffix('"')?;
    // One state has one name.
    let is_led_by_zero = digits.len() > 1 && digits.starts_with('0');
    let plain = digits.bytes().all(|digit| digit.is_ascii_digit()) && !is_led_by_zero;
    plain.then(|| digits.parse().ok())?
}

/// Errs with `precondition_failed` when a thing at `version` is not as asked.
pub(crate) fn demand(asked: &Precondition, version: u64) -> Result<(), ApiError> {
    if asked.holds(Some(version)) {
        return Ok(());
    }
    Err(ApiError::precondition_failed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_named_as_it_was_shown_and_in_no_other_way() {
        let at = |versions: &[u64]| Precondition::At(versions.to_vec());
        for (header, expected) in [
            (None, Precondition::None),
            (Some("*"), Precondition::Present),
            (Some("\"12\""), at(&[12])),
            (Some("\"12\", \"13\""), at(&[12, 13])),
            (Some("W/\"12\""), at(&[])),
            (Some("12"), at(&[])),
            (Some("\"0\""), at(&[0])),
            (Some("\"012\""), at(&[])),
            (Some("\"\""), at(&[])),
            (Some("\"+12\""), at(&[])),
            (Some("\"\u{664}\""), at(&[])),
            (Some(""), at(&[])),
        ] {
            assert_eq!(if_match(header), expected, "{header:?}");
        }
    }

    #[test]
    fn a_write_may_ask_that_nothing_be_there() {
        let asked = |present, absent| if_match_or_absent(present, absent).ok();
        assert_eq!(asked(None, Some("*")), Some(Precondition::Absent));
        assert_eq!(asked(None, None), Some(Precondition::None));
        assert_eq!(asked(None, Some("\"1\"")), None);
        assert_eq!(asked(Some("\"1\""), Some("*")), None);
    }

    #[test]
    fn what_a_caller_has_is_recognised_even_when_a_cache_made_it_weak() {
        assert!(is_known("\"1\", W/\"12\"", 12));
        assert!(is_known("*", 12));
        assert!(!is_known("\"1\"", 12));
    }
}
