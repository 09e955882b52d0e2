//! Asks a site, and makes a file of what it tells.

use rust_xlsxwriter::XlsxError;
use sha2::{Digest as _, Sha256};

use super::format::Format;
use super::sheet::Sheet;
use super::{csv, json, pdf, tell, xlsx};
use crate::analytics::{self, Against, Asked, AskedFunnel, Period, Site, TakenAway};
use crate::base::{Actor, Blocking, Hex};
use crate::datasets::safe_name;

/// What is asked of a site.
pub(crate) enum Question {
    Report((Period, Against), Asked),
    Overview(Period, Against),
    Funnel(Period, AskedFunnel),
}

/// A file that tells the answer.
pub(crate) struct File {
    /// A name that is safe everywhere: letters, digits, `-`, `_` and one point.
    pub(crate) name: String,
    pub(crate) format: Format,
    pub(crate) bytes: Vec<u8>,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The question was not answered.
    #[error(transparent)]
    Asking(#[from] analytics::Error),
    /// The workbook cannot be written.
    #[error("the workbook could not be written")]
    Workbook(#[from] XlsxError),
    /// The pages cannot be written.
    #[error("the pages could not be written")]
    Pages(#[from] pdf::Error),
}

/// Makes a file of the answer to a question, which `by` takes away: the book is told its format, its
/// rows and its digest.
pub(crate) async fn make(
    (site, blocking): (&Site, Blocking),
    question: Question,
    format: Format,
    by: &Actor,
) -> Result<File, Error> {
    let (what, period) = (question.word(), question.period());
    let sheet = question.ask(site).await?;
    let written = blocking.run(move || {
        let bytes = write(&sheet, format)?;
        let digest = Sha256::digest(&bytes);
        Ok::<_, Error>((bytes, Hex(&digest).to_string(), sheet.rows()))
    });
    let (bytes, sha256, rows) = written.await?;
    let taken = TakenAway {
        what,
        format: format.name(),
        rows,
        bytes: bytes.len() as u64,
        sha256: &sha256,
    };
    site.note_exported(period, &taken, by);
    let name = safe_name(site.name(), "site");
    let (first, last, ending) = (period.first, period.last, format.name());
    Ok(File {
        name: format!("{name}-{what}-{first}-to-{last}.{ending}"),
        format,
        bytes,
    })
}

impl Question {
    /// Its kind.
    const fn word(&self) -> &'static str {
        match self {
            Self::Report(..) => "report",
            Self::Overview(..) => "overview",
            Self::Funnel(..) => "funnel",
        }
    }

    const fn period(&self) -> Period {
        match self {
            Self::Report((period, _), _) | Self::Overview(period, _) | Self::Funnel(period, _) => {
                *period
            }
        }
    }

    async fn ask(self, site: &Site) -> Result<Sheet, analytics::Error> {
        match self {
            Self::Report(days, asked) => {
                let answer = site.whole_report(days, asked.clone()).await?;
                tell::report(site, &asked, &answer)
            }
            Self::Overview(period, against) => {
                let report = site.whole_overview(period, against).await?;
                Ok(tell::overview(site, &report))
            }
            Self::Funnel(period, asked) => {
                let followed = site.whole_funnel(period, &asked).await?;
                tell::funnel(site, &asked, &followed)
            }
        }
    }
}

fn write(sheet: &Sheet, format: Format) -> Result<Vec<u8>, Error> {
    Ok(match format {
        Format::Csv => csv::write(sheet),
        Format::Json => json::write(sheet),
        Format::Xlsx => xlsx::write(sheet)?,
        Format::Pdf => pdf::write(sheet)?,
    })
}
