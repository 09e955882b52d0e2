//! The calls about databases.
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::sandbox::notion::{
    body::{in_trash, members, only, words},
    refusal::Refusal,
    source::Database,
    vendor::{Moment, Notion, bytes},
    webhooks::News,
};

impl Notion {
    pub(in crate::sandbox::notion) fn get_database(
        &self,
        id: Uuid,
        moment: Moment<'_>,
    ) -> Result<Vec<u8>, Refusal> {
        let at = self.known_database(id)?;
        if !moment.version.has_sources() {
            self.only_source(id, moment.version)?;
        }
        Ok(bytes(&self.database_json(at, moment.version)))
    }

    pub(in crate::sandbox::notion) fn create_database(
        &mut self,
        body: &Map<String, Value>,
        moment: Moment<'_>,
    ) -> Result<Vec<u8>, Refusal> {
        let properties = if moment.version.has_sources() {
            members(body, "initial_data_source")?
                .and_then(|source| source.get("properties"))
                .and_then(Value::as_object)
                .ok_or_else(|| Refusal::absent("initial_data_source.properties"))?
        } else {
            members(body, "properties")?.ok_or_else(|| Refusal::absent("properties"))?
        };
        members(body, "parent")?.ok_or_else(|| Refusal::absent("parent"))?;
        let title = words(body, "title")?.unwrap_or_default();
        let description = words(body, "description")?.unwrap_or_default();
        self.blocks.make(1, moment.knobs, moment.now)?;
        let id = self.ids.make();
        let at = self.add_database(Database {
            id,
            title: title.clone(),
            description,
            sources: Vec::new(),
            created: moment.now,
            edited: moment.now,
            in_trash: false,
            is_shared: true,
        });
        if let Err(refusal) = self.found(at, title, properties, moment) {
            self.drop_last_database();
            return Err(refusal);
        }
        // Its first data source comes with it.
        self.webhooks.forget_news();
        self.webhooks.note(News::DatabaseMade(at));
        Ok(bytes(&self.database_json(at, moment.version)))
    }

    pub(in crate::sandbox::notion) fn change_database(
        &mut self,
        id: Uuid,
        body: &Map<String, Value>,
        moment: Moment<'_>,
    ) -> Result<Vec<u8>, Refusal> {
        let known = [
            "title",
            "description",
            "in_trash",
            "archived",
            "icon",
            "cover",
            "is_inline",
            "is_locked",
            "parent",
        ];
        let at = self.known_database(id)?;
        let title = words(body, "title")?;
        let description = words(body, "description")?;
        let wanted = in_trash(body, moment.version)?;
        if moment.version.has_sources() {
            only(body, &known)?;
        } else {
            // Here the database is the table, so its schema is changed here too.
            let source = self.only_source(id, moment.version)?;
            if let Some(properties) = members(body, "properties")? {
                self.shape(source, properties, moment)?;
            }
        }
        let database = self.database_mut(at);
        database.title = title.unwrap_or_else(|| database.title.clone());
        database.description = description.unwrap_or_else(|| database.description.clone());
        let was = database.in_trash;
        let is = wanted.unwrap_or(was);
        database.in_trash = is;
        database.edited = moment.now;
        if was != is {
            self.webhooks.note(News::DatabaseTrashed(at, is));
        }
        Ok(bytes(&self.database_json(at, moment.version)))
    }
}
