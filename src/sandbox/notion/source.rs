//! Databases, and the data sources in them that hold schema and pages.
use jiff::Timestamp;
use uuid::Uuid;

use super::{kind::Kind, page::PageAt, refusal::Refusal};

/// A database's place in the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct DatabaseAt(pub(crate) usize);

/// A data source's place in the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SourceAt(pub(crate) usize);

/// A property's place in its data source; one that is removed leaves its place empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Column(pub(crate) usize);

/// A container of data sources.
pub(crate) struct Database {
    pub(crate) id: Uuid,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) sources: Vec<SourceAt>,
    pub(crate) created: Timestamp,
    pub(crate) edited: Timestamp,
    pub(crate) in_trash: bool,
    /// Whether the integration may see it.
    pub(crate) is_shared: bool,
}

/// A schema with its pages.
pub(crate) struct Source {
    pub(crate) id: Uuid,
    pub(crate) database: DatabaseAt,
    pub(crate) name: String,
    columns: Vec<Option<Property>>,
    /// All pages that were ever made in it and not deleted for good, oldest first.
    pub(crate) pages: Vec<PageAt>,
    /// The last number that a page was given.
    pub(crate) numbered: u64,
    pub(crate) created: Timestamp,
    pub(crate) edited: Timestamp,
    pub(crate) in_trash: bool,
}

/// A property: ids do not change, names may.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Property {
    /// As it is shown: percent-encoded.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) kind: Kind,
}

impl Source {
    /// A data source without pages.
    pub(crate) fn new(id: Uuid, database: DatabaseAt, name: String, now: Timestamp) -> Self {
        Self {
            id,
            database,
            name,
            columns: Vec::new(),
            pages: Vec::new(),
            numbered: 0,
            created: now,
            edited: now,
            in_trash: false,
        }
    }

    pub(crate) fn add(&mut self, property: Property) -> Column {
        self.columns.push(Some(property));
        Column(self.columns.len() - 1)
    }

    /// All properties with their places, to be put back if a change is refused.
    pub(crate) fn columns(&self) -> Vec<Option<Property>> {
        self.columns.clone()
    }

    pub(crate) fn put_back(&mut self, columns: Vec<Option<Property>>) {
        self.columns = columns;
    }

    pub(crate) fn remove(&mut self, column: Column) {
        self.columns[column.0] = None;
    }

    /// The properties with their places.
    pub(crate) fn properties(&self) -> impl Iterator<Item = (Column, &Property)> {
        let all = self.columns.iter().enumerate();
        all.filter_map(|(place, property)| Some((Column(place), property.as_ref()?)))
    }

    /// A property that is there.
    pub(crate) fn property(&self, column: Column) -> &Property {
        self.columns[column.0]
            .as_ref()
            .expect("places of removed properties are not kept")
    }

    pub(crate) fn property_mut(&mut self, column: Column) -> &mut Property {
        self.columns[column.0]
            .as_mut()
            .expect("places of removed properties are not kept")
    }

    pub(crate) fn by_id(&self, id: &str) -> Option<Column> {
        let found = self.properties().find(|(_, property)| property.id == id);
        found
            .or_else(|| {
                self.properties()
                    .find(|(_, property)| decoded(&property.id) == id)
            })
            .map(|(column, _)| column)
    }

    pub(crate) fn by_name(&self, name: &str) -> Option<Column> {
        self.properties()
            .find(|(_, property)| property.name == name)
            .map(|(column, _)| column)
    }

    /// Finds a property by name, else by id.
    pub(crate) fn column(&self, key: &str) -> Option<Column> {
        self.by_name(key).or_else(|| self.by_id(key))
    }

    /// Finds a property, or refuses as a write or a query does.
    pub(crate) fn known(&self, key: &str) -> Result<Column, Refusal> {
        self.column(key)
            .ok_or_else(|| Refusal::invalid(format!("{key} is not a property that exists.")))
    }

    /// The one property that holds the title.
    pub(crate) fn title(&self) -> Option<Column> {
        self.properties()
            .find(|(_, property)| matches!(property.kind, Kind::Title))
            .map(|(column, _)| column)
    }
}

/// A property's id without its percent-encoding.
fn decoded(id: &str) -> std::borrow::Cow<'_, str> {
    percent_encoding::percent_decode_str(id).decode_utf8_lossy()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_is_found_by_name_and_by_its_id_in_either_form() {
        let mut source = Source::new(
            Uuid::nil(),
            DatabaseAt(0),
            "T".into(),
            Timestamp::UNIX_EPOCH,
        );
        let column = source.add(Property {
            id: "%3AUPp".into(),
            name: "Name".into(),
            description: None,
            kind: Kind::Title,
        });
        for key in ["Name", "%3AUPp", ":UPp"] {
            assert_eq!(source.column(key), Some(column), "{key}");
        }
        source.remove(column);
        assert_eq!(source.column("Name"), None);
    }
}
