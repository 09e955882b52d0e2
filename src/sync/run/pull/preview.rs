//! Shows what a remote row would become.

use super::super::super::preview::Previewed;
use super::super::fit::Fit;
use super::fill::told;
use crate::datasets::Dataset;
use crate::fields::{Fields, Value};
use crate::providers::Held;

impl Fit {
    /// What a remote row would become, if nothing of it were here.
    pub(in crate::sync) fn previewed(&self, dataset: &Dataset, row: &Held) -> Previewed {
        let schema = dataset.schema();
        let mut fields = Fields::empty(schema);
        let filled = self.fill(schema, &row.cells, &mut fields);
        let checked = self
            .key_here(schema, &row.cells)
            .and(filled)
            .and_then(|()| match dataset.brought(&fields) {
                Ok(_) => Ok(()),
                Err(faults) => Err(told(&faults)),
            });
        let shown = schema.fields().iter().zip(fields.iter());
        let shown = shown.filter_map(|(field, value): (_, Option<&Value>)| {
            value.map(|value| (field.name.clone(), value.clone()))
        });
        Previewed {
            remote_id: row.id.clone(),
            fields: shown.collect(),
            reason: checked.err(),
        }
    }
}
