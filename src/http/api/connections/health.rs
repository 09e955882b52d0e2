//! How connections and their syncs do.

use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{Enum, Object, OpenApi};

use super::view::{EndpointView, GrantedView, Provider, StatusView};
use crate::app::App;
use crate::auth::Permission;
use crate::base::{ConnectionId, RunId, SyncId};
use crate::connections::{Limit, Met, Standing};
use crate::http::api::Tag;
use crate::http::page::Pages;
use crate::http::{ApiError, Caller, Moment};
use crate::sync::{Advice, ConnectionHealth, Drifted, Finding, Part, SyncHealth, Syncs, Verdict};

pub(crate) struct Resource {
    syncs: Syncs,
    pages: Pages,
}

/// Whether something does what it is for.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "HealthVerdict", rename_all = "snake_case")]
enum VerdictView {
    /// It does.
    Healthy,
    /// It does, and somebody should look.
    Attention,
    /// It does not.
    Failing,
}

/// What is best done.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "HealthAction", rename_all = "snake_case")]
enum ActionView {
    /// Connect it anew at the provider.
    Reconnect,
    /// Give the connection another token.
    ReplaceToken,
    /// Connect it anew, and allow what is missing.
    AllowMore,
    /// Test the connection.
    Test,
    /// Wait.
    Wait,
    /// Have the provider raise a limit, or wait until it does.
    RaiseLimit,
    /// See what else uses the account.
    SpareQuota,
    /// Have the dataset shared again.
    ShareAgain,
    /// Look through the sync's mapping.
    MapAgain,
    /// Look at a run.
    LookAtRun,
    /// Look at the records that a run could not settle.
    LookAtRecords,
}

/// The one thing to do.
#[derive(Object)]
#[oai(rename = "HealthAdvice", skip_serializing_if_is_none)]
struct AdviceView {
    /// The kind of it, for programs.
    action: ActionView,
    /// What to do and why, for people.
    text: String,
    /// The run to look at.
    run_id: Option<RunId>,
}

/// A limit of the provider's that was met and does not pass by waiting for a moment.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "HealthLimit", rename_all = "snake_case")]
enum LimitView {
    /// The calls of the month are used up: no call is made.
    Calls,
    /// The account is full: nothing new is written.
    Room,
}

/// A limit that was met.
#[derive(Object)]
#[oai(rename = "HealthLimitMet")]
struct MetView {
    /// Which one.
    limit: LimitView,
    /// What the provider said.
    told: String,
    /// When it is tried again whether it is still there; a test of the connection that goes well
    /// has it tried at once.
    tried_again_at: Moment,
}

/// How the calls that share one quota go out.
#[derive(Object)]
#[oai(rename = "HealthQuota", skip_serializing_if_is_none)]
struct QuotaView {
    /// How many calls a second are made at most; absent for as many as there are to make. It is
    /// lowered when the provider refuses calls that were within its limit.
    calls_per_second: Option<f64>,
    /// How many would be if it had refused none.
    usual_calls_per_second: Option<f64>,
    /// Until when the provider wants to be left alone; no call is made before.
    held_until: Option<Moment>,
    /// The limits that were met.
    limits: Vec<MetView>,
}

/// How a sync's mapping and its table have grown apart; the sync itself says it field by field.
#[derive(Object)]
#[oai(rename = "HealthDrift")]
struct DriftView {
    /// When a run found that it is as it is now.
    since: Moment,
    /// How many mapped fields are lost, the one with the key included.
    lost: u32,
    /// How many new fields might be mapped as well.
    offers: u32,
    /// Whether runs fail until somebody has acted.
    stops: bool,
}

/// How a sync does.
#[derive(Object)]
#[oai(rename = "SyncHealth", skip_serializing_if_is_none)]
struct SyncHealthView {
    /// The sync's id.
    id: SyncId,
    /// What its owner calls it.
    name: String,
    /// The name of the base that it goes to.
    base: String,
    /// Whether it does what it is for.
    verdict: VerdictView,
    /// What to do; absent when it is healthy.
    advice: Option<AdviceView>,
    /// When the last run ended that was carried through, of those that are looked at; absent when
    /// none was.
    last_success_at: Option<Moment>,
    /// How many runs are looked at: the last 20 at most that have ended and were not called off.
    runs: u32,
    /// How many of them failed.
    failed_runs: u32,
    /// The last of them.
    last_run_id: Option<RunId>,
    /// The records that the last of them could not settle.
    unsettled: u64,
    /// How its mapping and its table have grown apart; absent when they have not.
    drift: Option<DriftView>,
    /// How calls to its base go out.
    quota: QuotaView,
}

/// How a connection and its syncs do.
#[derive(Object)]
#[oai(rename = "ConnectionHealth", skip_serializing_if_is_none)]
struct HealthView {
    /// The connection's id.
    id: ConnectionId,
    /// What people call it.
    name: String,
    /// The provider.
    provider: Provider,
    /// Where the provider is called.
    endpoint: EndpointView,
    /// The state of its credential, as far as is known.
    status: StatusView,
    /// What was allowed by OAuth, and when it ends; absent when somebody pasted the token.
    oauth: Option<GrantedView>,
    /// What it asks for and was not allowed, in the provider's words.
    missing_scopes: Vec<String>,
    /// Whether the connection itself does what it is for.
    verdict: VerdictView,
    /// What to do; absent when it is healthy.
    advice: Option<AdviceView>,
    /// When the provider accepted a call last, by a test or in a run that was carried through.
    last_accepted_at: Option<Moment>,
    /// What the last trouble was; absent when the last call went well.
    last_problem: Option<String>,
    /// How calls go out that concern none of its bases, or all calls where the provider does not
    /// count those to each base.
    quota: QuotaView,
    /// How its syncs do; none for a caller who may not see syncs.
    syncs: Vec<SyncHealthView>,
}

/// One part of the list of what does how.
#[derive(Object)]
#[oai(rename = "HealthList", skip_serializing_if_is_none)]
struct HealthList {
    /// In the order in which the connections were made.
    items: Vec<HealthView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

#[OpenApi(tag = "Tag::Connections")]
impl Resource {
    /// Shows how the caller's connections and their syncs do.
    ///
    /// Nobody is called for it: it is what is known from tests and runs, and what the paces have
    /// learnt. Each has a verdict, and the one thing to do where it is not healthy.
    #[oai(path = "/health", method = "get", operation_id = "listHealth")]
    async fn list(
        &self,
        #[oai(scope = "Permission::ConnectionRead")] caller: Caller,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<HealthList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let part = Part {
            limit: page.limit,
            after: page.after,
        };
        let page = self.syncs.health(&scope, &part, &by)?;
        let with_syncs = caller.holds(Permission::SyncRead);
        let view = |one: ConnectionHealth| {
            let mut view = HealthView::from(one);
            if !with_syncs {
                view.syncs.clear();
            }
            view
        };
        Ok(Json(HealthList {
            items: page.connections.into_iter().map(view).collect(),
            next: page.next.map(|cursor| cursor.encode()),
        }))
    }
}

impl Resource {
    pub(crate) fn new(app: &App, pages: Pages) -> Self {
        let syncs = app.syncs.clone();
        Self { syncs, pages }
    }
}

impl From<ConnectionHealth> for HealthView {
    fn from(one: ConnectionHealth) -> Self {
        let (verdict, advice) = told(&one.finding);
        let connection = &one.connection;
        let health = connection.health();
        Self {
            id: connection.id(),
            name: connection.name().to_owned(),
            provider: connection.provider().into(),
            endpoint: connection.endpoint().into(),
            status: health.status.into(),
            oauth: connection.grant().map(GrantedView::from),
            missing_scopes: one.missing_scopes,
            verdict,
            advice,
            last_accepted_at: health.last_accepted_at.map(Moment),
            last_problem: health.last_problem.clone(),
            quota: one.quota.into(),
            syncs: one.syncs.into_iter().map(SyncHealthView::from).collect(),
        }
    }
}

impl From<SyncHealth> for SyncHealthView {
    fn from(one: SyncHealth) -> Self {
        let (verdict, advice) = told(&one.finding);
        let last = one.runs.last.as_ref();
        Self {
            id: one.id,
            name: one.name,
            base: one.base.name,
            verdict,
            advice,
            last_success_at: one.runs.last_success.map(Moment),
            runs: one.runs.ended,
            failed_runs: one.runs.failed,
            last_run_id: last.map(|last| last.run),
            unsettled: last.map_or(0, |last| last.refused),
            drift: one.drifted.as_ref().map(DriftView::from),
            quota: one.quota.into(),
        }
    }
}

fn told(finding: &Finding) -> (VerdictView, Option<AdviceView>) {
    let verdict = match finding.verdict {
        Verdict::Healthy => VerdictView::Healthy,
        Verdict::Attention => VerdictView::Attention,
        Verdict::Failing => VerdictView::Failing,
    };
    (verdict, finding.advice.as_ref().map(AdviceView::from))
}

impl From<&Drifted> for DriftView {
    fn from(drifted: &Drifted) -> Self {
        let count = |all: usize| u32::try_from(all).unwrap_or(u32::MAX);
        let found = &drifted.found;
        Self {
            since: drifted.since.into(),
            lost: count(found.lost.len() + usize::from(found.key.is_some())),
            offers: count(found.offers.len()),
            stops: drifted.stops,
        }
    }
}

impl From<&Advice> for AdviceView {
    fn from(advice: &Advice) -> Self {
        Self {
            action: match advice {
                Advice::Reconnect(_) => ActionView::Reconnect,
                Advice::ReplaceToken(_) => ActionView::ReplaceToken,
                Advice::AllowMore(_) => ActionView::AllowMore,
                Advice::Test(_) => ActionView::Test,
                Advice::Wait(_) => ActionView::Wait,
                Advice::RaiseLimit(..) => ActionView::RaiseLimit,
                Advice::SpareQuota => ActionView::SpareQuota,
                Advice::ShareAgain => ActionView::ShareAgain,
                Advice::MapAgain(_) => ActionView::MapAgain,
                Advice::LookAtRun(..) => ActionView::LookAtRun,
                Advice::LookAtRecords(..) => ActionView::LookAtRecords,
            },
            text: advice.sentence(),
            run_id: advice.run(),
        }
    }
}

impl From<Standing> for QuotaView {
    fn from(standing: Standing) -> Self {
        // More digits would say more than is known.
        let round = |rate: f64| (rate * 100.0).round() / 100.0;
        Self {
            calls_per_second: standing.rate.map(round),
            usual_calls_per_second: standing.nominal.map(round),
            held_until: standing.held_until.map(Moment),
            limits: standing.met.into_iter().map(MetView::from).collect(),
        }
    }
}

impl From<Met> for MetView {
    fn from(met: Met) -> Self {
        Self {
            limit: match met.limit {
                Limit::Calls => LimitView::Calls,
                Limit::Room => LimitView::Room,
            },
            told: met.told,
            tried_again_at: met.until.into(),
        }
    }
}
