//! Marks of keys and remote ids: what a run has met may be millions of them.

use super::super::link::Hash;
use crate::fields::content_hash;

/// A key or a remote id in a few bytes.
pub(super) type Mark = Hash;

/// The mark of a remote id.
pub(super) fn mark(remote_id: &str) -> Mark {
    content_hash(remote_id.as_bytes()).0
}

/// The mark of a key, which may read like the id of another.
pub(super) fn key_mark(key: &str) -> Mark {
    content_hash(&[b"key ", key.as_bytes()].concat()).0
}
