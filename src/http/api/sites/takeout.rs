//! A site's events as a file.

use poem::Body;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::{Binary, Response};
use poem_openapi::{Enum, OpenApi};

use crate::analytics::{Analytics, Error, Period};
use crate::app::App;
use crate::auth::Permission;
use crate::base::{Blocking, Clock, SiteId};
use crate::export::{EventFile, EventFormat, event_file};
use crate::http::api::Tag;
use crate::http::{ApiError, Caller};

pub(super) struct Takeouts {
    sites: Analytics,
    clock: Clock,
    blocking: Blocking,
}

/// How a file of events is written.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "EventFormat", rename_all = "snake_case")]
enum FormatView {
    /// Separated values with a header (RFC 4180).
    Csv,
    /// One JSON object on each line.
    Ndjson,
    /// Columns, as Apache Parquet has them.
    Parquet,
}

#[OpenApi(tag = "Tag::Analytics")]
impl Takeouts {
    /// Gives the events of some days as a file.
    ///
    /// Each event has its `id`, the moment `at` which it happened (UTC), the `day` at the site, the
    /// `visitor` as a number of the site's own, its `name`, and where there are any the page, where it
    /// came from, its channel, device, `value` and `currency`. They come day by day, those of a day in
    /// no order, and are those of one moment. In CSV a text that a spreadsheet would take for a
    /// formula has a `'` before it; in Parquet a `value` is a decimal, and the file says of which site
    /// and days it is.
    ///
    /// It needs leave to change the site: whom it is only shown to sees what visitors come to, and
    /// none of them alone. Whoever takes longer than nine minutes to fetch it gets an answer that
    /// breaks off: ask for fewer days then.
    #[oai(
        path = "/sites/:id/events/export",
        method = "get",
        operation_id = "exportEvents"
    )]
    async fn export(
        &self,
        #[oai(scope = "Permission::AnalyticsRead")] caller: Caller,
        id: Path<SiteId>,
        /// How the file is written.
        format: Query<FormatView>,
        /// The first day, such as `2026-11-01`; 27 days before the last without it.
        #[oai(validator(max_length = 40))]
        from: Query<Option<String>>,
        /// The last day; the present one at the site without it.
        #[oai(validator(max_length = 40))]
        to: Query<Option<String>>,
    ) -> Result<Response<Binary<Body>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open(&scope, id.0)?;
        let days = Period::read(from.0.as_deref(), to.0.as_deref(), site.today());
        let takeout = site.take_out(days.map_err(Error::from)?).await?;
        let place = (&self.clock, self.blocking);
        let file = event_file(takeout, format.0.into(), place, &by);
        Ok(sent(file.map_err(ApiError::internal)?))
    }
}

impl Takeouts {
    pub(super) fn new(app: &App) -> Self {
        Self {
            sites: app.analytics.clone(),
            clock: app.clock.clone(),
            blocking: app.blocking,
        }
    }
}

/// The answer that sends a file.
fn sent(file: EventFile) -> Response<Binary<Body>> {
    let disposition = format!("attachment; filename=\"{}\"", file.name);
    let kind = file.format.media_type();
    Response::new(Binary(Body::from_bytes_stream(file.into_stream())))
        .header("content-disposition", disposition)
        .header("content-type", kind)
}

impl From<FormatView> for EventFormat {
    fn from(view: FormatView) -> Self {
        match view {
            FormatView::Csv => Self::Csv,
            FormatView::Ndjson => Self::Ndjson,
            FormatView::Parquet => Self::Parquet,
        }
    }
}
