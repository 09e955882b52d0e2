//! Finds what people call by its name or its id, and reads what the API tells of it.

use serde_json::Value;

use super::client::Client;
use super::failure::Failure;
use crate::base::Hex;

/// Nothing of this name.
#[derive(Debug, thiserror::Error)]
#[error("no {kind} is called {name:?}; see `weighbridge {kind} list`")]
struct Unknown {
    kind: &'static str,
    name: String,
}

/// The one among the list at `path` that has this id, or this name in any case of letters.
pub(super) async fn find(
    client: &mut Client,
    path: &str,
    kind: &'static str,
    named: &str,
) -> Result<Value, Failure> {
    let wanted = named.to_lowercase();
    let is_wanted = |one: &Value| {
        let texts = [&one["id"], &one["name"]]
            .into_iter()
            .filter_map(Value::as_str);
        texts.map(str::to_lowercase).any(|text| text == wanted)
    };
    let found = client.list(path).await?.into_iter().find(is_wanted);
    found.ok_or_else(|| {
        Failure::of(Unknown {
            kind,
            name: named.to_owned(),
        })
    })
}

/// The address of the one that [`find`] finds.
pub(super) async fn path_of(
    client: &mut Client,
    path: &str,
    kind: &'static str,
    named: &str,
) -> Result<String, Failure> {
    let found = find(client, path, kind, named).await?;
    Ok(format!(
        "{path}/{}",
        found["id"].as_str().unwrap_or_default()
    ))
}

/// A member that is a text; a dash without it.
pub(super) fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or("-")
}

/// A text as one segment of a path, or one value of a query (RFC 3986, sections 3.3 and 3.4).
pub(super) fn segment(text: &str) -> String {
    let mut segment = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            segment.push(char::from(byte));
        } else {
            segment.push('%');
            segment.push_str(&Hex(&[byte]).to_string().to_uppercase());
        }
    }
    segment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stays_one_segment_of_a_path() {
        assert_eq!(segment("a/b?ü"), "a%2Fb%3F%C3%BC");
    }
}
