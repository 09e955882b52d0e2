//! Writes bytes as lower-case hexadecimal digits, and reads them back.

use std::fmt::{Display, Formatter, Result};

/// Shows its bytes as lower-case hexadecimal digits.
pub struct Hex<'a>(pub &'a [u8]);

impl Display for Hex<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        for bytes in self.0.chunks(32) {
            let mut digits = [0; 64];
            for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
                pair[0] = DIGITS[usize::from(byte >> 4)];
                pair[1] = DIGITS[usize::from(byte & 15)];
            }
            f.write_str(std::str::from_utf8(&digits[..2 * bytes.len()]).unwrap_or_default())?;
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
        let mut all = 0;
        for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
            let (high, low) = (VALUES[usize::from(pair[0])], VALUES[usize::from(pair[1])]);
            all |= high | low;
            *byte = high << 4 | low;
        }
        (all < 16).then_some(bytes)
    }
}

/// The value of each character as a digit; 255 for what is none.
const VALUES: [u8; 256] = {
    let mut values = [255; 256];
    let mut value = 0;
    while value < 16 {
        values[b"0123456789abcdef"[value as usize] as usize] = value;
        value += 1;
    }
    values
};

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
