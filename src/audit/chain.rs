//! Makes lines and reads their links: each line holds the hash of the one before it.
//!
//! A line is one JSON object whose last member, two objects deep, is `hash`: SHA-256 over the
//! line's bytes as written up to the comma before that member. So a line is checked without being
//! parsed or serialised again.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::object::PRODUCT;
use crate::base::{Act, Hex};

/// SHA-256 of a line, or of what else is named.
pub(super) type Hash = [u8; 32];

/// The `prev` of the very first line.
pub(super) const NO_HASH: Hash = [0; 32];

/// SHA-256 of `bytes`.
pub(super) fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// Where a line stands.
pub(super) struct Place<'a> {
    /// The log's name.
    pub(super) log: &'a str,
    /// The line's number, counted from 1 over all segments.
    pub(super) seq: u64,
    /// The number of the store's batch that the act belongs to.
    pub(super) commit: Option<u64>,
    /// The hash of the line before.
    pub(super) prev: Hash,
    /// The name of the segment's key.
    pub(super) key_id: &'a str,
    /// The wall clock, in milliseconds since 1970.
    pub(super) logged_ms: i64,
    /// The steady clock, in nanoseconds since the process began: shows steps of the wall clock.
    pub(super) mono_ns: u128,
}

/// Appends to `out` the line, with its line feed, that tells `act` at `place`; gives its hash.
pub(super) fn write_line(out: &mut String, act: &Act, place: &Place<'_>) -> Hash {
    let start = out.len();
    let comma = |text: &str| if text.is_empty() { "" } else { "," };
    write!(
        out,
        "{{{members}{c1}\"metadata\":{{{metadata}{c2}\"version\":\"1.8.0\",\"product\":{product},\
         \"uid\":\"{log}-{seq}\",\"sequence\":{seq},\"logged_time\":{logged},\
         \"log_name\":\"weighbridge\"}},\"unmapped\":{{{unmapped}{c3}\"mono_ns\":{mono},\
         \"chain\":{{\"uid\":\"{log}\",\"seq\":{seq}",
        members = act.members,
        c1 = comma(&act.members),
        metadata = act.metadata,
        c2 = comma(&act.metadata),
        product = PRODUCT,
        log = place.log,
        seq = place.seq,
        logged = place.logged_ms,
        unmapped = act.unmapped,
        c3 = comma(&act.unmapped),
        mono = place.mono_ns,
    )
    .and_then(|()| match place.commit {
        Some(commit) => write!(out, ",\"commit\":{commit}"),
        None => Ok(()),
    })
    .and_then(|()| write!(out, "{PREV}{}{KEY}{}\"", Hex(&place.prev), place.key_id))
    .expect("a string takes all text");
    let hash = hash(&out.as_bytes()[start..]);
    writeln!(out, "{HASH}{}{END}", Hex(&hash)).expect("a string takes all text");
    hash
}

const CHAIN: &[u8] = b"\"chain\":{\"uid\":\"";
const SEQ: &[u8] = b"\",\"seq\":";
const COMMIT: &[u8] = b",\"commit\":";
const PREV: &str = ",\"prev\":\"";
const KEY: &str = "\",\"key_id\":\"";
const HASH: &str = ",\"hash\":\"";
const END: &str = "\"}}}";
/// Lengths of a log's name and of a key's name, in characters.
pub(super) const LOG_CHARS: usize = 32;
pub(super) const KEY_ID_CHARS: usize = 16;

/// What a line says about its place, read from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Links<'a> {
    pub(super) log: &'a [u8],
    pub(super) seq: u64,
    pub(super) commit: Option<u64>,
    pub(super) prev: Hash,
    pub(super) key_id: &'a [u8],
    pub(super) hash: Hash,
    /// How many of the line's bytes the hash is over.
    pub(super) hashed: usize,
}

impl<'a> Links<'a> {
    /// Reads the links of a line given without its line feed; `None` when they are not exactly as
    /// [`write_line`] writes them. Does not check the hash.
    pub(super) fn read(line: &'a [u8]) -> Option<Self> {
        let rest = line.strip_suffix(END.as_bytes())?;
        let (rest, hash) = take(rest, HASH.as_bytes(), 64)?;
        let hashed = rest.len();
        let (rest, key_id) = take(rest.strip_suffix(b"\"")?, KEY.as_bytes(), KEY_ID_CHARS)?;
        let (rest, prev) = take(rest, PREV.as_bytes(), 64)?;
        let (rest, number) = number(rest)?;
        let (rest, commit, seq) = match rest.strip_suffix(COMMIT) {
            Some(rest) => {
                let (rest, seq) = self::number(rest)?;
                (rest, Some(number), seq)
            }
            None => (rest, None, number),
        };
        let (_, log) = take(rest.strip_suffix(SEQ)?, CHAIN, LOG_CHARS)?;
        Some(Self {
            log,
            seq,
            commit,
            prev: Hex::read(prev)?,
            key_id,
            hash: Hex::read(hash)?,
            hashed,
        })
    }

    /// Whether the line that these links were read from is as it was written.
    pub(super) fn hold(&self, line: &[u8]) -> bool {
        hash(&line[..self.hashed]) == self.hash
    }
}

/// Splits `bytes`, which end with `mark` and `length` bytes, into what is before and those bytes.
fn take<'a>(bytes: &'a [u8], mark: &[u8], length: usize) -> Option<(&'a [u8], &'a [u8])> {
    let (rest, value) = bytes.split_at_checked(bytes.len().checked_sub(length)?)?;
    Some((rest.strip_suffix(mark)?, value))
}

/// Splits `bytes`, which end with a decimal number, into what is before and the number.
fn number(bytes: &[u8]) -> Option<(&[u8], u64)> {
    let digits = bytes.iter().rev().take_while(|b| b.is_ascii_digit());
    let (rest, digits) = bytes.split_at(bytes.len() - digits.count());
    if digits.len() > 1 && digits[0] == b'0' {
        return None; // one number has one spelling
    }
    let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((rest, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(commit: Option<u64>) -> Place<'static> {
        Place {
            log: "00112233445566778899aabbccddeeff",
            seq: 41,
            commit,
            prev: [7; 32],
            key_id: "0123456789abcdef",
            logged_ms: 1,
            mono_ns: 2,
        }
    }

    #[test]
    fn a_line_is_json_and_its_links_come_back() {
        for (commit, members) in [(None, "\"time\":1"), (Some(9), "")] {
            let act = Act {
                members: members.into(),
                ..Act::default()
            };
            let mut line = String::new();
            let hash = write_line(&mut line, &act, &place(commit));
            let line = line.strip_suffix('\n').unwrap();
            let json: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(json["metadata"]["sequence"], 41);
            assert_eq!(json["unmapped"]["chain"]["hash"], Hex(&hash).to_string());
            let links = Links::read(line.as_bytes()).unwrap();
            assert_eq!((links.seq, links.commit), (41, commit));
            assert_eq!((links.prev, links.hash), ([7; 32], hash));
            assert!(links.hold(line.as_bytes()));
        }
    }

    #[test]
    fn no_flipped_bit_of_a_line_is_overlooked() {
        let mut line = String::new();
        write_line(&mut line, &Act::default(), &place(Some(10)));
        let good = line.trim_end().as_bytes().to_vec();
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let held = Links::read(&bad).is_some_and(|links| links.hold(&bad));
            assert!(!held, "bit {bit} was overlooked");
        }
    }

    #[test]
    fn a_number_has_one_spelling() {
        assert_eq!(number(b"x10"), Some((&b"x"[..], 10)));
        assert_eq!(number(b"x010"), None);
        assert_eq!(number(b"x"), None);
        assert_eq!(number(b"99999999999999999999"), None);
    }
}
