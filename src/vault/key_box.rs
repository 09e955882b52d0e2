//! Keeps the audit log's private keys sealed by the master key.

use super::seal::{Context, Sealed, SealingKey};
use crate::audit::KeyBox;
use crate::base::SecretBytes;

const PLACE: Context<'static> = Context {
    kind: "audit",
    record: b"log",
    field: "signing key",
    owner: b"",
};

/// Seals with a key that the master key gives for this alone, so that it is there before the store.
pub(super) struct SealedBox {
    key: SealingKey,
}

impl SealedBox {
    pub(super) fn new(key: SealingKey) -> Self {
        Self { key }
    }
}

impl KeyBox for SealedBox {
    fn seal(&self, key: &SecretBytes<32>) -> Vec<u8> {
        self.key.seal(&PLACE, key.expose()).into_bytes()
    }

    fn unseal(&self, sealed: &[u8]) -> Option<SecretBytes<32>> {
        let plain = self.key.open(&PLACE, &Sealed::from_bytes(sealed))?;
        let key: &[u8; 32] = plain.as_slice().try_into().ok()?;
        Some(SecretBytes::new(*key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_box(byte: u8) -> SealedBox {
        SealedBox::new(SealingKey::new(0, &SecretBytes::new([byte; 32])))
    }

    #[test]
    fn a_key_comes_back_out_of_the_same_box_only() {
        let sealed = key_box(1).seal(&SecretBytes::new([9; 32]));
        assert_eq!(key_box(1).unseal(&sealed).unwrap().expose(), &[9; 32]);
        assert!(key_box(2).unseal(&sealed).is_none());
        assert!(key_box(1).unseal(&sealed[1..]).is_none());
    }
}
