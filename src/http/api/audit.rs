//! The book of every act.

use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::types::Any;
use poem_openapi::{Object, OpenApi};
use serde_json::Value;

use super::Tag;
use crate::app::App;
use crate::audit::{Checkpoint, Code as EventCode, Event, From as Start, Log, Query as Wanted};
use crate::auth::Permission;
use crate::base::{Actor, Blocking, Clock};
use crate::http::error::Code;
use crate::http::page::Pages;
use crate::http::{ApiError, Caller, Moment};

pub(super) struct Resource {
    audit: Log,
    pages: Pages,
    blocking: Blocking,
    clock: Clock,
}

/// One part of the book.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct AuditPage {
    /// Lines in the OCSF 1.8.0 schema, each as it stands in the book.
    items: Vec<Any<Value>>,
    /// The sequence number to go on from, as `before` or `after`; absent at the end.
    next: Option<u64>,
}

/// The book's signed word on how far it goes. Kept elsewhere, it proves that nothing was cut off.
#[derive(Object)]
#[oai(rename = "Checkpoint")]
struct CheckpointView {
    /// The book's name.
    log: String,
    /// The number of the line that is signed.
    seq: u64,
    /// That line's hash.
    hash: String,
    /// When it was signed.
    time: Moment,
    /// The public key of the line's segment.
    key: String,
    /// The Ed25519 signature.
    signature: String,
}

#[OpenApi(tag = "Tag::Audit")]
impl Resource {
    /// Reads the book.
    ///
    /// The newest lines come first; with `after` the oldest do.
    #[oai(
        path = "/audit/events",
        method = "get",
        operation_id = "listAuditEvents"
    )]
    async fn list(
        &self,
        #[oai(scope = "Permission::AuditRead")] caller: Caller,
        limit: Query<Option<u16>>,
        /// Only lines before this sequence number.
        before: Query<Option<u64>>,
        /// Only lines after this sequence number, the oldest first.
        after: Query<Option<u64>>,
        /// Only lines of this event, such as `WB-AUTH-002` or `authn_login_fail`.
        code: Query<Option<String>>,
    ) -> Result<Json<AuditPage>, ApiError> {
        let by = caller.by();
        let wanted = Wanted {
            from: start(before.0, after.0)?,
            code: code.0.as_deref().map(event_code).transpose()?,
            limit: self.pages.read(limit.0, None)?.limit,
        };
        let log = self.audit.clone();
        let page = self.blocking.run(move || log.read(&wanted)).await?;
        self.record(EventCode::AuditRead, &by, page.items.len());
        let lines = page
            .items
            .iter()
            .map(|line| serde_json::from_str(line.get()));
        Ok(Json(AuditPage {
            items: lines
                .map(|line| line.map(Any))
                .collect::<Result<_, _>>()
                .map_err(ApiError::internal)?,
            next: page.next,
        }))
    }

    /// Signs how far the book goes.
    #[oai(
        path = "/audit/checkpoint",
        method = "get",
        operation_id = "getAuditCheckpoint"
    )]
    async fn checkpoint(
        &self,
        #[oai(scope = "Permission::AuditRead")] caller: Caller,
    ) -> Result<Json<CheckpointView>, ApiError> {
        let by = caller.by();
        let checkpoint = self.audit.checkpoint();
        self.record(EventCode::CheckpointTaken, &by, 1);
        Ok(Json(checkpoint.into()))
    }
}

impl Resource {
    pub(super) fn new(app: &App, pages: Pages) -> Self {
        Self {
            audit: app.audit.clone(),
            pages,
            blocking: app.blocking,
            clock: app.clock.clone(),
        }
    }

    fn record(&self, code: EventCode, by: &Actor, lines: usize) {
        let event = Event::new(code, by).count("lines", lines as u64);
        self.audit.record(event.build(&self.clock));
    }
}

fn start(before: Option<u64>, after: Option<u64>) -> Result<Start, ApiError> {
    match (before, after) {
        (None, None) => Ok(Start::Newest),
        (Some(before), None) => Ok(Start::Before(before)),
        (None, Some(after)) => Ok(Start::After(after)),
        (Some(_), Some(_)) => Err(ApiError::new(
            Code::BadQuery,
            "before, after: only one of them can be given",
        )),
    }
}

fn event_code(text: &str) -> Result<EventCode, ApiError> {
    let code = text.parse();
    code.map_err(|bad: crate::audit::BadCode| ApiError::new(Code::BadQuery, format!("code: {bad}")))
}

impl From<Checkpoint> for CheckpointView {
    fn from(checkpoint: Checkpoint) -> Self {
        Self {
            log: checkpoint.log,
            seq: checkpoint.seq,
            hash: checkpoint.hash,
            time: checkpoint.time.into(),
            key: checkpoint.key.to_string(),
            signature: checkpoint.signature,
        }
    }
}
