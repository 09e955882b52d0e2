//! Files of a property: some lie elsewhere and have an address, some were uploaded at the vendor,
//! which shows each under an address that it signs anew at each reading (Notion API, "File object").

use serde::Deserialize;
use serde_json::Value as Json;

use super::super::{Layout, Row};
use super::shape::{Shape, shape};
use crate::fields::Value;

#[derive(Deserialize)]
struct File {
    external: Option<Place>,
    file: Option<Place>,
}

#[derive(Deserialize)]
struct Place {
    url: String,
}

impl File {
    /// Where it lies; of one that was uploaded, without the signature.
    fn address(self) -> Option<String> {
        match (self.external, self.file) {
            (Some(place), _) => Some(place.url),
            (None, Some(place)) => place.url.split('?').next().map(str::to_owned),
            (None, None) => None,
        }
    }
}

/// The addresses of a cell's files; none of a cell that holds something else.
pub(super) fn addresses(cell: &str) -> Option<Vec<String>> {
    let files: Vec<File> = serde_json::from_str(cell).ok()?;
    files.into_iter().map(File::address).collect()
}

/// Whether a row writes files, of which some may lie with the vendor.
pub(super) fn may_stay(layout: &Layout, row: &Row) -> bool {
    let mut cells = layout.fields.iter().zip(&row.cells).enumerate();
    cells.any(|(at, (field, cell))| {
        shape(&field.kind) == Shape::Files && cell.is_some() && !row.untouched.contains(&at)
    })
}

/// Writes the files of a cell that are there already as the vendor shows them now, `held`: a file
/// that was uploaded stays only so.
pub(super) fn keep(row: &mut Row, at: usize, held: &str) {
    let held: Vec<Json> = serde_json::from_str(held).unwrap_or_default();
    let known = |address: &str| {
        let is = |file: &&Json| {
            let read = File::deserialize(*file).ok().and_then(File::address);
            read.as_deref() == Some(address)
        };
        held.iter().find(is).cloned()
    };
    let wanted = match &row.cells[at] {
        Some(Value::Choices(addresses)) if !row.untouched.contains(&at) => addresses.clone(),
        Some(Value::Text(address)) if !row.untouched.contains(&at) => vec![address.clone()],
        _ => return,
    };
    let files = wanted.iter().map(|address| {
        known(address).unwrap_or_else(|| {
            let name = super::map::name_of(address);
            serde_json::json!({"name": name, "type": "external", "external": {"url": address}})
        })
    });
    row.cells[at] = Some(Value::Json(files.collect()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uploaded(signature: &str) -> String {
        format!(
            r#"{{"name":"a","type":"file","file":{{"url":"https://s/a.pdf?X={signature}","expiry_time":"x"}}}}"#
        )
    }

    #[test]
    fn a_file_that_was_uploaded_stays_as_it_is_shown_now() {
        let elsewhere =
            r#"{"name":"Plan","type":"external","external":{"url":"https://e/plan.pdf?v=1"}}"#;
        let cell = |signature: &str| format!("[{},{elsewhere}]", uploaded(signature));
        let read = addresses(&cell("1")).unwrap();
        let wanted = ["https://s/a.pdf", "https://e/plan.pdf?v=1"].map(str::to_owned);
        assert_eq!(read, wanted);
        let mut row = Row {
            id: None,
            cells: vec![Value::choices(
                ["https://s/a.pdf", "https://e/new.pdf"].map(str::to_owned),
            )],
            untouched: Vec::new(),
        };
        keep(&mut row, 0, &cell("2"));
        let new = r#"{"external":{"url":"https://e/new.pdf"},"name":"new.pdf","type":"external"}"#;
        let wanted: Json = serde_json::from_str(&format!("[{},{new}]", uploaded("2"))).unwrap();
        assert_eq!(row.cells[0], Some(Value::Json(wanted)));
    }

    #[test]
    fn what_is_no_list_of_files_is_told_so() {
        assert_eq!(addresses(r#"[{"name":"a","type":"hologram"}]"#), None);
        assert_eq!(addresses(r#"{"x":1}"#), None);
        assert_eq!(addresses("[]"), Some(Vec::new()));
    }
}
