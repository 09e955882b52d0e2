//! Takes CSV apart.

use csv_core::{ReadRecordResult as Read, ReaderBuilder};

use super::reader::{Cells, MAX_ROW, Row, Unreadable, Visit};

/// A row has no more cells than this.
const MAX_CELLS: usize = 4_096;

/// Reads records and keeps the one that is not yet whole.
pub(super) struct Csv {
    reader: csv_core::Reader,
    separator: u8,
    /// The cells' text, one after the other, and where each ends.
    text: Vec<u8>,
    ends: Vec<usize>,
    written: usize,
    cells: usize,
    /// Why the row that is being read is not kept.
    over: Option<Unreadable>,
    newlines: u64,
    /// Line ends in what was not kept of the row.
    dropped: u64,
    /// The byte that was read last.
    last: u8,
    /// The quotes of the row that is being read, while they may still be open.
    open: Option<Open>,
}

/// Quotes that stand where a cell begins, and what of the row came after them.
#[derive(Clone, Copy)]
struct Open {
    /// The line in which they stand.
    line: u64,
    /// How many quotes there were since, themselves included: an odd number leaves them open.
    quotes: u64,
}

impl Csv {
    pub(super) fn new(separator: u8) -> Self {
        Self {
            reader: ReaderBuilder::new().delimiter(separator).build(),
            separator,
            text: vec![0; 8 << 10],
            ends: vec![0; 64],
            written: 0,
            cells: 0,
            over: None,
            newlines: 0,
            dropped: 0,
            last: b'\n',
            open: None,
        }
    }

    pub(super) fn push(&mut self, mut piece: &[u8], visit: &mut Visit<'_>) {
        while !piece.is_empty() {
            piece = &piece[self.step(piece, visit)..];
        }
    }

    pub(super) fn finish(&mut self, visit: &mut Visit<'_>) {
        // An empty piece tells the parser that the file has ended; it may have one row left, and
        // needs room for it. No line end stands behind such a row.
        if let Some(Open { line, .. }) = self.open.filter(|open| open.quotes % 2 == 1) {
            self.over.get_or_insert(Unreadable::OpenQuotes { line });
        }
        self.last = 0;
        while self.step_at_end(visit) {}
    }

    fn step_at_end(&mut self, visit: &mut Visit<'_>) -> bool {
        let (result, _) = self.read(&[]);
        self.act(&result, visit);
        !matches!(result, Read::End | Read::InputEmpty)
    }

    /// Reads on until something is to be done, and gives how far it came.
    fn step(&mut self, piece: &[u8], visit: &mut Visit<'_>) -> usize {
        let (result, read) = self.read(piece);
        let bytes = &piece[..read];
        self.follow_quotes(bytes);
        self.newlines += newlines(bytes);
        self.last = bytes.last().copied().unwrap_or(self.last);
        self.act(&result, visit);
        read
    }

    /// Remembers which quotes of the row are open, so that whoever forgot to close them is told
    /// where: what comes after them is all one cell.
    fn follow_quotes(&mut self, bytes: &[u8]) {
        let (mut line, mut counted) = (self.newlines + 1, 0);
        let quotes = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'"');
        for (at, _) in quotes {
            line += newlines(&bytes[counted..at]);
            counted = at;
            let before = at.checked_sub(1).map_or(self.last, |at| bytes[at]);
            match &mut self.open {
                // The second of the two that close the cell, or stand for one in it.
                Some(open) if open.quotes % 2 == 1 || before == b'"' => open.quotes += 1,
                _ if before == self.separator || before == b'\n' || before == b'\r' => {
                    self.open = Some(Open { line, quotes: 1 });
                }
                // In a cell that is not quoted, quotes are themselves.
                _ => {}
            }
        }
    }

    fn read(&mut self, piece: &[u8]) -> (Read, usize) {
        let (text, ends) = (&mut self.text[self.written..], &mut self.ends[self.cells..]);
        let (result, read, written, cells) = self.reader.read_record(piece, text, ends);
        self.written += written;
        self.cells += cells;
        (result, read)
    }

    fn act(&mut self, result: &Read, visit: &mut Visit<'_>) {
        match result {
            Read::InputEmpty | Read::End => {}
            Read::OutputFull if self.text.len() < MAX_ROW => {
                self.text.resize(self.text.len() * 2, 0);
            }
            Read::OutputFull => {
                self.over = Some(Unreadable::TooLong);
                self.dropped += newlines(&self.text[..self.written]);
                self.written = 0;
            }
            Read::OutputEndsFull if self.ends.len() < MAX_CELLS => {
                self.ends.resize(self.ends.len() * 2, 0);
            }
            Read::OutputEndsFull => {
                self.over = Some(Unreadable::TooManyCells);
                self.cells = 0;
            }
            Read::Record => {
                self.show(visit);
                self.written = 0;
                self.cells = 0;
                self.over = None;
                self.open = None;
                self.dropped = 0;
            }
        }
    }

    fn show(&self, visit: &mut Visit<'_>) {
        let text = &self.text[..self.written];
        let ends = &self.ends[..self.cells];
        // The row began where its text and the line end behind it were not yet read.
        let behind = u64::from(self.last == b'\n');
        let line = (self.newlines + 1).saturating_sub(behind + self.dropped + newlines(text));
        visit(
            line.max(1),
            self.over.map_or_else(|| cells(text, ends), Row::Unreadable),
        );
    }
}

fn cells<'a>(text: &'a [u8], ends: &'a [usize]) -> Row<'a> {
    match std::str::from_utf8(text) {
        Ok(text) if ends.iter().all(|end| text.is_char_boundary(*end)) => {
            Row::Cells(Cells { text, ends })
        }
        outcome => {
            let at = outcome.err().map_or(0, |error| error.valid_up_to());
            let byte = text.get(at).copied().unwrap_or_default();
            Row::Unreadable(Unreadable::NotUtf8 { byte, at: at + 1 })
        }
    }
}

#[expect(clippy::naive_bytecount, reason = "quoted line ends are few")]
fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::super::reader::Format;
    use super::super::reader::tests::rows;

    #[test]
    fn rows_are_told_with_the_line_where_they_begin() {
        let file = "a;b\r\n\r\n1;\"x\r\ny\"\r\n\n2;\"say \"\"hi\"\"\"\n3;";
        for step in [1, 2, 3, 7, 1000] {
            let (rows, _) = rows(Format::Csv, file.as_bytes(), step);
            let wanted = [(1, "a|b"), (3, "1|x\r\ny"), (6, "2|say \"hi\""), (7, "3|")];
            let wanted = wanted.map(|(line, text)| (line, text.to_owned()));
            assert_eq!(rows, wanted, "in pieces of {step}");
        }
    }

    #[test]
    fn a_byte_that_is_not_utf_8_is_named() {
        let (rows, _) = rows(Format::Csv, b"a,b\nx,caf\xE9\ny,z", 100);
        assert!(rows[1].1.contains("byte 0xE9"), "{}", rows[1].1);
        assert_eq!(rows[2], (3, "y|z".into()));
    }

    #[test]
    fn quotes_that_are_never_closed_are_named_by_their_line() {
        for (file, line) in [
            ("a,b\n1,x\n2,\"z\n3,w\n", Some(3)),
            ("a,b\n1,\"x\ny\"\n2,\"z\n3,w\n", Some(4)),
            ("a,b\n1,\"say \"\"hi\"\"\"\n2,\"z\"\"\n3,w", Some(3)),
            ("a,b\n1,x\n2,5\" pipe", None),
            ("a,b\n1,x\n2,\"z\"", None),
        ] {
            let told =
                line.map(|line| format!("! the quotes opened in line {line} are never closed"));
            for step in [1, 2, 1000] {
                let (rows, _) = rows(Format::Csv, file.as_bytes(), step);
                let last = &rows.last().unwrap().1;
                let found = last.contains("never closed").then(|| last.clone());
                assert_eq!(found, told, "{file} in pieces of {step}");
            }
        }
    }

    #[test]
    fn a_row_that_never_ends_is_given_up_without_keeping_it() {
        let mut file = b"a\n\"".to_vec();
        file.resize(20 << 20, b'x');
        let (rows, _) = rows(Format::Csv, &file, 1 << 20);
        assert!(rows[1].1.contains("larger than 4 MiB"));
    }

    #[test]
    fn a_row_of_many_cells_is_read_or_given_up() {
        let wide = vec!["1"; 1_000].join(",");
        let wider = vec!["1"; 100_000].join(",");
        let (rows, _) = rows(
            Format::Csv,
            format!("a\n{wide}\n{wider}\nb").as_bytes(),
            1 << 20,
        );
        assert_eq!(rows[1].1, wide.replace(',', "|"));
        assert!(rows[2].1.contains("too many cells"));
        assert_eq!(rows[3].1, "b");
    }
}
