//! Segments: the filters of a site that have a name.

use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::super::{Done, Made, Tag};
use super::report::FilterView;
use crate::analytics::{Analytics, Item, Segment};
use crate::app::App;
use crate::auth::Permission;
use crate::base::{KeptId, SiteId};
use crate::datasets::Access;
use crate::http::page::Pages;
use crate::http::tag::{self, Tagged};
use crate::http::{ApiError, Caller, Moment};

/// A segment: filters of a site that have a name.
#[derive(Object)]
#[oai(rename = "Segment")]
struct SegmentView {
    /// The segment's id, which reports and funnels name.
    id: KeptId,
    /// What people call it.
    name: String,
    /// Which visits are its: those that every filter picks.
    filters: Vec<FilterView>,
    /// When it was made.
    created_at: Moment,
    /// When it was last changed.
    updated_at: Moment,
    /// Rises with every change; in quotes it is the `ETag`.
    version: u64,
}

/// One part of the segments of a site.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct SegmentList {
    /// In the order in which they were made.
    items: Vec<SegmentView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

/// A segment to be made.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewSegment {
    /// What to call it: 1 to 120 characters, no other name of the site's segments in any case.
    #[oai(validator(max_length = 200))]
    name: String,
    /// Which visits are its: 1 to 20 filters, all of which have to pick.
    #[oai(validator(max_items = 100))]
    filters: Vec<FilterView>,
}

/// What is to be changed; what is left away stays as it is.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct SegmentChange {
    /// Another name.
    #[oai(validator(max_length = 200))]
    name: Option<String>,
    /// Other filters.
    #[oai(validator(max_items = 100))]
    filters: Option<Vec<FilterView>>,
}

pub(in crate::http::api) struct Segments {
    sites: Analytics,
    pages: Pages,
}

#[OpenApi(tag = "Tag::Analytics")]
impl Segments {
    /// Lists the segments of a site.
    #[oai(
        path = "/sites/:id/segments",
        method = "get",
        operation_id = "listSegments"
    )]
    async fn list(
        &self,
        #[oai(scope = "Permission::AnalyticsRead")] caller: Caller,
        id: Path<SiteId>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<SegmentList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let part = (page.limit, page.after.as_ref());
        let (segments, next) = self.sites.open(&scope, id.0)?.list_kept(part, &by)?;
        Ok(Json(SegmentList {
            items: segments.iter().map(SegmentView::from).collect(),
            next: next.map(|cursor| cursor.encode()),
        }))
    }

    /// Keeps filters as a segment.
    #[oai(
        path = "/sites/:id/segments",
        method = "post",
        operation_id = "createSegment"
    )]
    async fn create(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        body: Json<NewSegment>,
    ) -> Result<Made<SegmentView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Edit)?;
        let made = site.keep(Segment::from(body.0), &by).await?;
        Ok(Made::Made(Json(SegmentView::from(&made))))
    }

    /// Shows a segment.
    #[oai(
        path = "/sites/:id/segments/:segment",
        method = "get",
        operation_id = "getSegment"
    )]
    async fn show(
        &self,
        #[oai(scope = "Permission::AnalyticsRead")] caller: Caller,
        id: Path<SiteId>,
        segment: Path<KeptId>,
    ) -> Result<Tagged<Json<SegmentView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open(&scope, id.0)?;
        let found = site.find_kept::<Segment>(segment.0)?;
        site.note_kept_read(&found, &by);
        Ok(tagged(&found))
    }

    /// Changes a segment; what names it means other visits from then on.
    #[oai(
        path = "/sites/:id/segments/:segment",
        method = "patch",
        operation_id = "updateSegment"
    )]
    async fn update(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        segment: Path<KeptId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<SegmentChange>,
    ) -> Result<Tagged<Json<SegmentView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Edit)?;
        let found = site.find_kept::<Segment>(segment.0)?;
        tag::demand(&tag::if_match(if_match.0.as_deref()), found.version().0)?;
        let next = body.0.applied(found.what());
        Ok(tagged(&site.change_kept(found, next, &by).await?))
    }

    /// Deletes a segment; what names it is refused from then on.
    #[oai(
        path = "/sites/:id/segments/:segment",
        method = "delete",
        operation_id = "deleteSegment"
    )]
    async fn delete(
        &self,
        #[oai(scope = "Permission::SiteWrite")] caller: Caller,
        id: Path<SiteId>,
        segment: Path<KeptId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Edit)?;
        let found = site.find_kept::<Segment>(segment.0)?;
        tag::demand(&tag::if_match(if_match.0.as_deref()), found.version().0)?;
        site.drop_kept(&found, &by).await?;
        Ok(Done::Done)
    }
}

impl Segments {
    pub(in crate::http::api) fn new(app: &App, pages: Pages) -> Self {
        let sites = app.analytics.clone();
        Self { sites, pages }
    }
}

fn tagged(item: &Item<Segment>) -> Tagged<Json<SegmentView>> {
    Tagged::at(item.version().0, Json(SegmentView::from(item)))
}

impl From<&Item<Segment>> for SegmentView {
    fn from(item: &Item<Segment>) -> Self {
        let segment = item.what();
        Self {
            id: item.id(),
            name: segment.name.clone(),
            filters: segment.filters.iter().map(FilterView::from).collect(),
            created_at: item.created_at().into(),
            updated_at: item.updated_at().into(),
            version: item.version().0,
        }
    }
}

impl From<NewSegment> for Segment {
    fn from(new: NewSegment) -> Self {
        Self {
            name: new.name,
            filters: new.filters.into_iter().map(Into::into).collect(),
        }
    }
}

impl SegmentChange {
    fn applied(self, now: &Segment) -> Segment {
        let filters = self.filters;
        let filters = filters.map(|all| all.into_iter().map(Into::into).collect());
        Segment {
            name: self.name.unwrap_or_else(|| now.name.clone()),
            filters: filters.unwrap_or_else(|| now.filters.clone()),
        }
    }
}
