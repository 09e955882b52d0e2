//! Shows databases and data sources.
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::sandbox::notion::{
    page::minute,
    rich::Run,
    source::{DatabaseAt, SourceAt},
    value::shown_time,
    vendor::Notion,
    version::Version,
};

impl Notion {
    /// A database as its call answers it: with its properties in the first edition, with its data
    /// sources in later ones.
    pub(crate) fn database_json(&self, at: DatabaseAt, version: Version) -> Value {
        let database = self.database(at);
        let mut shown = json!({
            "object": "database",
            "id": database.id,
            "title": words(&database.title),
            "description": words(&database.description),
            "parent": { "type": "workspace", "workspace": true },
            "is_inline": false,
            "in_trash": database.in_trash,
            "is_locked": false,
            "created_time": shown_time(database.created),
            "last_edited_time": shown_time(minute(database.edited)),
            "icon": null,
            "cover": null,
            "url": url(database.id),
            "public_url": null,
        });
        if version.has_archived() {
            shown["archived"] = json!(database.in_trash);
        }
        if version.has_sources() {
            let sources = database.sources.iter().map(|at| self.source(*at));
            let sources = sources.filter(|source| !source.in_trash);
            shown["data_sources"] = sources
                .map(|source| json!({ "id": source.id, "name": source.name }))
                .collect();
        } else if let [only] = database.sources.as_slice() {
            shown["properties"] = self.properties_json(*only, version);
        }
        shown
    }

    /// A data source as its call answers it.
    pub(crate) fn source_json(&self, at: SourceAt, version: Version) -> Value {
        let source = self.source(at);
        let database = self.database(source.database);
        let mut shown = json!({
            "object": "data_source",
            "id": source.id,
            "title": words(&source.name),
            "description": [],
            "parent": { "type": "database_id", "database_id": database.id },
            "database_parent": { "type": "workspace", "workspace": true },
            "is_inline": false,
            "in_trash": source.in_trash,
            "created_time": shown_time(source.created),
            "last_edited_time": shown_time(minute(source.edited)),
            "icon": null,
            "cover": null,
            "properties": self.properties_json(at, version),
            "url": url(database.id),
            "public_url": null,
        });
        if version.has_archived() {
            shown["archived"] = json!(source.in_trash);
        }
        shown
    }

    fn properties_json(&self, at: SourceAt, version: Version) -> Value {
        let properties = self.source(at).properties();
        let shown: Map<String, Value> = properties
            .map(|(_, property)| (property.name.clone(), property.json(self, version)))
            .collect();
        shown.into()
    }
}

fn words(text: &str) -> Value {
    if text.is_empty() {
        return json!([]);
    }
    json!([Run::plain(text)])
}

fn url(id: Uuid) -> String {
    format!("https://www.notion.so/{}", id.simple())
}
