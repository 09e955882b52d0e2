//! The records of a sync that wait before they are removed.

use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::Tag;
use crate::app::App;
use crate::auth::Permission;
use crate::base::SyncId;
use crate::http::page::Pages;
use crate::http::{ApiError, Caller, Moment};
use crate::sync::{Syncs, due};

pub(super) struct Resource {
    syncs: Syncs,
    pages: Pages,
}

/// A record that is missing on one side, and waits before it is removed on the other.
#[derive(Object)]
#[oai(rename = "QuarantinedRecord")]
struct QuarantinedView {
    /// The record's key.
    key: String,
    /// The provider's id of the remote record.
    remote_id: String,
    /// When a run has missed it first.
    missed_since: Moment,
    /// From when on a run removes it, unless it is there again by then.
    due_at: Moment,
}

/// One part of the list of records that wait.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct QuarantineList {
    /// In the order of keys.
    items: Vec<QuarantinedView>,
    /// How many there are in all.
    total: u64,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

#[OpenApi(tag = "Tag::Syncs")]
impl Resource {
    /// Lists the records that wait before they are removed.
    ///
    /// They were missing, here for a push and at the provider for a pull, when the last run looked,
    /// and for fewer hours than the sync's `quarantine_hours`. One that is there again leaves the
    /// list with the next run, and nothing is written for it.
    #[oai(
        path = "/syncs/:id/quarantine",
        method = "get",
        operation_id = "listQuarantine"
    )]
    async fn list(
        &self,
        #[oai(scope = "Permission::SyncRead")] caller: Caller,
        id: Path<SyncId>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<QuarantineList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let sync = self.syncs.open(&scope, id.0)?;
        let hours = sync.definition().quarantine_hours;
        let found = sync.quarantined(&page.into(), &by).await?;
        let items = found
            .absent
            .into_iter()
            .map(|(key, missed)| QuarantinedView {
                key,
                remote_id: missed.remote_id,
                missed_since: missed.since.into(),
                due_at: due(missed.since, hours).into(),
            });
        Ok(Json(QuarantineList {
            items: items.collect(),
            total: found.total,
            next: found.next.map(|cursor| cursor.encode()),
        }))
    }
}

impl Resource {
    pub(super) fn new(app: &App, pages: Pages) -> Self {
        Self {
            syncs: app.syncs.clone(),
            pages,
        }
    }
}
