//! Databases that are there from the start, in the vendor's own words for a schema.
mod plain;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    Moment, Notion,
    pages::Drafts,
    refusal::Refusal,
    source::{Column, Database, DatabaseAt, SourceAt},
    value::{Draft, accept},
};

/// How long before a sandbox begins its first pages were made.
const AGE: SignedDuration = SignedDuration::from_hours(24);

/// A database to begin with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSeed {
    /// Made up when absent.
    pub id: Option<Uuid>,
    /// What people call it.
    pub title: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Whether the integration may see it.
    #[serde(default = "shared")]
    pub shared: bool,
    /// Its data sources; a relation leads to one of those before it, or of an earlier database.
    pub data_sources: Vec<SourceSeed>,
}

/// A data source to begin with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceSeed {
    /// Made up when absent.
    pub id: Option<Uuid>,
    /// What people call it.
    pub name: String,
    /// Its properties by name, as the vendor's calls write them.
    pub properties: Map<String, Value>,
    /// Its pages, each an object of plain values by the name of their property.
    #[serde(default)]
    pub pages: Vec<Map<String, Value>>,
    /// How many pages to make up beside those.
    #[serde(default)]
    pub generate: u32,
}

fn shared() -> bool {
    true
}

impl DatabaseSeed {
    /// The databases of the demonstration: one of airports to be filled by a sync, two that are
    /// related, one with a property of every type, and one of two data sources.
    pub(crate) fn demo() -> Vec<Self> {
        serde_json::from_str(include_str!("demo.json")).expect("the demo seed is well-formed")
    }
}

impl Notion {
    /// Puts a database in the place of the one with the same id, or beside the others.
    pub(crate) fn seed(&mut self, seed: DatabaseSeed, moment: Moment<'_>) -> Result<Uuid, Refusal> {
        let id = seed.id.unwrap_or_else(|| self.ids.make());
        if let Some(old) = self.find_database(id) {
            self.remove_database(old);
        }
        let at = self.add_database(Database {
            id,
            title: seed.title,
            description: seed.description,
            sources: Vec::new(),
            created: moment.now,
            edited: moment.now,
            in_trash: false,
            is_shared: seed.shared,
        });
        for source in seed.data_sources {
            let seeded = self.seed_source(at, source, moment);
            self.webhooks.forget_news();
            if let Err(refusal) = seeded {
                self.remove_database(at);
                return Err(refusal);
            }
        }
        Ok(id)
    }

    fn seed_source(
        &mut self,
        database: DatabaseAt,
        seed: SourceSeed,
        moment: Moment<'_>,
    ) -> Result<(), Refusal> {
        let source = self.found(database, seed.name, &seed.properties, moment)?;
        if let Some(id) = seed.id {
            self.identify(source, id);
        }
        let first = moment.now - AGE;
        // One after the other, so that pages can be told apart by when they were made.
        let at = |number: usize| Moment {
            now: later(first, number),
            ..moment
        };
        for (number, page) in seed.pages.iter().enumerate() {
            let drafts = self.plain_drafts(source, page)?;
            self.insert(source, drafts, at(number));
        }
        for number in 0..seed.generate as usize {
            let drafts = self.made_up(source, number)?;
            self.insert(source, drafts, at(seed.pages.len() + number));
        }
        Ok(())
    }

    fn plain_drafts(&self, at: SourceAt, page: &Map<String, Value>) -> Result<Drafts, Refusal> {
        let source = self.source(at);
        let drafts = page.iter().map(|(name, value)| {
            let column = source.known(name)?;
            let property = source.property(column);
            let given = plain::write_form(self, &property.kind, value);
            Ok((column, accept(self, property, &given)?))
        });
        drafts.collect()
    }

    fn made_up(&self, at: SourceAt, number: usize) -> Result<Drafts, Refusal> {
        let source = self.source(at);
        let values = source.properties().filter_map(|(column, property)| {
            let value = plain::made_up(property, number)?;
            let given = plain::write_form(self, &property.kind, &value);
            Some((column, property, given))
        });
        let drafts = values.map(|(column, property, given)| {
            Ok::<(Column, Draft), Refusal>((column, accept(self, property, &given)?))
        });
        drafts.collect()
    }
}

fn later(first: Timestamp, number: usize) -> Timestamp {
    first + SignedDuration::from_millis(i64::try_from(number).unwrap_or(i64::MAX / 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::notion::{Author, NotionKnobs, Version};

    #[test]
    fn the_demonstration_is_what_the_vendor_would_take() {
        let knobs = NotionKnobs::default();
        let moment = Moment {
            now: Timestamp::UNIX_EPOCH,
            by: Author::Colleague,
            version: Version::Trash,
            knobs: &knobs,
        };
        let mut notion = Notion::new(1);
        for seed in DatabaseSeed::demo() {
            notion.seed(seed, moment).unwrap();
        }
        let several = notion.databases().filter(|(_, one)| one.sources.len() > 1);
        assert_eq!(several.count(), 1);
    }
}
