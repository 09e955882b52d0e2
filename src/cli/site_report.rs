//! `weighbridge site report`: what a site's visits and events come to, as a table.

use std::fmt::{Display, Formatter, Result as Written};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::{Value, json};

use super::dataset::Existing;
use super::failure::Failure;

/// What is asked of a site.
#[derive(Args)]
pub(super) struct Asked {
    /// The site's name or id.
    site: String,
    /// What rows are told apart by, such as channel,source; the totals alone without it.
    #[arg(long = "by", value_name = "DIMENSIONS", value_delimiter = ',')]
    dimensions: Vec<String>,
    /// What is measured.
    #[arg(
        long = "metrics",
        value_name = "METRICS",
        value_delimiter = ',',
        default_value = "visits,visitors,conversions,revenue"
    )]
    metrics: Vec<String>,
    /// Count only visits that it picks, such as "source is google"; may be given several
    /// times.
    #[arg(long = "filter", value_name = "FILTER")]
    filters: Vec<String>,
    /// The first day; 27 days before the last without it.
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// The last day; the present one at the site without it.
    #[arg(long, value_name = "DAY")]
    to: Option<String>,
    /// The order: a metric or a dimension that is asked for, after - the greatest first.
    #[arg(long, value_name = "ORDER", allow_hyphen_values = true)]
    sort: Option<String>,
    /// How many rows at most.
    #[arg(long, value_name = "ROWS", default_value_t = 100)]
    limit: u32,
    /// Write all rows to this file instead, with what they are.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How the file is written; without it, what the file's name says.
    #[arg(long, value_enum, requires = "output")]
    format: Option<ReportFormat>,
    /// Write over a file that is there already.
    #[arg(long, requires = "output")]
    force: bool,
}

/// How a file that tells a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    /// Separated values with a header.
    Csv,
    /// One JSON object.
    Json,
    /// A workbook of Excel.
    Xlsx,
    /// Pages of A4, with a chart.
    Pdf,
}

/// A file's name that does not say how it is written.
#[derive(Debug, thiserror::Error)]
#[error("the file's name does not end in .csv, .json, .xlsx or .pdf; say --format")]
struct NoFormat;

/// A filter that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0:?} is no filter; one is written \"DIMENSION OPERATOR VALUE\", such as \"source is google\", \
     with the operators is, is_not, contains, not_contains and starts_with"
)]
struct BadFilter(String);

/// What is told, and in which order of columns it was asked for.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Report {
    told: Value,
    #[serde(skip)]
    dimensions: Vec<String>,
    #[serde(skip)]
    metrics: Vec<String>,
}

impl Asked {
    pub(super) fn site(&self) -> &str {
        &self.site
    }

    /// The question as the API takes it.
    pub(super) fn body(&self) -> Result<Value, Failure> {
        let mut body = json!({
            "dimensions": self.dimensions, "metrics": self.metrics,
            "filters": filters(&self.filters)?, "limit": self.limit,
            "compare": "none",
        });
        let more = [("from", &self.from), ("to", &self.to), ("sort", &self.sort)];
        for (name, value) in more {
            if let Some(value) = value {
                body[name] = value.as_str().into();
            }
        }
        Ok(body)
    }

    /// The file that is to be written, and what becomes of one that is there.
    pub(super) fn output(&self) -> Option<(&Path, Existing)> {
        let existing = if self.force {
            Existing::Replaced
        } else {
            Existing::Kept
        };
        self.output.as_deref().map(|path| (path, existing))
    }

    /// The question whose answer is to be such a file.
    pub(super) fn export(&self, output: &Path) -> Result<Value, Failure> {
        let ending = output.extension().and_then(|ending| ending.to_str());
        let named = ending.and_then(|ending| ReportFormat::from_str(ending, true).ok());
        let format = self.format.or(named).ok_or(NoFormat).map_err(Failure::of)?;
        Ok(json!({"format": format.name(), "report": self.body()?}))
    }

    pub(super) fn report(self, told: Value) -> Report {
        Report {
            told,
            dimensions: self.dimensions,
            metrics: self.metrics,
        }
    }
}

impl ReportFormat {
    /// The name that the API has for it.
    const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Xlsx => "xlsx",
            Self::Pdf => "pdf",
        }
    }
}

/// Filters as the API takes them.
pub(super) fn filters(given: &[String]) -> Result<Vec<Value>, Failure> {
    let read = given.iter().map(|text| filter(text));
    read.collect::<Result<_, _>>().map_err(Failure::of)
}

fn filter(text: &str) -> Result<Value, BadFilter> {
    let bad = || BadFilter(text.to_owned());
    let (dimension, rest) = text.trim_start().split_once(' ').ok_or_else(bad)?;
    let (operator, value) = rest
        .trim_start()
        .split_once(' ')
        .unwrap_or((rest.trim(), ""));
    Ok(json!({"dimension": dimension, "operator": operator, "values": [value]}))
}

impl Report {
    /// The columns, each from its head to the line of totals.
    fn columns(&self) -> Vec<Vec<String>> {
        let rows = self.told["rows"].as_array().map_or(&[][..], Vec::as_slice);
        let named = self.dimensions.iter().enumerate().map(|(place, name)| {
            let shown = rows.iter().map(|row| cell(&row["values"][place]));
            let last = if place == 0 { "all" } else { "" };
            let head = std::iter::once(name.clone());
            head.chain(shown).chain([last.to_owned()]).collect()
        });
        let measured = self.metrics.iter().map(|name| {
            let shown = rows.iter().map(|row| cell(&row["metrics"][name]));
            let head = std::iter::once(name.clone());
            head.chain(shown)
                .chain([cell(&self.told["totals"][name])])
                .collect()
        });
        named.chain(measured).collect()
    }
}

/// A value as it is shown; a dash where there is none.
pub(super) fn cell(value: &Value) -> String {
    match value {
        Value::String(text) if text.is_empty() => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => match (number.as_u64(), number.as_f64()) {
            (None, Some(rate)) => format!("{rate:.4}"),
            _ => number.to_string(),
        },
        _ => "-".to_owned(),
    }
}

/// Columns beside each other, so many of names before those of figures.
pub(super) struct Aligned<'a>(pub(super) &'a [Vec<String>], pub(super) usize);

impl Display for Aligned<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let Self(columns, named) = self;
        let widths = columns.iter().map(|column| {
            let widths = column.iter().map(|text| text.chars().count());
            widths.max().unwrap_or(0)
        });
        let widths: Vec<usize> = widths.collect();
        for line in 0..columns.first().map_or(0, Vec::len) {
            let cells = columns.iter().zip(&widths).enumerate();
            let cells = cells.map(|(place, (column, width))| {
                let text = &column[line];
                // Names to the left, figures to the right.
                if place < *named {
                    format!("{text:width$}")
                } else {
                    format!("{text:>width$}")
                }
            });
            let shown = cells.collect::<Vec<_>>().join("  ");
            writeln!(f, "{}", shown.trim_end())?;
        }
        Ok(())
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        write!(f, "{}", Aligned(&self.columns(), self.dimensions.len()))?;
        let found = self.told["found"].as_u64().unwrap_or(0);
        let shown = self.told["rows"].as_array().map_or(0, Vec::len) as u64;
        if found > shown {
            writeln!(f, "{shown} of {found} rows; ask for more with --limit")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_a_dimension_an_operator_and_a_value() {
        for (text, values) in [
            ("source is google", Some(("source", "is", "google"))),
            (
                "term contains red shoes",
                Some(("term", "contains", "red shoes")),
            ),
            ("referrer is", Some(("referrer", "is", ""))),
            ("source", None),
        ] {
            let expected = values.map(|(dimension, operator, value)| {
                json!({"dimension": dimension, "operator": operator, "values": [value]})
            });
            assert_eq!(filter(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn a_table_has_a_line_for_each_row_and_one_for_all() {
        let report = Report {
            told: json!({
                "rows": [
                    {"values": ["google"], "metrics": {"visits": 12, "bounce_rate": 0.25}},
                    {"values": [""], "metrics": {"visits": 3}},
                ],
                "totals": {"visits": 15, "bounce_rate": 0.2}, "found": 7,
            }),
            dimensions: vec!["source".into()],
            metrics: vec!["visits".into(), "bounce_rate".into()],
        };
        let table = "\
source  visits  bounce_rate
google      12       0.2500
-            3            -
all         15       0.2000
2 of 7 rows; ask for more with --limit
";
        assert_eq!(report.to_string(), table);
    }
}
