//! Saved reports: questions about a site that have a name.

use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Enum, Object, OpenApi};

use super::super::{Done, Made, Tag};
use super::overview::AgainstView;
use super::report::{FilterView, ReportView};
use super::word::{DimensionView, MetricView};
use crate::analytics::{Analytics, Item, Range, SavedDays, SavedQuestion, SavedReport};
use crate::app::App;
use crate::auth::Permission;
use crate::base::{KeptId, SiteId};
use crate::datasets::Access;
use crate::http::page::Pages;
use crate::http::tag::{self, Tagged};
use crate::http::{ApiError, Caller, Moment};

/// Days that a word means, by the clocks of the site on the day on which a report is opened.
#[derive(Clone, Copy, Default, Enum)]
#[oai(rename = "ReportRange", rename_all = "snake_case")]
pub(super) enum RangeView {
    /// The present day.
    Today,
    /// The day before.
    Yesterday,
    /// The present day and the 6 before.
    #[oai(rename = "last_7_days")]
    Last7Days,
    /// The present day and the 27 before.
    #[default]
    #[oai(rename = "last_28_days")]
    Last28Days,
    /// The present day and the 89 before.
    #[oai(rename = "last_90_days")]
    Last90Days,
    /// From the first of the month on.
    ThisMonth,
    /// The whole month before.
    LastMonth,
    /// From the first of January on.
    ThisYear,
}

/// What a saved report is to tell.
#[derive(Object)]
#[oai(
    rename = "SavedQuestion",
    deny_unknown_fields,
    skip_serializing_if_is_none
)]
pub(super) struct QuestionView {
    /// The days, by a word; the last 28 without it and without `from` and `to`.
    range: Option<RangeView>,
    /// The first day, such as `2026-11-01`, where it is always the same days; not beside `range`.
    #[oai(validator(max_length = 40))]
    from: Option<String>,
    /// The last of them.
    #[oai(validator(max_length = 40))]
    to: Option<String>,
    /// What the days are held against.
    #[oai(default)]
    compare: AgainstView,
    /// What rows are told apart by: 5 at most, each once.
    #[oai(default, validator(max_items = 100))]
    dimensions: Vec<DimensionView>,
    /// What is measured: at least one, each once.
    #[oai(validator(max_items = 100))]
    metrics: Vec<MetricView>,
    /// A segment of the site: its filters pick visits, too.
    segment: Option<KeptId>,
    /// Which visits count: those that every filter picks; 20 at most, with those of the segment.
    #[oai(default, validator(max_items = 100))]
    filters: Vec<FilterView>,
    /// A goal of the site: of the visits that count, those alone in which it was reached.
    goal: Option<KeptId>,
    /// The order of the rows: a metric or a dimension that is asked for, after `-` the greatest
    /// first.
    #[oai(validator(max_length = 40))]
    sort: Option<String>,
}

/// A saved report: a question that has a name.
#[derive(Object)]
#[oai(rename = "SavedReport")]
struct SavedView {
    /// The report's id.
    id: KeptId,
    /// What people call it.
    name: String,
    /// What it is to tell.
    query: QuestionView,
    /// When it was made.
    created_at: Moment,
    /// When it was last changed.
    updated_at: Moment,
    /// Rises with every change; in quotes it is the `ETag`.
    version: u64,
}

/// One part of the saved reports of a site.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct SavedReportList {
    /// In the order in which they were made.
    items: Vec<SavedView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

/// A report to be saved.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewSavedReport {
    /// What to call it: 1 to 120 characters, no other name of the site's reports in any case.
    #[oai(validator(max_length = 200))]
    name: String,
    /// What it is to tell.
    query: QuestionView,
}

/// What is to be changed; what is left away stays as it is.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct SavedReportChange {
    /// Another name.
    #[oai(validator(max_length = 200))]
    name: Option<String>,
    /// Another question, as a whole.
    query: Option<QuestionView>,
}

pub(in crate::http::api) struct SavedReports {
    sites: Analytics,
    pages: Pages,
}

#[OpenApi(tag = "Tag::Analytics")]
impl SavedReports {
    /// Lists the saved reports of a site.
    #[oai(
        path = "/sites/:id/saved-reports",
        method = "get",
        operation_id = "listSavedReports"
    )]
    async fn list(
        &self,
        #[oai(scope = "Permission::AnalyticsRead")] caller: Caller,
        id: Path<SiteId>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<SavedReportList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let part = (page.limit, page.after.as_ref());
        let (reports, next) = self.sites.open(&scope, id.0)?.list_kept(part, &by)?;
        Ok(Json(SavedReportList {
            items: reports.iter().map(SavedView::from).collect(),
            next: next.map(|cursor| cursor.encode()),
        }))
    }

    /// Saves a report.
    #[oai(
        path = "/sites/:id/saved-reports",
        method = "post",
        operation_id = "createSavedReport"
    )]
    async fn create(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        body: Json<NewSavedReport>,
    ) -> Result<Made<SavedView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Edit)?;
        let NewSavedReport { name, query } = body.0;
        let question = query.read().map_err(|error| error.below("query"))?;
        let made = site.keep(SavedReport { name, question }, &by).await?;
        Ok(Made::Made(Json(SavedView::from(&made))))
    }

    /// Shows what a saved report is to tell.
    #[oai(
        path = "/sites/:id/saved-reports/:report",
        method = "get",
        operation_id = "getSavedReport"
    )]
    async fn show(
        &self,
        #[oai(scope = "Permission::AnalyticsRead")] caller: Caller,
        id: Path<SiteId>,
        report: Path<KeptId>,
    ) -> Result<Tagged<Json<SavedView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open(&scope, id.0)?;
        let found = site.find_kept::<SavedReport>(report.0)?;
        site.note_kept_read(&found, &by);
        Ok(tagged(&found))
    }

    /// Changes a saved report.
    #[oai(
        path = "/sites/:id/saved-reports/:report",
        method = "patch",
        operation_id = "updateSavedReport"
    )]
    async fn update(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        report: Path<KeptId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<SavedReportChange>,
    ) -> Result<Tagged<Json<SavedView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Edit)?;
        let found = site.find_kept::<SavedReport>(report.0)?;
        tag::demand(&tag::if_match(if_match.0.as_deref()), found.version().0)?;
        let next = body.0.applied(found.what())?;
        Ok(tagged(&site.change_kept(found, next, &by).await?))
    }

    /// Deletes a saved report.
    #[oai(
        path = "/sites/:id/saved-reports/:report",
        method = "delete",
        operation_id = "deleteSavedReport"
    )]
    async fn delete(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        report: Path<KeptId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Edit)?;
        let found = site.find_kept::<SavedReport>(report.0)?;
        tag::demand(&tag::if_match(if_match.0.as_deref()), found.version().0)?;
        site.drop_kept(&found, &by).await?;
        Ok(Done::Done)
    }

    /// Tells what a saved report tells now: its first 1000 rows.
    #[oai(
        path = "/sites/:id/saved-reports/:report/answer",
        method = "get",
        operation_id = "answerSavedReport"
    )]
    async fn answer(
        &self,
        #[oai(scope = "Permission::AnalyticsRead")] caller: Caller,
        id: Path<SiteId>,
        report: Path<KeptId>,
    ) -> Result<Json<ReportView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open(&scope, id.0)?;
        let found = site.find_kept::<SavedReport>(report.0)?;
        let answer = site.answer_saved(found.what(), &by).await?;
        let metrics = &found.what().question.metrics;
        Ok(Json(ReportView::of(&site, metrics, &answer)))
    }
}

impl SavedReports {
    pub(in crate::http::api) fn new(app: &App, pages: Pages) -> Self {
        let sites = app.analytics.clone();
        Self { sites, pages }
    }
}

fn tagged(item: &Item<SavedReport>) -> Tagged<Json<SavedView>> {
    Tagged::at(item.version().0, Json(SavedView::from(item)))
}

impl From<&Item<SavedReport>> for SavedView {
    fn from(item: &Item<SavedReport>) -> Self {
        Self {
            id: item.id(),
            name: item.what().name.clone(),
            query: QuestionView::from(&item.what().question),
            created_at: item.created_at().into(),
            updated_at: item.updated_at().into(),
            version: item.version().0,
        }
    }
}

impl SavedReportChange {
    fn applied(self, now: &SavedReport) -> Result<SavedReport, ApiError> {
        let question = self.query.map(QuestionView::read).transpose();
        let question = question.map_err(|error| error.below("query"))?;
        Ok(SavedReport {
            name: self.name.unwrap_or_else(|| now.name.clone()),
            question: question.unwrap_or_else(|| now.question.clone()),
        })
    }
}

impl QuestionView {
    fn read(self) -> Result<SavedQuestion, ApiError> {
        let days = match (self.range, self.from, self.to) {
            (range, None, None) => SavedDays::Range(range.unwrap_or_default().into()),
            (None, Some(from), Some(to)) => SavedDays::Days { from, to },
            (Some(_), _, _) => {
                let why = "days are named by a word or by from and to, and here by both";
                return Err(ApiError::invalid("range", why));
            }
            (None, from, _) => {
                let missing = if from.is_none() { "from" } else { "to" };
                let why = "give from and to, or neither of them";
                return Err(ApiError::invalid(missing, why));
            }
        };
        Ok(SavedQuestion {
            days,
            against: self.compare.into(),
            dimensions: self.dimensions.into_iter().map(Into::into).collect(),
            metrics: self.metrics.into_iter().map(Into::into).collect(),
            segment: self.segment,
            filters: self.filters.into_iter().map(Into::into).collect(),
            goal: self.goal,
            sort: self.sort,
        })
    }
}

impl From<&SavedQuestion> for QuestionView {
    fn from(question: &SavedQuestion) -> Self {
        let (range, from, to) = match &question.days {
            SavedDays::Range(range) => (Some((*range).into()), None, None),
            SavedDays::Days { from, to } => (None, Some(from.clone()), Some(to.clone())),
        };
        let dimensions = question.dimensions.iter().copied();
        Self {
            range,
            from,
            to,
            compare: question.against.into(),
            dimensions: dimensions.map(Into::into).collect(),
            metrics: question.metrics.iter().copied().map(Into::into).collect(),
            segment: question.segment,
            filters: question.filters.iter().map(FilterView::from).collect(),
            goal: question.goal,
            sort: question.sort.clone(),
        }
    }
}

impl From<RangeView> for Range {
    fn from(view: RangeView) -> Self {
        match view {
            RangeView::Today => Self::Today,
            RangeView::Yesterday => Self::Yesterday,
            RangeView::Last7Days => Self::Last7Days,
            RangeView::Last28Days => Self::Last28Days,
            RangeView::Last90Days => Self::Last90Days,
            RangeView::ThisMonth => Self::ThisMonth,
            RangeView::LastMonth => Self::LastMonth,
            RangeView::ThisYear => Self::ThisYear,
        }
    }
}

impl From<Range> for RangeView {
    fn from(range: Range) -> Self {
        match range {
            Range::Today => Self::Today,
            Range::Yesterday => Self::Yesterday,
            Range::Last7Days => Self::Last7Days,
            Range::Last28Days => Self::Last28Days,
            Range::Last90Days => Self::Last90Days,
            Range::ThisMonth => Self::ThisMonth,
            Range::LastMonth => Self::LastMonth,
            Range::ThisYear => Self::ThisYear,
        }
    }
}
