//! What can be done with the book.

use std::sync::Arc;

use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::line::Line;
use super::view::{AuditPage, ChainView, CheckpointView, OrderView, OutcomeView};
use super::wish::{Wish, cursor};
use crate::app::App;
use crate::audit::{Code, Event, Filter, Log, Page, Query as Wanted};
use crate::auth::Permission;
use crate::base::{Actor, Blocking, Clock, RequestId};
use crate::http::api::Tag;
use crate::http::page::Pages;
use crate::http::{ApiError, Caller, Moment};

/// So many searches read at once; the others wait for their turn.
const SEARCHES: usize = 2;

pub(crate) struct Resource {
    audit: Log,
    pages: Pages,
    blocking: Blocking,
    clock: Clock,
    searches: Arc<Semaphore>,
}

/// The answer of a verification that goes on.
#[derive(ApiResponse)]
enum Begun {
    /// It is under way.
    #[oai(status = 202)]
    Begun(Json<ChainView>),
}

#[OpenApi(tag = "Tag::Audit")]
impl Resource {
    /// Searches the book.
    ///
    /// All conditions must hold. A call reads 64 MiB of the book at most and answers with what it
    /// has found there, be it nothing: `scanned_to` says how far it came, and `next`, while it is
    /// there, goes on. A search is itself written into the book, with its conditions.
    #[oai(
        path = "/audit/events",
        method = "get",
        operation_id = "listAuditEvents"
    )]
    async fn list(
        &self,
        #[oai(scope = "Permission::AuditRead")] caller: Caller,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
        /// `newest` or `oldest` first; `newest` without it.
        order: Query<Option<OrderView>>,
        /// Only acts of this moment or later (RFC 3339).
        from: Query<Option<Moment>>,
        /// Only acts before this moment (RFC 3339).
        to: Query<Option<Moment>>,
        /// Only lines from this number on.
        first_line: Query<Option<u64>>,
        /// Only lines up to this number.
        last_line: Query<Option<u64>>,
        /// Only these events: codes, their words or beginnings of codes, such as
        /// `WB-AUTH-,WB-SYS-001,authz_fail`.
        code: Query<Option<String>>,
        /// Only acts that ended so.
        outcome: Query<Option<OutcomeView>>,
        /// Only what was done by the user with this id or e-mail address, in the session with this
        /// id, through the token with this id or by the run with this id.
        actor: Query<Option<String>>,
        /// Only what was about the object with this id.
        object: Query<Option<String>>,
        /// Only what was about objects of this kind, such as `dataset`.
        object_type: Query<Option<String>>,
        /// Only what belongs to the request with this id.
        request: Query<Option<RequestId>>,
        /// Only what came from this IP address.
        address: Query<Option<String>>,
        /// Only lines that hold these words, in any case of letters, in their message, code,
        /// reason or comment, or in the names of who acted, from where and on what.
        q: Query<Option<String>>,
        /// `false` leaves out acts that changed nothing and only looked at something.
        reads: Query<Option<bool>>,
    ) -> Result<Json<AuditPage>, ApiError> {
        let by = caller.by();
        let wish = Wish {
            order: order.0,
            from: from.0,
            to: to.0,
            lines: (first_line.0, last_line.0),
            code: code.0,
            outcome: outcome.0,
            actor: actor.0,
            object: (object.0, object_type.0),
            request: request.0,
            address: address.0,
            q: q.0,
            reads: reads.0,
        };
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let wanted = wish.query(&page)?;
        let found = self.search(wanted.clone()).await?;
        self.record(&wanted.filter, &by, found.items.len());
        Ok(Json(shown(&wanted, &found)?))
    }

    /// Tells how the book stands.
    ///
    /// How far it goes, what is signed, and what the last verification has found.
    #[oai(path = "/audit/chain", method = "get", operation_id = "getAuditChain")]
    async fn chain(
        &self,
        #[oai(scope = "Permission::AuditRead")] caller: Caller,
    ) -> Result<Json<ChainView>, ApiError> {
        let by = caller.by();
        let event = Event::new(Code::ChainRead, &by);
        self.audit.record(event.build(&self.clock));
        Ok(Json(self.standing().await?))
    }

    /// Verifies the book.
    ///
    /// Reads every line that was written so far, in the background, and compares its hash with
    /// its bytes, with the line after it and with what the appliance itself has in memory. Where a
    /// verification is under way already, nothing else is begun. `getAuditChain` tells how far it
    /// is and what it has found. What only files kept elsewhere can show, the command
    /// `weighbridge audit verify` shows.
    #[oai(
        path = "/audit/verify",
        method = "post",
        operation_id = "verifyAuditLog"
    )]
    async fn verify(
        &self,
        #[oai(scope = "Permission::AuditRead")] caller: Caller,
    ) -> Result<Begun, ApiError> {
        let by = caller.by();
        let log = self.audit.clone();
        // What was done up to now is to be looked at as well.
        let check = self.blocking.run(move || {
            log.flush()?;
            Ok::<_, crate::base::WitnessError>(log.begin_check())
        });
        if let Some(check) = check.await? {
            drop(self.blocking.start(move || check.run(&by)));
        }
        Ok(Begun::Begun(Json(self.standing().await?)))
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
        let event = Event::new(Code::CheckpointTaken, &by).count("lines", 1);
        self.audit.record(event.build(&self.clock));
        Ok(Json(checkpoint.into()))
    }
}

impl Resource {
    pub(crate) fn new(app: &App, pages: Pages) -> Self {
        Self {
            audit: app.audit.clone(),
            pages,
            blocking: app.blocking,
            clock: app.clock.clone(),
            searches: Arc::new(Semaphore::new(SEARCHES)),
        }
    }

    /// Searches beside the runtime, as long as somebody waits for it.
    async fn search(&self, wanted: Wanted) -> Result<Page, ApiError> {
        let turn = Arc::clone(&self.searches).acquire_owned().await;
        let turn = turn.map_err(ApiError::internal)?;
        let stop = CancellationToken::new();
        let _gone = stop.clone().drop_guard();
        let log = self.audit.clone();
        let read = move || {
            let page = log.read(&wanted, &stop);
            drop(turn);
            page
        };
        Ok(self.blocking.run(read).await?)
    }

    async fn standing(&self) -> Result<ChainView, ApiError> {
        let log = self.audit.clone();
        let standing = self.blocking.run(move || log.standing()).await?;
        Ok(standing.into())
    }

    fn record(&self, filter: &Filter, by: &Actor, lines: usize) {
        let mut event = Event::new(Code::AuditRead, by).count("lines", lines as u64);
        if *filter != Filter::default() {
            let filter = serde_json::to_value(filter).unwrap_or_default();
            event = event.detail("filter", filter);
        }
        self.audit.record(event.build(&self.clock));
    }
}

fn shown(wanted: &Wanted, page: &Page) -> Result<AuditPage, ApiError> {
    let lines = page
        .items
        .iter()
        .map(|line| serde_json::from_str(line.get()));
    Ok(AuditPage {
        items: lines
            .map(|line| line.map(Line))
            .collect::<Result<_, _>>()
            .map_err(ApiError::internal)?,
        next: page.next.map(|at| cursor(wanted, at).encode()),
        scanned_to: page.scanned_to.map(Into::into),
        scanned_lines: page.scanned_lines,
        scanned_bytes: page.scanned_bytes,
    })
}
