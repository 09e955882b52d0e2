//! Writes a sheet as pages of A4, to be printed and handed on.
//!
//! What stands where is decided first, as `mark`s on pages which a `flow` fills from the top: the
//! `head`, a `chart` and each `table`. `paint` then draws the marks, with the number of each page.
//! `faces` knows how wide letters are, and `shown` how numbers are written.
//!
//! The letters are those of Noto Sans (see `fonts/OFL.txt`): Latin, Greek and Cyrillic. Others show
//! as empty boxes, and are found by a search all the same.

mod chart;
mod faces;
mod flow;
mod head;
mod mark;
mod paint;
mod shown;
mod table;

use krilla::error::KrillaError;

use super::sheet::Sheet;
use faces::Faces;
use flow::{Flow, Paper};

/// So many rows of the main table are printed.
const MAIN_ROWS: usize = 1_000;
/// So many of every other one.
const MORE_ROWS: usize = 10;

/// Why pages cannot be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A font that is built in cannot be read.
    #[error("a font cannot be read")]
    Font,
    /// The library did not write them.
    #[error("the pages were not written: {0:?}")]
    Library(KrillaError),
}

/// The file's bytes.
pub(super) fn write(sheet: &Sheet) -> Result<Vec<u8>, Error> {
    let faces = Faces::read().ok_or(Error::Font)?;
    let paper = if table::is_wide(&faces, sheet) {
        Paper::LANDSCAPE
    } else {
        Paper::PORTRAIT
    };
    let mut flow = Flow::on(paper, &faces);
    head::put(&mut flow, sheet);
    if let Some(drawn) = &sheet.chart {
        chart::put(&mut flow, (sheet, drawn));
    }
    for more in &sheet.more {
        table::put(&mut flow, (sheet, more), MORE_ROWS);
    }
    table::put(&mut flow, (sheet, &sheet.main), MAIN_ROWS);
    paint::paint(&faces, sheet, flow).map_err(Error::Library)
}

#[cfg(test)]
mod tests {
    use super::super::tell::sample;
    use super::*;

    #[test]
    fn a_sheet_becomes_pages() {
        let file = write(&sample()).unwrap();
        assert!(file.starts_with(b"%PDF-"));
        assert!(
            file.len() < 100_000,
            "only the letters that are used are in it"
        );
        assert_eq!(
            file,
            write(&sample()).unwrap(),
            "it depends on nothing else"
        );
    }
}
