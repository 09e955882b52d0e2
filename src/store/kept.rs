//! Remembers what was made of rows, as long as they stay as they were.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use super::Version;

/// So many rows are remembered; one more, and all are forgotten.
const MOST: usize = 1024;

/// What was made of a collection's rows, each with the version that it was made of.
///
/// A version is never used twice, so what is remembered of a row holds for as long as the row has
/// that version: reading it again costs no decoding, and nothing need be told of changes.
pub struct Kept<T>(RwLock<HashMap<Vec<u8>, (Version, T)>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<T: Clone> Kept<T> {
    /// What was made of the row under `key` when it had this version.
    pub(super) fn get(&self, key: &[u8], version: Version) -> Option<T> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (of, made) = kept.get(key)?;
        (*of == version).then(|| made.clone())
    }

    pub(super) fn put(&self, key: Vec<u8>, version: Version, made: T) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(key, (version, made));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_of_another_version_is_not_given() {
        let kept = Kept::default();
        kept.put(vec![1], Version(7), "seven");
        assert_eq!(kept.get(&[1], Version(7)), Some("seven"));
        assert_eq!(kept.get(&[1], Version(8)), None);
        assert_eq!(kept.get(&[2], Version(7)), None);
    }

    #[test]
    fn memory_is_bounded() {
        let kept = Kept::default();
        for number in 0..3 * MOST as u64 {
            kept.put(number.to_be_bytes().to_vec(), Version(number), ());
        }
        assert!(kept.0.read().unwrap().len() <= MOST);
    }
}
