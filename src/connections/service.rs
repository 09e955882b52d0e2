//! Opens, lists and creates connections, and hands out the way to their providers.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::Url;
use tokio::sync::Notify;

use super::oauth::{Registration, Renewals, Waiting};
use super::row::{BY_NAME, Rows, Stored, place};
use super::{Connection, Credential, Error, Health, Status, token};
use crate::audit::{Code, Event, Log};
use crate::base::{
    Actor, Blocking, Clock, ConnectionId, Cursor, Hex, Nudge, Scope, Secret, Tasks, UserId,
};
use crate::fields::content_hash;
use crate::net::{Network, NotLoopback, Target};
use crate::providers::oauth::{Client, Desk};
use crate::providers::{
    self, AdsApi, Endpoint, Errand, Gate, Kind, Pace, Records, Reports, Tokens,
};
use crate::store::{self, Batch, Scan, Store, prefix};
use crate::vault::Vault;

/// All connections. Clones share the service.
#[derive(Clone)]
pub struct Connections(pub(super) Arc<Service>);

/// What the service is built from.
pub struct Parts {
    /// Where connections are kept.
    pub store: Store,
    /// What seals their tokens.
    pub vault: Vault,
    /// The book.
    pub log: Log,
    /// The time.
    pub clock: Clock,
    /// Where the book is waited for.
    pub blocking: Blocking,
    /// What carries calls to providers.
    pub network: Arc<dyn Network>,
    /// How the providers are called.
    pub manners: Manners,
    /// The sandbox on this machine, if there is one.
    pub sandbox: Option<Url>,
    /// How this appliance is known to the providers.
    pub registration: Registration,
}

/// How each provider is called.
#[derive(Clone, Copy, Debug)]
pub struct Manners {
    /// How Airtable is.
    pub airtable: Manner,
    /// How Notion is.
    pub notion: Manner,
    /// How a hook of Zapier's is.
    pub zapier: Manner,
    /// How an ad account of Meta's is.
    pub meta: Manner,
    /// How an account of Google Ads is.
    pub google: Manner,
}

/// How a provider is called.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// How fast a base or an account is called.
    pub pace: Pace,
    /// For how long what was written may be missing from the provider's lists.
    pub settles_after: Duration,
}

impl Manner {
    /// So many calls a second, 0 for as many as anybody likes.
    pub fn new(per_second: u32, settles_after: Duration) -> Self {
        Self {
            pace: Pace::per_second(per_second),
            settles_after,
        }
    }
}

pub(super) struct Service {
    pub(super) store: Store,
    pub(super) log: Log,
    pub(super) clock: Clock,
    pub(super) vault: Vault,
    blocking: Blocking,
    pub(super) network: Arc<dyn Network>,
    pub(super) homes: HashMap<(Kind, Endpoint), Home>,
    /// Rings when what is to be watched may be another.
    pub(super) watching: Nudge,
    /// Told when a pace has learnt something.
    pub(super) learnt: Arc<Notify>,
    sandbox: Option<Url>,
    pub(super) registration: Registration,
    pub(super) renewals: Renewals,
    pub(super) waiting: Waiting,
}

/// Where a provider is called, and how fast: a quota is the base's, whoever calls it.
pub(super) struct Home {
    pub(super) target: Target,
    pub(super) gate: Arc<Gate>,
    settles_after: Duration,
}

/// A connection to be created.
#[derive(Debug)]
pub struct New {
    /// The provider.
    pub provider: Kind,
    /// What people call the connection.
    pub name: String,
    /// The token, which is sealed and never shown again.
    pub token: Secret,
    /// The vendor itself or the sandbox.
    pub endpoint: Endpoint,
}

impl Manners {
    fn of(self, kind: Kind) -> Manner {
        match kind {
            Kind::Airtable => self.airtable,
            Kind::Notion => self.notion,
            Kind::Zapier => self.zapier,
            Kind::Meta => self.meta,
            Kind::Google => self.google,
        }
    }
}

impl Connections {
    /// The service. Errs when the sandbox's address does not lie on this machine.
    pub fn new(parts: Parts) -> Result<Self, NotLoopback> {
        let mut homes = HashMap::new();
        let learnt = Arc::default();
        for kind in Kind::ALL {
            let manner = parts.manners.of(kind);
            let home = |target| Home {
                target,
                gate: Arc::new(Gate::new(parts.clock.clone(), manner.pace).telling(&learnt)),
                settles_after: manner.settles_after,
            };
            homes.insert((kind, Endpoint::Vendor), home(Target::vendor(kind.host())));
            if let Some(url) = &parts.sandbox {
                homes.insert((kind, Endpoint::Sandbox), home(Target::sandbox(url)?));
            }
        }
        Ok(Self(Arc::new(Service {
            store: parts.store,
            log: parts.log,
            clock: parts.clock,
            vault: parts.vault,
            blocking: parts.blocking,
            network: parts.network,
            homes,
            watching: Nudge::default(),
            learnt,
            sandbox: parts.sandbox,
            registration: parts.registration,
            renewals: Renewals::default(),
            waiting: Waiting::default(),
        })))
    }

    /// From now on what was begun at a provider is carried through by itself, and what is learnt
    /// of it outlives this process.
    pub fn start(&self, tasks: &Tasks) {
        self.0.renewals.start(tasks);
        self.recall_paces();
        tasks.start(self.clone().keep_paces(tasks.stopping()));
    }

    /// Opens one of the owner's connections.
    ///
    /// Errs with `UnknownConnection` for an id that does not exist and for another owner's alike.
    pub fn open(&self, scope: &Scope, id: ConnectionId) -> Result<Connection, Error> {
        self.at(&(scope.owner(), id))
    }

    /// The connection under a key that was opened before, as it is now.
    pub(super) fn at(&self, key: &(UserId, ConnectionId)) -> Result<Connection, Error> {
        let row = self.0.store.get::<Rows>(key)?;
        let row = row.ok_or(Error::UnknownConnection(key.1))?;
        Ok(Connection::of(self, row))
    }

    /// One page of the owner's connections, in the order of their creation.
    pub fn list(
        &self,
        scope: &Scope,
        limit: usize,
        after: Option<&Cursor>,
        by: &Actor,
    ) -> Result<(Vec<Connection>, Option<Cursor>), Error> {
        let (connections, next) = self.page(scope, limit, after)?;
        let event = Event::new(Code::ConnectionsRead, by);
        self.0
            .record(event.count("connections", connections.len() as u64));
        Ok((connections, next))
    }

    /// How many connections an owner has.
    pub fn count(&self, scope: &Scope) -> Result<u64, Error> {
        let mut count = 0;
        let all = Scan::prefix(prefix(&(scope.owner(),)), usize::MAX);
        self.0.store.snapshot()?.walk::<Rows>(&all, |_, _| {
            count += 1;
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(count)
    }

    /// Creates a connection and seals its token. Nobody is called: that is what a test is for.
    pub async fn create(&self, scope: &Scope, new: New, by: &Actor) -> Result<Connection, Error> {
        let name = checked_name(&new.name)?;
        check_token((new.provider, new.endpoint), &new.token)?;
        if !self.0.homes.contains_key(&(new.provider, new.endpoint)) {
            return Err(Error::NoSandbox);
        }
        let id = ConnectionId::new(&self.0.clock);
        let key = (scope.owner(), id);
        let stored = Stored {
            provider: new.provider,
            endpoint: new.endpoint,
            token: self.0.vault.seal(&place(&key), &new.token),
            token_hint: token::hint_of(new.provider, new.token.expose()),
            credential: Credential::default(),
            account: Some(fingerprint(&new.token)),
            grant: None,
            health: Health::default(),
            created_at: self.0.now(),
            name,
        };
        let act = Event::new(Code::ConnectionCreated, by)
            .entity("connection", id, &stored.name)
            .detail("provider", stored.provider.name())
            .detail("endpoint", stored.endpoint.name())
            .detail("token_hint", stored.token_hint.as_str());
        let mut batch = Batch::new(act.build(&self.0.clock));
        batch.insert::<Rows>(&key, &stored);
        self.0.commit(batch, &stored.name).await?;
        self.open(scope, id)
    }

    /// The provider's tables behind one of the owner's connections, for a run or another act that
    /// may write, and the credential that opens them. Its use is in the book before this returns.
    /// Calls are made on `errand`.
    pub async fn open_remote(
        &self,
        scope: &Scope,
        id: ConnectionId,
        (by, errand): (&Actor, Arc<dyn Errand>),
    ) -> Result<(Arc<dyn Records>, Credential), Error> {
        let connection = self.open(scope, id)?;
        // A hook that has said that it is gone is called no more.
        if !connection.provider().shows_records() && connection.health().status == Status::Reconnect
        {
            return Err(Error::HookGone);
        }
        let (records, used) = connection.remote("run", (by, errand))?;
        let service = Arc::clone(&self.0);
        let written = move || service.log.append(&used.build(&service.clock));
        self.0.blocking.run(written).await?;
        Ok((records, connection.stored.credential))
    }

    /// The advertising behind one of the owner's connections, and the credential that opens it. Its use
    /// is in the book before this returns. Calls are made on `errand`.
    ///
    /// Errs with `NoAdvertising` where the provider has none.
    pub async fn open_reports(
        &self,
        scope: &Scope,
        id: ConnectionId,
        (by, errand): (&Actor, Arc<dyn Errand>),
    ) -> Result<(Arc<dyn Reports>, Credential), Error> {
        let connection = self.open(scope, id)?;
        let kind = connection.provider();
        if !kind.advertises() {
            return Err(Error::NoAdvertising(kind.name()));
        }
        let (access, used) = connection.access("figures", (by, errand))?;
        let service = Arc::clone(&self.0);
        let written = move || service.log.append(&used.build(&service.clock));
        self.0.blocking.run(written).await?;
        let reports = providers::open_reports(kind, access);
        let reports = reports.ok_or(Error::NoAdvertising(kind.name()))?;
        Ok((reports, connection.stored.credential))
    }

    /// Keeps in a connection's status that calls of somebody who holds its [`Records`] by this
    /// credential were accepted, unless a person has given another one since.
    pub async fn was_accepted(
        &self,
        scope: &Scope,
        (id, credential): (ConnectionId, Credential),
    ) -> Result<(), Error> {
        let now = self.0.now();
        let connection = self.open(scope, id)?;
        if connection.stored.credential == credential {
            connection.note(None, |health| health.accepted(now)).await?;
        }
        Ok(())
    }

    /// Keeps in a connection's status that a call of somebody who holds its [`Records`] by this
    /// credential met trouble, unless a person has given another one since.
    pub async fn met_trouble(
        &self,
        scope: &Scope,
        (id, credential): (ConnectionId, Credential),
        error: &providers::Error,
    ) -> Result<(), Error> {
        let connection = self.open(scope, id)?;
        if connection.stored.credential == credential {
            connection.note(None, |health| health.met(error)).await?;
        }
        Ok(())
    }
}

impl Service {
    pub(super) fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// Writes an act that changes nothing here.
    pub(super) fn record(&self, event: Event) {
        self.log.record(event.build(&self.clock));
    }

    /// Commits a change of the connection called `name`.
    pub(super) async fn commit(&self, batch: Batch, name: &str) -> Result<(), Error> {
        match self.store.commit(batch).await {
            Ok(_version) => Ok(()),
            Err(store::Error::Taken(index)) if index == BY_NAME.name => {
                Err(Error::NameTaken(name.to_owned()))
            }
            Err(store::Error::Conflict(_)) => Err(Error::Changed),
            Err(error) => Err(error.into()),
        }
    }

    /// The way to an account, on an errand. Errs when it leads to a sandbox and none is set any more.
    pub(super) fn access(
        &self,
        (kind, endpoint): (Kind, Endpoint),
        (account, tokens): (String, Arc<dyn Tokens>),
        errand: Arc<dyn Errand>,
    ) -> Result<providers::Access, Error> {
        let home = self.homes.get(&(kind, endpoint)).ok_or(Error::NoSandbox)?;
        Ok(providers::Access {
            target: home.target.clone(),
            network: Arc::clone(&self.network),
            gate: Arc::clone(&home.gate),
            account,
            tokens,
            errand,
            settles_after: home.settles_after,
            ads: match endpoint {
                Endpoint::Vendor => self.registration.ads.clone(),
                Endpoint::Sandbox => sandbox_ads(self.registration.ads.edition),
            },
        })
    }

    /// Whether there is a way to a provider's vendor, or to its sandbox.
    pub(super) fn has_home(&self, kind: Kind, endpoint: Endpoint) -> bool {
        self.homes.contains_key(&(kind, endpoint))
    }

    /// Where tokens are given to this appliance. Errs where it is not registered.
    pub(super) fn desk(&self, kind: Kind, endpoint: Endpoint) -> Result<Desk, Error> {
        let missing = || Error::NoClient(kind.name());
        let (sandbox, client) = match endpoint {
            Endpoint::Sandbox => {
                let url = self.sandbox.as_ref().ok_or(Error::NoSandbox)?;
                (Some(url), sandbox_client())
            }
            Endpoint::Vendor => {
                let client = self.registration.clients.get(&kind);
                (None, client.cloned().ok_or_else(missing)?)
            }
        };
        Desk::open(kind, sandbox, client, Arc::clone(&self.network)).ok_or_else(missing)
    }
}

/// The client that every sandbox knows. Its secret is none: it opens nothing but a sandbox.
fn sandbox_client() -> Client {
    Client {
        id: "weighbridge-sandbox".to_owned(),
        secret: Some(Secret::new("this-secret-opens-the-sandbox-alone")),
        extras: true,
    }
}

/// How the sandbox plays Google Ads. Its developer token is none: no other is shown to it.
fn sandbox_ads(edition: u32) -> AdsApi {
    AdsApi {
        edition,
        developer_token: Some(Secret::new("sandbox-developer-token")),
    }
}

/// What tells the account of one token from that of another.
pub(super) fn fingerprint(token: &Secret) -> String {
    Hex(&content_hash(token.expose().as_bytes()).0).to_string()
}

/// The name without the space around it.
pub(super) fn checked_name(name: &str) -> Result<String, Error> {
    let name = name.trim();
    let fits = (1..=120).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    fits.then(|| name.to_owned()).ok_or(Error::BadName)
}

pub(super) fn check_token(
    (provider, endpoint): (Kind, Endpoint),
    token: &Secret,
) -> Result<(), Error> {
    match provider.misfit(token.expose(), endpoint) {
        Some(misfit) => Err(Error::BadToken(misfit)),
        None => Ok(()),
    }
}
