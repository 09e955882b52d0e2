//! `weighbridge init`: writes a configuration file that explains itself, and makes the data folder.

use std::fmt::{Display, Formatter, Result as Written};
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use clap::Args as Arguments;
use serde::Serialize;

use super::context::Context;
use super::failure::Failure;
use crate::config::template;

/// Where to put what.
#[derive(Arguments)]
pub(super) struct Args {
    /// The file to write, which must not exist yet; without it, the one that `--config` names, or
    /// `/etc/weighbridge/config.toml`.
    file: Option<PathBuf>,
    /// The data folder to make and to name in the file; the usual one without it.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

/// What could not be made.
#[derive(Debug, thiserror::Error)]
enum Unmade {
    #[error(
        "{0} is there already and was left as it is; name another file, or serve with this one"
    )]
    There(PathBuf),
    #[error("could not make {0}")]
    Failed(PathBuf, #[source] io::Error),
    #[error("two files are named, {0} and {1}, and one is written; leave one of them out")]
    Two(PathBuf, PathBuf),
}

impl Unmade {
    fn of(path: &Path, error: io::Error) -> Failure {
        Failure::of(match error.kind() {
            io::ErrorKind::AlreadyExists => Self::There(path.to_owned()),
            _ => Self::Failed(path.to_owned(), error),
        })
    }
}

pub(super) fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let data = args.data.unwrap_or_else(|| "/var/lib/weighbridge".into());
    let file = match (args.file, context.named_file()) {
        (Some(file), Some(config)) if file != config => {
            return Err(Failure::of(Unmade::Two(config, file)));
        }
        (Some(file), _) | (None, Some(file)) => file,
        (None, None) => "/etc/weighbridge/config.toml".into(),
    };
    write(&file, &as_seen_from(&file, &data)).map_err(|error| Unmade::of(&file, error))?;
    let data_was_there = data.is_dir();
    make_private(&data).map_err(|error| Unmade::of(&data, error))?;
    Ok(context.out.show(&Made {
        file,
        data,
        data_was_there,
    })?)
}

/// The data folder as the file must name it: a relative path in a file starts at its folder, and
/// one in an argument where the command runs.
fn as_seen_from(file: &Path, data: &Path) -> PathBuf {
    let beside = file.parent().is_none_or(|folder| folder == Path::new(""));
    if beside {
        return data.to_owned();
    }
    std::path::absolute(data).unwrap_or_else(|_| data.to_owned())
}

/// The file may come to hold secrets, so that nobody else can read it.
fn write(file: &Path, data: &Path) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o640)
        .open(file)?;
    file.write_all(with_data(&template(), data).as_bytes())
}

/// The template with the data folder set in it.
fn with_data(template: &str, data: &Path) -> String {
    let set = format!("data = {:?}", data.display().to_string());
    let lines = template
        .lines()
        .map(|line| match line.strip_prefix("# data = ") {
            Some(_) => set.as_str(),
            None => line,
        });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

fn make_private(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o750)
        .create(folder)
}

/// What was made.
#[derive(Serialize)]
struct Made {
    file: PathBuf,
    data: PathBuf,
    data_was_there: bool,
}

impl Display for Made {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let (file, data) = (self.file.display(), self.data.display());
        if self.data_was_there {
            writeln!(
                f,
                "Wrote {file}, which names {data}, a folder that was there."
            )?;
        } else {
            writeln!(f, "Wrote {file} and made {data}.")?;
        }
        write!(f, "Start with: weighbridge serve --config {file}")
    }
}
