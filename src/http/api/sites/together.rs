//! Shows several reports that are asked for together.

use poem_openapi::Object;

use super::report::{ReportQuery, ReportView, period};
use crate::analytics::{Answer, Asked, Metric, Part, Site};
use crate::http::ApiError;

/// What several reports are to tell.
#[derive(Object)]
#[oai(rename = "ReportsQuery", deny_unknown_fields)]
pub(super) struct TogetherQuery {
    /// 1 to 12 reports.
    #[oai(validator(max_items = 100))]
    reports: Vec<PartQuery>,
}

/// One of several reports.
#[derive(Object)]
#[oai(rename = "ReportsPartQuery", deny_unknown_fields)]
struct PartQuery {
    /// What it is told by in the answer: 1 to 120 characters, no other's name.
    #[oai(validator(max_length = 200))]
    name: String,
    /// What it is to tell.
    query: ReportQuery,
}

/// What several reports tell.
#[derive(Object)]
#[oai(rename = "SiteReports")]
pub(super) struct TogetherView {
    /// In the order in which they were asked for.
    reports: Vec<PartView>,
}

/// What one of them tells.
#[derive(Object)]
#[oai(rename = "SiteReportsPart")]
struct PartView {
    /// The name that it was asked for by.
    name: String,
    /// What it tells.
    report: ReportView,
}

/// What is needed to show the answer of a part.
pub(super) struct Shown {
    name: String,
    metrics: Vec<Metric>,
}

impl TogetherQuery {
    /// The questions, and how their answers are shown.
    pub(super) fn read(self, site: &Site) -> Result<(Vec<Part>, Vec<Shown>), ApiError> {
        let parts = self.reports.into_iter().enumerate();
        let read = parts.map(|(place, part)| part.read(site, place));
        let read: Vec<(Part, Shown)> = read.collect::<Result<_, _>>()?;
        Ok(read.into_iter().unzip())
    }
}

impl PartQuery {
    fn read(self, site: &Site, place: usize) -> Result<(Part, Shown), ApiError> {
        let Self { name, query } = self;
        let days = period(site, query.from.as_deref(), query.to.as_deref());
        let days = days.map_err(|error| error.below(&format!("reports[{place}].query")))?;
        let days = (days, query.compare.into());
        let asked = Asked::from(query);
        let shown = Shown {
            name: name.clone(),
            metrics: asked.metrics.clone(),
        };
        Ok((Part { name, days, asked }, shown))
    }
}

impl TogetherView {
    pub(super) fn of(site: &Site, shown: Vec<Shown>, answers: &[Answer]) -> Self {
        let part = |(shown, answer): (Shown, &Answer)| PartView {
            report: ReportView::of(site, &shown.metrics, answer),
            name: shown.name,
        };
        Self {
            reports: shown.into_iter().zip(answers).map(part).collect(),
        }
    }
}
