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
    let mut wanted = None;
    for name in ["archived", "in_trash"] {
        match body.get(name) {
            None => {}
            Some(value) if name == "archived" && !version.has_archived() => {
                return Err(Refusal::expected(name, "not present", value));
            }
            Some(Value::Bool(trashed)) => wanted = Some(*trashed),
            Some(other) => return Err(Refusal::expected(name, "a boolean", other)),
        }
    }
    Ok(wanted)
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
