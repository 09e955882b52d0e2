//! The operations on sites.

use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;

use super::super::{Done, Made, Tag};
use super::attribution::{AttributionQuery, AttributionView};
use super::cohorts::{CohortsQuery, CohortsView};
use super::funnel::{FunnelQuery, FunnelView};
use super::history::HistoryView;
use super::journeys::{JourneysQuery, JourneysView};
use super::key::{KeyView, NewView, WriteKeyList};
use super::overview::{AgainstView, OverviewView};
use super::realtime::RealTimeView;
use super::report::{ReportQuery, ReportView, period};
use super::together::{TogetherQuery, TogetherView};
use super::view::{NewSite, RebuildView, SiteChange, SiteList, SiteView, TracesView, VisitorQuery};
use crate::analytics::{Analytics, Asked, AskedAttribution, AskedFunnel, Error, Period};
use crate::app::App;
use crate::auth::Permission;
use crate::base::{SiteId, WriteKeyId};
use crate::datasets::{Access, Format};
use crate::feeds::Feeds;
use crate::http::page::Pages;
use crate::http::tag::{self, Tagged};
use crate::http::{ApiError, Caller, File};

pub(in crate::http::api) struct Resource {
    sites: Analytics,
    feeds: Feeds,
    pages: Pages,
}

#[OpenApi(tag = "Tag::Analytics")]
impl Resource {
    /// Lists one's own sites and those that others share.
    #[oai(path = "/sites", method = "get", operation_id = "listSites")]
    async fn list(
        &self,
        #[oai(scope = "Permission::SiteRead")] caller: Caller,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<SiteList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let part = (page.limit, page.after.as_ref());
        let (sites, next) = self.sites.list(&scope, part, &by)?;
        let items = sites.iter().map(SiteView::of);
        Ok(Json(SiteList {
            items: items.collect::<Result<_, _>>()?,
            next: next.map(|cursor| cursor.encode()),
        }))
    }

    /// Makes a site.
    ///
    /// Events come in once it has a write key.
    #[oai(path = "/sites", method = "post", operation_id = "createSite")]
    async fn create(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        body: Json<NewSite>,
    ) -> Result<Made<SiteView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.create(&scope, body.0.into(), &by).await?;
        Ok(Made::Made(Json(SiteView::of(&site)?)))
    }

    /// Shows a site.
    #[oai(path = "/sites/:id", method = "get", operation_id = "getSite")]
    async fn show(
        &self,
        #[oai(scope = "Permission::SiteRead")] caller: Caller,
        id: Path<SiteId>,
    ) -> Result<Tagged<Json<SiteView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open(&scope, id.0)?;
        site.note_read(&by);
        let view = SiteView::of(&site)?;
        Ok(Tagged::at(view.version(), Json(view)))
    }

    /// Changes a site.
    ///
    /// Zone and currency stay as they are once there are events: what was counted rests on them.
    #[oai(path = "/sites/:id", method = "patch", operation_id = "updateSite")]
    async fn update(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<SiteChange>,
    ) -> Result<Tagged<Json<SiteView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Edit)?;
        tag::demand(&tag::if_match(if_match.0.as_deref()), site.version().0)?;
        let view = SiteView::of(&site.alter(body.0.into(), &by).await?)?;
        Ok(Tagged::at(view.version(), Json(view)))
    }

    /// Deletes a site with its write keys and all of its events.
    #[oai(path = "/sites/:id", method = "delete", operation_id = "deleteSite")]
    async fn delete(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Owner)?;
        tag::demand(&tag::if_match(if_match.0.as_deref()), site.version().0)?;
        site.delete(&by).await?;
        Ok(Done::Done)
    }

    /// Lists the write keys of a site.
    #[oai(
        path = "/sites/:id/keys",
        method = "get",
        operation_id = "listWriteKeys"
    )]
    async fn keys(
        &self,
        #[oai(scope = "Permission::SiteRead")] caller: Caller,
        id: Path<SiteId>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<WriteKeyList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let part = (page.limit, page.after.as_ref());
        let (keys, next) = self.sites.open(&scope, id.0)?.list_keys(part, &by)?;
        Ok(Json(WriteKeyList {
            items: keys.iter().map(KeyView::from).collect(),
            next: next.map(|cursor| cursor.encode()),
        }))
    }

    /// Makes a key that events are sent with.
    ///
    /// A secret one is in this answer and nowhere else.
    #[oai(
        path = "/sites/:id/keys",
        method = "post",
        operation_id = "createWriteKey"
    )]
    async fn create_key(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        body: Json<NewView>,
    ) -> Result<Made<KeyView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Edit)?;
        let made = site.create_key(body.0.into(), &by).await?;
        Ok(Made::Made(Json(made.into())))
    }

    /// Takes a write key back; nothing comes in with it any more.
    #[oai(
        path = "/sites/:id/keys/:key",
        method = "delete",
        operation_id = "deleteWriteKey"
    )]
    async fn delete_key(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        key: Path<WriteKeyId>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Edit)?;
        site.delete_key(key.0, &by).await?;
        Ok(Done::Done)
    }

    /// Tells how a site fares on some days, beside how it did before.
    #[oai(
        path = "/sites/:id/overview",
        method = "get",
        operation_id = "getSiteOverview"
    )]
    async fn overview(
        &self,
        #[oai(scope = "Permission::AnalyticsRead")] caller: Caller,
        id: Path<SiteId>,
        /// The first day, such as `2026-11-01`; 27 days before the last without it.
        from: Query<Option<String>>,
        /// The last day; the present one at the site without it.
        to: Query<Option<String>>,
        /// What it is held against.
        #[oai(default)]
        compare: Query<AgainstView>,
    ) -> Result<Json<OverviewView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open(&scope, id.0)?;
        let period = Period::read(from.0.as_deref(), to.0.as_deref(), site.today());
        let period = period.map_err(Error::from)?;
        let report = site.overview(period, compare.0.into(), &by).await?;
        let costs = self.feeds.costs(&site, (period, None), &by).await?;
        Ok(Json(OverviewView::of(&site, &report, &costs)))
    }

    /// Tells what goes on at a site now.
    ///
    /// Events of the last second are among what is told. Visitors of the last 30 minutes are active;
    /// channels, sources and campaigns are those of their visits, also where these began before.
    #[oai(
        path = "/sites/:id/realtime",
        method = "get",
        operation_id = "getSiteRealTime"
    )]
    async fn realtime(
        &self,
        #[oai(scope = "Permission::AnalyticsRead")] caller: Caller,
        id: Path<SiteId>,
    ) -> Result<Json<RealTimeView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open(&scope, id.0)?;
        let told = site.realtime(&by).await?;
        Ok(Json(RealTimeView::of(&site, &told)))
    }

    /// Brings events of the past into a site, from a file of any size.
    ///
    /// CSV has a column for each member of an event (see `sendEvents`), JSON and NDJSON have events.
    /// Each needs `name`, `id`, `at` and `visitor`, and may be as old as it is. Those that cannot be
    /// counted are told with their lines, and the others are counted. What has an id that is there
    /// already on the same day, or came within eight days, is not counted again: an id tells an
    /// event from all others of the site, and a file that broke off is sent again as a whole. With
    /// daily ids, visitors of one day whom two sendings tell of count twice. A file of which nothing
    /// can be read is refused with `import_refused`.
    #[oai(
        path = "/sites/:id/imports",
        method = "post",
        operation_id = "importEvents"
    )]
    async fn import(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        /// How the file is written.
        format: Query<Format>,
        body: File,
    ) -> Result<Json<HistoryView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Edit)?;
        let file = Box::pin(body.0.into_bytes_stream());
        let history = Box::pin(site.bring(file, format.0, &by)).await?;
        Ok(Json(history.into()))
    }

    /// Tells what visits and events of some days come to, by any of their dimensions.
    ///
    /// A filter picks visits: those with an event that it names, or, of what belongs to a visit,
    /// those whose first event it names. Everything of a visit that all filters pick counts; where
    /// the hour, the page or the event is a dimension, its events are divided by it.
    #[oai(
        path = "/sites/:id/reports",
        method = "post",
        operation_id = "queryReport"
    )]
    async fn report(
        &self,
        #[oai(scope = "Permission::AnalyticsRead")] caller: Caller,
        id: Path<SiteId>,
        body: Json<ReportQuery>,
    ) -> Result<Json<ReportView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open(&scope, id.0)?;
        let query = body.0;
        let period = period(&site, query.from.as_deref(), query.to.as_deref())?;
        let days = (period, query.compare.into());
        let asked = Asked::from(query);
        let metrics = asked.metrics.clone();
        let answer = site.report(days, asked, &by).await?;
        Ok(Json(ReportView::of(&site, &metrics, &answer)))
    }

    /// Tells what several reports tell, such as those of one page.
    ///
    /// They count as one question, and an error names the report that it is about.
    #[oai(
        path = "/sites/:id/reports/together",
        method = "post",
        operation_id = "queryReports"
    )]
    async fn reports(
        &self,
        #[oai(scope = "Permission::AnalyticsRead")] caller: Caller,
        id: Path<SiteId>,
        body: Json<TogetherQuery>,
    ) -> Result<Json<TogetherView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open(&scope, id.0)?;
        let (parts, shown) = body.0.read(&site)?;
        let answers = site.reports(parts, &by).await?;
        Ok(Json(TogetherView::of(&site, shown, &answers)))
    }

    /// Tells how far visitors come on a way of steps, and where most leave it.
    ///
    /// Each step is an event later than that of the step before, the last within a given time after
    /// the first, all on the days that are asked for. Visitors are counted, each by the furthest
    /// step that they came to.
    #[oai(
        path = "/sites/:id/funnels",
        method = "post",
        operation_id = "queryFunnel"
    )]
    async fn funnel(
        &self,
        #[oai(scope = "Permission::AnalyticsRead")] caller: Caller,
        id: Path<SiteId>,
        body: Json<FunnelQuery>,
    ) -> Result<Json<FunnelView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open(&scope, id.0)?;
        let query = body.0;
        let period = period(&site, query.from.as_deref(), query.to.as_deref())?;
        let asked = AskedFunnel::from(query);
        let followed = site.funnel(period, &asked, &by).await?;
        Ok(Json(FunnelView::of(&site, asked.steps, &followed)))
    }

    /// Tells which visits led to conversions, by every model side by side.
    ///
    /// The path of a conversion are the visits of its visitor that began within the lookback before
    /// it, its own among them. Each model divides each conversion, and what it brought, among the
    /// visits of its path. The shares of every model add up to the totals exactly.
    #[oai(
        path = "/sites/:id/attribution",
        method = "post",
        operation_id = "queryAttribution"
    )]
    async fn attribution(
        &self,
        #[oai(scope = "Permission::AnalyticsRead")] caller: Caller,
        id: Path<SiteId>,
        body: Json<AttributionQuery>,
    ) -> Result<Json<AttributionView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open(&scope, id.0)?;
        let query = body.0;
        let period = period(&site, query.from.as_deref(), query.to.as_deref())?;
        let asked = AskedAttribution::from(query);
        let credited = site.attribution(period, &asked, &by).await?;
        Ok(Json(AttributionView::of(&site, &asked, &credited)))
    }

    /// Tells which ways visits commonly take, from page to page or from event to event.
    ///
    /// Ways are told as the beginnings that most visits have in common, in the order of a tree. At
    /// each it is told how many visits ended there, and how many went on as is not told.
    #[oai(
        path = "/sites/:id/journeys",
        method = "post",
        operation_id = "queryJourneys"
    )]
    async fn journeys(
        &self,
        #[oai(scope = "Permission::AnalyticsRead")] caller: Caller,
        id: Path<SiteId>,
        body: Json<JourneysQuery>,
    ) -> Result<Json<JourneysView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open(&scope, id.0)?;
        let query = body.0;
        let period = period(&site, query.from.as_deref(), query.to.as_deref())?;
        let journeyed = site.journeys(period, &query.into(), &by).await?;
        Ok(Json(JourneysView::from(&journeyed)))
    }

    /// Tells who comes again, by the week or month of their first visit.
    ///
    /// A first visit is the first that the site has at all. Of each cohort it is told how many were
    /// there in every week or month since, and what they brought.
    #[oai(
        path = "/sites/:id/cohorts",
        method = "post",
        operation_id = "queryCohorts"
    )]
    async fn cohorts(
        &self,
        #[oai(scope = "Permission::AnalyticsRead")] caller: Caller,
        id: Path<SiteId>,
        body: Json<CohortsQuery>,
    ) -> Result<Json<CohortsView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open(&scope, id.0)?;
        let query = body.0;
        let period = period(&site, query.from.as_deref(), query.to.as_deref())?;
        let gauged = site.cohorts(period, &query.into(), &by).await?;
        Ok(Json(CohortsView::of(&site, &gauged)))
    }

    /// Tells where a visitor was, by the lasting id that events have.
    ///
    /// A site whose visitors are told apart by the day knows nobody by an id.
    #[oai(
        path = "/sites/:id/visitors/find",
        method = "post",
        operation_id = "findVisitor"
    )]
    async fn find_visitor(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        body: Json<VisitorQuery>,
    ) -> Result<Json<TracesView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Edit)?;
        let found = site.find_visitor(&body.0.visitor, &by).await?;
        Ok(Json(found.into()))
    }

    /// Takes a visitor out of all that is kept, by the lasting id that events have.
    ///
    /// Their events go, and the days are counted anew without them. Where events are gone already,
    /// figures stay and the visitor is no longer one of those that are counted. Afterwards nobody
    /// knows who it was; what comes in later with the same id is a new visitor's.
    #[oai(
        path = "/sites/:id/visitors/erase",
        method = "post",
        operation_id = "eraseVisitor"
    )]
    async fn erase_visitor(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        body: Json<VisitorQuery>,
    ) -> Result<Json<TracesView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Edit)?;
        let erased = site.erase_visitor(&body.0.visitor, &by).await?;
        Ok(Json(erased.into()))
    }

    /// Counts every day anew from its events, and tells whether the sums that were kept are the
    /// same.
    #[oai(
        path = "/sites/:id/rebuild",
        method = "post",
        operation_id = "rebuildSite"
    )]
    async fn rebuild(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
    ) -> Result<Json<RebuildView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let rebuild = self
            .sites
            .open_to(&scope, id.0, Access::Edit)?
            .rebuild(&by)
            .await?;
        Ok(Json(rebuild.into()))
    }
}

impl Resource {
    pub(in crate::http::api) fn new(app: &App, pages: Pages) -> Self {
        Self {
            sites: app.analytics.clone(),
            feeds: app.feeds.clone(),
            pages,
        }
    }
}
