//! `weighbridge audit verify`: checks the book's files; no server and no configuration needed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args as Arguments;

use super::context::Context;
use super::failure::{Failure, Kind};
use crate::audit::{Checkpoint, Depth, Options, PublicKey, has_segments, verify};

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

/// There is nothing to check.
#[derive(Debug, thiserror::Error)]
enum NoLog {
    #[error("there are no log files in {}; did you mean {}?", .0.display(), .0.join("audit").display())]
    Below(PathBuf),
    #[error("there are no log files in {}", .0.display())]
    There(PathBuf),
    #[error("the audit log in {} begins at the first start", .0.display())]
    Yet(PathBuf),
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let folder = match &args.folder {
        Some(folder) => named(folder, args.checkpoint.is_some())?,
        None => configured(context)?,
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
    let report = verify(&folder, &options);
    let report = report.map_err(|error| Failure::Unchecked(error.into()))?;
    context.out.show(&report)?;
    if report.holds() {
        Ok(())
    } else {
        Err(Failure::Shown(Kind::Failed))
    }
}

/// The folder that somebody names. One without a log is a slip, and no sign that one was taken
/// away, unless a checkpoint proves that there was one.
fn named(folder: &Path, proved: bool) -> Result<PathBuf, Failure> {
    if proved || holds_a_log(folder)? {
        return Ok(folder.to_owned());
    }
    let below = folder.join("audit");
    let is_below = below.is_dir() && holds_a_log(&below)?;
    Err(Failure::Unchecked(Box::new(if is_below {
        NoLog::Below(folder.to_owned())
    } else {
        NoLog::There(folder.to_owned())
    })))
}

/// The folder of the configuration. Whether a log began there, its key says: an empty folder
/// beside it is one that was emptied.
fn configured(context: &Context) -> Result<PathBuf, Failure> {
    let config = context.load()?.config;
    let began = config.server.audit_key().exists();
    let folder = config.audit.folder;
    if began || (folder.is_dir() && holds_a_log(&folder)?) {
        return Ok(folder);
    }
    Err(Failure::Unchecked(Box::new(NoLog::Yet(folder))))
}

fn holds_a_log(folder: &Path) -> Result<bool, Failure> {
    let found = has_segments(folder);
    found.map_err(|error| Failure::Unchecked(error.into()))
}

fn read_checkpoint(file: &Path) -> Result<Checkpoint, Failure> {
    let unread = |error| Failure::Unchecked(NoCheckpoint(file.to_owned(), error).into());
    let text = fs::read(file).map_err(unread)?;
    serde_json::from_slice(&text).map_err(|error| unread(error.into()))
}
