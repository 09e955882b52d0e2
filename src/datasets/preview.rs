//! Looks at the beginning of a file and proposes a schema for it.

use serde_json::{Map, Value as Json};

use super::import::{Format, Problem, Reader, Refusal, Row, shown};
use crate::fields::{Field, Inference};

/// So much of a file is looked at.
pub const PREVIEW_BYTES: usize = 256 << 10;
const ROWS: usize = 20;
const PROBLEMS: usize = 20;

/// What the beginning of a file suggests.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// The fields, in the file's order.
    pub fields: Vec<Field>,
    /// The first rows, by the fields' names; values as the file has them.
    pub rows: Vec<Map<String, Json>>,
    /// The fields that tell every row from the others, the likeliest first.
    pub key_candidates: Vec<String>,
    /// What is wrong with the rows that were looked at.
    pub problems: Vec<Problem>,
}

/// Looks at `beginning`, which may end in the middle of a row.
///
/// Errs when it cannot be read at all.
pub fn preview(format: Format, beginning: &[u8]) -> Result<Preview, Refusal> {
    let whole = beginning.len() < PREVIEW_BYTES;
    let mut look = Look::default();
    let mut reader = Reader::new(format);
    let mut visit = |line, row: Row<'_>| look.row(line, row);
    reader.push(beginning, &mut visit)?;
    if whole {
        reader.finish(&mut visit)?;
    }
    if look.inference.is_none() && format == Format::Csv {
        return Err(Refusal::Empty);
    }
    Ok(look.into_preview())
}

#[derive(Default)]
struct Look {
    names: Vec<String>,
    inference: Option<Inference>,
    rows: Vec<Map<String, Json>>,
    problems: Vec<Problem>,
}

impl Look {
    #[expect(clippy::needless_pass_by_value, reason = "a row is looked at once")]
    fn row(&mut self, line: u64, row: Row<'_>) {
        match row {
            Row::Cells(cells) => match &mut self.inference {
                None => {
                    self.names = cells.iter().map(|name| name.trim().to_owned()).collect();
                    self.inference = Some(Inference::with_columns(self.names.iter().cloned()));
                }
                Some(_) if cells.len() != self.names.len() => {
                    let (cells, header) = (cells.len(), self.names.len());
                    let reason = format!("has {cells} cells, and the header has {header}");
                    self.problem(Problem::at(line, reason));
                }
                Some(inference) => {
                    inference.cells(cells.iter());
                    let cells = cells.iter().map(|cell| Json::from(shown(cell)));
                    self.show(self.names.iter().cloned().zip(cells).collect());
                }
            },
            Row::Json(json) => match serde_json::from_slice::<Map<String, Json>>(json) {
                Ok(members) => {
                    self.inference.get_or_insert_default().object(&members);
                    self.show(members);
                }
                Err(_not_an_object) => self.problem(Problem::at(line, "is not a JSON object")),
            },
            Row::Unreadable(reason) => self.problem(Problem::at(line, reason)),
        }
    }

    fn show(&mut self, row: Map<String, Json>) {
        if self.rows.len() < ROWS {
            self.rows.push(row);
        }
    }

    fn problem(&mut self, problem: Problem) {
        if self.problems.len() < PROBLEMS {
            self.problems.push(problem);
        }
    }

    fn into_preview(self) -> Preview {
        let inference = self.inference.unwrap_or_default();
        Preview {
            fields: inference.fields(),
            key_candidates: inference.key_candidates(),
            rows: self.rows,
            problems: self.problems,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::FieldType;

    #[test]
    fn a_preview_proposes_fields_and_keys_and_shows_rows() {
        let file = b"iata,name,latitude\n00M,Thigpen,31.9\n00R,Livingston,30.7\nx\n";
        let preview = preview(Format::Csv, file).unwrap();
        let kinds: Vec<FieldType> = preview.fields.iter().map(|field| field.kind).collect();
        assert_eq!(kinds, [FieldType::Text, FieldType::Text, FieldType::Number]);
        assert_eq!(preview.key_candidates[0], "iata");
        assert_eq!(preview.rows[0]["latitude"], "31.9");
        assert_eq!(preview.problems[0].line, 4);
    }

    #[test]
    fn a_row_that_is_cut_by_the_previews_end_is_not_looked_at() {
        let mut file = b"a,b\n".to_vec();
        while file.len() < PREVIEW_BYTES {
            file.extend_from_slice(b"1,2\n");
        }
        file.truncate(PREVIEW_BYTES - 1);
        file.push(b'x');
        assert!(preview(Format::Csv, &file).unwrap().problems.is_empty());
    }
}
