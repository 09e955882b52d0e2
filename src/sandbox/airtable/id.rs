//! The vendor's ids: three letters that name the kind, and fourteen alphanumerics.
use std::fmt;

use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde::{Serialize, Serializer};

/// The length of every id (Airtable Web API, "Airtable ID").
const LENGTH: usize = 17;

/// A record's id, held inline: a table of a million rows has a million of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct RecordId([u8; LENGTH]);

impl RecordId {
    /// Reads `rec` and fourteen alphanumerics; `None` for anything else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if !is_id("rec", text) {
            return None;
        }
        text.as_bytes().try_into().ok().map(Self)
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("ids are made of ASCII")
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for RecordId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Whether `text` is an id of the kind that `prefix` names.
pub(crate) fn is_id(prefix: &str, text: &str) -> bool {
    text.len() == LENGTH
        && text.starts_with(prefix)
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Makes ids, the same ones in the same order for the same seed.
pub(crate) struct Ids(StdRng);

impl Ids {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    pub(crate) fn record(&mut self) -> RecordId {
        let mut id = *b"rec00000000000000";
        self.fill(&mut id[3..]);
        RecordId(id)
    }

    /// An id of another kind: `app`, `tbl`, `fld`, `viw`, `sel`, `att` or `itr`.
    pub(crate) fn other(&mut self, prefix: &str) -> String {
        let mut id = [b'0'; LENGTH - 3];
        self.fill(&mut id);
        format!(
            "{prefix}{}",
            std::str::from_utf8(&id).expect("the alphabet is ASCII")
        )
    }

    fn fill(&mut self, places: &mut [u8]) {
        const ALPHABET: &[u8; 62] =
            b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        for place in places {
            *place = ALPHABET[self.0.random_range(0..ALPHABET.len())];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_id_is_rec_and_fourteen_alphanumerics() {
        let made = Ids::seeded(1).record();
        assert_eq!(RecordId::parse(made.as_str()), Some(made));
        for wrong in [
            "rec",
            "rec0000000000000",
            "tbl00000000000000",
            "rec0000000000000-",
            "",
        ] {
            assert_eq!(RecordId::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_same_seed_makes_the_same_ids() {
        let (mut one, mut other) = (Ids::seeded(7), Ids::seeded(7));
        assert_eq!(one.record(), other.record());
        assert_eq!(one.other("tbl"), other.other("tbl"));
        assert_ne!(one.record(), one.record());
    }
}
