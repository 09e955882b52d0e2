//! The records of a sync that the provider did not take.

use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::{Done, Tag};
use crate::app::App;
use crate::auth::Permission;
use crate::base::{RunId, SyncId};
use crate::http::page::Pages;
use crate::http::{ApiError, Caller, Moment};
use crate::sync::{Cell, DeadLetter, Syncs};

pub(super) struct Resource {
    syncs: Syncs,
    pages: Pages,
}

/// A record that the provider did not take and that was not written since, or of which nobody can
/// tell whether it was delivered.
#[derive(Object)]
#[oai(rename = "DeadLetter", skip_serializing_if_is_none)]
struct LetterView {
    /// The record's key.
    key: String,
    /// Why it was not taken the last time.
    reason: String,
    /// How many runs have tried it.
    attempts: u32,
    /// When it was refused first.
    first_at: Moment,
    /// When it was refused last.
    last_at: Moment,
    /// The run that tried it last.
    run_id: RunId,
    /// What was sent, cell by cell; texts longer than 500 characters are cut.
    payload: Vec<CellView>,
    /// The delivery of which nobody can tell whether it arrived; absent when the record was
    /// refused.
    delivery: Option<DeliveryView>,
}

/// A delivery to a hook that had no answer.
#[derive(Object)]
#[oai(rename = "DeliveryInDoubt")]
struct DeliveryView {
    /// The id that it bears however often it is sent, in its `delivery_id`.
    id: String,
    /// Whether the next run sends it again.
    resend: bool,
}

/// One cell of what was sent.
#[derive(Object)]
#[oai(rename = "SentCell", skip_serializing_if_is_none)]
pub(super) struct CellView {
    /// The dataset's field.
    field: String,
    /// The remote field's id.
    remote_field_id: String,
    /// The remote field's name.
    remote_field_name: String,
    /// The value in words; absent for an empty cell.
    value: Option<String>,
}

/// One part of the list of dead letters.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct DeadLetterList {
    /// In the order of keys.
    items: Vec<LetterView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

#[OpenApi(tag = "Tag::Syncs")]
impl Resource {
    /// Lists dead letters.
    ///
    /// They are the records that the provider did not take. Each disappears when a later run
    /// writes it. A sync keeps at most 10,000 of them; the outcomes of its runs hold all. Among
    /// them are the deliveries to a hook of which nobody can tell whether they arrived.
    #[oai(
        path = "/syncs/:id/dead-letters",
        method = "get",
        operation_id = "listDeadLetters"
    )]
    async fn list(
        &self,
        #[oai(scope = "Permission::SyncRead")] caller: Caller,
        id: Path<SyncId>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<DeadLetterList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let sync = self.syncs.open(&scope, id.0)?;
        let found = sync.dead_letters(&page.into(), &by)?;
        Ok(Json(DeadLetterList {
            items: found.letters.into_iter().map(LetterView::from).collect(),
            next: found.next.map(|cursor| cursor.encode()),
        }))
    }

    /// Discards all dead letters of a sync.
    ///
    /// The records themselves stay as they are: the next run tries them again. Deliveries in doubt
    /// are taken for delivered.
    #[oai(
        path = "/syncs/:id/dead-letters",
        method = "delete",
        operation_id = "discardDeadLetters"
    )]
    async fn discard_all(
        &self,
        #[oai(scope = "Permission::SyncRun")] caller: Caller,
        id: Path<SyncId>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        let sync = self.syncs.open(&scope, id.0)?;
        sync.discard_letters(&by).await?;
        Ok(Done::Done)
    }

    /// Discards one dead letter.
    ///
    /// The record itself stays as it is: the next run tries it again. A delivery in doubt is taken
    /// for delivered, and its record is sent again only once it has changed.
    #[oai(
        path = "/syncs/:id/dead-letters/:key",
        method = "delete",
        operation_id = "discardDeadLetter"
    )]
    async fn discard(
        &self,
        #[oai(scope = "Permission::SyncRun")] caller: Caller,
        id: Path<SyncId>,
        /// The record's key.
        key: Path<String>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        let sync = self.syncs.open(&scope, id.0)?;
        sync.discard_letter(&key.0, &by).await?;
        Ok(Done::Done)
    }

    /// Sends a delivery in doubt again.
    ///
    /// The next run of the sync does so, under the same `delivery_id`. Retrying a run sends again
    /// all that stayed unknown in it. Refused for a record that the provider did not take: that one
    /// is tried again by itself.
    #[oai(
        path = "/syncs/:id/dead-letters/:key/resend",
        method = "post",
        operation_id = "resendDelivery"
    )]
    async fn resend(
        &self,
        #[oai(scope = "Permission::SyncRun")] caller: Caller,
        id: Path<SyncId>,
        /// The record's key.
        key: Path<String>,
    ) -> Result<Json<LetterView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let sync = self.syncs.open(&scope, id.0)?;
        let letter = sync.resend_letter(&key.0, &by).await?;
        Ok(Json((key.0, letter).into()))
    }
}

impl Resource {
    pub(super) fn new(app: &App, pages: Pages) -> Self {
        let syncs = app.syncs.clone();
        Self { syncs, pages }
    }
}

impl From<(String, DeadLetter)> for LetterView {
    fn from((key, letter): (String, DeadLetter)) -> Self {
        Self {
            key,
            reason: letter.reason,
            attempts: letter.attempts,
            first_at: letter.first_at.into(),
            last_at: letter.last_at.into(),
            run_id: letter.run,
            payload: letter.payload.into_iter().map(CellView::from).collect(),
            delivery: letter.delivery.map(|delivery| DeliveryView {
                id: delivery.id,
                resend: delivery.resend,
            }),
        }
    }
}

impl From<Cell> for CellView {
    fn from(cell: Cell) -> Self {
        Self {
            field: cell.field,
            remote_field_id: cell.remote_field_id,
            remote_field_name: cell.remote_field_name,
            value: cell.value,
        }
    }
}
