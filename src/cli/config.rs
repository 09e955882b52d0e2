//! `weighbridge config`: checks, shows and explains the configuration.

use std::fmt::{Display, Formatter, Result as Written};
use std::path::PathBuf;

use clap::Subcommand;
use serde::Serialize;
use serde_json::Value;

use super::certificate;
use super::context::Context;
use super::failure::Failure;
use crate::config::{Entry, reference, show};

/// What to do with the configuration.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Report every fault and everything that should be known; nothing is started.
    Check,
    /// Show every value in force, and where it comes from. Secrets are masked.
    Show,
    /// Print the reference of every key, in Markdown.
    Reference,
}

pub(super) fn run(command: &Command, context: &Context) -> Result<(), Failure> {
    match command {
        Command::Check => check(context),
        Command::Show => {
            let values = context.load()?.entries.into_iter().map(Setting::from);
            Ok(context.out.show(&Settings(values.collect()))?)
        }
        Command::Reference => Ok(context.out.document(reference().as_bytes())?),
    }
}

fn check(context: &Context) -> Result<(), Failure> {
    let loaded = context.load()?;
    certificate::check(&loaded.config)?;
    let checked = Checked {
        file: context.file(),
        warnings: loaded.warnings.iter().map(ToString::to_string).collect(),
    };
    Ok(context.out.show(&checked)?)
}

/// A configuration without faults.
#[derive(Serialize)]
struct Checked {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<PathBuf>,
    warnings: Vec<String>,
}

impl Display for Checked {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        match &self.file {
            Some(file) => write!(f, "{} is good.", file.display()),
            None => f.write_str("There is no file; the defaults and the environment are good."),
        }
    }
}

/// The values in force.
#[derive(Serialize)]
#[serde(transparent)]
struct Settings(Vec<Setting>);

/// One value; the whole of what is known of it is kept for the text.
#[derive(Serialize)]
struct Setting {
    key: String,
    /// Absent when it is not set.
    #[serde(skip_serializing_if = "Value::is_null")]
    value: Value,
    source: String,
    #[serde(skip)]
    known: Entry,
}

impl From<Entry> for Setting {
    fn from(entry: Entry) -> Self {
        Self {
            key: entry.key(),
            value: entry.json(),
            source: entry.source.to_string(),
            known: entry,
        }
    }
}

impl Display for Settings {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        f.write_str(&show(self.0.iter().map(|value| &value.known)))
    }
}
