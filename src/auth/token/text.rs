//! How a token looks: a prefix that scanners for leaked secrets know it by, what was drawn, and a
//! checksum that tells a mistyped or made-up token without a look into the store.

use crate::base::{Secret, SecretBytes};

/// What a personal token begins with.
pub(in crate::auth) const PERSONAL: &str = "wb_";

/// What a program's refresh token begins with.
pub(in crate::auth) const REFRESH: &str = "wbr_";

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 32 digits of base 62 are 190 bits.
const DRAWN: usize = 32;
/// A CRC-32 has six digits of base 62 at most.
const CHECKED: usize = 6;

/// Draws a new token.
pub(in crate::auth) fn draw(prefix: &str) -> Secret {
    let mut text = String::with_capacity(prefix.len() + DRAWN + CHECKED);
    text.push_str(prefix);
    while text.len() < prefix.len() + DRAWN {
        let bytes = SecretBytes::<64>::random();
        // 248 is four times 62: every digit is as likely as any other.
        let fair = bytes.expose().iter().filter(|byte| **byte < 248);
        let missing = prefix.len() + DRAWN - text.len();
        text.extend(
            fair.take(missing)
                .map(|byte| char::from(DIGITS[usize::from(byte % 62)])),
        );
    }
    let checksum = checksum(&text);
    text.push_str(&checksum);
    Secret::new(text)
}

/// Whether a text can be a token that [`draw`] made.
pub(in crate::auth) fn is_whole(prefix: &str, text: &str) -> bool {
    let long_enough = text.len() == prefix.len() + DRAWN + CHECKED;
    if !long_enough || !text.starts_with(prefix) || !text.is_ascii() {
        return false;
    }
    let (drawn, checked) = text.split_at(text.len() - CHECKED);
    checksum(drawn) == checked
}

fn checksum(text: &str) -> String {
    let mut rest = crc32(text.as_bytes());
    let mut digits = [b'0'; CHECKED];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    digits.into_iter().map(char::from).collect()
}

/// CRC-32 as in IEEE 802.3, bit by bit: forty bytes need no table.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
    let fold = |crc: u32, byte: &u8| (0..8).fold(crc ^ u32::from(*byte), step);
    !bytes.iter().fold(!0, fold)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_checksum_is_the_usual_one() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn a_drawn_token_is_whole_and_no_other_text_is() {
        let token = draw(PERSONAL);
        let text = token.expose();
        assert!(is_whole(PERSONAL, text), "{text}");
        assert_eq!(text.len(), 41);
        for at in 0..text.len() {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
            let altered = String::from_utf8(bytes).unwrap();
            assert!(!is_whole(PERSONAL, &altered), "{altered}");
        }
        for other in ["", "wb_", &text[1..], &text[..40], "wb_\u{e9}\u{e9}"] {
            assert!(!is_whole(PERSONAL, other), "{other}");
        }
        assert!(!is_whole("wbr_", text));
    }

    #[test]
    fn every_digit_comes_up_and_no_token_twice() {
        let drawn: Vec<_> = (0..2000).map(|_| draw(PERSONAL)).collect();
        let texts: HashSet<_> = drawn.iter().map(Secret::expose).collect();
        assert_eq!(texts.len(), drawn.len());
        let digits: HashSet<_> = texts.iter().flat_map(|text| text[3..35].bytes()).collect();
        assert_eq!(digits.len(), DIGITS.len());
    }
}
