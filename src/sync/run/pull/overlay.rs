//! Knows the keys that change hands among rows that are not committed yet.

use std::collections::{HashMap, HashSet};

/// What the rows that were judged so far will change about keys.
#[derive(Clone, Debug, Default)]
pub(super) struct Overlay {
    /// Keys with the remote record that gets each.
    claimed: HashMap<String, String>,
    /// Keys that a record gives up.
    freed: HashSet<String>,
}

impl Overlay {
    /// A remote record gets a key.
    pub(super) fn claim(&mut self, key: &str, remote_id: &str) {
        self.freed.remove(key);
        self.claimed.insert(key.to_owned(), remote_id.to_owned());
    }

    /// A record gives up its key.
    pub(super) fn free(&mut self, key: &str) {
        self.freed.insert(key.to_owned());
    }

    /// Which remote record gets a key.
    pub(super) fn holder(&self, key: &str) -> Option<&str> {
        self.claimed.get(key).map(String::as_str)
    }

    /// Whether a key is given up.
    pub(super) fn is_freed(&self, key: &str) -> bool {
        self.freed.contains(key)
    }
}
