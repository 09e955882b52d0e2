//! Takes a JSON list apart without ever holding all of it.

use super::reader::{MAX_ROW, Refusal, Row, Unreadable, Visit};

/// Finds where each item of the list begins and ends; whether it is good JSON is seen later.
#[derive(Default)]
pub(super) struct List {
    at: At,
    /// The part of an item that came in earlier pieces.
    carried: Vec<u8>,
    over: bool,
    line: u64,
    column: u64,
    /// The line where the item began.
    item_line: u64,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum At {
    #[default]
    Start,
    /// After `[`.
    First,
    /// After a comma.
    Next,
    /// In an item: so deep in brackets, and whether inside a text or behind its backslash.
    Item(u32, Text),
    /// After an item.
    Behind,
    /// After `]`.
    End,
}

#[derive(Clone, Copy, PartialEq)]
enum Text {
    Outside,
    Inside,
    Escape,
}

impl List {
    pub(super) fn push(&mut self, piece: &[u8], visit: &mut Visit<'_>) -> Result<(), Refusal> {
        let mut start = matches!(self.at, At::Item(..)).then_some(0);
        for (place, &byte) in piece.iter().enumerate() {
            self.column += 1;
            let was_item = matches!(self.at, At::Item(..));
            let ends_before = self.step(byte)?;
            let is_item = matches!(self.at, At::Item(..));
            if is_item && !was_item {
                start = Some(place);
                self.item_line = self.line + 1;
            }
            if was_item && !is_item {
                let end = if ends_before { place } else { place + 1 };
                self.show(&piece[start.take().unwrap_or(0)..end], visit);
            }
            if byte == b'\n' {
                self.line += 1;
                self.column = 0;
            }
        }
        if let Some(start) = start {
            self.carry(&piece[start..]);
        }
        Ok(())
    }

    /// Tells that the file has ended.
    pub(super) fn finish(&self) -> Result<(), Refusal> {
        match self.at {
            At::End => Ok(()),
            At::Start => Err(self.broken("[")),
            At::First | At::Next => Err(self.broken("an object")),
            At::Item(..) | At::Behind => Err(self.broken("]")),
        }
    }

    /// Moves on by one byte; whether an item ended before this byte rather than with it.
    fn step(&mut self, byte: u8) -> Result<bool, Refusal> {
        let space = byte.is_ascii_whitespace();
        self.at = match (self.at, byte) {
            (At::Start | At::First | At::Next | At::Behind | At::End, _) if space => self.at,
            (At::Start, b'[') => At::First,
            (At::Start, _) => return Err(self.broken("[")),
            (At::First | At::Behind, b']') => At::End,
            (At::First | At::Next, b',' | b']' | b'}' | b':') => {
                return Err(self.broken("an object"));
            }
            (At::First | At::Next, b'{' | b'[') => At::Item(1, Text::Outside),
            (At::First | At::Next, b'"') => At::Item(0, Text::Inside),
            (At::First | At::Next, _) => At::Item(0, Text::Outside),
            (At::Behind, b',') => At::Next,
            (At::Behind, _) => return Err(self.broken(", or ]")),
            (At::End, _) => return Err(self.broken("the end of the file")),
            (At::Item(0, Text::Outside), b',') => {
                self.at = At::Next;
                return Ok(true);
            }
            (At::Item(0, Text::Outside), b']') => {
                self.at = At::End;
                return Ok(true);
            }
            (At::Item(depth, text), _) => within(depth, text, byte),
        };
        Ok(false)
    }

    fn show(&mut self, rest: &[u8], visit: &mut Visit<'_>) {
        let row = if std::mem::take(&mut self.over) {
            Row::Unreadable(Unreadable::TooLong)
        } else if self.carried.is_empty() {
            Row::Json(rest.trim_ascii())
        } else {
            self.carried.extend_from_slice(rest);
            Row::Json(self.carried.trim_ascii())
        };
        visit(self.item_line, row);
        self.carried.clear();
    }

    fn carry(&mut self, part: &[u8]) {
        self.over |= self.carried.len() + part.len() > MAX_ROW;
        if self.over {
            self.carried = Vec::new();
        } else {
            self.carried.extend_from_slice(part);
        }
    }

    fn broken(&self, expected: &'static str) -> Refusal {
        Refusal::Broken {
            line: self.line + 1,
            column: self.column.max(1),
            expected,
        }
    }
}

/// Where one byte more leads inside an item.
fn within(depth: u32, text: Text, byte: u8) -> At {
    match (text, byte) {
        (Text::Inside, b'\\') => At::Item(depth, Text::Escape),
        (Text::Inside, b'"') if depth == 0 => At::Behind,
        (Text::Inside, b'"') => At::Item(depth, Text::Outside),
        (Text::Escape | Text::Inside, _) | (Text::Outside, b'"') => At::Item(depth, Text::Inside),
        (Text::Outside, b'{' | b'[') => At::Item(depth.saturating_add(1), Text::Outside),
        (Text::Outside, b'}' | b']') if depth <= 1 => At::Behind,
        (Text::Outside, b'}' | b']') => At::Item(depth - 1, Text::Outside),
        (Text::Outside, _) => At::Item(depth, Text::Outside),
    }
}

#[cfg(test)]
mod tests {
    use super::super::reader::tests::rows;
    use super::super::reader::{Format, Refusal};

    #[test]
    fn items_are_found_whatever_is_in_them() {
        let file = b" [\n{\"a\":\"]},\\\"\"},\n {\"b\":[{}]}, 12 ,\"x\\\\\",null]\n ";
        for step in [1, 2, 5, 1000] {
            let (rows, outcome) = rows(Format::Json, file, step);
            let wanted = [
                (2, "{\"a\":\"]},\\\"\"}"),
                (3, "{\"b\":[{}]}"),
                (3, "12"),
                (3, "\"x\\\\\""),
                (3, "null"),
            ];
            assert_eq!(rows, wanted.map(|(line, text)| (line, text.to_owned())));
            assert_eq!(outcome, Ok(()));
        }
    }

    #[test]
    fn a_list_that_breaks_is_told_with_its_place() {
        for (file, line, column, expected) in [
            ("{}", 1, 1, "["),
            ("", 1, 1, "["),
            ("[{}\n{}]", 2, 1, ", or ]"),
            ("[{},]", 1, 5, "an object"),
            ("[{}", 1, 3, "]"),
            ("[] x", 1, 4, "the end of the file"),
        ] {
            let (_, outcome) = rows(Format::Json, file.as_bytes(), 100);
            let broken = Refusal::Broken {
                line,
                column,
                expected,
            };
            assert_eq!(outcome, Err(broken), "{file}");
        }
    }
}
