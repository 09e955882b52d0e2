//! The audit log on a real disk, as an auditor and as other users of the machine meet it.

mod folder;
mod ocsf;
mod search;
mod verify;

use std::path::Path;
use std::sync::Arc;

use weighbridge::audit::{Error, KeyBox, Log, Settings};
use weighbridge::base::{Clock, SecretBytes};

/// Keeps keys in clear: these tests are about the log's own files.
struct Open;

impl KeyBox for Open {
    fn seal(&self, key: &SecretBytes<32>) -> Vec<u8> {
        key.expose().to_vec()
    }

    fn unseal(&self, sealed: &[u8]) -> Option<SecretBytes<32>> {
        sealed.try_into().ok().map(SecretBytes::new)
    }
}

/// A log in `folder` whose segments are small, so that there are several.
fn open(folder: &Path) -> Result<Log, Error> {
    let settings = Settings {
        segment_bytes: 256 << 10,
        checkpoint_lines: 100,
        ..Settings::new(folder.join("audit"), folder.join("audit.key"))
    };
    Log::open(settings, Arc::new(Open), Clock::system())
}
