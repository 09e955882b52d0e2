//! The forms that a file of events may have.

/// How a file of events is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventFormat {
    /// Separated values with a header (RFC 4180).
    Csv,
    /// One JSON object on each line.
    Ndjson,
    /// Columns, as Apache Parquet has them.
    Parquet,
}

impl EventFormat {
    /// Its word in questions and in the book, and how a file's name ends.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
        }
    }

    /// The media type of such a file.
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ndjson => "application/x-ndjson",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}
