//! How a command fails, and what its caller is told.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::base::chain;
use crate::config::Faults;

/// Why a command did not do what it was asked for; each kind has its exit code.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The configuration is faulty.
    #[error(transparent)]
    Config(#[from] Faults),
    /// What was to be printed could not be.
    #[error("could not print")]
    Output(#[from] io::Error),
    /// What a key of the configuration names cannot be used.
    #[error("{0}")]
    Setting(&'static str, #[source] Box<dyn Error + Send + Sync>),
    /// What was to be checked could not be, so that nothing is known of it.
    #[error(transparent)]
    Unchecked(Box<dyn Error + Send + Sync>),
    /// What the command set out to do failed.
    #[error(transparent)]
    Failed(Box<dyn Error + Send + Sync>),
    /// What the command has shown says all of it.
    #[error("it was told")]
    Shown(Kind),
}

/// Of what kind a failure is that was shown.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// The configuration is faulty.
    Config,
    /// Something else is wrong.
    Failed,
}

/// `EX_CONFIG` of BSD's sysexits, which systemd knows too.
const FAULTY_CONFIGURATION: u8 = 78;

/// Not the code of what was found wanting: a script must be able to tell them apart.
const UNCHECKED: u8 = 3;

impl Failure {
    /// A failure of the command's own work.
    pub(super) fn of(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Failed(Box::new(error))
    }

    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_) | Self::Setting(..) | Self::Shown(Kind::Config) => {
                ExitCode::from(FAULTY_CONFIGURATION)
            }
            Self::Unchecked(_) => ExitCode::from(UNCHECKED),
            // A reader like `head` that has enough is no failure.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Self::Output(_) | Self::Failed(_) | Self::Shown(Kind::Failed) => ExitCode::FAILURE,
        }
    }

    /// Whether there is nothing to tell anybody: it was told, or whoever read has enough.
    fn is_silent(&self) -> bool {
        match self {
            Self::Shown(_) => true,
            Self::Output(error) => error.kind() == io::ErrorKind::BrokenPipe,
            Self::Config(_) | Self::Setting(..) | Self::Unchecked(_) | Self::Failed(_) => false,
        }
    }
}

/// Tells the failure on standard error and gives its exit code.
pub(super) fn report(failure: &Failure, json: bool) -> ExitCode {
    if failure.is_silent() {
        return failure.exit_code();
    }
    let line = match (failure, json) {
        (Failure::Config(faults), true) => all(faults).to_string(),
        (Failure::Config(faults), false) => faults.to_string(),
        (failure, true) => json!({ "error": chain(failure).to_string() }).to_string(),
        (failure, false) => chain(failure).to_string(),
    };
    // Nobody is left to be told when standard error is closed.
    let _closed = writeln!(io::stderr().lock(), "{line}");
    failure.exit_code()
}

/// Every fault for programs, each by itself.
fn all(faults: &Faults) -> Value {
    let lines: Vec<_> = faults.faults.iter().map(|one| faults.line(one)).collect();
    json!({ "error": "the configuration cannot be used", "faults": lines })
}
