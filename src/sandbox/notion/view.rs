//! Shows pages as the calls answer them.
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Value, json};

use super::{
    page::Page,
    people::Author,
    refusal::Refusal,
    source::{Column, Source},
    value::{ValueView, shown_time},
    vendor::{Moment, Notion},
    version::Version,
};
use crate::sandbox::incoming::Incoming;

/// How pages are looked at.
pub(crate) struct Lens<'a> {
    notion: &'a Notion,
    version: Version,
    cut: usize,
    /// The properties that are shown; all when nothing is said.
    columns: Option<Vec<Column>>,
}

impl<'a> Lens<'a> {
    pub(crate) fn new(notion: &'a Notion, moment: Moment<'_>) -> Self {
        Self {
            notion,
            version: moment.version,
            cut: moment.knobs.shown_members as usize,
            columns: None,
        }
    }

    /// Shows every value to its end.
    pub(crate) fn whole(notion: &'a Notion, moment: Moment<'_>) -> Self {
        Self {
            cut: usize::MAX,
            ..Self::new(notion, moment)
        }
    }

    /// Shows the properties alone that the query's `filter_properties` name.
    pub(crate) fn narrowed(
        mut self,
        source: &Source,
        incoming: &Incoming,
    ) -> Result<Self, Refusal> {
        let named = incoming
            .pairs()
            .filter(|(name, _)| matches!(*name, "filter_properties" | "filter_properties[]"))
            .map(|(_, key)| source.known(key));
        let columns = named.collect::<Result<Vec<Column>, Refusal>>()?;
        self.columns = (!columns.is_empty()).then_some(columns);
        Ok(self)
    }

    pub(crate) fn page(&self, page: &'a Page) -> PageView<'_> {
        PageView { lens: self, page }
    }
}

/// A page, as it is shown.
pub(crate) struct PageView<'a> {
    lens: &'a Lens<'a>,
    page: &'a Page,
}

impl Serialize for PageView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { lens, page } = self;
        let looks = page.looks.as_deref();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("object", "page")?;
        map.serialize_entry("id", &page.id)?;
        map.serialize_entry("created_time", &shown_time(page.created))?;
        map.serialize_entry("last_edited_time", &shown_time(page.edited()))?;
        map.serialize_entry("created_by", &UserReference::from(page.created_by))?;
        map.serialize_entry("last_edited_by", &UserReference::from(page.edited_by))?;
        map.serialize_entry("cover", &looks.map(|looks| &looks.cover))?;
        map.serialize_entry("icon", &looks.map(|looks| &looks.icon))?;
        map.serialize_entry("parent", &parent(lens, page))?;
        if lens.version.has_archived() {
            map.serialize_entry("archived", &page.in_trash)?;
        }
        map.serialize_entry("in_trash", &page.in_trash)?;
        map.serialize_entry("is_archived", &false)?;
        map.serialize_entry("is_locked", &page.is_locked)?;
        map.serialize_entry("properties", &Properties(self))?;
        let url = format!("https://www.notion.so/{}", page.id.simple());
        map.serialize_entry("url", &url)?;
        map.serialize_entry("public_url", &None::<&str>)?;
        map.end()
    }
}

fn parent(lens: &Lens<'_>, page: &Page) -> Value {
    let source = lens.notion.source(page.source);
    let database = lens.notion.database(source.database).id;
    if lens.version.has_sources() {
        json!({ "type": "data_source_id", "data_source_id": source.id, "database_id": database })
    } else {
        json!({ "type": "database_id", "database_id": database })
    }
}

#[derive(Serialize)]
struct UserReference {
    object: &'static str,
    id: uuid::Uuid,
}

impl From<Author> for UserReference {
    fn from(author: Author) -> Self {
        Self {
            object: "user",
            id: author.id(),
        }
    }
}

struct Properties<'a>(&'a PageView<'a>);

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let PageView { lens, page } = self.0;
        let source = lens.notion.source(page.source);
        let mut map = serializer.serialize_map(None)?;
        for (column, property) in source.properties() {
            if lens
                .columns
                .as_ref()
                .is_some_and(|shown| !shown.contains(&column))
            {
                continue;
            }
            let value = ValueView {
                notion: lens.notion,
                page,
                column,
                property,
                cut: lens.cut,
            };
            map.serialize_entry(&property.name, &value)?;
        }
        map.end()
    }
}
