//! The call that reads one property of a page, however long its value is.
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    kind::Kind,
    paging::Wanted,
    refusal::Refusal,
    value::{ValueView, computed, items},
    vendor::{Moment, Notion, bytes},
};
use crate::sandbox::incoming::Incoming;

impl Notion {
    pub(super) fn get_property(
        &self,
        id: Uuid,
        property: &str,
        incoming: &Incoming,
        moment: Moment<'_>,
    ) -> Result<Vec<u8>, Refusal> {
        let page = self.page(self.known_page(id)?);
        let source = self.source(page.source);
        let column = source
            .by_id(property)
            .ok_or_else(|| Refusal::not_found("property", property))?;
        let property = source.property(column);
        let view = ValueView {
            notion: self,
            page,
            column,
            property,
            cut: moment.knobs.shown_members as usize,
        };
        let kind = property.kind.name();
        if !property.kind.is_paged() {
            let mut shown = Map::from_iter([("object".to_owned(), json!("property_item"))]);
            if let Value::Object(value) = json!(view) {
                shown.extend(value);
            }
            return Ok(bytes(&shown));
        }
        let (cursor, size) = ("start_cursor", "page_size");
        let wanted = Wanted::of_query(incoming.parameter(cursor), incoming.parameter(size))?;
        let all = items(&view);
        let (part, next) = wanted.part(id, all.len())?;
        let results = all[part].iter().map(|one| item(&property.id, kind, one));
        let next_url = next.map(|next| {
            format!(
                "https://api.notion.com/v1/pages/{id}/properties/{}?start_cursor={next}&page_size={}",
                property.id, wanted.size
            )
        });
        let mut whole = json!({ "id": property.id, "next_url": next_url, "type": kind });
        whole[kind] = match &property.kind {
            Kind::Rollup(_) => without_members(computed(self, page, &property.kind)),
            _ => json!({}),
        };
        Ok(bytes(&json!({
            "object": "list",
            "results": results.collect::<Vec<_>>(),
            "next_cursor": next,
            "has_more": next.is_some(),
            "type": "property_item",
            "property_item": whole,
        })))
    }
}

/// One member; those of a rollup tell their own types.
fn item(id: &str, kind: &str, one: &Value) -> Value {
    let mut shown = json!({ "object": "property_item", "id": id });
    if let Some(own) = one.as_object().filter(|_| kind == "rollup") {
        for (name, value) in own {
            shown[name.as_str()] = value.clone();
        }
    } else {
        shown["type"] = json!(kind);
        shown[kind] = one.clone();
    }
    shown
}

/// A rollup's members are in the results already.
fn without_members(mut rollup: Value) -> Value {
    if let Some(array) = rollup.get_mut("array") {
        *array = json!([]);
    }
    rollup
}
