//! Finds what people call by its name or its id.

use serde_json::Value;

use super::client::Client;
use super::failure::Failure;

/// Nothing of this name.
#[derive(Debug, thiserror::Error)]
#[error("no {kind} is called {name:?}; see `weighbridge {kind} list`")]
struct Unknown {
    kind: &'static str,
    name: String,
}

/// The address of the one among the list at `path` that has this id, or this name in any case of
/// letters.
pub(super) async fn path_of(
    client: &mut Client,
    path: &str,
    kind: &'static str,
    named: &str,
) -> Result<String, Failure> {
    let wanted = named.to_lowercase();
    let is_wanted = |one: &Value| {
        let texts = [&one["id"], &one["name"]]
            .into_iter()
            .filter_map(Value::as_str);
        texts.map(str::to_lowercase).any(|text| text == wanted)
    };
    let found = client.list(path).await?.into_iter().find(is_wanted);
    let id = found.as_ref().and_then(|one| one["id"].as_str());
    match id {
        Some(id) => Ok(format!("{path}/{id}")),
        None => Err(Failure::of(Unknown {
            kind,
            name: named.to_owned(),
        })),
    }
}
