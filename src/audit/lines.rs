//! Reads a segment line by line, in bounded memory.

use std::io::{self, BufRead as _, BufReader, Read};

/// No line that the log writes comes near this; what is longer is no line.
const LONGEST: usize = 16 << 20;

/// The lines of a segment, in order.
pub(super) struct Lines {
    reader: BufReader<Box<dyn Read + Send>>,
    line: Vec<u8>,
    offset: u64,
}

/// One line, or what stands where one should.
pub(super) struct Line<'a> {
    /// The bytes, without the line feed.
    pub(super) bytes: &'a [u8],
    /// Where the line after this one begins.
    pub(super) end: u64,
    /// Whether a line feed ends it: without one it was not written to its end.
    pub(super) whole: bool,
}

impl Lines {
    /// Reads on from `offset`, which is where `source` stands.
    pub(super) fn new(source: Box<dyn Read + Send>, offset: u64) -> Self {
        Self {
            reader: BufReader::with_capacity(256 << 10, source),
            line: Vec::new(),
            offset,
        }
    }

    /// The next line; `None` at the end of the segment.
    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        while !self.line.ends_with(b"\n") && self.line.len() < LONGEST {
            let ahead = self.reader.fill_buf()?;
            if ahead.is_empty() {
                break;
            }
            // The standard library's search looks at one byte after the other.
            let end = memchr::memchr(b'\n', ahead).map_or(ahead.len(), |at| at + 1);
            let taken = end.min(LONGEST - self.line.len());
            self.line.extend_from_slice(&ahead[..taken]);
            self.reader.consume(taken);
        }
        if self.line.is_empty() {
            return Ok(None);
        }
        self.offset += self.line.len() as u64;
        let whole = self.line.ends_with(b"\n");
        Ok(Some(Line {
            bytes: &self.line[..self.line.len() - usize::from(whole)],
            end: self.offset,
            whole,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_tells_whether_it_was_written_to_its_end() {
        let mut lines = Lines::new(Box::new(&b"one\n\ntwo"[..]), 0);
        let mut seen = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            seen.push((line.bytes.to_vec(), line.end, line.whole));
        }
        let expected = [(&b"one"[..], 4, true), (b"", 5, true), (b"two", 8, false)];
        assert_eq!(
            seen,
            expected.map(|(b, end, whole)| (b.to_vec(), end, whole))
        );
    }
}
