//! Fingerprints content, so that an unchanged record is known without comparing it.

use std::fmt::{Debug, Formatter, Result as Shown};

use sha2::{Digest as _, Sha256};

use crate::base::Hex;

/// The first 128 bits of the SHA-256 of a canonical form.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentHash(pub [u8; 16]);

/// The fingerprint of canonical bytes.
pub fn content_hash(canonical: &[u8]) -> ContentHash {
    content_hashes(&[canonical])
}

/// The fingerprint of parts as if they were one.
pub fn content_hashes(parts: &[&[u8]]) -> ContentHash {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
    }
    let digest = digest.finalize();
    let mut hash = [0; 16];
    hash.copy_from_slice(&digest[..16]);
    ContentHash(hash)
}

impl Debug for ContentHash {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        write!(f, "{}", Hex(&self.0))
    }
}
