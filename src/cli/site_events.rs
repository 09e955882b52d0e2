//! `weighbridge site events`: writes a site's events to a file.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::dataset::Existing;
use super::failure::Failure;
use super::named::segment;

/// Which events are written, and where.
#[derive(Args)]
pub(super) struct Events {
    /// The site's name or id.
    pub(super) site: String,
    /// The file to be written.
    #[arg(long, value_name = "FILE")]
    pub(super) output: PathBuf,
    /// How it is written; without it, what the file's name says.
    #[arg(long, value_enum)]
    format: Option<EventsFormat>,
    /// The first day; 27 days before the last without it.
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// The last day; the present one at the site without it.
    #[arg(long, value_name = "DAY")]
    to: Option<String>,
    /// Write over a file that is there already.
    #[arg(long)]
    force: bool,
}

/// How a file of events is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum EventsFormat {
    /// Separated values with a header.
    Csv,
    /// One JSON object on each line.
    Ndjson,
    /// Columns, as Apache Parquet has them.
    Parquet,
}

/// A file's name that does not say how it is written.
#[derive(Debug, thiserror::Error)]
#[error("the file's name does not end in .csv, .ndjson or .parquet; say --format")]
struct NoFormat;

impl Events {
    /// What becomes of a file that is there.
    pub(super) fn existing(&self) -> Existing {
        if self.force {
            Existing::Replaced
        } else {
            Existing::Kept
        }
    }

    /// The query of the API below a site.
    pub(super) fn query(&self) -> Result<String, Failure> {
        let format = self.format.or_else(|| named(&self.output));
        let format = format.ok_or(NoFormat).map_err(Failure::of)?;
        let mut query = format!("?format={}", format.name());
        for (name, day) in [("from", &self.from), ("to", &self.to)] {
            if let Some(day) = day {
                query += &["&", name, "=", &segment(day)].concat();
            }
        }
        Ok(query)
    }
}

fn named(file: &Path) -> Option<EventsFormat> {
    let ending = file.extension()?.to_str()?;
    EventsFormat::from_str(ending, true).ok()
}

impl EventsFormat {
    /// The name that the API has for it.
    const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
        }
    }
}
