//! The calls about data sources.
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::sandbox::notion::{
    body::{in_trash, members, only, words},
    refusal::Refusal,
    source::{DatabaseAt, Source, SourceAt},
    vendor::{Moment, Notion, bytes},
    webhooks::News,
};

impl Notion {
    pub(in crate::sandbox::notion) fn get_source(
        &self,
        id: Uuid,
        moment: Moment<'_>,
    ) -> Result<Vec<u8>, Refusal> {
        let at = self.named_source(id, moment.version)?;
        Ok(bytes(&self.source_json(at, moment.version)))
    }

    /// Adds a data source to a database that is there.
    pub(in crate::sandbox::notion) fn create_source(
        &mut self,
        body: &Map<String, Value>,
        moment: Moment<'_>,
    ) -> Result<Vec<u8>, Refusal> {
        if !moment.version.has_sources() {
            return Err(Refusal::invalid_url());
        }
        only(body, &["parent", "properties", "title", "icon"])?;
        let parent = members(body, "parent")?.ok_or_else(|| Refusal::absent("parent"))?;
        let id = parent.get("database_id").unwrap_or(&Value::Null);
        let database = id
            .as_str()
            .and_then(|id| Uuid::parse_str(id).ok())
            .ok_or_else(|| Refusal::expected("parent.database_id", "a valid uuid", id))?;
        let database = self.known_database(database)?;
        let properties =
            members(body, "properties")?.ok_or_else(|| Refusal::absent("properties"))?;
        let title = words(body, "title")?.unwrap_or_default();
        self.blocks.make(1, moment.knobs, moment.now)?;
        let at = self.found(database, title, properties, moment)?;
        self.webhooks.forget_news();
        self.webhooks.note(News::SourceMade(at));
        Ok(bytes(&self.source_json(at, moment.version)))
    }

    pub(in crate::sandbox::notion) fn change_source(
        &mut self,
        id: Uuid,
        body: &Map<String, Value>,
        moment: Moment<'_>,
    ) -> Result<Vec<u8>, Refusal> {
        only(
            body,
            &[
                "title",
                "icon",
                "properties",
                "in_trash",
                "archived",
                "parent",
            ],
        )?;
        let at = self.named_source(id, moment.version)?;
        let title = words(body, "title")?;
        let wanted = in_trash(body, moment.version)?;
        if let Some(properties) = members(body, "properties")? {
            self.shape(at, properties, moment)?;
        }
        let source = self.source_mut(at);
        source.name = title.unwrap_or_else(|| source.name.clone());
        let was = source.in_trash;
        let is = wanted.unwrap_or(was);
        source.in_trash = is;
        source.edited = moment.now;
        if was != is {
            self.webhooks.note(News::SourceTrashed(at, is));
        }
        Ok(bytes(&self.source_json(at, moment.version)))
    }

    /// Makes a data source; it is gone again when its schema is refused.
    pub(in crate::sandbox::notion) fn found(
        &mut self,
        database: DatabaseAt,
        name: String,
        properties: &Map<String, Value>,
        moment: Moment<'_>,
    ) -> Result<SourceAt, Refusal> {
        // Asked first: the other ends of relations are made with the schema.
        let titles = properties.values().filter(|given| {
            given.get("title").is_some() || given.get("type") == Some(&Value::from("title"))
        });
        if titles.count() != 1 {
            return Err(Refusal::invalid(
                "Title is not provided, or more than once.",
            ));
        }
        let id = self.ids.make();
        let at = self.add_source(Source::new(id, database, name, moment.now));
        if let Err(refusal) = self.shape(at, properties, moment) {
            self.drop_last_source();
            return Err(refusal);
        }
        Ok(at)
    }
}
