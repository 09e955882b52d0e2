//! The vendor's ids: UUIDs for what can be shared, four odd characters for a property.
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::json;
use uuid::{Builder, Uuid};

use super::refusal::Refusal;

/// What stays as it is in a property's id.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'~').remove(b'-');

/// Makes ids, the same ones in the same order for the same seed.
pub(crate) struct Ids(StdRng);

impl Ids {
    pub(crate) fn seeded(seed: u64) -> Self {
        // Another stream than that of the other vendors' ids.
        Self(StdRng::seed_from_u64(seed ^ 0x006e_6f74_696f_6e00))
    }

    pub(crate) fn make(&mut self) -> Uuid {
        Builder::from_random_bytes(self.0.random()).into_uuid()
    }

    /// An id for a property, as it is shown: percent-encoded.
    pub(crate) fn property(&mut self) -> String {
        const ALPHABET: &[u8; 70] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz:;<=>?@[]^_`{|}~\\&";
        let raw: String = (0..4)
            .map(|_| char::from(ALPHABET[self.0.random_range(0..ALPHABET.len())]))
            .collect();
        utf8_percent_encode(&raw, ENCODED).to_string()
    }
}

/// Reads an id of a path, with dashes or without.
pub(crate) fn of_path(what: &str, text: &str) -> Result<Uuid, Refusal> {
    Uuid::parse_str(text).map_err(|_not_one| {
        Refusal::invalid(format!(
            "path failed validation: path.{what}_id should be a valid uuid, instead was `{}`.",
            json!(text)
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_ids() {
        let (mut one, mut other) = (Ids::seeded(7), Ids::seeded(7));
        assert_eq!(one.make(), other.make());
        assert_eq!(one.property(), other.property());
        assert_ne!(one.make(), one.make());
    }

    #[test]
    fn an_id_is_read_with_and_without_its_dashes() {
        let id = Ids::seeded(1).make();
        assert_eq!(of_path("page", &id.to_string()), Ok(id));
        assert_eq!(of_path("page", &id.simple().to_string()), Ok(id));
        assert!(
            of_path("page", "abc")
                .unwrap_err()
                .message
                .contains("path.page_id")
        );
    }
}
