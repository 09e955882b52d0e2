//! Gathers why records were refused, so that a thousand equal reasons are read once.

use serde::{Deserialize, Serialize};

/// A reason is cut at this many characters, a key too.
const TEXT_CHARS: usize = 500;

/// A reason, and how many records it met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The first record that it met.
    pub key: String,
    /// What stood in the way.
    pub reason: String,
    /// How many records it met.
    pub count: u64,
}

/// The first [`Problems::MOST`] different reasons of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// So many different reasons are kept; the outcomes hold the rest.
    pub const MOST: usize = 20;

    /// Notes that `reason` met the record `key`.
    pub fn add(&mut self, key: &str, reason: &str) {
        let reason = cut(reason);
        if let Some(known) = self.0.iter_mut().find(|known| known.reason == reason) {
            known.count += 1;
        } else if self.0.len() < Self::MOST {
            self.0.push(Problem {
                key: cut(key).to_owned(),
                reason: reason.to_owned(),
                count: 1,
            });
        }
    }

    /// The reasons in the order in which they were first met.
    pub fn list(&self) -> &[Problem] {
        &self.0
    }
}

/// The beginning of `text`, at most [`TEXT_CHARS`] characters of it.
pub(crate) fn cut(text: &str) -> &str {
    match text.char_indices().nth(TEXT_CHARS) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_reasons_are_told_once_with_their_number() {
        let mut problems = Problems::default();
        for key in ["a", "b", "c"] {
            problems.add(key, "too long");
        }
        assert_eq!(problems.list().len(), 1);
        assert_eq!(problems.list()[0].key, "a");
        assert_eq!(problems.list()[0].count, 3);
    }

    #[test]
    fn a_flood_of_different_reasons_is_kept_short() {
        let mut problems = Problems::default();
        for number in 0..100 {
            problems.add("key", &format!("reason {number}"));
        }
        assert_eq!(problems.list().len(), Problems::MOST);
    }
}
