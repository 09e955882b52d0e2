//! Asks for a secret at the terminal and shows nothing of what is typed.

use std::fs::File;
use std::io::{self, Read as _, Write as _};

use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};
use zeroize::Zeroizing;

/// The terminal with its echo off; it is as it was when this is dropped.
pub(super) struct Hidden {
    terminal: File,
    before: Termios,
}

/// What one key brought.
#[derive(Debug, PartialEq, Eq)]
enum Typed {
    More,
    Done,
    /// Somebody wants to stop.
    Stop,
}

const INTERRUPT: u8 = 0x03;
const END: u8 = 0x04;
const BACKSPACE: u8 = 0x08;
const ERASE_LINE: u8 = 0x15;
const QUIT: u8 = 0x1c;
const DELETE: u8 = 0x7f;

impl Hidden {
    /// Takes the terminal that the command was started at. What was typed before is thrown away.
    pub(super) fn open() -> io::Result<Self> {
        let terminal = File::options().read(true).write(true).open("/dev/tty")?;
        let before = tcgetattr(&terminal)?;
        let mut hidden = before.clone();
        // Keys come one by one, Ctrl-C among them: a signal would end this before the echo is on
        // again, and leave the shell blind.
        hidden.local_modes -=
            LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG | LocalModes::IEXTEN;
        hidden.special_codes[SpecialCodeIndex::VMIN] = 1;
        hidden.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(&terminal, OptionalActions::Flush, &hidden)?;
        Ok(Self { terminal, before })
    }

    /// Shows `prompt` and reads one line of at most `most` bytes; longer ones are cut.
    ///
    /// Errs with [`io::ErrorKind::Interrupted`] when somebody presses Ctrl-C.
    pub(super) fn ask(&mut self, prompt: &str, most: usize) -> io::Result<Zeroizing<String>> {
        write!(self.terminal, "{prompt}: ")?;
        // A buffer that grew would leave copies behind that nobody wipes.
        let mut line = Zeroizing::new(Vec::with_capacity(most));
        let outcome = loop {
            let mut byte = Zeroizing::new([0]);
            let typed = match self.terminal.read(&mut *byte) {
                Ok(0) => Typed::Stop,
                Ok(_) => take(&mut line, byte[0], most),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => Typed::More,
                Err(error) => break Err(error),
            };
            match typed {
                Typed::More => {}
                Typed::Done => break Ok(()),
                Typed::Stop => break Err(io::ErrorKind::Interrupted.into()),
            }
        };
        writeln!(self.terminal)?;
        outcome?;
        match std::str::from_utf8(&line) {
            Ok(text) => Ok(Zeroizing::new(text.to_owned())),
            Err(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error)),
        }
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // Nothing else can be done for a terminal that is gone.
        let _gone = tcsetattr(&self.terminal, OptionalActions::Flush, &self.before);
    }
}

/// Puts one byte from the keyboard into the line, as a terminal does it.
fn take(line: &mut Vec<u8>, byte: u8, most: usize) -> Typed {
    match byte {
        b'\n' | b'\r' => return Typed::Done,
        INTERRUPT | QUIT => return Typed::Stop,
        END if line.is_empty() => return Typed::Stop,
        END => return Typed::Done,
        BACKSPACE | DELETE => erase(line),
        ERASE_LINE => line.clear(),
        byte if line.len() < most => line.push(byte),
        _ => {}
    }
    Typed::More
}

/// Takes the last character away, of however many bytes in UTF-8.
fn erase(line: &mut Vec<u8>) {
    while let Some(byte) = line.pop() {
        let continues = byte & 0b1100_0000 == 0b1000_0000;
        if !continues {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &str) -> (String, Typed) {
        let mut line = Vec::new();
        for byte in keys.bytes() {
            match take(&mut line, byte, 8) {
                Typed::More => {}
                end => return (String::from_utf8(line).unwrap(), end),
            }
        }
        (String::from_utf8(line).unwrap(), Typed::More)
    }

    #[test]
    fn a_line_can_be_corrected_while_nothing_of_it_is_seen() {
        for (keys, expected, end) in [
            ("abc\r", "abc", Typed::Done),
            ("ab\u{7f}c\n", "ac", Typed::Done),
            ("aé\u{8}c\n", "ac", Typed::Done),
            ("\u{7f}a\n", "a", Typed::Done),
            ("wrong\u{15}right\n", "right", Typed::Done),
            ("a\u{4}", "a", Typed::Done),
            ("\u{4}", "", Typed::Stop),
            ("ab\u{3}", "ab", Typed::Stop),
            ("123456789\n", "12345678", Typed::Done),
            ("ab", "ab", Typed::More),
        ] {
            assert_eq!(typed(keys), (expected.to_owned(), end), "{keys:?}");
        }
    }
}
