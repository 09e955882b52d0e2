//! Where a secret comes from: a file, a systemd credential, the environment, or the file itself.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use toml_edit::Value;

use super::environment::Environment;
use super::fault::Caution;
use super::notation::{Notation, quoted};
use crate::base::Secret;

/// A secret's place. `Debug` shows no secret, since [`Secret`] does not.
#[derive(Clone, Debug)]
pub(super) enum SecretSource {
    Inline(Secret),
    File(PathBuf),
    Credential(String),
    Variable(String),
}

/// Why a secret's place gives none.
#[derive(Debug, thiserror::Error)]
pub enum SecretFault {
    /// Its file cannot be read.
    #[error("could not read {0}: {1}")]
    Unreadable(PathBuf, std::io::Error),
    /// Its file, or its variable, holds nothing.
    #[error("there is nothing in it")]
    Empty,
    /// Its variable is not set.
    #[error("environment variable {0} is not set")]
    NoVariable(String),
    /// The service has no credentials.
    #[error("credential {0} needs a LoadCredential= line in the systemd unit")]
    NoCredentials(String),
}

impl SecretSource {
    /// Fetches the secret, with what its writer should know about the place.
    pub(super) fn fetch(
        &self,
        from: &Environment,
    ) -> Result<(Secret, Option<Caution>), SecretFault> {
        match self {
            Self::Inline(secret) => Ok((secret.clone(), Some(Caution::InlineSecret))),
            Self::File(path) => Ok((read(path)?, loose(path))),
            Self::Credential(name) => Ok((read(&credential(name, from)?)?, None)),
            Self::Variable(name) => {
                let secret = from
                    .get(name)
                    .ok_or_else(|| SecretFault::NoVariable(name.clone()))?;
                Ok((Secret::new(secret), Some(Caution::EnvironmentSecret)))
            }
        }
    }
}

/// The file that systemd keeps the credential `name` in.
pub(super) fn credential(name: &str, from: &Environment) -> Result<PathBuf, SecretFault> {
    from.credential(name)
        .ok_or_else(|| SecretFault::NoCredentials(name.to_owned()))
}

/// The file's text without the line end that editors add.
fn read(path: &Path) -> Result<Secret, SecretFault> {
    let text = fs::read_to_string(path)
        .map(Secret::new)
        .map_err(|error| SecretFault::Unreadable(path.to_owned(), error))?;
    let text = text.expose().trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(SecretFault::Empty);
    }
    Ok(Secret::new(text))
}

fn loose(path: &Path) -> Option<Caution> {
    let mode = fs::metadata(path).ok()?.permissions().mode();
    (mode & 0o007 != 0).then_some(Caution::LooseSecretFile)
}

impl Notation for SecretSource {
    fn expects() -> String {
        "a secret: { file = \"/path\" }, { credential = \"name\" } or { env = \"NAME\" }".to_owned()
    }

    fn read(value: &Value) -> Option<Self> {
        if let Some(text) = value.as_str() {
            return (!text.is_empty()).then(|| Self::Inline(Secret::new(text)));
        }
        let (kind, place) = only_member(value)?;
        match kind {
            "file" => Some(Self::File(place.into())),
            // A credential is a file's name in one folder, and must not lead out of it.
            "credential" if !place.contains('/') && !place.starts_with('.') => {
                Some(Self::Credential(place.to_owned()))
            }
            "env" => Some(Self::Variable(place.to_owned())),
            _ => None,
        }
    }

    fn write(&self) -> String {
        match self {
            Self::Inline(_) => quoted("[secret]"),
            Self::File(path) => format!("{{ file = {} }}", quoted(&path.to_string_lossy())),
            Self::Credential(name) => format!("{{ credential = {} }}", quoted(name)),
            Self::Variable(name) => format!("{{ env = {} }}", quoted(name)),
        }
    }

    fn starting_at(self, folder: &Path) -> Self {
        match self {
            Self::File(path) => Self::File(folder.join(path)),
            other => other,
        }
    }

    fn found(_: &Value) -> String {
        "something else, which is not shown since it may be a secret".to_owned()
    }
}

/// The name and the text of an inline table that has one member.
fn only_member(value: &Value) -> Option<(&str, &str)> {
    let table = value.as_inline_table()?;
    let (name, place) = table.iter().next()?;
    let place = place.as_str().filter(|place| !place.is_empty())?;
    (table.len() == 1).then_some((name, place))
}

#[cfg(test)]
mod tests {
    use super::super::load::tests::{faults, loaded};
    use super::*;

    #[test]
    fn a_secret_that_stands_in_the_open_is_warned_about() {
        for (text, variables, caution) in [
            ("[sentry]\ndsn = \"x\"", &[][..], Caution::InlineSecret),
            (
                "",
                &[("WEIGHBRIDGE_SENTRY__DSN", "x")],
                Caution::EnvironmentSecret,
            ),
            (
                "[sentry]\ndsn = { env = \"OTHER\" }",
                &[("OTHER", "x")],
                Caution::EnvironmentSecret,
            ),
        ] {
            let loaded = loaded(text, variables);
            assert_eq!(loaded.warnings[0].caution, caution, "{text}");
        }
    }

    #[test]
    fn a_secret_is_read_from_a_file_or_a_credential() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("dsn"), "the dsn\n").unwrap();
        let file = format!(
            "[sentry]\ndsn = {{ file = \"{}/dsn\" }}",
            folder.path().display()
        );
        let credentials = [("CREDENTIALS_DIRECTORY", folder.path().to_str().unwrap())];
        for loaded in [
            loaded(&file, &[]),
            loaded("[sentry.dsn]\ncredential = \"dsn\"", &credentials),
        ] {
            assert_eq!(loaded.config.sentry.dsn.unwrap().expose(), "the dsn");
        }
    }

    #[test]
    fn a_secret_whose_place_gives_none_is_a_fault_that_does_not_show_it() {
        for (text, told) in [
            (
                "[sentry]\ndsn = { env = \"GONE\" }",
                "variable GONE is not set",
            ),
            ("[sentry]\ndsn = { credential = \"d\" }", "LoadCredential="),
            ("[sentry]\ndsn = { credential = \"../d\" }", "not shown"),
            (
                "[sentry]\ndsn = { file = \"/nowhere/d\" }",
                "could not read /nowhere/d",
            ),
            ("[sentry]\ndsn = 5", "not shown"),
        ] {
            let faults = faults(text, &[]);
            assert!(faults[0].contains(told), "{text}: {faults:?}");
        }
    }
}
