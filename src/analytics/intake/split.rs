//! Takes a body apart into events while it comes, so that it need not be held as a whole.

/// One event has no more bytes.
pub(super) const LARGEST: usize = 16 << 10;

/// How a body is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Written {
    /// One JSON object, or an array of them.
    #[default]
    Json,
    /// One JSON object on each line (NDJSON).
    Lines,
}

/// A piece of a body that should be one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Its bytes.
    Whole(&'a [u8]),
    /// It has too many to be read.
    TooLarge,
}

/// A body that is no JSON as a whole: nothing of it is kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Broken(pub(super) &'static str);

/// Takes a body apart.
pub(super) struct Splitter {
    written: Written,
    state: State,
    piece: Vec<u8>,
    /// Whether the piece has bytes that were not held.
    overflows: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing but space has come.
    Start,
    /// In an array, behind its bracket.
    Opened,
    /// In an array, behind a comma.
    Between,
    /// In a piece, so deep in brackets.
    Piece {
        depth: u32,
        text: Text,
        within: Within,
    },
    /// In an array, behind a piece.
    Behind,
    /// Behind everything.
    End,
}

/// Where in a text of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Text {
    Outside,
    Inside,
    Escaped,
}

/// What a piece is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    Array,
    Body,
}

const NOT_THIS: Broken = Broken("the body has to be one JSON object, or an array of them");
const TOO_SHORT: Broken = Broken("the body ends before its end");
const TOO_LONG: Broken = Broken("there is something behind the end of the JSON");
const NO_COMMA: Broken = Broken("a comma has to stand between the events of an array");

impl Splitter {
    pub(super) fn new(written: Written) -> Self {
        Self {
            written,
            state: State::Start,
            piece: Vec::new(),
            overflows: false,
        }
    }

    /// Takes the next part of the body and gives each piece that it ends.
    pub(super) fn push<E: From<Broken>>(
        &mut self,
        part: &[u8],
        mut each: impl FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        match self.written {
            Written::Lines => {
                let mut rest = part;
                while let Some(end) = memchr::memchr(b'\n', rest) {
                    self.hold(&rest[..end]);
                    self.give_line(&mut each)?;
                    rest = &rest[end + 1..];
                }
                self.hold(rest);
            }
            Written::Json => {
                for byte in part {
                    if self.step(*byte)? {
                        self.give(&mut each)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Gives what is left when the body has ended.
    pub(super) fn end<E: From<Broken>>(
        &mut self,
        mut each: impl FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        match (self.written, self.state) {
            (Written::Lines, _) => self.give_line(&mut each),
            (Written::Json, State::End) => Ok(()),
            (Written::Json, State::Start) => Err(NOT_THIS.into()),
            (Written::Json, _) => Err(TOO_SHORT.into()),
        }
    }

    /// Moves on by a byte; whether a piece ends with it.
    fn step(&mut self, byte: u8) -> Result<bool, Broken> {
        let is_space = matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        let begin = |within| State::Piece {
            depth: 0,
            text: Text::Outside,
            within,
        };
        match self.state {
            State::Piece {
                depth,
                text,
                within,
            } => {
                return self.step_in_piece(byte, (depth, text, within));
            }
            _ if is_space => {}
            State::Start => match byte {
                b'[' => self.state = State::Opened,
                b'{' => {
                    self.state = begin(Within::Body);
                    return self.step(byte);
                }
                _ => return Err(NOT_THIS),
            },
            State::Opened | State::Between => match byte {
                b']' if self.state == State::Opened => self.state = State::End,
                b',' | b']' => return Err(NOT_THIS),
                _ => {
                    self.state = begin(Within::Array);
                    return self.step(byte);
                }
            },
            State::Behind => match byte {
                b',' => self.state = State::Between,
                b']' => self.state = State::End,
                _ => return Err(NO_COMMA),
            },
            State::End => return Err(TOO_LONG),
        }
        Ok(false)
    }

    fn step_in_piece(
        &mut self,
        byte: u8,
        (mut depth, mut text, within): (u32, Text, Within),
    ) -> Result<bool, Broken> {
        let ends = depth == 0 && text == Text::Outside && matches!(byte, b',' | b']');
        if within == Within::Array && ends {
            self.state = if byte == b',' {
                State::Between
            } else {
                State::End
            };
            return Ok(true);
        }
        self.hold(&[byte]);
        text = match (text, byte) {
            (Text::Outside, b'"') | (Text::Escaped, _) => Text::Inside,
            (Text::Inside, b'\\') => Text::Escaped,
            (Text::Inside, b'"') => Text::Outside,
            (text, _) => text,
        };
        if text == Text::Outside {
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.checked_sub(1).ok_or(NOT_THIS)?,
                _ => {}
            }
        }
        let closed = depth == 0 && matches!(byte, b'}' | b']') && text == Text::Outside;
        self.state = match (closed, within) {
            (true, Within::Body) => State::End,
            (true, Within::Array) => State::Behind,
            (false, _) => State::Piece {
                depth,
                text,
                within,
            },
        };
        Ok(closed)
    }

    fn hold(&mut self, bytes: &[u8]) {
        let room = LARGEST.saturating_sub(self.piece.len());
        self.overflows |= bytes.len() > room;
        self.piece
            .extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn give_line<E>(&mut self, each: &mut impl FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E> {
        if !self.overflows && self.piece.trim_ascii().is_empty() {
            self.piece.clear();
            return Ok(());
        }
        self.give(each)
    }

    fn give<E>(&mut self, each: &mut impl FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E> {
        let piece = if std::mem::take(&mut self.overflows) {
            Piece::TooLarge
        } else {
            Piece::Whole(self.piece.trim_ascii())
        };
        let given = each(piece);
        self.piece.clear();
        given
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The pieces of a body that comes in parts of so many bytes.
    fn pieces(written: Written, body: &[u8], part: usize) -> Result<Vec<String>, Broken> {
        let mut found = Vec::new();
        let mut splitter = Splitter::new(written);
        let mut each = |piece: Piece<'_>| {
            found.push(match piece {
                Piece::Whole(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                Piece::TooLarge => "too large".to_owned(),
            });
            Ok::<_, Broken>(())
        };
        for part in body.chunks(part) {
            splitter.push(part, &mut each)?;
        }
        splitter.end(&mut each)?;
        Ok(found)
    }

    #[test]
    fn one_object_an_array_and_lines_are_taken_apart_wherever_they_are_cut() {
        let odd = r#"{"a":"]},{\"\\","b":[{}]}"#;
        for (written, body, expected) in [
            (Written::Json, " {\"a\":1} ", vec!["{\"a\":1}"]),
            (Written::Json, "[]", vec![]),
            (
                Written::Json,
                "[{},1 , null,\"x\"]",
                vec!["{}", "1", "null", "\"x\""],
            ),
            (Written::Json, &format!("[{odd},{odd}]"), vec![odd, odd]),
            (Written::Lines, "{}\r\n\n {\"b\n}", vec!["{}", "{\"b", "}"]),
            (Written::Lines, "", vec![]),
        ] {
            for part in 1..=body.len().max(1) {
                assert_eq!(
                    pieces(written, body.as_bytes(), part).unwrap(),
                    expected,
                    "{body}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_json_as_a_whole_is_told() {
        for body in [
            "", "1", "{", "[{}", "[,]", "[{},]", "{} {}", "[{}{}]", "[]]", "}", "[1}]",
        ] {
            assert!(pieces(Written::Json, body.as_bytes(), 3).is_err(), "{body}");
        }
    }

    #[test]
    fn an_event_of_the_limit_passes_and_one_more_byte_is_not_held() {
        let event = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
        for (written, body) in [
            (
                Written::Json,
                format!("[{},{},1]", event(LARGEST), event(LARGEST + 1)),
            ),
            (
                Written::Lines,
                format!("{}\n{}\n1", event(LARGEST), event(LARGEST + 1)),
            ),
        ] {
            let found = pieces(written, body.as_bytes(), 1000).unwrap();
            assert_eq!(found, [event(LARGEST).as_str(), "too large", "1"]);
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(body: Vec<u8>, part in 1_usize..9, lines: bool) {
            let written = if lines { Written::Lines } else { Written::Json };
            let _unread = pieces(written, &body, part);
        }

        #[test]
        fn an_array_of_any_objects_comes_apart_as_it_was(texts: Vec<(String, String)>) {
            let objects: Vec<_> = texts.iter()
                .map(|(name, value)| serde_json::json!({name.as_str(): [value]}).to_string())
                .collect();
            let body = format!("[{}]", objects.join(","));
            prop_assert_eq!(pieces(Written::Json, body.as_bytes(), 7).unwrap(), objects);
        }
    }
}
