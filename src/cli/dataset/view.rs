//! How datasets and imports are shown to people.

use std::fmt::{Display, Formatter, Result as Written};

use serde::Serialize;
use serde_json::Value;

use crate::cli::named::text;
use crate::cli::sharing::shared;

/// Datasets, a line each.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct List(pub(super) Vec<Value>);

impl Display for List {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        for one in &self.0 {
            writeln!(
                f,
                "{}  {:>10}  {}{}",
                text(one, "id"),
                one["records"],
                text(one, "name"),
                shared(one)
            )?;
        }
        Ok(())
    }
}

/// One dataset with its fields.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Shown(pub(super) Value);

impl Display for Shown {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let Self(dataset) = self;
        let (id, name) = (text(dataset, "id"), text(dataset, "name"));
        writeln!(f, "{id}  {name}{}", shared(dataset))?;
        writeln!(
            f,
            "{} records, key field {}",
            dataset["records"],
            text(dataset, "key_field")
        )?;
        for field in dataset["fields"].as_array().into_iter().flatten() {
            let required = if field["required"] == true {
                "  required"
            } else {
                ""
            };
            let indexed = if field["indexed"] == true {
                "  indexed"
            } else {
                ""
            };
            writeln!(
                f,
                "  {:<10} {}{required}{indexed}",
                text(field, "type"),
                text(field, "name")
            )?;
        }
        Ok(())
    }
}

/// What became of an import.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Report(pub(super) Value);

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let Self(import) = self;
        writeln!(
            f,
            "{} rows read: {} created, {} changed, {} unchanged, {} refused",
            import["read"],
            import["created"],
            import["changed"],
            import["unchanged"],
            import["refused"]
        )?;
        let shown = import["problems"].as_array().map_or(&[][..], Vec::as_slice);
        for problem in shown {
            write!(f, "  line {}", problem["line"])?;
            if problem["column"].is_number() {
                write!(f, ", column {}", problem["column"])?;
            }
            match problem["field"].as_str() {
                Some(field) => write!(f, ": {field}")?,
                None => write!(f, ":")?,
            }
            writeln!(f, " {}", text(problem, "reason"))?;
        }
        let total = import["problems_total"].as_u64().unwrap_or(0);
        match total - (shown.len() as u64).min(total) {
            0 => Ok(()),
            more => writeln!(f, "  and {more} more problems"),
        }
    }
}
