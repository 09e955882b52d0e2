//! `weighbridge site attribution`: which visits led to conversions, a column for each model.

use std::fmt::{Display, Formatter, Result as Written};

use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::{Value, json};

use super::failure::Failure;
use super::site_report::{Aligned, cell, filters};

/// The models, in the order of their columns.
const MODELS: [&str; 7] = [
    "first",
    "last",
    "last_non_direct",
    "linear",
    "time_decay",
    "position",
    "data_driven",
];

/// What is asked of a site.
#[derive(Args)]
pub(super) struct Asked {
    /// The site's name or id.
    site: String,
    /// What visits are told apart by: channel, source, medium, campaign or `landing_page`.
    #[arg(long = "by", value_name = "DIMENSION", default_value = "channel")]
    dimension: String,
    /// What is divided.
    #[arg(long, value_name = "FIGURE", default_value = "conversions")]
    figure: Figure,
    /// Which conversions: all, leads or purchases.
    #[arg(long, value_name = "GOAL", default_value = "all")]
    goal: String,
    /// So many days before a conversion visits count: 1 to 90.
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    lookback_days: u16,
    /// For `time_decay`: what is so many days older counts half, 1 to 90.
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    half_life_days: u16,
    /// Count only visits that it picks, such as "device is mobile"; may be given several times.
    #[arg(long = "filter", value_name = "FILTER")]
    filters: Vec<String>,
    /// The first day; 27 days before the last without it.
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// The last day; the present one at the site without it.
    #[arg(long, value_name = "DAY")]
    to: Option<String>,
    /// How many rows at most.
    #[arg(long, value_name = "ROWS", default_value_t = 100)]
    limit: u32,
}

/// What is divided.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Figure {
    /// How many conversions there are.
    Conversions,
    /// What purchases were worth.
    Revenue,
}

impl Figure {
    const fn name(self) -> &'static str {
        match self {
            Self::Conversions => "conversions",
            Self::Revenue => "revenue",
        }
    }
}

/// What is told, and of which dimension and figure it was asked.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Attribution {
    told: Value,
    #[serde(skip)]
    dimension: String,
    #[serde(skip)]
    figure: Figure,
}

impl Asked {
    pub(super) fn site(&self) -> &str {
        &self.site
    }

    /// The question as the API takes it.
    pub(super) fn body(&self) -> Result<Value, Failure> {
        let mut body = json!({
            "dimension": self.dimension, "goal": self.goal, "filters": filters(&self.filters)?,
            "lookback_days": self.lookback_days, "half_life_days": self.half_life_days,
            "sort_figure": self.figure.name(), "limit": self.limit,
        });
        for (name, value) in [("from", &self.from), ("to", &self.to)] {
            if let Some(value) = value {
                body[name] = value.as_str().into();
            }
        }
        Ok(body)
    }

    pub(super) fn attribution(self, told: Value) -> Attribution {
        Attribution {
            told,
            dimension: self.dimension,
            figure: self.figure,
        }
    }
}

impl Attribution {
    fn rows(&self) -> &[Value] {
        self.told["rows"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The columns, each from its head to the line of totals.
    fn columns(&self) -> Vec<Vec<String>> {
        let figure = self.figure.name();
        let mut names = vec![self.dimension.clone()];
        names.extend(self.rows().iter().map(|row| cell(&row["value"])));
        names.push("all".to_owned());
        let by_model = MODELS.iter().map(|model| {
            let mut column = vec![(*model).to_owned()];
            column.extend(self.rows().iter().map(|row| amount(&row[model][figure])));
            column.push(amount(&self.told[figure]));
            column
        });
        std::iter::once(names).chain(by_model).collect()
    }
}

/// An amount as it is shown: conversions with two digits, money as it is told.
fn amount(value: &Value) -> String {
    match value.as_f64() {
        Some(conversions) => format!("{conversions:.2}"),
        None => cell(value),
    }
}

impl Display for Attribution {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let columns = self.columns();
        write!(f, "{}", Aligned(&columns, 1))?;
        let found = self.told["found"].as_u64().unwrap_or(0);
        let shown = self.rows().len() as u64;
        if found > shown {
            writeln!(f, "{shown} of {found} rows; ask for more with --limit")?;
        }
        if self.told["visitor_ids"] == "daily" {
            writeln!(
                f,
                "This site knows nobody again on another day: visits of the conversion's own day \
                 alone count."
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_column_for_each_model_and_a_line_for_all() {
        let portion = |conversions: f64| json!({"conversions": conversions, "revenue": "9.00"});
        let mut row = json!({"value": "email"});
        for model in MODELS {
            row[model] = portion(1.5);
        }
        let told = json!({
            "rows": [row], "found": 3, "conversions": 4, "revenue": "9.00", "visitor_ids": "daily",
        });
        let attribution = Attribution {
            told,
            dimension: "channel".into(),
            figure: Figure::Conversions,
        };
        let told = attribution.to_string();
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(
            lines[0],
            "channel  first  last  last_non_direct  linear  time_decay  position  data_driven"
        );
        assert!(lines[1].starts_with("email     1.50  1.50"), "{told}");
        assert!(lines[2].starts_with("all       4.00  4.00"), "{told}");
        assert_eq!(lines[3], "1 of 3 rows; ask for more with --limit");
        assert!(lines[4].contains("another day"), "{told}");
    }
}
