//! Files that tell how a site fares.

use std::sync::Arc;

use poem::Body;
use poem_openapi::param::Path;
use poem_openapi::payload::{Binary, Json, Response};
use poem_openapi::{Enum, Object, OpenApi};
use tokio::sync::Semaphore;

use super::funnel::FunnelQuery;
use super::overview::AgainstView;
use super::report::{ReportQuery, period};
use crate::analytics::{Analytics, Asked, AskedFunnel, Site};
use crate::app::App;
use crate::auth::Permission;
use crate::base::{Blocking, SiteId};
use crate::export::{self, File, Format, Question};
use crate::http::api::Tag;
use crate::http::{ApiError, Caller};

pub(super) struct Exports {
    sites: Analytics,
    blocking: Blocking,
    /// Turns for making files, which takes memory.
    turns: Arc<Semaphore>,
}

/// So many files are made at once.
const AT_ONCE: usize = 2;

/// How a file that tells a report is written.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "ReportFormat", rename_all = "snake_case")]
enum FormatView {
    /// Separated values with a header (RFC 4180): the rows alone.
    Csv,
    /// One JSON object, with all that it says about the rows.
    Json,
    /// A workbook of Excel, with a sheet about it.
    Xlsx,
    /// Pages of A4, with a chart; of more than 1000 rows the first 1000.
    Pdf,
}

/// What a file is to tell: a report, an overview or a funnel.
#[derive(Object)]
#[oai(rename = "ReportExport", deny_unknown_fields)]
struct ExportQuery {
    /// How the file is written.
    format: FormatView,
    /// A report as `queryReport` takes it. All of its rows are told: `limit` and `offset` count for
    /// nothing.
    report: Option<ReportQuery>,
    /// An overview as `getSiteOverview` takes it.
    overview: Option<OverviewQuery>,
    /// A funnel as `queryFunnel` takes it.
    funnel: Option<FunnelQuery>,
}

/// Of which days an overview is to tell.
#[derive(Object)]
#[oai(rename = "OverviewQuery", deny_unknown_fields)]
struct OverviewQuery {
    /// The first day, such as `2026-11-01`; 27 days before the last without it.
    #[oai(validator(max_length = 40))]
    from: Option<String>,
    /// The last day; the present one at the site without it.
    #[oai(validator(max_length = 40))]
    to: Option<String>,
    /// What the days are held against.
    #[oai(default)]
    compare: AgainstView,
}

#[OpenApi(tag = "Tag::Analytics")]
impl Exports {
    /// Gives a report, an overview or a funnel as a file.
    ///
    /// The file says beside its rows what they are: the site, the days, the filters, and how visitors
    /// are told apart. A report has all of its rows, 100,000 at most. In CSV the header has the units,
    /// and a text that a spreadsheet would take for a formula has a `'` before it; an overview in CSV
    /// is its days, or the hours of one day, alone.
    #[oai(
        path = "/sites/:id/reports/export",
        method = "post",
        operation_id = "exportReport"
    )]
    async fn export(
        &self,
        #[oai(scope = "Permission::AnalyticsRead")] caller: Caller,
        id: Path<SiteId>,
        body: Json<ExportQuery>,
    ) -> Result<Response<Binary<Body>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open(&scope, id.0)?;
        let format = body.0.format.into();
        let (member, question) = body.0.read(&site)?;
        let _turn = self.turns.acquire().await;
        let made = export::make((&site, self.blocking), question, format, &by).await;
        let made = made.map_err(|error| ApiError::from(error).below(member));
        Ok(sent(made?))
    }
}

impl Exports {
    pub(super) fn new(app: &App) -> Self {
        Self {
            sites: app.analytics.clone(),
            blocking: app.blocking,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl ExportQuery {
    /// The one question that is asked, and the member in which it stands.
    fn read(self, site: &Site) -> Result<(&'static str, Question), ApiError> {
        let (member, read) = match (self.report, self.overview, self.funnel) {
            (Some(query), None, None) => ("report", report(site, query)),
            (None, Some(query), None) => ("overview", overview(site, &query)),
            (None, None, Some(query)) => ("funnel", funnel(site, query)),
            _ => {
                let told = "name one of report, overview and funnel, and only one";
                return Err(ApiError::invalid("report", told));
            }
        };
        let question = read.map_err(|error| error.below(member))?;
        Ok((member, question))
    }
}

fn report(site: &Site, query: ReportQuery) -> Result<Question, ApiError> {
    let days = period(site, query.from.as_deref(), query.to.as_deref())?;
    let against = query.compare.into();
    Ok(Question::Report((days, against), Asked::from(query)))
}

fn overview(site: &Site, query: &OverviewQuery) -> Result<Question, ApiError> {
    let days = period(site, query.from.as_deref(), query.to.as_deref())?;
    Ok(Question::Overview(days, query.compare.into()))
}

fn funnel(site: &Site, query: FunnelQuery) -> Result<Question, ApiError> {
    let days = period(site, query.from.as_deref(), query.to.as_deref())?;
    Ok(Question::Funnel(days, AskedFunnel::from(query)))
}

/// The answer that sends a file.
fn sent(file: File) -> Response<Binary<Body>> {
    let disposition = format!("attachment; filename=\"{}\"", file.name);
    Response::new(Binary(Body::from(file.bytes)))
        .header("content-disposition", disposition)
        .header("content-type", file.format.media_type())
}

impl From<FormatView> for Format {
    fn from(view: FormatView) -> Self {
        match view {
            FormatView::Csv => Self::Csv,
            FormatView::Json => Self::Json,
            FormatView::Xlsx => Self::Xlsx,
            FormatView::Pdf => Self::Pdf,
        }
    }
}
