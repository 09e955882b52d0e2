//! The appliance itself.

use jiff::Timestamp;
use poem_openapi::payload::{Json, PlainText, Response};
use poem_openapi::{Enum, Object, OpenApi};

use super::Tag;
use crate::app::App;
use crate::auth::{Permission, Setup};
use crate::base::{Clock, Scope};
use crate::config::Rate;
use crate::connections::Connections;
use crate::datasets::Datasets;
use crate::http::{ApiError, Caller, Moment, meter};
use crate::limits::{Counted, Limits, Policy, Standing};
use crate::sync::Syncs;

pub(super) struct Resource {
    setup: Setup,
    limits: Limits,
    datasets: Datasets,
    connections: Connections,
    syncs: Syncs,
    app: App,
    sandbox: Option<String>,
    started_at: Timestamp,
    clock: Clock,
}

/// The text format of Prometheus, by its own name.
const EXPOSITION: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What the appliance is.
#[derive(Object)]
#[oai(rename = "System", skip_serializing_if_is_none)]
struct SystemView {
    /// Always `weighbridge`.
    name: String,
    /// The version.
    version: String,
    /// When it was started.
    started_at: Moment,
    /// What its clock shows.
    now: Moment,
    /// Whether there is an account.
    setup_done: bool,
    /// The practice provider, when one runs.
    sandbox: Option<SandboxView>,
    /// How much the caller has; absent for those who have nothing of their own.
    counts: Option<CountsView>,
}

/// How much the caller has.
#[derive(Object)]
#[oai(rename = "Counts")]
struct CountsView {
    /// Datasets, their own and those that are shared with them.
    datasets: u64,
    /// Records in all of them.
    records: u64,
    /// Connections.
    connections: u64,
    /// Syncs.
    syncs: u64,
    /// Runs of all of them; the making of a plan is none.
    runs: u64,
}

/// The practice provider.
#[derive(Object)]
#[oai(rename = "SandboxAddress")]
struct SandboxView {
    /// Where its own page is.
    url: String,
}

/// How much may be asked for.
#[derive(Object)]
struct RateLimits {
    /// Every limit.
    items: Vec<RateLimitView>,
}

/// Whose calls a limit counts together.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "RateLimitScope", rename_all = "snake_case")]
enum ScopeView {
    /// Those of each user, from wherever they call.
    User,
    /// Those from each address, or IPv6 network of 64 bits.
    Address,
    /// Those to each secret address, from wherever they come.
    Inlet,
    /// Those with each write key, from wherever they come.
    WriteKey,
    /// Those of each link, whoever opens it.
    Link,
}

/// One limit: a burst, and one back after each part of the time.
#[derive(Object)]
#[oai(rename = "RateLimit", skip_serializing_if_is_none)]
struct RateLimitView {
    /// Its name, as in the headers of an answer.
    name: String,
    /// What it counts.
    about: String,
    /// Whose calls it counts together.
    scope: ScopeView,
    /// How many may be done at once.
    burst: u32,
    /// In how many seconds a burst that was used up comes back whole.
    per_seconds: f64,
    /// How many the caller may do at once now; absent where nothing of theirs is counted.
    remaining: Option<u32>,
    /// In how many seconds the caller's burst is whole again.
    whole_in_seconds: Option<u64>,
}

#[OpenApi(tag = "Tag::System")]
impl Resource {
    /// Shows what the appliance is.
    #[oai(path = "/system", method = "get", operation_id = "getSystem")]
    async fn show(
        &self,
        #[oai(scope = "Permission::SystemRead")] caller: Caller,
    ) -> Result<Json<SystemView>, ApiError> {
        let by = caller.by();
        let counts = Scope::of(&by)
            .map(|scope| self.counts(&scope))
            .transpose()?;
        Ok(Json(SystemView {
            name: "weighbridge".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: self.started_at.into(),
            now: self.clock.now().into(),
            setup_done: !self.setup.is_needed()?,
            sandbox: self.sandbox.clone().map(|url| SandboxView { url }),
            counts,
        }))
    }

    /// Lists how much may be asked for, and where the caller stands.
    ///
    /// Looking costs one call like any other. A limit with a name of its own stands for all that is
    /// described with it; everything else counts against `api_calls`.
    #[oai(
        path = "/system/rate-limits",
        method = "get",
        operation_id = "listRateLimits"
    )]
    async fn rate_limits(
        &self,
        #[oai(scope = "Permission::SystemRead")] caller: Caller,
    ) -> Result<Json<RateLimits>, ApiError> {
        let by = caller.by();
        let standings = meter::standings(&self.limits, &by);
        let items = standings.into_iter().map(RateLimitView::from);
        Ok(Json(RateLimits {
            items: items.collect(),
        }))
    }

    /// Shows everything that is measured, in the text format of Prometheus.
    ///
    /// The handbook's page on monitoring lists every metric. A Prometheus server asks with a
    /// personal token whose only scope is `system:read`.
    #[oai(path = "/system/metrics", method = "get", operation_id = "getMetrics")]
    async fn metrics(
        &self,
        #[oai(scope = "Permission::SystemRead")] _caller: Caller,
    ) -> Result<Response<PlainText<String>>, ApiError> {
        let app = self.app.clone();
        let page = self.app.blocking.run(move || app.measured()).await?;
        Ok(Response::new(PlainText(page)).header("content-type", EXPOSITION))
    }
}

impl From<(Policy, Rate, Option<Standing>)> for RateLimitView {
    fn from((policy, rate, standing): (Policy, Rate, Option<Standing>)) -> Self {
        Self {
            name: policy.name().to_owned(),
            about: policy.about().to_owned(),
            scope: match policy.counted() {
                Counted::ByUser => ScopeView::User,
                Counted::ByAddress => ScopeView::Address,
                Counted::ByInlet => ScopeView::Inlet,
                Counted::ByWriteKey => ScopeView::WriteKey,
                Counted::ByLink => ScopeView::Link,
            },
            burst: rate.burst.get(),
            per_seconds: rate.per.as_secs_f64(),
            remaining: standing.map(|standing| standing.remaining),
            whole_in_seconds: standing.map(|standing| meter::whole_seconds(standing.whole_in)),
        }
    }
}

impl Resource {
    pub(super) fn new(app: &App) -> Self {
        Self {
            setup: app.auth.setup.clone(),
            limits: app.limits.clone(),
            datasets: app.datasets.clone(),
            connections: app.connections.clone(),
            syncs: app.syncs.clone(),
            app: app.clone(),
            sandbox: app.config.sandbox.url.as_ref().map(ToString::to_string),
            started_at: app.started_at,
            clock: app.clock.clone(),
        }
    }

    fn counts(&self, scope: &Scope) -> Result<CountsView, ApiError> {
        let (datasets, records) = self.datasets.counts(scope)?;
        let (syncs, runs) = self.syncs.counts(scope)?;
        Ok(CountsView {
            datasets,
            records,
            connections: self.connections.count(scope)?,
            syncs,
            runs,
        })
    }
}
