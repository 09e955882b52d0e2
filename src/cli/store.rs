//! `weighbridge store`: takes the store to the schema of another version.

use std::fmt::{Display, Formatter, Result as Written};
use std::path::PathBuf;

use clap::Subcommand;
use serde::Serialize;

use super::context::Context;
use super::failure::Failure;
use crate::app;
use crate::base::Clock;
use crate::store::{Seen, look};

/// What to do with the store.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Bring the store to a schema, before an older version is installed again; no server may run.
    ///
    /// A start of this version brings an older store to its own schema by itself. Keep a copy of
    /// the data folder first.
    Migrate {
        /// The schema to go to, as the older version names it when it refuses the store.
        #[arg(long, value_name = "SCHEMA")]
        to: u32,
    },
}

/// There is nothing to migrate.
#[derive(Debug, thiserror::Error)]
#[error("there is no store in {0}")]
struct NoStore(PathBuf);

pub(super) fn run(command: &Command, context: &Context) -> Result<(), Failure> {
    let Command::Migrate { to } = *command;
    let config = context.load()?.config;
    let server = &config.server;
    let from = match look(&server.store_file()).map_err(Failure::of)? {
        Seen::Missing => return Err(Failure::of(NoStore(server.data.clone()))),
        Seen::Schema { found, .. } if found == to => Some(to),
        Seen::Schema { .. } | Seen::Unclean => {
            let migration = app::migrate(&config, to, &Clock::system()).map_err(Failure::of)?;
            migration.map(|migration| migration.from)
        }
    };
    let from = from.unwrap_or(to);
    Ok(context.out.show(&Migrated { from, to })?)
}

/// What was done.
#[derive(Serialize)]
struct Migrated {
    from: u32,
    to: u32,
}

impl Display for Migrated {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let Self { from, to } = self;
        if from == to {
            return write!(f, "The store has schema {to} already.");
        }
        writeln!(f, "The store went from schema {from} to {to}.")?;
        write!(
            f,
            "Start the version that knows this schema; a start of this one brings it up again."
        )
    }
}
