//! Takes a file apart into rows, whatever pieces it arrives in.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::csv::Csv;
use super::lines::Lines;
use super::list::List;

/// A row that takes more bytes in the file than this is not kept: twice what a record may take,
/// for escapes and spaces.
pub(super) const MAX_ROW: usize = 8 << 20;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Comma, semicolon or tab separated values with a header (RFC 4180).
    Csv,
    /// One JSON list of objects.
    Json,
    /// One JSON object on each line.
    Ndjson,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Json, Self::Ndjson];

    /// The name, which is also the ending of file names.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
        }
    }

    /// The format of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}

/// Why a file as a whole cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Another encoding.
    #[error("byte 1 is 0x{0:02X}: the file is UTF-16; save it as UTF-8")]
    Utf16(u8),
    /// Nothing in it.
    #[error("the file is empty; a CSV file begins with a line of column names")]
    Empty,
    /// The header is not text.
    #[error("the line of column names is not UTF-8; save the file as UTF-8")]
    HeaderNotUtf8,
    /// No column for the key field.
    #[error("no column is called {key:?}, the key field; the columns are {columns}")]
    NoKey {
        /// The key field.
        key: String,
        /// The columns.
        columns: String,
    },
    /// Two columns for one field.
    #[error("two columns are called {0:?}")]
    DoubledColumn(String),
    /// The rest did not come.
    #[error("the upload broke off before the file's end")]
    Upload,
    /// The JSON stops making sense.
    #[error("line {line}, column {column}: {expected} is expected in a JSON list of objects")]
    Broken {
        /// The line.
        line: u64,
        /// The byte in it.
        column: u64,
        /// What should be there.
        expected: &'static str,
    },
}

/// A row as the file has it.
pub(crate) enum Row<'a> {
    /// Cells of a CSV file; the first such row is the header.
    Cells(Cells<'a>),
    /// One JSON value.
    Json(&'a [u8]),
    /// A row that cannot be read.
    Unreadable(Unreadable),
}

/// Why a row cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("byte 0x{byte:02X} is not UTF-8 (byte {at} of the row); save the file as UTF-8")]
    NotUtf8 { byte: u8, at: usize },
    #[error("the row is larger than 4 MiB; are quotes left open in it?")]
    TooLong,
    #[error("the row has too many cells")]
    TooManyCells,
    #[error("the quotes opened in line {line} are never closed")]
    OpenQuotes { line: u64 },
}

/// The cells of a row.
#[derive(Clone, Copy)]
pub(crate) struct Cells<'a> {
    pub(super) text: &'a str,
    pub(super) ends: &'a [usize],
}

impl<'a> Cells<'a> {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let (text, ends) = (self.text, self.ends);
        let starts = std::iter::once(&0).chain(ends);
        starts
            .zip(ends)
            .map(move |(start, end)| &text[*start..*end])
    }
}

/// Sees each row with the line where it begins.
pub(crate) type Visit<'a> = dyn FnMut(u64, Row<'_>) + 'a;

/// Reads a file that arrives in pieces.
pub(crate) struct Reader {
    format: Format,
    parser: Option<Parser>,
    /// What came before it could be told how the file is written.
    head: Vec<u8>,
}

enum Parser {
    Csv(Box<Csv>),
    Lines(Lines),
    List(List),
}

/// So much of a CSV file is looked at for its separator.
const HEAD: usize = 64 << 10;
const BOM: &[u8] = b"\xEF\xBB\xBF";

impl Reader {
    pub(crate) fn new(format: Format) -> Self {
        Self {
            format,
            parser: None,
            head: Vec::new(),
        }
    }

    /// Takes the next piece of the file and shows the rows that end in it.
    ///
    /// Errs when nothing more can be read; the rows that were shown stand.
    pub(crate) fn push(&mut self, piece: &[u8], visit: &mut Visit<'_>) -> Result<(), Refusal> {
        if let Some(parser) = &mut self.parser {
            return parser.push(piece, visit);
        }
        self.head.extend_from_slice(piece);
        let enough = match self.format {
            Format::Csv => first_line(&self.head).is_some() || self.head.len() >= HEAD,
            Format::Json | Format::Ndjson => self.head.len() >= BOM.len(),
        };
        if enough { self.begin(visit) } else { Ok(()) }
    }

    /// Tells that the file has ended.
    pub(crate) fn finish(&mut self, visit: &mut Visit<'_>) -> Result<(), Refusal> {
        if self.parser.is_none() {
            self.begin(visit)?;
        }
        match &mut self.parser {
            Some(Parser::Csv(csv)) => csv.finish(visit),
            Some(Parser::Lines(lines)) => lines.finish(visit),
            Some(Parser::List(list)) => return list.finish(),
            None => {}
        }
        Ok(())
    }

    fn begin(&mut self, visit: &mut Visit<'_>) -> Result<(), Refusal> {
        let head = std::mem::take(&mut self.head);
        if let [first @ (0xFF | 0xFE), 0xFF | 0xFE, ..] = head[..] {
            return Err(Refusal::Utf16(first));
        }
        let text = head.strip_prefix(BOM).unwrap_or(&head);
        let parser = self.parser.insert(match self.format {
            Format::Csv => Parser::Csv(Box::new(Csv::new(separator(text)))),
            Format::Json => Parser::List(List::default()),
            Format::Ndjson => Parser::Lines(Lines::default()),
        });
        parser.push(text, visit)
    }
}

impl Parser {
    fn push(&mut self, piece: &[u8], visit: &mut Visit<'_>) -> Result<(), Refusal> {
        match self {
            Self::Csv(csv) => csv.push(piece, visit),
            Self::Lines(lines) => lines.push(piece, visit),
            Self::List(list) => return list.push(piece, visit),
        }
        Ok(())
    }
}

/// The separator that stands most often in the first line, outside quotes.
fn separator(head: &[u8]) -> u8 {
    let head = &head[..head.len().min(HEAD)];
    let line = first_line(head).unwrap_or(head);
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for byte in unquoted(line) {
        for (separator, count) in &mut counts {
            *count += u32::from(byte == *separator);
        }
    }
    let [comma, rest @ ..] = counts;
    let most = |best: (u8, u32), other: (u8, u32)| if other.1 > best.1 { other } else { best };
    rest.into_iter().fold(comma, most).0
}

/// The bytes up to the first line end outside quotes; none without one.
fn first_line(head: &[u8]) -> Option<&[u8]> {
    let mut quoted = false;
    let end = head.iter().position(|byte| {
        quoted ^= *byte == b'"';
        !quoted && *byte == b'\n'
    });
    end.map(|end| &head[..end])
}

fn unquoted(line: &[u8]) -> impl Iterator<Item = u8> {
    let mut quoted = false;
    line.iter().copied().filter(move |byte| {
        quoted ^= *byte == b'"';
        !quoted
    })
}

/// Whether a spreadsheet would take a cell for a formula (OWASP, "CSV Injection").
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'')
        .starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// A text as a cell that no spreadsheet takes for a formula: a `'` before it where one might.
pub(crate) fn guarded(text: &str) -> Cow<'_, str> {
    if is_formula(text) {
        format!("'{text}").into()
    } else {
        text.into()
    }
}

/// The text that [`guarded`] was given, so that an export comes back as it was.
pub(crate) fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_formula(rest) => rest,
        _ => text,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The rows of a file that arrives in pieces of `step` bytes, as texts.
    pub(in crate::datasets::import) fn rows(
        format: Format,
        file: &[u8],
        step: usize,
    ) -> (Vec<(u64, String)>, Result<(), Refusal>) {
        let mut rows = Vec::new();
        let mut visit = |line, row: Row<'_>| {
            let text = match row {
                Row::Cells(cells) => cells.iter().collect::<Vec<_>>().join("|"),
                Row::Json(json) => String::from_utf8_lossy(json).into_owned(),
                Row::Unreadable(reason) => format!("! {reason}"),
            };
            rows.push((line, text));
        };
        let mut reader = Reader::new(format);
        let mut outcome = Ok(());
        for piece in file.chunks(step.max(1)) {
            outcome = outcome.and_then(|()| reader.push(piece, &mut visit));
        }
        outcome = outcome.and_then(|()| reader.finish(&mut visit));
        (rows, outcome)
    }

    #[test]
    fn the_separator_is_the_one_that_the_header_has_most_of() {
        for (head, wanted) in [
            ("a,b;c,d\n;;;;", b','),
            ("a;\"x,y,z\";b", b';'),
            ("a\tb", b'\t'),
            ("alone", b','),
        ] {
            assert_eq!(separator(head.as_bytes()), wanted, "{head}");
        }
    }

    #[test]
    fn utf_16_is_refused_by_its_first_byte() {
        let (_, outcome) = rows(Format::Csv, b"\xFF\xFEa\0,\0", 100);
        assert_eq!(outcome, Err(Refusal::Utf16(0xFF)));
    }

    proptest! {
        #[test]
        fn a_guarded_cell_is_no_formula_and_comes_back(text in "['=+@\\-a\t ]{0,4}.{0,6}") {
            let cell = guarded(&text);
            prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']));
            prop_assert_eq!(unguarded(&cell), &text);
        }

        #[test]
        fn rows_do_not_depend_on_the_pieces(
            file in "[a-c,;\"\n\r{}\\[\\]:0-9é ]{0,200}",
            step in 1usize..50,
        ) {
            for format in Format::ALL {
                let whole = rows(format, file.as_bytes(), usize::MAX);
                prop_assert_eq!(rows(format, file.as_bytes(), step), whole);
            }
        }
    }
}
