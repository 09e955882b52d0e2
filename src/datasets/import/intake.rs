//! Makes drafts of rows, and problems of what cannot be one.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use super::reader::{Cells, Format, Reader, Refusal, Row, Visit, unguarded};
use super::state::Problem;
use crate::datasets::draft::{Draft, Shape};
use crate::datasets::error::{FaultReason, RecordFault};
use crate::datasets::write::refused;
use crate::fields::{Fields, parse};

/// A value is shown with so many characters.
const SHOWN_CHARS: usize = 200;

/// What one piece of a file came to.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub(super) drafts: Vec<Draft>,
    pub(super) problems: Vec<Problem>,
    /// Rows read, and those of them that were not taken.
    pub(super) read: u64,
    pub(super) refused: u64,
    /// Why nothing more can be read; what is above stands.
    pub(super) refusal: Option<Refusal>,
}

impl Chunk {
    /// Adds what came after.
    pub(super) fn add(&mut self, next: Self) {
        self.drafts.extend(next.drafts);
        self.problems.extend(next.problems);
        self.read += next.read;
        self.refused += next.refused;
        self.refusal = self.refusal.take().or(next.refusal);
    }
}

/// Reads a file into a dataset's drafts.
pub(super) struct Intake {
    reader: Reader,
    rows: Rows,
}

/// What is known of the file so far.
struct Rows {
    format: Format,
    shape: Shape,
    /// For each column its name and the field that it fills; none before the header.
    columns: Option<Vec<(String, Option<usize>)>>,
    /// Fingerprints of the keys that were taken, eight bytes each.
    taken: HashSet<u64>,
    hasher: RandomState,
    /// Members that no field is for; each is told once.
    unknown: HashSet<String>,
    fields: Fields,
    chunk: Chunk,
}

impl Intake {
    pub(super) fn new(shape: &Shape, format: Format) -> Self {
        Self {
            reader: Reader::new(format),
            rows: Rows {
                format,
                fields: Fields::empty(&shape.schema),
                shape: shape.clone(),
                columns: None,
                taken: HashSet::new(),
                hasher: RandomState::new(),
                unknown: HashSet::new(),
                chunk: Chunk::default(),
            },
        }
    }

    /// Takes the next piece of the file.
    pub(super) fn push(&mut self, piece: &[u8]) -> Chunk {
        self.taken(|reader, visit| reader.push(piece, visit))
    }

    /// Takes what is left at the file's end.
    pub(super) fn finish(&mut self) -> Chunk {
        let mut chunk = self.taken(|reader, visit| reader.finish(visit));
        if self.rows.format == Format::Csv && self.rows.columns.is_none() {
            chunk.refusal.get_or_insert(Refusal::Empty);
        }
        chunk
    }

    fn taken(
        &mut self,
        read: impl FnOnce(&mut Reader, &mut Visit<'_>) -> Result<(), Refusal>,
    ) -> Chunk {
        let rows = &mut self.rows;
        let outcome = read(&mut self.reader, &mut |line, row| rows.row(line, row));
        let mut chunk = std::mem::take(&mut rows.chunk);
        chunk.refusal = chunk.refusal.take().or(outcome.err());
        chunk
    }
}

impl Rows {
    #[expect(clippy::needless_pass_by_value, reason = "a row is taken in once")]
    fn row(&mut self, line: u64, row: Row<'_>) {
        if self.chunk.refusal.is_some() {
            return;
        }
        match row {
            Row::Cells(cells) if self.columns.is_none() => self.header(line, cells),
            Row::Unreadable(_) if self.format == Format::Csv && self.columns.is_none() => {
                self.chunk.refusal = Some(Refusal::HeaderNotUtf8);
            }
            Row::Cells(cells) => self.count(|rows| rows.cells(line, cells)),
            Row::Json(json) => self.count(|rows| rows.object(line, json)),
            Row::Unreadable(reason) => {
                self.count(|rows| rows.refuse(vec![Problem::at(line, reason)]));
            }
        }
    }

    fn count(&mut self, take: impl FnOnce(&mut Self)) {
        self.chunk.read += 1;
        take(self);
    }

    fn refuse(&mut self, problems: Vec<Problem>) {
        self.chunk.refused += 1;
        self.chunk.problems.extend(problems);
    }

    fn header(&mut self, line: u64, cells: Cells<'_>) {
        let schema = &self.shape.schema;
        let mut columns: Vec<(String, Option<usize>)> = Vec::new();
        for (at, name) in cells.iter().enumerate() {
            let name = name.trim();
            let field = schema.position_like(name);
            if field.is_some() && columns.iter().any(|(_, other)| *other == field) {
                self.chunk.refusal = Some(Refusal::DoubledColumn(name.to_owned()));
                return;
            }
            if field.is_none() && !name.is_empty() {
                self.chunk.problems.push(Problem {
                    column: Some(at as u64 + 1),
                    field: Some(shown(name)),
                    ..Problem::at(
                        line,
                        "is not a field of this dataset; the column is left out",
                    )
                });
            }
            columns.push((name.to_owned(), field));
        }
        if !columns
            .iter()
            .any(|(_, field)| *field == Some(self.shape.key_at))
        {
            let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
            self.chunk.refusal = Some(Refusal::NoKey {
                key: schema.fields()[self.shape.key_at].name.clone(),
                columns: shown(&names.join(", ")),
            });
            return;
        }
        self.columns = Some(columns);
    }

    fn cells(&mut self, line: u64, cells: Cells<'_>) {
        let columns = self.columns.as_deref().unwrap_or_default();
        if cells.len() != columns.len() {
            let reason = format!(
                "has {} cells, and the header has {}",
                cells.len(),
                columns.len()
            );
            self.refuse(vec![Problem::at(line, reason)]);
            return;
        }
        self.fields.clear();
        let mut problems = Vec::new();
        for (column, ((_, field), cell)) in columns.iter().zip(cells.iter()).enumerate() {
            let Some(at) = *field else { continue };
            let field = &self.shape.schema.fields()[at];
            match parse(field, unguarded(cell)) {
                Ok(value) => self.fields.set(at, value),
                Err(misfit) => problems.push(Problem {
                    column: Some(column as u64 + 1),
                    field: Some(field.name.clone()),
                    value: Some(shown(cell)),
                    ..Problem::at(line, misfit)
                }),
            }
        }
        self.draft(line, problems);
    }

    fn object(&mut self, line: u64, json: &[u8]) {
        let members = match self.shape.schema.read(json) {
            Ok(members) => members,
            Err(error) => {
                self.refuse(vec![Problem {
                    column: Some(error.column() as u64),
                    ..Problem::at(line + error.line() as u64 - 1, Reworded(&error))
                }]);
                return;
            }
        };
        for name in &members.unknown {
            if self.unknown.len() < 100 && self.unknown.insert(name.clone()) {
                self.chunk.problems.push(Problem {
                    field: Some(shown(name)),
                    ..Problem::at(
                        line,
                        "is not a field of this dataset; it is left out everywhere",
                    )
                });
            }
        }
        let faults = refused(&members).into_iter();
        let faults = faults.filter(|fault| fault.reason != FaultReason::Unknown);
        let problems = faults.map(|fault| problem(line, fault)).collect();
        self.fields = members.fields;
        self.draft(line, problems);
    }

    /// Takes the row whose values were read, unless something is wrong with it.
    fn draft(&mut self, line: u64, mut problems: Vec<Problem>) {
        let drafted = match self.shape.draft(&self.fields) {
            Ok(draft) if problems.is_empty() => Ok(draft),
            Ok(_) => Err(Vec::new()),
            Err(faults) => Err(faults),
        };
        match drafted {
            Ok(draft) if self.taken.insert(self.hasher.hash_one(&draft.key)) => {
                self.chunk.drafts.push(draft);
            }
            Ok(draft) => {
                let key = &self.shape.schema.fields()[self.shape.key_at];
                self.refuse(vec![Problem {
                    field: Some(key.name.clone()),
                    value: Some(shown(&draft.key)),
                    ..Problem::at(
                        line,
                        "is a key that an earlier row of the file has; that row stands",
                    )
                }]);
            }
            Err(faults) => {
                // A value that does not fit was already told, and is then also missing.
                let told = |fault: &RecordFault| {
                    problems.iter().any(|problem| problem.field == fault.field)
                };
                let new: Vec<_> = faults.into_iter().filter(|fault| !told(fault)).collect();
                problems.extend(new.into_iter().map(|fault| problem(line, fault)));
                self.refuse(problems);
            }
        }
    }
}

fn problem(line: u64, fault: RecordFault) -> Problem {
    Problem {
        field: fault.field,
        value: fault.value.as_deref().map(shown),
        ..Problem::at(line, fault.reason)
    }
}

/// The beginning of a text.
pub(in crate::datasets) fn shown(text: &str) -> String {
    text.chars().take(SHOWN_CHARS).collect()
}

/// A JSON error without the place, which is told in the file's own lines.
struct Reworded<'a>(&'a serde_json::Error);

impl std::fmt::Display for Reworded<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.0.to_string();
        let cause = text.split(" at line ").next().unwrap_or_default();
        write!(f, "is not a JSON object: {cause}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::draft::tests::airports;
    use super::*;

    fn taken(format: Format, file: &str) -> Result<(Vec<String>, Vec<Problem>), Refusal> {
        let mut intake = Intake::new(&Shape::new(&airports()).unwrap(), format);
        let mut chunk = intake.push(file.as_bytes());
        chunk.add(intake.finish());
        if let Some(refusal) = chunk.refusal {
            return Err(refusal);
        }
        let keys = chunk.drafts.into_iter().map(|draft| draft.key);
        Ok((keys.collect(), chunk.problems))
    }

    #[test]
    fn good_rows_go_in_and_bad_ones_are_told_with_line_column_and_reason() {
        let file = "iata,name,latitude\n00M,Thigpen,31.9\n00R,Livingston,north\n,x,1\n00V,,2\n";
        let (keys, problems) = taken(Format::Csv, file).unwrap();
        assert_eq!(keys, ["00M"]);
        let told: Vec<_> = problems
            .iter()
            .map(|one| (one.line, one.column, one.field.as_deref().unwrap()))
            .collect();
        assert_eq!(
            told,
            [
                (3, Some(3), "latitude"),
                (4, None, "iata"),
                (5, None, "name")
            ]
        );
        assert_eq!(problems[0].value.as_deref(), Some("north"));
    }

    #[test]
    fn the_first_of_two_rows_with_one_key_stands() {
        let (keys, problems) = taken(
            Format::Ndjson,
            "{\"iata\":\"a\",\"name\":\"1\"}\n{\"iata\":\"a\",\"name\":\"2\"}",
        )
        .unwrap();
        assert_eq!(keys, ["a"]);
        assert_eq!(problems[0].line, 2);
    }

    #[test]
    fn a_column_that_no_field_is_for_is_told_once_and_left_out() {
        let (keys, problems) = taken(Format::Csv, "IATA,Name,town\na,b,c\nd,e,f\n").unwrap();
        assert_eq!(keys, ["a", "d"]);
        assert_eq!((problems.len(), problems[0].column), (1, Some(3)));
    }

    #[test]
    fn a_file_without_the_key_is_refused_as_a_whole() {
        let refusal = taken(Format::Csv, "name,state\na,b\n").unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "no column is called \"iata\", the key field; the columns are name, state"
        );
        assert_eq!(taken(Format::Csv, "").unwrap_err(), Refusal::Empty);
    }

    #[test]
    fn what_stands_before_the_place_where_a_list_breaks_is_taken() {
        let mut intake = Intake::new(&Shape::new(&airports()).unwrap(), Format::Json);
        let mut chunk = intake.push(b"[{\"iata\":\"a\",\"name\":\"b\"} x");
        chunk.add(intake.finish());
        assert_eq!(chunk.drafts.len(), 1);
        assert!(matches!(
            chunk.refusal,
            Some(Refusal::Broken { column: 26, .. })
        ));
    }

    #[test]
    fn bad_json_is_told_with_the_files_own_line() {
        let (_, problems) = taken(Format::Ndjson, "\n\n{\"iata\":}\n[1]\n").unwrap();
        assert_eq!((problems[0].line, problems[0].column), (3, Some(9)));
        assert_eq!(problems[1].line, 4);
    }
}
