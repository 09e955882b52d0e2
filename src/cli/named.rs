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

/// Several of this name, none of them one's own.
#[derive(Debug, thiserror::Error)]
#[error("several are called {name:?}, and none is one's own; name one by its id: {}", .of.join(", "))]
struct Several {
    name: String,
    /// The id of each, and who shares it.
    of: Vec<String>,
}

/// The one among the list at `path` that has this id, or this name in any case of letters: one's own
/// before what others share.
pub(super) async fn find(
    client: &mut Client,
    path: &str,
    kind: &'static str,
    named: &str,
) -> Result<Value, Failure> {
    pick(client.list(path).await?, kind, named)
}

fn pick(all: Vec<Value>, kind: &'static str, named: &str) -> Result<Value, Failure> {
    let wanted = named.to_lowercase();
    let is = |one: &Value, member: &str| {
        let text = one[member].as_str().map(str::to_lowercase);
        text.as_ref() == Some(&wanted)
    };
    let by_id = all.iter().position(|one| is(one, "id"));
    let own = |one: &Value| is(one, "name") && one["shared_by"].is_null();
    let first = by_id.or_else(|| all.iter().position(own));
    let mut called: Vec<Value> = match first {
        Some(place) => all.into_iter().skip(place).take(1).collect(),
        None => all.into_iter().filter(|one| is(one, "name")).collect(),
    };
    let name = named.to_owned();
    match called.len() {
        0 => Err(Failure::of(Unknown { kind, name })),
        1 => Ok(called.remove(0)),
        _ => {
            let told = |one: &Value| format!("{} of {}", text(one, "id"), text(one, "shared_by"));
            let of = called.iter().map(told).collect();
            Err(Failure::of(Several { name, of }))
        }
    }
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
    use serde_json::json;

    use super::*;

    #[test]
    fn ones_own_is_meant_before_what_others_share_and_nothing_is_guessed() {
        let shared = |id: &str| json!({"id": id, "name": "Shop", "shared_by": "ada@example.org"});
        let own = json!({"id": "3", "name": "shop"});
        let found = |all: &[&Value], named: &str| {
            let all = all.iter().map(|one| (*one).clone()).collect();
            pick(all, "site", named).map(|one| text(&one, "id").to_owned())
        };
        let (one, other) = (shared("1"), shared("2"));
        assert_eq!(found(&[&one, &own], "Shop").unwrap(), "3");
        assert_eq!(found(&[&one, &own], "1").unwrap(), "1");
        assert_eq!(found(&[&one], "shop").unwrap(), "1");
        assert!(found(&[&one, &other], "Shop").is_err());
        assert!(found(&[&one], "Store").is_err());
    }

    #[test]
    fn a_key_stays_one_segment_of_a_path() {
        assert_eq!(segment("a/b?ü"), "a%2Fb%3F%C3%BC");
    }
}
