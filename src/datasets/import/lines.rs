//! Takes lines of JSON apart.

use super::reader::{MAX_ROW, Row, Unreadable, Visit};

/// Reads lines and keeps the one that is not yet whole.
#[derive(Default)]
pub(super) struct Lines {
    carried: Vec<u8>,
    /// Lines that have ended.
    ended: u64,
    /// Whether the line that is being read is too long to be kept.
    over: bool,
}

impl Lines {
    pub(super) fn push(&mut self, piece: &[u8], visit: &mut Visit<'_>) {
        let mut pieces = piece.split(|byte| *byte == b'\n').peekable();
        while let Some(part) = pieces.next() {
            let ends = pieces.peek().is_some();
            if ends && self.carried.is_empty() && !self.over {
                self.end(part, visit);
                continue;
            }
            self.carry(part);
            if ends {
                self.finish(visit);
            }
        }
    }

    /// Ends the line that was carried over.
    pub(super) fn finish(&mut self, visit: &mut Visit<'_>) {
        let mut line = std::mem::take(&mut self.carried);
        if std::mem::take(&mut self.over) {
            self.ended += 1;
            visit(self.ended, Row::Unreadable(Unreadable::TooLong));
        } else {
            self.end(&line, visit);
        }
        line.clear();
        self.carried = line;
    }

    fn carry(&mut self, part: &[u8]) {
        if self.carried.len() + part.len() > MAX_ROW {
            self.over = true;
            self.carried = Vec::new();
        }
        if !self.over {
            self.carried.extend_from_slice(part);
        }
    }

    fn end(&mut self, line: &[u8], visit: &mut Visit<'_>) {
        self.ended += 1;
        let line = line.trim_ascii();
        if !line.is_empty() {
            visit(self.ended, Row::Json(line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::reader::Format;
    use super::super::reader::tests::rows;

    #[test]
    fn each_line_is_a_row_and_empty_ones_only_count() {
        let (rows, _) = rows(Format::Ndjson, b"\xEF\xBB\xBF{\"a\":1}\r\n\n {}\n{", 3);
        let wanted = [(1, "{\"a\":1}"), (3, "{}"), (4, "{")];
        assert_eq!(rows, wanted.map(|(line, text)| (line, text.to_owned())));
    }

    #[test]
    fn a_line_that_is_too_long_is_one_problem() {
        let mut file = vec![b'x'; 20 << 20];
        file.extend_from_slice(b"\n{}");
        let (rows, _) = rows(Format::Ndjson, &file, 1 << 20);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1], (2, "{}".into()));
    }
}
