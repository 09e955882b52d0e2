//! How the provider's bases and tables are shown.

use poem_openapi::Object;

use crate::connections::{Base, RemoteField, RemoteTable};

/// The bases that an account may see.
#[derive(Object)]
pub(super) struct BaseList {
    /// In the provider's order.
    pub(super) items: Vec<BaseView>,
}

/// A base, which is a database where the provider is Notion: it holds tables.
#[derive(Object)]
#[oai(rename = "Base")]
pub(super) struct BaseView {
    /// The provider's id of it.
    id: String,
    /// What people call it.
    name: String,
    /// What the account may do there, in the provider's word; empty when it does not say.
    permission: String,
}

/// The tables of a base.
#[derive(Object)]
pub(super) struct TableList {
    /// In the provider's order.
    pub(super) items: Vec<TableView>,
}

/// A table of a base.
#[derive(Object)]
#[oai(rename = "RemoteTable")]
pub(super) struct TableView {
    /// The provider's id of it.
    id: String,
    /// What people call it.
    name: String,
    /// The field by which people know its records.
    primary_field_id: String,
    /// Its fields, in the provider's order.
    fields: Vec<FieldView>,
    /// Whether it takes fields of any name, as a hook does: a name is then the field's id.
    any_names: bool,
}

/// A field of a remote table.
#[derive(Object)]
#[oai(rename = "RemoteField", skip_serializing_if_is_none)]
pub(super) struct FieldView {
    /// The provider's id of it, which stays when it is renamed.
    id: String,
    /// What people call it.
    name: String,
    /// The provider's word for its type.
    #[oai(rename = "type")]
    kind: String,
    /// Whether it can be written; computed fields cannot.
    writable: bool,
    /// What it is for, in its maker's words.
    description: Option<String>,
    /// What a select field offers.
    options: Option<Vec<String>>,
}

impl From<Base> for BaseView {
    fn from(base: Base) -> Self {
        Self {
            id: base.id,
            name: base.name,
            permission: base.permission,
        }
    }
}

impl From<RemoteTable> for TableView {
    fn from(table: RemoteTable) -> Self {
        Self {
            id: table.id,
            name: table.name,
            primary_field_id: table.primary_field_id,
            any_names: table.any_names,
            fields: table.fields.into_iter().map(FieldView::from).collect(),
        }
    }
}

impl From<RemoteField> for FieldView {
    fn from(field: RemoteField) -> Self {
        Self {
            id: field.id,
            name: field.name,
            kind: field.kind,
            writable: field.writable,
            description: field.description,
            options: (!field.options.is_empty()).then_some(field.options),
        }
    }
}
