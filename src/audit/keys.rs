//! The private keys on disk: the newest segment's, and the one that the next segment will have.
//!
//! A new key is saved before its segment is begun, and the old one is overwritten once the new
//! segment's first line is durable. So a kill at any moment leaves the key of the newest segment,
//! and never, for long, that of an older one: old lines cannot be sealed anew.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Error;
use super::disk::Disk;
use super::seal::{KeyBox, PublicKey, Signer};
use crate::base::{Hex, SecretBytes};

/// The log's keys in clear.
pub(super) struct Keys {
    pub(super) current: SecretBytes<32>,
    pub(super) next: Option<SecretBytes<32>>,
}

/// The same, sealed, as the key file has them.
#[derive(Serialize, Deserialize)]
struct KeyFile {
    current: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl Keys {
    pub(super) fn fresh() -> Self {
        Self {
            current: SecretBytes::random(),
            next: None,
        }
    }

    /// The keys that were saved; `None` when none ever were.
    pub(super) fn load(disk: &dyn Disk, keybox: &dyn KeyBox) -> Result<Option<Self>, Error> {
        let Some(bytes) = disk.load_keys().map_err(Error::Keys)? else {
            return Ok(None);
        };
        Self::open(&bytes, keybox).map(Some)
    }

    fn open(bytes: &[u8], keybox: &dyn KeyBox) -> Result<Self, Error> {
        let file: KeyFile = serde_json::from_slice(bytes)
            .map_err(|error| Error::Keys(std::io::Error::other(error)))?;
        let open = |sealed: &str| {
            let sealed = unhex(sealed).ok_or(Error::KeyRefused)?;
            keybox.unseal(&sealed).ok_or(Error::KeyRefused)
        };
        Ok(Self {
            current: open(&file.current)?,
            next: file.next.as_deref().map(open).transpose()?,
        })
    }

    pub(super) fn save(&self, disk: &dyn Disk, keybox: &dyn KeyBox) -> std::io::Result<()> {
        let seal = |key| Hex(&keybox.seal(key)).to_string();
        let file = KeyFile {
            current: seal(&self.current),
            next: self.next.as_ref().map(seal),
        };
        disk.save_keys(&serde_json::to_vec(&file)?)
    }

    /// Makes the key whose public half is `wanted` the current one; gives whether there was one.
    pub(super) fn settle_on(&mut self, wanted: &PublicKey) -> bool {
        if Signer::new(&self.current).public() == *wanted {
            return true;
        }
        match self.next.take() {
            Some(next) if Signer::new(&next).public() == *wanted => {
                self.current = next;
                true
            }
            _ => false,
        }
    }
}

/// Errs when the key file cannot be read or does not open with `keybox`; nothing is kept of it.
pub fn check_key_file(file: &Path, keybox: &dyn KeyBox) -> Result<(), Error> {
    let bytes = std::fs::read(file).map_err(Error::Keys)?;
    Keys::open(&bytes, keybox).map(drop)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|pair| Hex::read::<1>(pair).map(|[byte]| byte))
        .collect()
}
