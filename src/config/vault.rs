//! `[vault]`: the master key that seals every credential.

use std::path::{Path, PathBuf};

use toml_edit::Value;

use super::fault::Reason;
use super::notation::Notation;
use super::reader::Section;
use super::secret::{SecretSource, credential};

/// The vault's settings.
#[derive(Clone, Debug)]
pub struct Vault {
    /// Where the master key is.
    pub master_key: MasterKey,
}

/// The file that holds the master key. It never stands in the configuration or the environment,
/// which are copied, printed and inherited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MasterKey {
    /// A file of ours, which is made at the first start.
    File(PathBuf),
    /// A file that systemd puts in place, which must be there.
    Credential(PathBuf),
}

impl MasterKey {
    /// The file.
    pub fn path(&self) -> &PathBuf {
        let (Self::File(path) | Self::Credential(path)) = self;
        path
    }
}

/// A master key's place as it is written; the only sources a master key may have.
struct Place(SecretSource);

impl Notation for Place {
    fn expects() -> String {
        "{ file = \"/path\" } or { credential = \"name\" }, and never the key itself".to_owned()
    }

    fn read(value: &Value) -> Option<Self> {
        match SecretSource::read(value)? {
            source @ (SecretSource::File(_) | SecretSource::Credential(_)) => Some(Self(source)),
            SecretSource::Inline(_) | SecretSource::Variable(_) => None,
        }
    }

    fn write(&self) -> String {
        self.0.write()
    }

    fn starting_at(self, folder: &Path) -> Self {
        Self(self.0.starting_at(folder))
    }

    fn found(value: &Value) -> String {
        SecretSource::found(value)
    }
}

impl Vault {
    pub(super) fn read(mut from: Section<'_, '_>, data: &Path) -> Self {
        let usual = data.join("master.key");
        let Place(source) = from.key(
            "master_key",
            Place(SecretSource::File(usual.clone())),
            "The key that seals every credential; by default `master.key` in the data folder, \
             made at the first start. Whoever loses it loses the credentials: keep a copy apart \
             from the backups.",
        );
        let master_key = match source {
            SecretSource::File(path) => MasterKey::File(path),
            SecretSource::Credential(name) => match credential(&name, from.environment()) {
                Ok(path) => MasterKey::Credential(path),
                Err(fault) => {
                    let key = from.path("master_key");
                    from.refuse("master_key", Reason::Secret { key, fault });
                    MasterKey::File(usual)
                }
            },
            SecretSource::Inline(_) | SecretSource::Variable(_) => MasterKey::File(usual),
        };
        Self { master_key }
    }
}

#[cfg(test)]
mod tests {
    use super::super::load::tests::faults;

    #[test]
    fn the_master_key_is_refused_from_the_environment_and_inline() {
        for (text, variables) in [
            ("[vault]\nmaster_key = { env = \"CANARY\" }", &[][..]),
            ("[vault]\nmaster_key = \"CANARY\"", &[]),
            ("", &[("WEIGHBRIDGE_VAULT__MASTER_KEY", "CANARY")]),
        ] {
            let faults = faults(text, variables);
            assert!(faults[0].contains("never the key itself"), "{faults:?}");
            assert!(!faults[0].contains("CANARY"), "{faults:?}");
        }
    }
}
