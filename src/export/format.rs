//! The forms that a file may have.

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Separated values with a header (RFC 4180).
    Csv,
    /// One JSON object.
    Json,
    /// A workbook of Excel and its kin.
    Xlsx,
    /// Pages to be printed.
    Pdf,
}

impl Format {
    /// Its word in questions and in the book, and how a file's name ends.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Xlsx => "xlsx",
            Self::Pdf => "pdf",
        }
    }

    /// The media type of such a file.
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pdf => "application/pdf",
        }
    }
}
