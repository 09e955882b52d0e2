//! Which changes a webhook wants to know of, and how much of them.
use serde::Deserialize;
use serde_json::Value;

use super::super::{base::Base, refusal::Refusal};

/// What a webhook is about. Members that are not listed are no part of the vendor's.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Specification {
    options: Options,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    filters: Filters,
    #[serde(default)]
    includes: Option<Includes>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Filters {
    data_types: Vec<DataType>,
    #[serde(default)]
    record_change_scope: Option<String>,
    #[serde(default)]
    change_types: Option<Vec<ChangeType>>,
    #[serde(default)]
    from_sources: Option<Vec<String>>,
    #[serde(default)]
    #[expect(dead_code, reason = "taken, but no forms are played")]
    source_options: Option<Value>,
    #[serde(default)]
    watch_data_in_field_ids: Option<Vec<String>>,
    #[serde(default)]
    watch_schemas_of_field_ids: Option<Vec<String>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Includes {
    #[serde(default, rename = "includeCellValuesInFieldIds")]
    cells: Option<Cells>,
    #[serde(default, rename = "includePreviousCellValues")]
    previous_cells: bool,
    #[serde(default, rename = "includePreviousFieldDefinitions")]
    previous_fields: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Cells {
    Every(Every),
    Of(Vec<String>),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Every {
    All,
}

/// What changes are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum DataType {
    #[serde(rename = "tableData")]
    Records,
    #[serde(rename = "tableFields")]
    Fields,
    #[serde(rename = "tableMetadata")]
    Names,
}

/// What kind of change it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum ChangeType {
    Add,
    Remove,
    Update,
}

/// Which of a base's records a webhook is about.
pub(super) enum Reach<'a> {
    Base,
    Table(&'a str),
    View(&'a str),
}

impl Specification {
    /// Reads a specification, or refuses it as the vendor does.
    pub(super) fn read(sent: &Value, base: &Base) -> Result<Self, Refusal> {
        let read: Self = serde_json::from_value(sent.clone())
            .map_err(|error| Refusal::malformed(error.to_string()))?;
        if read.options.filters.data_types.is_empty() {
            return Err(Refusal::malformed(
                "\"dataTypes\" must name one type at least",
            ));
        }
        let mut tables = base.tables().iter();
        let found = match read.reach() {
            Reach::Base => true,
            Reach::Table(id) => tables.any(|table| table.id == id),
            Reach::View(id) => tables.any(|table| table.view == id),
        };
        if !found {
            return Err(Refusal::malformed(
                "\"recordChangeScope\" is neither a table nor a view",
            ));
        }
        Ok(read)
    }

    /// The scopes that an integration needs to see such changes.
    pub(super) fn scopes(&self) -> impl Iterator<Item = &'static str> {
        self.options
            .filters
            .data_types
            .iter()
            .map(|kind| match kind {
                DataType::Records => "data.records:read",
                DataType::Fields | DataType::Names => "schema.bases:read",
            })
    }

    pub(super) fn wants(&self, data: DataType, change: ChangeType) -> bool {
        let filters = &self.options.filters;
        let changes = filters.change_types.as_deref().unwrap_or_default();
        filters.data_types.contains(&data) && (changes.is_empty() || changes.contains(&change))
    }

    pub(super) fn hears(&self, source: &str) -> bool {
        let sources = self
            .options
            .filters
            .from_sources
            .as_deref()
            .unwrap_or_default();
        sources.is_empty() || sources.iter().any(|own| own == source)
    }

    pub(super) fn reach(&self) -> Reach<'_> {
        match self.options.filters.record_change_scope.as_deref() {
            None => Reach::Base,
            Some(id) if id.starts_with("viw") => Reach::View(id),
            Some(id) => Reach::Table(id),
        }
    }

    /// Whether changes of this field's cells are told.
    pub(super) fn watches_cells_of(&self, field: &str) -> bool {
        among(
            self.options.filters.watch_data_in_field_ids.as_deref(),
            field,
        )
    }

    /// Whether changes of this field itself are told.
    pub(super) fn watches_schema_of(&self, field: &str) -> bool {
        among(
            self.options.filters.watch_schemas_of_field_ids.as_deref(),
            field,
        )
    }

    /// Whether a changed record comes with this cell although it is as before.
    pub(super) fn includes_cells_of(&self, field: &str) -> bool {
        let includes = self.options.includes.as_ref();
        match includes.and_then(|includes| includes.cells.as_ref()) {
            None => false,
            Some(Cells::Every(Every::All)) => true,
            Some(Cells::Of(fields)) => fields.iter().any(|own| own == field),
        }
    }

    pub(super) fn includes_previous_cells(&self) -> bool {
        let includes = self.options.includes.as_ref();
        includes.is_some_and(|includes| includes.previous_cells)
    }

    pub(super) fn includes_previous_fields(&self) -> bool {
        let includes = self.options.includes.as_ref();
        includes.is_some_and(|includes| includes.previous_fields)
    }
}

/// An empty list restricts nothing.
fn among(listed: Option<&[String]>, field: &str) -> bool {
    let listed = listed.unwrap_or_default();
    listed.is_empty() || listed.iter().any(|own| own == field)
}
