//! Bases and tables that are there from the start, in the vendor's own words for a schema.
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    Airtable, Moment,
    base::Base,
    call::Place,
    id::Ids,
    kind::Kind,
    refusal::Refusal,
    table::{Field, Table},
    write::{Item, Request},
};

/// A base to begin with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseSeed {
    /// `app` and fourteen alphanumerics.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its tables; one may link to those before it, and to itself.
    #[serde(default)]
    pub tables: Vec<TableSeed>,
}

/// A table to begin with. The first field is the primary one.
#[derive(Debug, Clone, Deserialize)]
pub struct TableSeed {
    /// `tbl` and fourteen alphanumerics; made up when absent.
    pub id: Option<String>,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Its fields.
    pub fields: Vec<FieldSeed>,
    /// Its records, each an object of values by field name; select options are made as needed.
    #[serde(default)]
    pub records: Vec<Map<String, Value>>,
}

/// A field to begin with.
#[derive(Debug, Clone, Deserialize)]
pub struct FieldSeed {
    /// `fld` and fourteen alphanumerics; made up when absent.
    pub id: Option<String>,
    /// What people call it.
    pub name: String,
    /// The vendor's name of the type, such as `singleLineText`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The type's options, as the vendor's schema calls write them.
    pub options: Option<Value>,
    /// What it is for.
    pub description: Option<String>,
}

impl BaseSeed {
    /// The base of the demonstration: an empty table of airports to be filled by a sync, and a
    /// table with a field of every type.
    pub(crate) fn demo() -> Self {
        serde_json::from_str(include_str!("demo.json")).expect("the demo seed is well-formed")
    }
}

impl FieldSeed {
    pub(super) fn make(self, ids: &mut Ids) -> Result<Field, Refusal> {
        let kind = Kind::parse(&self.kind, self.options.as_ref(), &mut || ids.other("sel"))?;
        let id = self.id.unwrap_or_else(|| ids.other("fld"));
        Ok(Field {
            id,
            name: self.name,
            description: self.description,
            kind,
        })
    }
}

impl Airtable {
    /// Puts a base in the place of the one with the same id, or beside the others.
    pub(crate) fn seed(&mut self, seed: BaseSeed, moment: Moment<'_>) -> Result<(), Refusal> {
        let base = Base::new(seed.id.clone(), seed.name);
        match self.bases.iter().position(|old| old.id == seed.id) {
            Some(place) => self.bases[place] = base,
            None => self.bases.push(base),
        }
        seed.tables
            .into_iter()
            .try_for_each(|table| self.seed_table(&seed.id, table, moment))
    }

    /// Puts a table in the place of the one with the same id, or behind the others of its base.
    pub(crate) fn seed_table(
        &mut self,
        base: &str,
        seed: TableSeed,
        moment: Moment<'_>,
    ) -> Result<(), Refusal> {
        let fields = seed
            .fields
            .into_iter()
            .map(|field| field.make(&mut self.ids));
        let fields = fields.collect::<Result<Vec<Field>, Refusal>>()?;
        if fields.is_empty() {
            return Err(Refusal::malformed("A table needs at least one field"));
        }
        let id = seed.id.unwrap_or_else(|| self.ids.other("tbl"));
        let mut table = Table::new(id.clone(), seed.name, self.ids.other("viw"), fields);
        table.description = seed.description;
        self.base_mut(base)
            .ok_or_else(Refusal::not_found)?
            .replace(table);
        let items = seed
            .records
            .into_iter()
            .map(|fields| Item { id: None, fields })
            .collect();
        self.fill(&Place::new(base, &id), items, moment)
    }

    fn fill(&mut self, place: &Place, items: Vec<Item>, moment: Moment<'_>) -> Result<(), Refusal> {
        if items.is_empty() {
            return Ok(());
        }
        let knobs = crate::sandbox::settings::Knobs {
            lenient_batches: true,
            ..moment.knobs.clone()
        };
        let request = Request {
            items,
            single: false,
            typecast: true,
            by_id: false,
            upsert: None,
        };
        self.write(
            place,
            &request,
            None,
            Moment {
                knobs: &knobs,
                ..moment
            },
        )?;
        Ok(())
    }
}
