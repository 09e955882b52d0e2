//! Guesses each column's type from a sample of its values.

use super::parse::{date, integer, is_email, is_url, moment, number};
use super::{Field, FieldType};

/// A text longer than this makes its column one of long texts.
const ONE_LINE: usize = 255;
/// So many values that can tell records apart are remembered.
const TELLING: usize = 100_000;

/// What a column's values so far have in common.
#[derive(Clone, Debug)]
pub struct Guess {
    possible: Vec<FieldType>,
    long: bool,
    empty: bool,
    seen: std::collections::HashSet<String>,
    doubled: bool,
}

impl Default for Guess {
    fn default() -> Self {
        Self {
            possible: SPECIFIC_FIRST.to_vec(),
            long: false,
            empty: false,
            seen: std::collections::HashSet::new(),
            doubled: false,
        }
    }
}

/// The types that a text can show by its spelling, the most telling first.
const SPECIFIC_FIRST: [FieldType; 7] = [
    FieldType::Boolean,
    FieldType::Integer,
    FieldType::Number,
    FieldType::Date,
    FieldType::DateTime,
    FieldType::Email,
    FieldType::Url,
];

impl Guess {
    /// Looks at a cell of a text file.
    pub fn cell(&mut self, text: &str) {
        if text.is_empty() {
            self.empty = true;
            return;
        }
        self.possible.retain(|kind| looks_like(*kind, text));
        self.long |= text.len() > ONE_LINE || text.contains('\n');
        self.note(text);
    }

    /// Looks at a JSON value: numbers and lists say themselves what they are.
    pub fn json(&mut self, value: &serde_json::Value) {
        use serde_json::Value as Json;
        let kinds: &[FieldType] = match value {
            Json::Null => {
                self.empty = true;
                return;
            }
            Json::Bool(_) => &[FieldType::Boolean],
            Json::Number(number) if number.is_i64() => &[FieldType::Integer, FieldType::Number],
            Json::Number(_) => &[FieldType::Number],
            Json::String(text) => {
                self.cell(text);
                let textual = [
                    FieldType::Date,
                    FieldType::DateTime,
                    FieldType::Email,
                    FieldType::Url,
                ];
                self.possible.retain(|kind| textual.contains(kind));
                return;
            }
            Json::Array(items) if items.iter().all(Json::is_string) => &[FieldType::Choices],
            Json::Array(_) | Json::Object(_) => &[FieldType::Json],
        };
        let first = self.seen.is_empty() && !self.long;
        if first && matches!(kinds, [FieldType::Choices | FieldType::Json]) {
            self.possible = vec![kinds[0]];
        }
        self.possible.retain(|kind| kinds.contains(kind));
        self.note(&value.to_string());
    }

    fn note(&mut self, text: &str) {
        if self.seen.len() < TELLING && !self.doubled {
            self.doubled = !self.seen.insert(text.to_owned());
        }
    }

    /// The most telling type that all values have in common; text when there is none.
    pub fn kind(&self) -> FieldType {
        match self.possible.first() {
            _ if self.seen.is_empty() => FieldType::Text,
            Some(kind) => *kind,
            None if self.long => FieldType::LongText,
            None => FieldType::Text,
        }
    }

    /// Whether every row had a value, and each its own.
    pub fn tells_apart(&self) -> bool {
        !self.empty && !self.doubled && !self.seen.is_empty() && self.kind().can_be_key()
    }
}

fn looks_like(kind: FieldType, text: &str) -> bool {
    match kind {
        FieldType::Boolean => ["true", "false", "yes", "no"]
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word)),
        FieldType::Integer => integer(text).is_some() && plain(text),
        FieldType::Number => number(text).is_some() && plain(text),
        FieldType::Date => date(text).is_some(),
        FieldType::DateTime => moment(text).is_some(),
        FieldType::Email => is_email(text),
        FieldType::Url => is_url(text),
        _ => false,
    }
}

/// Whether digits are a quantity: postcodes and telephone numbers begin with a zero or a plus,
/// and would lose it.
fn plain(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    match digits {
        [b'+', ..] => false,
        [b'0', next, ..] => !next.is_ascii_digit(),
        _ => true,
    }
}

/// The guesses of a sample, column by column.
#[derive(Clone, Debug, Default)]
pub struct Inference {
    columns: Vec<(String, Guess)>,
    rows: usize,
}

impl Inference {
    /// Names the columns beforehand, in the file's order.
    pub fn with_columns(names: impl IntoIterator<Item = String>) -> Self {
        let columns = names.into_iter().map(|name| (name, Guess::default()));
        Self {
            columns: columns.collect(),
            rows: 0,
        }
    }

    /// Looks at a row of cells, in the order of the columns; cells past the last are left out.
    pub fn cells<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        self.rows += 1;
        let mut cells = cells.into_iter();
        for (_, guess) in &mut self.columns {
            guess.cell(cells.next().unwrap_or_default());
        }
    }

    /// Looks at an object; members that are new become columns.
    pub fn object(&mut self, members: &serde_json::Map<String, serde_json::Value>) {
        for name in members.keys() {
            if !self.columns.iter().any(|(known, _)| known == name) {
                let guess = Guess {
                    empty: self.rows > 0,
                    ..Guess::default()
                };
                self.columns.push((name.clone(), guess));
            }
        }
        self.rows += 1;
        for (name, guess) in &mut self.columns {
            guess.json(members.get(name).unwrap_or(&serde_json::Value::Null));
        }
    }

    /// The fields that the sample suggests, none of them required or indexed.
    pub fn fields(&self) -> Vec<Field> {
        let field = |(name, guess): &(String, Guess)| Field::new(name.trim(), guess.kind());
        self.columns.iter().map(field).collect()
    }

    /// The columns by which every row of the sample can be told from the others, the likeliest
    /// first: names that say so, then the file's order.
    pub fn key_candidates(&self) -> Vec<String> {
        let telling = self.columns.iter().filter(|(_, guess)| guess.tells_apart());
        let mut names: Vec<String> = telling.map(|(name, _)| name.trim().to_owned()).collect();
        names.sort_by_key(|name| !says_key(name));
        names
    }
}

fn says_key(name: &str) -> bool {
    let name = name.to_lowercase();
    let words = [
        "id", "key", "code", "number", "no", "sku", "iata", "uuid", "email",
    ];
    let mut parts = name.split(|c: char| !c.is_alphanumeric());
    parts.any(|part| words.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(cells: &[&str]) -> FieldType {
        let mut guess = Guess::default();
        for cell in cells {
            guess.cell(cell);
        }
        guess.kind()
    }

    #[test]
    fn a_column_has_the_most_telling_type_of_all_its_cells() {
        let long = "x".repeat(300);
        let table: [(&[&str], FieldType); 12] = [
            (&["1", "", "-2"], FieldType::Integer),
            (&["1", "2.5"], FieldType::Number),
            (&["01067", "10115"], FieldType::Text),
            (&["0", "0.5"], FieldType::Number),
            (&["+4930", "1"], FieldType::Text),
            (&["yes", "No"], FieldType::Boolean),
            (&["0", "1"], FieldType::Integer),
            (&["2026-01-31", "2026-02-01"], FieldType::Date),
            (&["2026-01-31", "2026-02-01T00:00:00Z"], FieldType::DateTime),
            (&["a@example.org"], FieldType::Email),
            (&["a", &long], FieldType::LongText),
            (&["", ""], FieldType::Text),
        ];
        for (cells, wanted) in table {
            assert_eq!(kind_of(cells), wanted, "{cells:?}");
        }
    }

    #[test]
    fn json_values_say_what_they_are() {
        let rows = serde_json::json!([
            {"n": 1, "t": "12", "l": ["a"], "o": {"x": 1}},
            {"n": 1.5, "t": "x", "l": ["b", "c"], "late": true}
        ]);
        let mut inference = Inference::default();
        for row in rows.as_array().unwrap() {
            inference.object(row.as_object().unwrap());
        }
        let kinds: Vec<FieldType> = inference.fields().iter().map(|field| field.kind).collect();
        assert_eq!(
            kinds,
            [
                FieldType::Number,
                FieldType::Text,
                FieldType::Choices,
                FieldType::Json,
                FieldType::Boolean
            ]
        );
        assert_eq!(inference.key_candidates(), ["t"]);
    }

    #[test]
    fn the_column_that_says_it_is_a_key_comes_first() {
        let names = ["name", "iata", "state"].map(str::to_owned);
        let mut inference = Inference::with_columns(names);
        inference.cells(["Thigpen", "00M", "MS"]);
        inference.cells(["Livingston", "00R", "MS"]);
        assert_eq!(inference.key_candidates(), ["iata", "name"]);
    }
}
