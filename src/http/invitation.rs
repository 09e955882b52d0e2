//! The file with the link to an appliance that is not set up, for those who start it unattended.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::base::Secret;
use crate::config::Config;

/// The file, whether it is there or not.
#[derive(Clone)]
pub struct Invitation(PathBuf);

/// The file cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("the set-up link could not be left in {0}")]
pub struct NotLeft(PathBuf, #[source] io::Error);

impl Invitation {
    /// The one of an appliance.
    pub fn of(config: &Config) -> Self {
        Self(config.server.data.join("setup-link"))
    }

    /// Leaves the link in the file, which only the service's own user can read.
    pub fn leave(&self, link: &Secret) -> Result<&Path, NotLeft> {
        let written = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(true)
            .mode(0o600)
            .open(&self.0)
            .and_then(|mut file| writeln!(file, "{}", link.expose()));
        match written {
            Ok(()) => Ok(&self.0),
            Err(error) => Err(NotLeft(self.0.clone(), error)),
        }
    }

    /// Puts a newer link in the place of the one that was left, which is void now.
    pub(super) fn renew(&self, link: &Secret) {
        if self.0.exists()
            && let Err(error) = self.leave(link)
        {
            tracing::warn!(%error, "the file with the set-up link holds an old one");
        }
    }

    /// Removes the file: there is nothing to be set up any more.
    pub fn withdraw(&self) {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "the file with the old set-up link is still there");
            }
            Ok(()) | Err(_) => {}
        }
    }
}
