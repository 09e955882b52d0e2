//! Shows a property's type and settings, as a schema holds them.
use serde_json::{Value, json};

use super::{Choices, Kind, Relation, Rollup, choices::GROUPS};
use crate::sandbox::notion::{source::Property, vendor::Notion, version::Version};

impl Property {
    /// The property as a schema shows it.
    pub(crate) fn json(&self, notion: &Notion, version: Version) -> Value {
        let kind = self.kind.name();
        let mut shown = json!({ "id": self.id, "name": self.name });
        shown["description"] = json!(self.description);
        shown["type"] = json!(kind);
        shown[kind] = settings(&self.kind, notion, version);
        shown
    }
}

fn settings(kind: &Kind, notion: &Notion, version: Version) -> Value {
    match kind {
        Kind::Number { format } => json!({ "format": format }),
        Kind::Select(choices) | Kind::MultiSelect(choices) => {
            json!({ "options": options(choices) })
        }
        Kind::Status(choices) => {
            json!({ "options": options(choices), "groups": groups(choices) })
        }
        Kind::Relation(to) => relation(to, notion, version),
        Kind::Formula(expression) => json!({ "expression": expression }),
        Kind::Rollup(rollup) => rollup_settings(rollup),
        Kind::UniqueId { prefix } => json!({ "prefix": prefix }),
        _ => json!({}),
    }
}

fn options(choices: &Choices) -> Vec<Value> {
    choices
        .all()
        .map(|(_, choice)| {
            let mut shown = json!(choice);
            shown["description"] = Value::Null;
            shown
        })
        .collect()
}

fn groups(choices: &Choices) -> Vec<Value> {
    let of = |group: usize| -> Vec<&str> {
        let in_it = choices.all().filter(|(_, choice)| choice.group == group);
        in_it.map(|(_, choice)| choice.id.as_str()).collect()
    };
    let groups = GROUPS.iter().enumerate();
    groups
        .map(|(group, (name, color))| {
            json!({ "id": format!("group-{group}"), "name": name, "color": color, "option_ids": of(group) })
        })
        .collect()
}

fn relation(to: &Relation, notion: &Notion, version: Version) -> Value {
    let target = notion.source(to.source);
    let mut shown = json!({ "database_id": notion.database(target.database).id });
    if version.has_sources() {
        shown["data_source_id"] = json!(target.id);
    }
    let synced = to.synced.as_deref().and_then(|id| target.by_id(id));
    match synced {
        None => {
            shown["type"] = json!("single_property");
            shown["single_property"] = json!({});
        }
        Some(synced) => {
            let synced = target.property(synced);
            shown["type"] = json!("dual_property");
            shown["dual_property"] =
                json!({ "synced_property_name": synced.name, "synced_property_id": synced.id });
        }
    }
    shown
}

fn rollup_settings(rollup: &Rollup) -> Value {
    json!({
        "relation_property_id": rollup.relation,
        "rollup_property_id": rollup.target,
        "function": rollup.function,
    })
}
