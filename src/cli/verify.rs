//! `weighbridge audit verify`: checks the book's files; no server and no configuration needed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args as Arguments;

use super::context::Context;
use super::failure::Failure;
use crate::audit::{Checkpoint, Depth, Options, PublicKey, verify};

/// What to check, and against what.
#[derive(Arguments)]
pub(super) struct Args {
    /// The folder with the book's files, or a copy of it; the configured one without it.
    folder: Option<PathBuf>,
    /// A file with a checkpoint that was kept elsewhere: only it shows that the end was cut off.
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// The first public key, as `weighbridge audit key` gave it when the book began.
    #[arg(long, value_name = "KEY")]
    first_key: Option<PublicKey>,
    /// Also parse every line as JSON.
    #[arg(long)]
    strict: bool,
}

/// A file that holds no checkpoint.
#[derive(Debug, thiserror::Error)]
#[error("could not read a checkpoint from {0}")]
struct NoCheckpoint(PathBuf, #[source] io::Error);

/// The report has told what is wrong.
#[derive(Debug, thiserror::Error)]
#[error("the audit log does not hold")]
struct DoesNotHold;

pub(super) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let folder = match &args.folder {
        Some(folder) => folder.clone(),
        None => context.load()?.config.audit.folder,
    };
    let checkpoint = args.checkpoint.as_deref().map(read_checkpoint);
    let options = Options {
        checkpoint: checkpoint.transpose()?,
        first_key: args.first_key,
        depth: if args.strict {
            Depth::Json
        } else {
            Depth::Chain
        },
        threads: None,
        ..Options::default()
    };
    let report = verify(&folder, &options).map_err(Failure::of)?;
    context.out.show(&report)?;
    if report.holds() {
        Ok(())
    } else {
        Err(Failure::of(DoesNotHold))
    }
}

fn read_checkpoint(file: &Path) -> Result<Checkpoint, Failure> {
    let unread = |error| Failure::of(NoCheckpoint(file.to_owned(), error));
    let text = fs::read(file).map_err(unread)?;
    serde_json::from_slice(&text).map_err(|error| unread(error.into()))
}
