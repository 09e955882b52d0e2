//! What each service is built of.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot::Receiver;

use super::Error;
use crate::analytics::{self, Analytics};
use crate::audit::Log;
use crate::auth::{self, Auth, Hasher};
use crate::base::{Blocking, Clock, Nudge};
use crate::config::Config;
use crate::connections::{self, Connections, Manner, Manners, Registration};
use crate::datasets::{self, Datasets};
use crate::feeds::{self, Feeds};
use crate::hooks::{self, Hooks};
use crate::inlets::{self, Inlets};
use crate::limits::Limits;
use crate::links::{self, Links};
use crate::net::{self, NotLoopback};
use crate::providers::{AdsApi, Gate, Kind, Pace, oauth};
use crate::store::Store;
use crate::sync::{self, Syncs};
use crate::vault::Vault;

/// Everybody's tables, over the same ground as their accounts.
pub(super) fn records(ground: &auth::Parts, nudge: &Nudge, config: &Config) -> Datasets {
    Datasets::new(datasets::Services {
        store: ground.store.clone(),
        log: ground.audit.clone(),
        clock: ground.clock.clone(),
        blocking: ground.blocking,
        nudge: nudge.clone(),
        settings: datasets::Settings {
            spool: config.server.data.join("spool"),
            exports: config.server.data.join("exports"),
            keep_exports: config.exports.keep,
        },
    })
}

/// The secret addresses through which others write records.
pub(super) fn inlets(ground: &auth::Parts, datasets: &Datasets) -> Inlets {
    Inlets::new(inlets::Parts {
        store: ground.store.clone(),
        vault: ground.vault.clone(),
        datasets: datasets.clone(),
        log: ground.audit.clone(),
        clock: ground.clock.clone(),
    })
}

/// The sites whose events are counted.
pub(super) fn sites(config: &Config, ground: &auth::Parts) -> Result<Analytics, analytics::Error> {
    Analytics::over(analytics::Parts {
        store: ground.store.clone(),
        vault: ground.vault.clone(),
        log: ground.audit.clone(),
        clock: ground.clock.clone(),
        blocking: ground.blocking,
        day_keys: config.server.day_keys(),
    })
}

/// What advertising cost, beside what the sites count.
pub(super) fn feeds(
    ground: &auth::Parts,
    (sites, connections): (&Analytics, &Connections),
    nudge: &Nudge,
) -> Feeds {
    Feeds::over(feeds::Parts {
        store: ground.store.clone(),
        sites: sites.clone(),
        connections: connections.clone(),
        log: ground.audit.clone(),
        clock: ground.clock.clone(),
        blocking: ground.blocking,
        nudge: nudge.clone(),
    })
}

/// The agreements between datasets and remote tables.
pub(super) fn syncs(
    config: &Config,
    (log, clock, store, blocking): (&Log, &Clock, &Store, Blocking),
    (datasets, connections, nudge): (&Datasets, &Connections, &Nudge),
) -> Syncs {
    Syncs::new(sync::Services {
        store: store.clone(),
        datasets: datasets.clone(),
        connections: connections.clone(),
        log: log.clone(),
        clock: clock.clone(),
        blocking,
        nudge: nudge.clone(),
        settings: (&config.sync).into(),
    })
}

/// The links that show sites without an account. Their passwords have a queue of their own, so that
/// whoever tries them keeps nobody from signing in.
pub(super) fn links(
    config: &Config,
    (audit, clock, store, blocking): (&Log, &Clock, &Store, Blocking),
    (sites, feeds): (&Analytics, &Feeds),
    (auth, limits): (&Auth, &Limits),
) -> Result<Links, auth::Error> {
    Ok(Links::over(links::Parts {
        store: store.clone(),
        sites: sites.clone(),
        feeds: feeds.clone(),
        users: auth.users.clone(),
        hasher: Hasher::new(&config.auth, blocking)?,
        limits: limits.clone(),
        log: audit.clone(),
        clock: clock.clone(),
    }))
}

/// The addresses that are told what becomes of records.
pub(super) fn hooks(
    config: &Config,
    ground: &auth::Parts,
    datasets: &Datasets,
    network: &net::Client,
) -> Hooks {
    // A pace of Zapier's: most of them are its.
    let pace = Pace::per_second(config.zapier.requests_per_second);
    Hooks::new(hooks::Parts {
        store: ground.store.clone(),
        vault: ground.vault.clone(),
        datasets: datasets.clone(),
        log: ground.audit.clone(),
        clock: ground.clock.clone(),
        network: Arc::new(network.clone()),
        gate: Gate::new(ground.clock.clone(), pace),
        sandbox: config.sandbox.url.clone(),
        blocking: ground.blocking,
        most_waiting: config.hooks.most_waiting as usize,
    })
}

/// How fast the providers are called, and how far their lists lag behind.
fn manners(config: &Config) -> Manners {
    Manners {
        airtable: Manner::new(config.airtable.requests_per_second, Duration::ZERO),
        notion: Manner::new(
            config.notion.requests_per_second,
            config.notion.settle_after,
        ),
        zapier: Manner::new(config.zapier.requests_per_second, Duration::ZERO),
        meta: Manner::new(config.meta.requests_per_second, Duration::ZERO),
        google: Manner::new(config.google.requests_per_second, Duration::ZERO),
    }
}

/// What accounts are built upon.
pub(super) fn ground(
    store: &Store,
    vault: &Vault,
    audit: &Log,
    clock: &Clock,
    blocking: Blocking,
) -> auth::Parts {
    auth::Parts {
        store: store.clone(),
        vault: vault.clone(),
        audit: audit.clone(),
        clock: clock.clone(),
        blocking,
    }
}

/// The client for outgoing calls, made beside the rest: reading the system's certificates takes as
/// long as opening all files.
pub(super) fn network(config: &Config, blocking: Blocking) -> Receiver<Result<net::Client, Error>> {
    let (settings, hooks) = (config.net.clone(), config.hooks.clone());
    blocking.start(move || {
        net::Client::new(&settings, &hooks).map_err(|error| Error::Net(error.into()))
    })
}

/// The accounts at providers.
pub(super) fn connections(
    config: &Config,
    ground: &auth::Parts,
    network: net::Client,
) -> Result<Connections, NotLoopback> {
    Connections::new(connections::Parts {
        store: ground.store.clone(),
        vault: ground.vault.clone(),
        log: ground.audit.clone(),
        clock: ground.clock.clone(),
        blocking: ground.blocking,
        network: Arc::new(network),
        manners: manners(config),
        sandbox: config.sandbox.url.clone(),
        registration: registration(config),
    })
}

/// How the appliance is known to the providers, and where they send people back to.
fn registration(config: &Config) -> Registration {
    let (airtable, notion, google) = (&config.airtable, &config.notion, &config.google);
    let named = [
        (Kind::Airtable, &airtable.client_id, &airtable.client_secret),
        (Kind::Notion, &notion.client_id, &notion.client_secret),
        (Kind::Google, &google.client_id, &google.client_secret),
    ];
    let clients = named.into_iter().filter_map(|(kind, id, secret)| {
        let (id, secret) = (id.clone()?, secret.clone());
        let extras = kind != Kind::Airtable || airtable.webhooks;
        Some((kind, oauth::Client { id, secret, extras }))
    });
    Registration {
        address: own_address(config),
        public: (config.server.public_url.as_ref()).is_some_and(|url| url.scheme() == "https"),
        clients: clients.collect(),
        ads: AdsApi {
            edition: google.ads_version,
            developer_token: google.ads_developer_token.clone(),
        },
    }
}

/// What people type to get here: what was set, else the port of this machine that is listened on.
fn own_address(config: &Config) -> String {
    let server = &config.server;
    if let Some(url) = &server.public_url {
        return url.as_str().trim_end_matches('/').to_owned();
    }
    let scheme = if config.tls.enabled { "https" } else { "http" };
    format!("{scheme}://localhost:{}", server.listen.port())
}
