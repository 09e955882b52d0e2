//! The sealed form, and what it is bound to.
//!
//! ```text
//! byte 0       1: the version of this form
//! bytes 1–4    id of the key, big-endian; 0 is a key made from the master key
//! bytes 5–28   nonce, drawn anew from the system's generator for every seal
//! the rest     XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03): the text and a tag of 16 bytes
//! ```
//!
//! The tag also covers the place that the secret was sealed for (its [`Context`]) and the key's id,
//! so a sealed form that is copied to another record, field or owner does not open there. Each part
//! is written after its length, so that no two places look the same.

use std::fmt::{Debug, Formatter, Result as Shown};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead as _, Generate as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::base::SecretBytes;

const FORM: u8 = 1;
const NONCE_AT: usize = 5;
const TEXT_AT: usize = NONCE_AT + 24;
const TAG: usize = 16;

/// The one place that a secret is sealed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context<'a> {
    /// The kind of record, such as `connection`.
    pub kind: &'static str,
    /// The record's id.
    pub record: &'a [u8],
    /// The field of the record that holds the sealed form.
    pub field: &'static str,
    /// The owner's id; empty for what belongs to the appliance.
    pub owner: &'a [u8],
}

impl Context<'_> {
    fn bytes(&self, key: u32) -> Vec<u8> {
        let mut bytes = b"weighbridge seal 1\0".to_vec();
        bytes.extend_from_slice(&key.to_be_bytes());
        let parts = [
            self.kind.as_bytes(),
            self.record,
            self.field.as_bytes(),
            self.owner,
        ];
        for part in parts {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }
}

/// A sealed secret. It may be stored anywhere, and tells nothing but its length and its key's id.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sealed(Vec<u8>);

/// A text that is no sealed secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a sealed secret")]
pub struct NotSealed;

impl Sealed {
    /// The bytes, which may have come from anywhere.
    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// The id of the key that sealed it; `None` when this is no form that is known here.
    pub(super) fn key_id(&self) -> Option<u32> {
        let known = self.0.len() >= TEXT_AT + TAG && self.0[0] == FORM;
        let id = self.0.get(1..NONCE_AT)?.try_into().ok()?;
        known.then(|| u32::from_be_bytes(id))
    }
}

impl Debug for Sealed {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        write!(f, "[sealed, {} bytes]", self.0.len())
    }
}

impl From<Sealed> for String {
    fn from(sealed: Sealed) -> Self {
        STANDARD_NO_PAD.encode(sealed.0)
    }
}

impl TryFrom<String> for Sealed {
    type Error = NotSealed;
    fn try_from(text: String) -> Result<Self, NotSealed> {
        STANDARD_NO_PAD
            .decode(text)
            .map(Self)
            .map_err(|_not_base64| NotSealed)
    }
}

/// One key with its id, ready to seal. It is wiped when it goes.
pub(super) struct SealingKey {
    id: u32,
    cipher: XChaCha20Poly1305,
}

impl SealingKey {
    pub(super) fn new(id: u32, key: &SecretBytes<32>) -> Self {
        let cipher = XChaCha20Poly1305::new(key.expose().into());
        Self { id, cipher }
    }

    pub(super) fn seal(&self, context: &Context<'_>, plain: &[u8]) -> Sealed {
        let nonce = XNonce::generate();
        let payload = Payload {
            msg: plain,
            aad: &context.bytes(self.id),
        };
        let text = self
            .cipher
            .encrypt(&nonce, payload)
            .expect("a secret is far shorter than the 256 GiB that one nonce can seal");
        let mut bytes = Vec::with_capacity(TEXT_AT + text.len());
        bytes.push(FORM);
        bytes.extend_from_slice(&self.id.to_be_bytes());
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&text);
        Sealed(bytes)
    }

    /// What was sealed by this key for this place; `None` for anything else.
    pub(super) fn open(
        &self,
        context: &Context<'_>,
        sealed: &Sealed,
    ) -> Option<Zeroizing<Vec<u8>>> {
        if sealed.key_id()? != self.id {
            return None;
        }
        let nonce = XNonce::try_from(&sealed.0[NONCE_AT..TEXT_AT]).ok()?;
        let payload = Payload {
            msg: &sealed.0[TEXT_AT..],
            aad: &context.bytes(self.id),
        };
        let plain = self.cipher.decrypt(&nonce, payload);
        plain.ok().map(Zeroizing::new)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOME: Context<'static> = Context {
        kind: "connection",
        record: b"0123456789abcdef",
        field: "token",
        owner: b"fedcba9876543210",
    };

    fn key(id: u32) -> SealingKey {
        SealingKey::new(id, &SecretBytes::new([7; 32]))
    }

    proptest! {
        #[test]
        fn a_secret_opens_where_it_was_sealed(secret: Vec<u8>) {
            let sealed = key(1).seal(&HOME, &secret);
            prop_assert_eq!(key(1).open(&HOME, &sealed).unwrap().to_vec(), secret);
        }

        #[test]
        fn whatever_is_no_seal_does_not_open(bytes: Vec<u8>) {
            prop_assert!(key(1).open(&HOME, &Sealed(bytes)).is_none());
        }
    }

    #[test]
    fn a_secret_opens_nowhere_else() {
        let sealed = key(1).seal(&HOME, b"pat");
        let elsewhere = [
            Context {
                kind: "session",
                ..HOME
            },
            Context {
                record: b"0123456789abcdeX",
                ..HOME
            },
            Context {
                field: "refresh",
                ..HOME
            },
            Context {
                owner: b"fedcba987654321X",
                ..HOME
            },
            // The same bytes in all, cut at another place.
            Context {
                record: b"0123456789abcde",
                field: "ftoken",
                ..HOME
            },
        ];
        for place in elsewhere {
            assert!(key(1).open(&place, &sealed).is_none(), "{place:?}");
        }
    }

    #[test]
    fn a_seal_names_its_key_and_no_other_opens_it() {
        let mut sealed = key(1).seal(&HOME, b"pat");
        assert_eq!(sealed.key_id(), Some(1));
        let other = SealingKey::new(1, &SecretBytes::new([8; 32]));
        assert!(other.open(&HOME, &sealed).is_none());
        sealed.0[4] = 2;
        assert!(
            key(2).open(&HOME, &sealed).is_none(),
            "the id is sealed too"
        );
    }

    #[test]
    fn every_changed_bit_and_every_cut_is_noticed() {
        let sealed = key(1).seal(&HOME, b"pat");
        for bit in 0..sealed.0.len() * 8 {
            let mut changed = sealed.clone();
            changed.0[bit / 8] ^= 1 << (bit % 8);
            assert!(key(1).open(&HOME, &changed).is_none(), "bit {bit}");
        }
        for length in 0..sealed.0.len() {
            let cut = Sealed(sealed.0[..length].to_vec());
            assert!(key(1).open(&HOME, &cut).is_none(), "cut at {length}");
        }
    }

    #[test]
    fn the_same_secret_is_never_sealed_the_same() {
        assert_ne!(key(1).seal(&HOME, b"pat"), key(1).seal(&HOME, b"pat"));
    }

    #[test]
    fn a_seal_comes_back_from_its_text() {
        let sealed = key(1).seal(&HOME, b"pat");
        let json = serde_json::to_string(&sealed).unwrap();
        assert_eq!(serde_json::from_str::<Sealed>(&json).unwrap(), sealed);
        assert!(serde_json::from_str::<Sealed>("\"**\"").is_err());
    }
}
