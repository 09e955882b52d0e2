//! The calls about the account, its bases and their schema.
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    Airtable, Moment,
    base::{Base, PEOPLE},
    call::Place,
    kind::Kind,
    query::VIEW_NAME,
    refusal::Refusal,
    seed::{FieldSeed, TableSeed},
    table::{Field, Table},
};
use crate::sandbox::{answer::Answer, incoming::Incoming};

/// A new name or description of a table or a field.
#[derive(Deserialize)]
struct Rename {
    name: Option<String>,
    description: Option<String>,
}

impl Airtable {
    /// Of an access token the vendor also tells the scopes, and the address only to one that may
    /// know it; `scopes` is none for a personal token.
    pub(super) fn who_am_i(&self, scopes: Option<&[String]>) -> Answer {
        let mut told = json!({ "id": PEOPLE[0].id });
        if scopes.is_none_or(|scopes| scopes.iter().any(|scope| scope == "user.email:read")) {
            told["email"] = PEOPLE[0].email.into();
        }
        if let Some(scopes) = scopes {
            told["scopes"] = json!(scopes);
        }
        Answer::ok(&told)
    }

    pub(super) fn list_bases(&self) -> Answer {
        let bases: Vec<Value> = self
            .bases
            .iter()
            .map(|base| json!({ "id": base.id, "name": base.name, "permissionLevel": "create" }))
            .collect();
        Answer::ok(&json!({ "bases": bases }))
    }

    pub(super) fn schema(&self, base: &str, incoming: &Incoming) -> Result<Answer, Refusal> {
        let base = self.meta_base(base)?;
        // The vendor's documents write `include[]`; its Python client sends `include`.
        let visible = incoming
            .pairs()
            .any(|(name, value)| name.starts_with("include") && value == "visibleFieldIds");
        let tables: Vec<Value> = base
            .tables()
            .iter()
            .map(|table| table_json(table, visible))
            .collect();
        Ok(Answer::ok(&json!({ "tables": tables })))
    }

    pub(super) fn create_table(
        &mut self,
        base: &str,
        body: &[u8],
        moment: Moment<'_>,
    ) -> Result<Answer, Refusal> {
        let seed: TableSeed = read(body)?;
        let known = self.meta_base(base)?;
        if known.find(&seed.name).is_some() {
            return Err(taken("TABLE", &seed.name));
        }
        seed.fields.iter().try_for_each(refuse_computed)?;
        let place = Place::new(base, &seed.name);
        self.seed_table(base, seed, moment)?;
        let (base, at) = self.place(&place)?;
        Ok(Answer::ok(&table_json(base.table(at), false)))
    }

    pub(super) fn change_table(&mut self, place: &Place, body: &[u8]) -> Result<Answer, Refusal> {
        let change: Rename = read(body)?;
        let (base, at) = self.meta_place_mut(place)?;
        if let Some(name) = change.name {
            if base.find(&name).is_some_and(|other| other != at) {
                return Err(taken("TABLE", &name));
            }
            base.table_mut(at).name = name;
        }
        let table = base.table_mut(at);
        table.description = change.description.or(table.description.take());
        Ok(Answer::ok(&table_json(table, false)))
    }

    pub(super) fn create_field(&mut self, place: &Place, body: &[u8]) -> Result<Answer, Refusal> {
        let seed: FieldSeed = read(body)?;
        refuse_computed(&seed)?;
        let field = seed.make(&mut self.ids)?;
        let (base, at) = self.meta_place_mut(place)?;
        if base.table(at).column(&field.name).is_some() {
            return Err(taken("FIELD", &field.name));
        }
        let shown = field_json(&field);
        base.table_mut(at).add_field(field);
        Ok(Answer::ok(&shown))
    }

    pub(super) fn change_field(
        &mut self,
        place: &Place,
        field: &str,
        body: &[u8],
    ) -> Result<Answer, Refusal> {
        let change: Rename = read(body)?;
        let (base, at) = self.meta_place_mut(place)?;
        let table = base.table_mut(at);
        let column = table.column(field).ok_or_else(Refusal::no_model)?;
        if let Some(name) = &change.name
            && table.column(name).is_some_and(|other| other != column)
        {
            return Err(taken("FIELD", name));
        }
        let field = table.field_mut(column);
        field.name = change
            .name
            .unwrap_or_else(|| std::mem::take(&mut field.name));
        field.description = change.description.or(field.description.take());
        Ok(Answer::ok(&field_json(field)))
    }

    /// Takes a field away with all that it held, as people can at the vendor's page and no call of
    /// its API can. After the primary one the next is the primary one, as if somebody had chosen it
    /// before.
    pub(crate) fn drop_field(&mut self, place: &Place, field: &str) -> Result<(), Refusal> {
        let (base, at) = self.meta_place_mut(place)?;
        let table = base.table_mut(at);
        let column = table.column(field).ok_or_else(Refusal::no_model)?;
        if table.fields().len() == 1 {
            return Err(Refusal::malformed("A table needs at least one field"));
        }
        table.drop_field(column);
        Ok(())
    }

    /// A base of the schema calls, which tell a missing one differently from the data calls.
    fn meta_base(&self, id: &str) -> Result<&Base, Refusal> {
        self.base(id).ok_or_else(Refusal::no_model)
    }

    fn meta_place_mut(
        &mut self,
        place: &Place,
    ) -> Result<(&mut Base, super::base::TableAt), Refusal> {
        self.meta_base(&place.base)?;
        self.place_mut(place)
    }
}

/// A table as the schema call shows it.
fn table_json(table: &Table, visible: bool) -> Value {
    let mut view = json!({ "id": table.view, "name": VIEW_NAME, "type": "grid" });
    if visible {
        let ids: Vec<&str> = table
            .fields()
            .iter()
            .map(|field| field.id.as_str())
            .collect();
        view["visibleFieldIds"] = json!(ids);
    }
    let mut shown = Map::new();
    shown.insert("id".into(), json!(table.id));
    shown.insert("name".into(), json!(table.name));
    shown.extend(
        table
            .description
            .as_ref()
            .map(|text| ("description".into(), json!(text))),
    );
    shown.insert(
        "primaryFieldId".into(),
        json!(table.fields().first().map(|field| &field.id)),
    );
    shown.insert(
        "fields".into(),
        table.fields().iter().map(field_json).collect(),
    );
    shown.insert("views".into(), json!([view]));
    Value::Object(shown)
}

fn field_json(field: &Field) -> Value {
    let mut shown = Map::new();
    shown.insert("id".into(), json!(field.id));
    shown.insert("name".into(), json!(field.name));
    shown.insert("type".into(), json!(field.kind.name()));
    shown.extend(
        field
            .description
            .as_ref()
            .map(|text| ("description".into(), json!(text))),
    );
    shown.extend(
        field
            .kind
            .options()
            .map(|options| ("options".into(), options)),
    );
    Value::Object(shown)
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::malformed(error.to_string()))
}

/// The vendor makes no computed fields by API.
fn refuse_computed(seed: &FieldSeed) -> Result<(), Refusal> {
    let kind = Kind::parse(&seed.kind, seed.options.as_ref(), &mut String::new)?;
    if matches!(kind, Kind::Computed(_)) {
        return Err(Refusal::unprocessable(
            "UNSUPPORTED_FIELD_TYPE_FOR_CREATE",
            format!(
                "Creating {} fields is not supported at this time",
                seed.kind
            ),
        ));
    }
    Ok(())
}

fn taken(what: &str, name: &str) -> Refusal {
    let kind = if what == "TABLE" {
        "DUPLICATE_TABLE_NAME"
    } else {
        "DUPLICATE_OR_EMPTY_FIELD_NAME"
    };
    Refusal::unprocessable(kind, format!("The name \"{name}\" is taken"))
}
