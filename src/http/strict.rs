//! Says in the API document what the handlers do with unknown members: refuse them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::openapi::members;

/// Says of what is only ever sent, and never shown, that unknown members are refused. What is
/// shown may gain members.
pub(super) fn close_requests(document: &mut Value) {
    let (mut sent, mut shown) = (BTreeSet::new(), BTreeSet::new());
    for (_, operations) in members(&mut document["paths"].clone()) {
        for (_, operation) in members(operations) {
            gather(&operation["requestBody"], document, &mut sent);
            gather(&operation["responses"], document, &mut shown);
        }
    }
    for name in sent.difference(&shown) {
        let schema = &mut document["components"]["schemas"][name];
        if schema["type"] == "object" && schema.get("properties").is_some() {
            schema["additionalProperties"] = false.into();
        }
    }
}

/// Gathers the names of the schemas that `value` refers to, at any depth.
fn gather(value: &Value, document: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| gather(item, document, names)),
        Value::Object(members) => members
            .values()
            .for_each(|one| gather(one, document, names)),
        Value::String(text) => {
            let name = text.strip_prefix("#/components/schemas/");
            if let Some(name) = name
                && names.insert(name.to_owned())
            {
                gather(&document["components"]["schemas"][name], document, names);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_only_sent_is_closed_and_what_is_shown_may_grow() {
        let object = |part: &str| {
            json!({"type": "object", "properties": {
                "part": {"$ref": format!("#/components/schemas/{part}")},
            }})
        };
        let mut document = json!({
            "paths": {"/things": {"post": {
                "requestBody": {"$ref": "#/components/schemas/New"},
                "responses": {"200": {"$ref": "#/components/schemas/Thing"}},
            }}},
            "components": {"schemas": {
                "New": object("Wish"), "Wish": object("Both"), "Thing": object("Both"),
                "Both": {"type": "object", "properties": {}},
            }},
        });
        close_requests(&mut document);
        let schemas = &document["components"]["schemas"];
        for (name, closed) in [
            ("New", true),
            ("Wish", true),
            ("Thing", false),
            ("Both", false),
        ] {
            let is_closed = schemas[name].get("additionalProperties").is_some();
            assert_eq!(is_closed, closed, "{name}");
        }
    }
}
