//! Signs and checks what a segment says of the one before it, and checkpoints.

use std::fmt::Write as _;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::chain::{Hash, KEY_ID_CHARS, LOG_CHARS, hash};
use super::segment::{Opening, SegmentName, Void};
use crate::base::{Hex, SecretBytes};

/// Keeps the log's private keys sealed on disk; what seals them lies above this module.
pub trait KeyBox: Send + Sync {
    /// The key, so that only [`KeyBox::unseal`] gives it back.
    fn seal(&self, key: &SecretBytes<32>) -> Vec<u8>;

    /// The key that was sealed; `None` when it was sealed otherwise or has been altered.
    fn unseal(&self, sealed: &[u8]) -> Option<SecretBytes<32>>;
}

/// The private key of one segment.
pub(super) struct Signer {
    key: SigningKey,
    pub(super) key_id: String,
}

impl Signer {
    pub(super) fn new(secret: &SecretBytes<32>) -> Self {
        let key = SigningKey::from_bytes(secret.expose());
        let key_id = PublicKey(key.verifying_key().to_bytes()).id();
        Self { key, key_id }
    }

    pub(super) fn public(&self) -> PublicKey {
        PublicKey(self.key.verifying_key().to_bytes())
    }

    pub(super) fn sign(&self, message: &str) -> String {
        Hex(&self.key.sign(message.as_bytes()).to_bytes()).to_string()
    }
}

/// The public key of one segment: 64 hexadecimal digits when written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey(pub(super) [u8; 32]);

impl PublicKey {
    /// The key's name in every line that its segment holds.
    pub fn id(&self) -> String {
        let mut id = Hex(&hash(&self.0)).to_string();
        id.truncate(KEY_ID_CHARS);
        id
    }

    /// The name of the log whose first segment has this key.
    pub(super) fn log(&self) -> String {
        let mut log = Hex(&hash(&self.0)).to_string();
        log.truncate(LOG_CHARS);
        log
    }

    /// Whether `signature` is this key's over `message`.
    pub(super) fn signed(&self, message: &str, signature: &str) -> bool {
        let (Ok(key), Some(bytes)) = (
            VerifyingKey::from_bytes(&self.0),
            Hex::read::<64>(signature.as_bytes()),
        ) else {
            return false;
        };
        key.verify_strict(message.as_bytes(), &Signature::from_bytes(&bytes))
            .is_ok()
    }
}

impl std::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Hex(&self.0).fmt(f)
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_string()
    }
}

/// A text that is no public key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a public key is written as 64 lower-case hexadecimal digits")]
pub struct BadKey;

impl TryFrom<String> for PublicKey {
    type Error = BadKey;
    fn try_from(text: String) -> Result<Self, BadKey> {
        text.parse()
    }
}

impl std::str::FromStr for PublicKey {
    type Err = BadKey;
    fn from_str(text: &str) -> Result<Self, BadKey> {
        Hex::read(text.trim().as_bytes()).map(Self).ok_or(BadKey)
    }
}

/// The log's signed word that its line `seq` has this hash: to be kept where nobody who could
/// alter the log can alter it. A log that was cut before that line no longer agrees with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The log's name.
    pub log: String,
    /// The number of the line that is signed; everything before it is signed with it.
    pub seq: u64,
    /// The line's hash.
    pub hash: String,
    /// When it was signed, to the millisecond.
    pub time: Timestamp,
    /// The public key of the line's segment.
    pub key: PublicKey,
    /// Ed25519 (RFC 8032) over the lines `weighbridge audit checkpoint 1`, log, seq, hash and
    /// time in milliseconds since 1970, each ended by a line feed.
    pub signature: String,
}

impl Checkpoint {
    pub(super) fn sign(signer: &Signer, log: &str, seq: u64, line: &Hash, now: Timestamp) -> Self {
        // The signature is over milliseconds, so nothing finer may be shown.
        let time = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
        let mut checkpoint = Self {
            log: log.to_owned(),
            seq,
            hash: Hex(line).to_string(),
            time,
            key: signer.public(),
            signature: String::new(),
        };
        checkpoint.signature = signer.sign(&checkpoint.message());
        checkpoint
    }

    /// Whether the signature is that of the key named in it.
    pub(super) fn holds(&self) -> bool {
        self.key.signed(&self.message(), &self.signature)
    }

    fn message(&self) -> String {
        format!(
            "weighbridge audit checkpoint 1\n{}\n{}\n{}\n{}\n",
            self.log,
            self.seq,
            self.hash,
            self.time.as_millisecond()
        )
    }
}

/// What the key of the segment before signs when a new segment opens; the first signs itself.
pub(super) fn opening_message(log: &str, seq: u64, prev: &Hash, opening: &Opening) -> String {
    let previous = opening.previous.as_ref();
    let previous = previous.map_or_else(|| "-".to_owned(), SegmentName::to_string);
    let mut message = format!(
        "weighbridge audit segment 1\n{log}\n{seq}\n{previous}\n{}\n{}\n",
        Hex(prev),
        opening.public_key,
    );
    for void in &opening.void {
        let Void {
            file,
            offset,
            length,
            sha256,
        } = void;
        writeln!(message, "{file} {offset} {length} {sha256}").expect("a string takes all text");
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint() -> Checkpoint {
        let signer = Signer::new(&SecretBytes::new([3; 32]));
        let log = signer.public().log();
        Checkpoint::sign(&signer, &log, 9, &[1; 32], Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_checkpoint_comes_back_from_its_json_and_holds() {
        let json = serde_json::to_string(&checkpoint()).unwrap();
        let back: Checkpoint = serde_json::from_str(&json).unwrap();
        assert_eq!(back, checkpoint());
        assert!(back.holds());
    }

    #[test]
    fn a_checkpoint_that_says_something_else_does_not_hold() {
        let later = Checkpoint {
            seq: 10,
            ..checkpoint()
        };
        let other = Checkpoint {
            hash: Hex(&[2; 32]).to_string(),
            ..checkpoint()
        };
        let foreign = Checkpoint {
            key: Signer::new(&SecretBytes::new([4; 32])).public(),
            ..checkpoint()
        };
        assert!(!later.holds() && !other.holds() && !foreign.holds());
    }
}
