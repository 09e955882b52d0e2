//! How a command fails, and what its caller is told.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use serde_json::json;

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
    /// What the command set out to do failed.
    #[error(transparent)]
    Failed(Box<dyn Error + Send + Sync>),
}

/// `EX_CONFIG` of BSD's sysexits, which systemd knows too.
const FAULTY_CONFIGURATION: u8 = 78;

impl Failure {
    /// A failure of the command's own work.
    pub(super) fn of(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Failed(Box::new(error))
    }

    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_) => ExitCode::from(FAULTY_CONFIGURATION),
            // A reader like `head` that has enough is no failure.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Self::Output(_) | Self::Failed(_) => ExitCode::FAILURE,
        }
    }
}

/// Tells the failure on standard error and gives its exit code.
pub(super) fn report(failure: &Failure, json: bool) -> ExitCode {
    let text = match failure {
        Failure::Config(faults) => faults.to_string(),
        failure => chain(failure).to_string(),
    };
    let line = if json {
        json!({ "error": text }).to_string()
    } else {
        text
    };
    // Nobody is left to be told when standard error is closed.
    let _closed = writeln!(io::stderr().lock(), "{line}");
    failure.exit_code()
}
