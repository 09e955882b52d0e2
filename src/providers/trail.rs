//! Follows a list from part to part, and notices when it leads in a circle.

use std::collections::HashSet;

use super::Error;
use crate::fields::content_hash;

/// The places of one list that were passed.
#[derive(Debug, Default)]
pub struct Trail {
    /// In a few bytes each: a list may have thousands of parts, and a vendor spells its places as
    /// long as it likes.
    passed: HashSet<[u8; 16]>,
}

impl Trail {
    /// Goes on to the part that begins at `next`.
    ///
    /// Errs when the list has led there before: it would never end, and what it has shown until
    /// here is not all of it. Whoever took it for all would make again, or delete, what it hides.
    pub fn step(&mut self, next: &str) -> Result<(), Error> {
        if self.passed.insert(content_hash(next.as_bytes()).0) {
            return Ok(());
        }
        Err(Error::Broken("its pages lead in a circle".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_of_any_length_is_noticed_before_it_is_walked_twice() {
        for length in [1, 2, 7] {
            let mut trail = Trail::default();
            for place in 0..length {
                trail.step(&format!("c{place}")).unwrap();
            }
            assert!(matches!(trail.step("c0"), Err(Error::Broken(_))));
        }
    }
}
