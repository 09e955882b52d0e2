//! Writes bytes as lower-case hexadecimal digits, and reads them back.

use std::fmt::{Display, Formatter, Result, Write as _};

/// Shows its bytes as lower-case hexadecimal digits.
pub struct Hex<'a>(pub &'a [u8]);

impl Display for Hex<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        for byte in self.0 {
            f.write_char(char::from(DIGITS[usize::from(byte >> 4)]))?;
            f.write_char(char::from(DIGITS[usize::from(byte & 15)]))?;
        }
        Ok(())
    }
}

impl Hex<'_> {
    /// Reads exactly `N` bytes; `None` for any other length or digit (upper case included).
    pub fn read<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        if text.len() != 2 * N {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(bytes)
    }
}

fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_as_they_were_written() {
        let bytes = [0, 9, 10, 128, 255];
        assert_eq!(Hex::read(Hex(&bytes).to_string().as_bytes()), Some(bytes));
    }

    #[test]
    fn other_lengths_and_digits_are_refused() {
        assert_eq!(Hex::read::<2>(b"abc"), None);
        assert_eq!(Hex::read::<2>(b"ABCD"), None);
    }
}
