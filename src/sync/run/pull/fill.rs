//! Makes a record's fields from a remote row's cells.

use super::super::fit::Fit;
use crate::datasets::RecordFault;
use crate::fields::{Fields, Schema, Value, fitted};

impl Fit {
    /// The key of a remote row as the dataset spells it; errs with a reason.
    pub(in super::super) fn key_here(
        &self,
        schema: &Schema,
        cells: &[Option<Value>],
    ) -> Result<String, String> {
        let key = self.layout.key;
        let field = &schema.fields()[self.place(key)];
        let remote = &self.layout.fields[key].name;
        let cell = cells.get(key).and_then(Option::as_ref);
        let cell = cell.ok_or_else(|| format!("its key is empty: fill {remote:?} in"))?;
        match fitted(field, cell.clone()) {
            Ok(Some(value)) => Ok(value.spelling().into_owned()),
            Ok(None) => Err(format!("its key is empty: fill {remote:?} in")),
            Err(misfit) => Err(format!("its key {:?} {misfit}", short(&cell.spelling()))),
        }
    }

    /// Sets the mapped fields to what a remote row holds, and leaves the others as they are. Errs
    /// with everything that does not fit.
    pub(in super::super) fn fill(
        &self,
        schema: &Schema,
        cells: &[Option<Value>],
        fields: &mut Fields,
    ) -> Result<(), String> {
        let mut faults = Vec::new();
        for (at, cell) in cells.iter().enumerate() {
            let place = self.place(at);
            let field = &schema.fields()[place];
            match cell.clone().map_or(Ok(None), |value| fitted(field, value)) {
                Ok(value) => fields.set(place, value),
                Err(misfit) => {
                    let told = cell.as_ref().map(Value::spelling).unwrap_or_default();
                    faults.push(format!("{:?} {misfit}: {:?}", field.name, short(&told)));
                }
            }
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults.join("; "))
        }
    }
}

/// What the dataset has against a record.
pub(in super::super) fn told(faults: &[RecordFault]) -> String {
    let faults = faults.iter().map(|fault| match &fault.field {
        Some(field) => format!("{field:?} {}", fault.reason),
        None => fault.reason.to_string(),
    });
    faults.collect::<Vec<_>>().join("; ")
}

fn short(text: &str) -> String {
    const MOST: usize = 80;
    text.chars().take(MOST).collect()
}
