//! Looks for bytes that a wanted line must hold, as fast as memory can be read.

use memchr::memmem::Finder;
use memchr::{memchr, memchr2};

/// Bytes to be found.
#[derive(Debug)]
pub(super) enum Needle {
    /// Exactly these.
    Exact(Box<Finder<'static>>),
    /// These letters of ASCII, large or small.
    AnyCase(AnyCase),
}

/// A text in any case, found by the byte in it that lines hold least often.
#[derive(Debug)]
pub(super) struct AnyCase {
    lower: Vec<u8>,
    rarest: usize,
}

impl Needle {
    pub(super) fn exact(text: &str) -> Self {
        Self::Exact(Box::new(Finder::new(text.as_bytes()).into_owned()))
    }

    /// The longest part of `text` that stands in a line as it is, whatever JSON escapes; `None`
    /// when nothing does.
    pub(super) fn any_case(text: &str) -> Option<Self> {
        let plain = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
        let parts = text.as_bytes().split(|byte| !plain(byte));
        let longest = parts.max_by_key(|part| part.len())?;
        let lower = longest.to_ascii_lowercase();
        let rarest = (0..lower.len()).min_by_key(|at| commonness(lower[*at]))?;
        Some(Self::AnyCase(AnyCase { lower, rarest }))
    }

    /// Where it first stands.
    pub(super) fn find(&self, bytes: &[u8]) -> Option<usize> {
        match self {
            Self::Exact(finder) => finder.find(bytes),
            Self::AnyCase(text) => text.find(bytes),
        }
    }
}

impl AnyCase {
    fn find(&self, bytes: &[u8]) -> Option<usize> {
        let small = self.lower[self.rarest];
        let large = small.to_ascii_uppercase();
        let mut from = self.rarest;
        loop {
            let rest = bytes.get(from..)?;
            let found = if small == large {
                memchr(small, rest)
            } else {
                memchr2(small, large, rest)
            };
            let start = from + found? - self.rarest;
            let here = bytes.get(start..start + self.lower.len())?;
            if here.eq_ignore_ascii_case(&self.lower) {
                return Some(start);
            }
            from = start + self.rarest + 1;
        }
    }
}

/// How often a byte stands in lines, roughly: they are full of hashes, and then of English.
fn commonness(byte: u8) -> usize {
    const RAREST_FIRST: &[u8] = b"~^`#%&$!@qzjxk+wvyh/=gp;*()<>?|ubflmd.cr";
    let place = RAREST_FIRST.iter().position(|rare| *rare == byte);
    place.unwrap_or(RAREST_FIRST.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_in_any_case_wherever_it_stands() {
        let needle = Needle::any_case("Ada@Example.org").unwrap();
        for (bytes, at) in [
            ("ada@example.org", Some(0)),
            ("x ADA@EXAMPLE.ORG", Some(2)),
            ("a@a@ada@example.org", Some(4)),
            ("ada@example.or", None),
            ("", None),
        ] {
            assert_eq!(needle.find(bytes.as_bytes()), at, "{bytes}");
        }
    }

    #[test]
    fn only_what_json_leaves_as_it_is_is_looked_for() {
        let needle = Needle::any_case("say \"hello\\there\"").unwrap();
        assert_eq!(needle.find(br#"say \"HELLO\\THERE\""#), Some(13));
        assert!(Needle::any_case("\u{e9}\u{e9} \"").is_none());
        assert!(Needle::any_case("").is_none());
    }
}
