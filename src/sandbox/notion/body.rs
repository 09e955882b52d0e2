//! What bodies have in common: members that no call takes, the trash under its two names, icons.
use serde_json::{Map, Value};

use super::{refusal::Refusal, rich, version::Version};

/// Refuses members that are not among `known`.
pub(super) fn only(body: &Map<String, Value>, known: &[&str]) -> Result<(), Refusal> {
    match body
        .iter()
        .find(|(name, _)| !known.contains(&name.as_str()))
    {
        None => Ok(()),
        Some((name, value)) => Err(Refusal::expected(name, "not present", value)),
    }
}

/// Whether something is to lie in the trash; `None` when nothing is said.
pub(super) fn in_trash(
    body: &Map<String, Value>,
    version: Version,
) -> Result<Option<bool>, Refusal> {
    if let Some(archived) = body.get("archived").filter(|_| !version.has_archived()) {
        return Err(Refusal::expected("archived", "not present", archived));
    }
    let archived = flag(body, "archived")?;
    Ok(flag(body, "in_trash")?.or(archived))
}

/// A member that must be a boolean.
pub(super) fn flag(body: &Map<String, Value>, name: &str) -> Result<Option<bool>, Refusal> {
    match body.get(name) {
        None => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(other) => Err(Refusal::expected(name, "a boolean", other)),
    }
}

/// A member that must be an object.
pub(super) fn members<'a>(
    body: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<&'a Map<String, Value>>, Refusal> {
    match body.get(name) {
        None => Ok(None),
        Some(Value::Object(members)) => Ok(Some(members)),
        Some(other) => Err(Refusal::expected(name, "an object", other)),
    }
}

/// A title or a description: rich text of which the words are kept.
pub(super) fn words(body: &Map<String, Value>, name: &str) -> Result<Option<String>, Refusal> {
    let given = body.get(name);
    given
        .map(|given| Ok(rich::words(&rich::read(name, given)?)))
        .transpose()
}
