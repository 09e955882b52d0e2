//! What can be done with syncs.

use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;

use super::view::{SyncList, SyncView, view};
use super::wish::{MappingProposal, NewSync, PullPreview, PullWish, SyncChange, SyncTarget};
use crate::app::App;
use crate::auth::Permission;
use crate::base::SyncId;
use crate::http::api::{Done, Made, Tag};
use crate::http::page::Pages;
use crate::http::tag::{self, Tagged};
use crate::http::{ApiError, Caller};
use crate::sync::Syncs;

pub(crate) struct Resource {
    syncs: Syncs,
    pages: Pages,
}

#[OpenApi(tag = "Tag::Syncs")]
impl Resource {
    /// Lists one's own syncs.
    #[oai(path = "/syncs", method = "get", operation_id = "listSyncs")]
    async fn list(
        &self,
        #[oai(scope = "Permission::SyncRead")] caller: Caller,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<SyncList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let listed = self.syncs.list(&scope, &page.into(), &by)?;
        let views = listed.syncs.iter().map(view);
        Ok(Json(SyncList {
            items: views.collect::<Result<_, _>>()?,
            next: listed.next.map(|cursor| cursor.encode()),
        }))
    }

    /// Makes a sync.
    ///
    /// The table is looked at, and everything that is wrong with the mapping is told at once.
    #[oai(path = "/syncs", method = "post", operation_id = "createSync")]
    async fn create(
        &self,
        #[oai(scope = "Permission::SyncWrite")] caller: Caller,
        body: Json<NewSync>,
    ) -> Result<Made<SyncView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let sync = self.syncs.create(&scope, body.0.try_into()?, &by).await?;
        Ok(Made::Made(Json(view(&sync)?)))
    }

    /// Proposes a mapping.
    ///
    /// Fields are paired by name, likeness of name, and kind; nothing is kept.
    #[oai(
        path = "/syncs/proposal",
        method = "post",
        operation_id = "proposeMapping"
    )]
    async fn propose(
        &self,
        #[oai(scope = "Permission::SyncWrite")] caller: Caller,
        body: Json<SyncTarget>,
    ) -> Result<Json<MappingProposal>, ApiError> {
        let (by, scope) = caller.owner()?;
        let (target, direction) = body.0.into();
        let wanted = (&target, direction);
        let proposal = self.syncs.propose(&scope, wanted, &by).await?;
        Ok(Json(proposal.into()))
    }

    /// Shows what the first rows of a table would become by a pull.
    ///
    /// One page of the table is read, and nothing is kept.
    #[oai(path = "/syncs/preview", method = "post", operation_id = "previewPull")]
    async fn preview(
        &self,
        #[oai(scope = "Permission::SyncWrite")] caller: Caller,
        body: Json<PullWish>,
    ) -> Result<Json<PullPreview>, ApiError> {
        let (by, scope) = caller.owner()?;
        let (target, wish) = body.0.into();
        let rows = self.syncs.preview(&scope, (&target, &wish), &by).await?;
        let items = rows.into_iter().map(Into::into).collect();
        Ok(Json(PullPreview { items }))
    }

    /// Shows a sync.
    #[oai(path = "/syncs/:id", method = "get", operation_id = "getSync")]
    async fn show(
        &self,
        #[oai(scope = "Permission::SyncRead")] caller: Caller,
        id: Path<SyncId>,
    ) -> Result<Tagged<Json<SyncView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let sync = self.syncs.read(&scope, id.0, &by)?;
        Ok(Tagged::at(sync.version().0, Json(view(&sync)?)))
    }

    /// Changes a sync.
    ///
    /// A new mapping is looked at with the table as it is now. The next run writes what it changes.
    #[oai(path = "/syncs/:id", method = "patch", operation_id = "updateSync")]
    async fn update(
        &self,
        #[oai(scope = "Permission::SyncWrite")] caller: Caller,
        id: Path<SyncId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<SyncChange>,
    ) -> Result<Tagged<Json<SyncView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let sync = self.syncs.open(&scope, id.0)?;
        tag::demand(&tag::if_match(if_match.0.as_deref()), sync.version().0)?;
        let sync = sync.change(body.0.try_into()?, &by).await?;
        Ok(Tagged::at(sync.version().0, Json(view(&sync)?)))
    }

    /// Changes the mapping as its drift proposes.
    ///
    /// What is lost is taken out and what is offered is mapped, after another look at the table; a
    /// schedule that rests because of it goes on. One that has not drifted answers `not_found`, and
    /// one whose key field is lost `conflict`: choose another key with the mapping.
    #[oai(
        path = "/syncs/:id/drift/accept",
        method = "post",
        operation_id = "acceptDrift"
    )]
    async fn accept_drift(
        &self,
        #[oai(scope = "Permission::SyncWrite")] caller: Caller,
        id: Path<SyncId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Tagged<Json<SyncView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let sync = self.syncs.open(&scope, id.0)?;
        tag::demand(&tag::if_match(if_match.0.as_deref()), sync.version().0)?;
        let sync = sync.accept_drift(&by).await?;
        Ok(Tagged::at(sync.version().0, Json(view(&sync)?)))
    }

    /// Deletes a sync with its runs and links.
    ///
    /// The remote table stays as it is. Waits for no run: one that has not ended is in the way.
    #[oai(path = "/syncs/:id", method = "delete", operation_id = "deleteSync")]
    async fn delete(
        &self,
        #[oai(scope = "Permission::SyncWrite")] caller: Caller,
        id: Path<SyncId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        let sync = self.syncs.open(&scope, id.0)?;
        tag::demand(&tag::if_match(if_match.0.as_deref()), sync.version().0)?;
        sync.delete(&by).await?;
        Ok(Done::Done)
    }
}

impl Resource {
    pub(crate) fn new(app: &App, pages: Pages) -> Self {
        let syncs = app.syncs.clone();
        Self { syncs, pages }
    }
}
