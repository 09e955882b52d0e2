//! Puts changes into the words of an edition.
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::{
    page::PageAt,
    people::WORKSPACE,
    source::{Column, DatabaseAt, Property, SourceAt},
    vendor::Notion,
    version::Version,
};
use super::News;

/// An event without what is the same in all of one delivery.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    pub(super) kind: &'static str,
    pub(super) entity: (Uuid, &'static str),
    pub(super) data: Map<String, Value>,
}

impl Event {
    fn new(kind: &'static str, entity: (Uuid, &'static str), parent: Value) -> Self {
        let mut data = Map::new();
        data.insert("parent".to_owned(), parent);
        Self { kind, entity, data }
    }

    /// The same with more in one of its lists.
    fn with(mut self, list: &str, one: Value) -> Self {
        self.add(list, &[one]);
        self
    }

    /// Adds to one of its lists what is not there.
    pub(super) fn add(&mut self, list: &str, more: &[Value]) {
        let held = self.data.entry(list).or_insert_with(|| json!([]));
        if let Value::Array(held) = held {
            for one in more {
                if !held.contains(one) {
                    held.push(one.clone());
                }
            }
        }
    }

    /// Takes in another event of the same type about the same thing.
    pub(super) fn take(&mut self, other: &Self) {
        for (name, more) in &other.data {
            if let Value::Array(more) = more {
                self.add(name, more);
            }
        }
    }

    pub(super) fn is_about_the_same_as(&self, other: &Self) -> bool {
        self.kind == other.kind && self.entity == other.entity
    }
}

/// Tells changes in the words of one edition.
pub(super) struct Teller<'a> {
    pub(super) notion: &'a Notion,
    pub(super) version: Version,
}

impl Teller<'_> {
    /// The events that tell of all the changes; none of what the integration may not see.
    pub(super) fn events(&self, news: &[News]) -> Vec<Event> {
        let mut told: Vec<Event> = Vec::new();
        for one in news {
            for event in self.event(one, news) {
                match told.iter_mut().find(|old| old.is_about_the_same_as(&event)) {
                    Some(old) => old.take(&event),
                    None => told.push(event),
                }
            }
        }
        told
    }

    fn event(&self, one: &News, all: &[News]) -> Vec<Event> {
        match one {
            News::PageMade(at) => self.page(*at, "page.created", true),
            // Of a page that is new, or comes from the trash, that alone is told.
            News::Written(at, column) if !is_told(*at, all) => self.written(*at, *column),
            News::Written(..) => Vec::new(),
            News::PageTrashed(at, true) => self.page(*at, "page.deleted", true),
            News::PageTrashed(at, false) => self.page(*at, "page.undeleted", true),
            News::PageLocked(at, true) => self.page(*at, "page.locked", false),
            News::PageLocked(at, false) => self.page(*at, "page.unlocked", false),
            News::DatabaseMade(at) => self.database(*at, "database.created"),
            News::DatabaseTrashed(at, true) => self.database(*at, "database.deleted"),
            News::DatabaseTrashed(at, false) => self.database(*at, "database.undeleted"),
            News::SourceMade(at) => self.source(*at, ("data_source.created", "database.created")),
            News::SourceTrashed(at, true) => {
                self.source(*at, ("data_source.deleted", "database.deleted"))
            }
            News::SourceTrashed(at, false) => {
                self.source(*at, ("data_source.undeleted", "database.undeleted"))
            }
            News::Shaped(at, before) => self.shaped(*at, before),
        }
    }

    /// An event about a page, and one about what holds it where its members have changed.
    fn page(&self, at: PageAt, kind: &'static str, counts: bool) -> Vec<Event> {
        let page = self.notion.page(at);
        if !self.notion.is_shared(page.source) {
            return Vec::new();
        }
        let parent = self.parent(page.source);
        let mut told = vec![Event::new(kind, (page.id, "page"), parent)];
        if counts {
            let content = ("data_source.content_updated", "database.content_updated");
            let holder = self.source(page.source, content);
            let member = json!({ "id": page.id, "type": "block" });
            told.extend(
                holder
                    .into_iter()
                    .map(|event| event.with("updated_blocks", member.clone())),
            );
        }
        told
    }

    fn written(&self, at: PageAt, column: Column) -> Vec<Event> {
        let page = self.notion.page(at);
        let id = &self.notion.source(page.source).property(column).id;
        let told = self.page(at, "page.properties_updated", false);
        told.into_iter()
            .map(|event| event.with("updated_properties", json!(id)))
            .collect()
    }

    fn database(&self, at: DatabaseAt, kind: &'static str) -> Vec<Event> {
        let database = self.notion.database(at);
        let parent = json!({ "id": WORKSPACE, "type": "space" });
        let event = Event::new(kind, (database.id, "database"), parent);
        database.is_shared.then_some(event).into_iter().collect()
    }

    /// An event about a data source; the first edition has one kind of thing, the database.
    fn source(&self, at: SourceAt, (newer, first): (&'static str, &'static str)) -> Vec<Event> {
        let source = self.notion.source(at);
        let database = self.notion.database(source.database);
        if !self.version.has_sources() {
            return self.database(source.database, first);
        }
        let parent = json!({ "id": database.id, "type": "database" });
        let event = Event::new(newer, (source.id, "data_source"), parent);
        database.is_shared.then_some(event).into_iter().collect()
    }

    fn shaped(&self, at: SourceAt, before: &[Option<Property>]) -> Vec<Event> {
        let after = self.notion.source(at).columns();
        let mut changes = Vec::new();
        for place in 0..after.len().max(before.len()) {
            let there = |all: &[Option<Property>]| all.get(place).cloned().flatten();
            let (property, action) = match (there(before), there(&after)) {
                (None, Some(new)) => (new, "created"),
                (Some(old), None) => (old, "deleted"),
                (Some(old), Some(new)) if old != new => (new, "updated"),
                _ => continue,
            };
            changes.push(json!({ "id": property.id, "name": property.name, "action": action }));
        }
        if changes.is_empty() {
            return Vec::new();
        }
        let kinds = ("data_source.schema_updated", "database.schema_updated");
        let mut told = self.source(at, kinds);
        for event in &mut told {
            event.add("updated_properties", &changes);
        }
        told
    }

    /// What holds a page.
    fn parent(&self, at: SourceAt) -> Value {
        let source = self.notion.source(at);
        let database = self.notion.database(source.database).id;
        if self.version.has_sources() {
            json!({ "id": database, "type": "database", "data_source_id": source.id })
        } else {
            json!({ "id": database, "type": "database" })
        }
    }
}

/// Whether something else is told of a page than what was written into it.
fn is_told(page: PageAt, all: &[News]) -> bool {
    all.iter().any(|one| match one {
        News::PageMade(at) | News::PageTrashed(at, _) => *at == page,
        _ => false,
    })
}
