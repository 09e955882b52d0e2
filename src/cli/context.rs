//! What every command is given.

use std::path::PathBuf;

use super::failure::Failure;
use super::output::Output;
use crate::config::{Config, Environment, Loaded};

/// The configuration that is asked for, and where to print.
pub(super) struct Context {
    file: Option<PathBuf>,
    environment: Environment,
    /// Where the command prints.
    pub(super) out: Output,
}

impl Context {
    pub(super) fn new(file: Option<PathBuf>, environment: Environment, json: bool) -> Self {
        Self {
            file,
            environment,
            out: Output::new(json),
        }
    }

    /// The file that `--config` names.
    pub(super) fn named_file(&self) -> Option<PathBuf> {
        self.file.clone()
    }

    /// The file that is read: the one named, else the usual one if there is one.
    pub(super) fn file(&self) -> Option<PathBuf> {
        self.file
            .clone()
            .or_else(|| Config::usual_file(&self.environment))
    }

    /// Whether the process was started with a variable of this name.
    pub(super) fn is_set(&self, variable: &str) -> bool {
        self.environment.get(variable).is_some()
    }

    /// Loads the configuration; errs with all its faults.
    pub(super) fn load(&self) -> Result<Loaded, Failure> {
        Ok(Config::load(self.file().as_deref(), &self.environment)?)
    }
}
