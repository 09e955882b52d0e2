//! What there is in a workspace: databases, data sources and pages, by id and by place.
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    cell::Cell,
    kind::{Kind, Setting},
    page::{Page, PageAt},
    refusal::Refusal,
    source::{Column, Database, DatabaseAt, Source, SourceAt},
    value::Draft,
    vendor::{Moment, Notion},
    version::Version,
    webhooks::News,
};
use crate::sandbox::pings::PingKnobs;

/// What an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thing {
    Database(DatabaseAt),
    Source(SourceAt),
    Page(PageAt),
}

impl Notion {
    /// The databases that are there, with their places.
    pub(crate) fn databases(&self) -> impl Iterator<Item = (DatabaseAt, &Database)> {
        let all = self.databases.iter().enumerate();
        all.map(|(place, database)| (DatabaseAt(place), database))
            .filter(|(at, database)| self.find_database(database.id) == Some(*at))
    }

    pub(crate) fn database(&self, at: DatabaseAt) -> &Database {
        &self.databases[at.0]
    }

    pub(crate) fn database_mut(&mut self, at: DatabaseAt) -> &mut Database {
        &mut self.databases[at.0]
    }

    pub(crate) fn source(&self, at: SourceAt) -> &Source {
        &self.sources[at.0]
    }

    pub(crate) fn source_mut(&mut self, at: SourceAt) -> &mut Source {
        &mut self.sources[at.0]
    }

    /// A page that is there; places of deleted ones are not kept.
    pub(crate) fn page(&self, at: PageAt) -> &Page {
        self.pages[at.0 as usize]
            .as_ref()
            .expect("places of deleted pages are not kept")
    }

    pub(crate) fn page_mut(&mut self, at: PageAt) -> &mut Page {
        self.pages[at.0 as usize]
            .as_mut()
            .expect("places of deleted pages are not kept")
    }

    /// The page at a place that may have been deleted since.
    pub(crate) fn page_if_there(&self, at: PageAt) -> Option<&Page> {
        self.pages.get(at.0 as usize).and_then(Option::as_ref)
    }

    pub(super) fn add_database(&mut self, database: Database) -> DatabaseAt {
        let at = DatabaseAt(self.databases.len());
        self.by_id.insert(database.id, Thing::Database(at));
        self.databases.push(database);
        at
    }

    pub(super) fn add_source(&mut self, source: Source) -> SourceAt {
        let at = SourceAt(self.sources.len());
        self.by_id.insert(source.id, Thing::Source(at));
        let database = source.database;
        self.sources.push(source);
        self.database_mut(database).sources.push(at);
        at
    }

    /// Deletes a database and all that is in it for good.
    pub(super) fn remove_database(&mut self, at: DatabaseAt) {
        self.by_id.remove(&self.databases[at.0].id);
        for source in std::mem::take(&mut self.databases[at.0].sources) {
            self.by_id.remove(&self.sources[source.0].id);
            for page in std::mem::take(&mut self.sources[source.0].pages) {
                self.remove_page(page);
            }
        }
    }

    /// Deletes a page for good, as no call of the vendor's can.
    pub(super) fn remove_page(&mut self, at: PageAt) {
        if let Some(page) = self.pages[at.0 as usize].take() {
            self.by_id.remove(&page.id);
        }
    }

    /// Deletes a page for good, as people can; what lay in the trash was told of before.
    pub(crate) fn delete_page(&mut self, at: PageAt, moment: Moment<'_>, knobs: &PingKnobs) {
        if !self.page(at).in_trash {
            self.webhooks.note(News::PageTrashed(at, true));
        }
        self.publish(moment.by, moment.now, knobs);
        self.remove_page(at);
    }

    /// Gives a data source an id of the caller's choice.
    pub(super) fn identify(&mut self, at: SourceAt, id: Uuid) {
        let source = &mut self.sources[at.0];
        self.by_id.remove(&source.id);
        source.id = id;
        self.by_id.insert(id, Thing::Source(at));
    }

    /// Takes back the data source that was made last.
    pub(super) fn drop_last_source(&mut self) {
        if let Some(source) = self.sources.pop() {
            self.by_id.remove(&source.id);
            self.database_mut(source.database).sources.pop();
        }
    }

    /// Takes back the database that was made last, which has no data source.
    pub(super) fn drop_last_database(&mut self) {
        if let Some(database) = self.databases.pop() {
            self.by_id.remove(&database.id);
        }
    }

    /// Reads a type within the schema of a data source.
    pub(super) fn with_setting<T>(
        &mut self,
        at: SourceAt,
        place: &str,
        read: impl FnOnce(&mut Setting<'_>) -> T,
    ) -> T {
        let Self {
            databases,
            sources,
            by_id,
            ids,
            ..
        } = self;
        let find = |id: Uuid| match by_id.get(&id)? {
            Thing::Source(source) => Some(*source),
            Thing::Database(database) => match databases[database.0].sources.as_slice() {
                [only] => Some(*only),
                _ => None,
            },
            Thing::Page(_) => None,
        };
        let gather = |given: &Map<String, Value>| {
            let key = |end: &str| {
                let named = |what: &str| given.get(&format!("{end}_property_{what}"));
                named("id")
                    .or_else(|| named("name"))
                    .and_then(Value::as_str)
            };
            let own = &sources[at.0];
            let relation = own.property(own.column(key("relation")?)?);
            let Kind::Relation(to) = &relation.kind else {
                return None;
            };
            let target = &sources[to.source.0];
            let gathered = target.property(target.column(key("rollup")?)?);
            Some((relation.id.clone(), gathered.id.clone()))
        };
        read(&mut Setting {
            place,
            ids,
            find: &find,
            gather: &gather,
        })
    }

    /// The cell of a value that was taken, its new options made.
    pub(super) fn settle(
        &mut self,
        source: SourceAt,
        column: Column,
        draft: Draft,
    ) -> Option<Cell> {
        let kind = &mut self.sources[source.0].property_mut(column).kind;
        draft.settle(kind, &mut self.ids)
    }

    /// Whether the integration may see what a data source holds.
    pub(crate) fn is_shared(&self, source: SourceAt) -> bool {
        self.database(self.source(source).database).is_shared
    }

    /// Whether whoever calls may see a database.
    fn shows(&self, at: DatabaseAt) -> bool {
        self.sees_all || self.database(at).is_shared
    }

    /// Whether whoever calls may see what a data source holds.
    fn shows_source(&self, at: SourceAt) -> bool {
        self.shows(self.source(at).database)
    }

    /// A database, shared or not.
    pub(crate) fn find_database(&self, id: Uuid) -> Option<DatabaseAt> {
        match self.by_id.get(&id) {
            Some(Thing::Database(at)) => Some(*at),
            _ => None,
        }
    }

    /// A data source, shared or not.
    pub(crate) fn find_source(&self, id: Uuid) -> Option<SourceAt> {
        match self.by_id.get(&id) {
            Some(Thing::Source(at)) => Some(*at),
            _ => None,
        }
    }

    pub(crate) fn find_page(&self, id: Uuid) -> Option<PageAt> {
        match self.by_id.get(&id) {
            Some(Thing::Page(at)) => Some(*at),
            _ => None,
        }
    }

    /// A page that is there for whoever calls.
    pub(crate) fn known_page(&self, id: Uuid) -> Result<PageAt, Refusal> {
        self.find_page(id)
            .filter(|at| self.shows_source(self.page(*at).source))
            .ok_or_else(|| Refusal::not_found("page", id))
    }

    /// A database that is there for whoever calls.
    pub(crate) fn known_database(&self, id: Uuid) -> Result<DatabaseAt, Refusal> {
        match self.by_id.get(&id) {
            Some(Thing::Database(at)) if self.shows(*at) => Ok(*at),
            Some(Thing::Page(at)) if self.shows_source(self.page(*at).source) => {
                Err(Refusal::invalid(format!(
                    "Provided ID {id} is a page, not a database. Use the retrieve page API instead."
                )))
            }
            _ => Err(Refusal::not_found("database", id)),
        }
    }

    /// A data source that is there for whoever calls.
    pub(crate) fn known_source(&self, id: Uuid) -> Result<SourceAt, Refusal> {
        match self.by_id.get(&id) {
            Some(Thing::Source(at)) if self.shows_source(*at) => Ok(*at),
            _ => Err(Refusal::not_found("data_source", id)),
        }
    }

    /// The data source of a path that only later editions have.
    pub(super) fn named_source(&self, id: Uuid, version: Version) -> Result<SourceAt, Refusal> {
        if !version.has_sources() {
            return Err(Refusal::invalid_url());
        }
        self.known_source(id)
    }

    /// The only data source of a database.
    ///
    /// Errs in the first edition when there are several, and in later ones when the path is that
    /// of the first.
    pub(super) fn only_source(&self, id: Uuid, version: Version) -> Result<SourceAt, Refusal> {
        if version.has_sources() {
            return Err(Refusal::invalid_url());
        }
        let database = self.database(self.known_database(id)?);
        match database.sources.as_slice() {
            [only] => Ok(*only),
            several => {
                let ids: Vec<Uuid> = several.iter().map(|at| self.source(*at).id).collect();
                Err(Refusal::several_sources(id, &ids))
            }
        }
    }
}
