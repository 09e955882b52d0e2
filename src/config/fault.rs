//! What can be wrong with a configuration, and where.

use std::fmt::{Display, Formatter, Result};
use std::path::PathBuf;

use super::secret::SecretFault;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nobody set it.
    Default,
    /// A place in the file; both count from one.
    File {
        /// The line.
        line: usize,
        /// The character in the line.
        column: usize,
    },
    /// The file as a whole: it could not be read.
    WholeFile,
    /// The variable of this name.
    Environment(String),
}

impl Display for Source {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { line, column } => write!(f, "line {line}, column {column}"),
            Self::WholeFile => f.write_str("the file"),
            Self::Environment(name) => write!(f, "environment variable {name}"),
        }
    }
}

/// The configuration is not to be used; all that is wrong with it.
#[derive(Debug, thiserror::Error)]
pub struct Faults {
    /// The file that was read, if there was one.
    pub file: Option<PathBuf>,
    /// What is wrong; at least one, in the order of the file.
    pub faults: Vec<Fault>,
}

impl Display for Faults {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (index, fault) in self.faults.iter().enumerate() {
            let end = if index == 0 { "" } else { "\n" };
            write!(f, "{end}{}", self.line(fault))?;
        }
        Ok(())
    }
}

impl Faults {
    /// One of the faults with its place, as a line.
    pub fn line(&self, fault: &Fault) -> String {
        let reason = &fault.reason;
        match (&fault.source, &self.file) {
            (Source::File { line, column }, Some(file)) => {
                format!("{}:{line}:{column}: {reason}", file.display())
            }
            (Source::WholeFile, Some(file)) => format!("{}: {reason}", file.display()),
            (source, _) => format!("{source}: {reason}"),
        }
    }
}

/// One thing that is wrong.
#[derive(Debug)]
pub struct Fault {
    /// Where the wrong value stands.
    pub source: Source,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What is wrong with a value, by what its writer must do.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    /// The file cannot be read.
    #[error("the file could not be read: {0}")]
    Unreadable(#[from] Unreadable),
    /// The file is not TOML; the parser's own words.
    #[error("this is not TOML: {0}")]
    Syntax(String),
    /// There is no such section or key.
    #[error("{name} is not known{}", meant(nearest.as_deref()))]
    Unknown {
        /// The section or `section.key`.
        name: String,
        /// The known name that is nearest.
        nearest: Option<String>,
    },
    /// A key stands outside the sections, or a section is a plain value.
    #[error("{0} must be a section, written [{0}]")]
    NotASection(String),
    /// The value is of another kind, or out of range.
    #[error("{key} must be {expected}; it is {found}")]
    Unfit {
        /// The `section.key`.
        key: String,
        /// What it must be.
        expected: String,
        /// What stands there.
        found: String,
    },
    /// A secret's source gives none.
    #[error("{key}: {fault}")]
    Secret {
        /// The `section.key`.
        key: String,
        /// Why there is no secret.
        fault: SecretFault,
    },
    /// Two values contradict each other, or one is not to be used as it is.
    #[error("{key}: {rule}")]
    Contradiction {
        /// The `section.key` to change.
        key: String,
        /// What it has to keep to.
        rule: &'static str,
    },
}

/// The file could not be opened or read.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Unreadable(#[from] std::io::Error);

fn meant(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

/// The configuration can be used, but its writer should know something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The `section.key`.
    pub key: String,
    /// Where its value stands.
    pub source: Source,
    /// What should be known.
    pub caution: Caution,
}

impl Display for Warning {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{} ({}): {}", self.key, self.source, self.caution)
    }
}

/// What the writer of a configuration should know about a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Caution {
    /// A secret stands in the file itself.
    #[error("the secret stands in the file; name a file or a systemd credential instead")]
    InlineSecret,
    /// A secret stands in the environment under a name of our own.
    #[error(
        "the secret stands in the environment, where every child process and crash report may \
         read it; name a file or a systemd credential instead"
    )]
    EnvironmentSecret,
    /// A secret's file may be read by others.
    #[error("the secret's file may be read by other users; set its mode to 0600")]
    LooseSecretFile,
    /// The key is understood, and this version has no use for it.
    #[error("understood, but nothing in this version uses it yet")]
    Unused,
    /// People would be sent back to an address that only this machine has.
    #[error(
        "server.public_url is not set: people who connect by OAuth are sent back to localhost, \
         which works on this machine alone"
    )]
    NoPublicUrl,
    /// Passwords and sessions would travel in the clear.
    #[error("TLS is off: passwords and sessions travel unencrypted, so let a proxy add TLS")]
    TlsOff,
}
