//! Builds every service once, in order: the only wiring.

use std::fs::DirBuilder;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rustix::fs::{Access, access};
use tokio::sync::oneshot::Receiver;

use crate::audit::{self, Code, Event, Log};
use crate::auth::{self, Auth};
use crate::base::metrics::{
    AUDIT_DEGRADED, AUDIT_EVENTS, AUDIT_FAILURES, AUDIT_LOST, CERTIFICATE_EXPIRY, COMMITS, JOBS,
    RECORDS, RUNS, SERIES_REFUSED, SIGN_INS, STORE_BYTES,
};
use crate::base::{Act, Actor, Blocking, Clock, Nudge, Tasks, Witness, WitnessError, chain};
use crate::config::Config;
use crate::connections::{self, Connections, Manner, Manners, Registration};
use crate::datasets::{self, Datasets};
use crate::limits::Limits;
use crate::net::{self, NotLoopback};
use crate::providers::{Kind, oauth};
use crate::receipts::{self, Receipts};
use crate::scheduler::{self, Scheduler};
use crate::store::{self, Migration, Registry, Store};
use crate::sync::{self, Syncs};
use crate::telemetry::Metrics;
use crate::tls;
use crate::vault::{self, Master, Vault};

/// Every service of the appliance. Clones share them.
#[derive(Clone)]
pub struct App {
    /// What was set.
    pub config: Arc<Config>,
    /// The one source of time.
    pub clock: Clock,
    /// Where work goes that would hold up the runtime.
    pub blocking: Blocking,
    /// The book.
    pub audit: Log,
    /// The records.
    pub store: Store,
    /// The keys of every credential.
    pub vault: Vault,
    /// How much anybody may ask for.
    pub limits: Limits,
    /// Which requests were carried out, and what they were answered.
    pub receipts: Receipts,
    /// Who is calling.
    pub auth: Auth,
    /// The accounts at providers.
    pub connections: Connections,
    /// Everybody's tables of records.
    pub datasets: Datasets,
    /// The agreements between datasets and remote tables.
    pub syncs: Syncs,
    /// What executes their runs.
    pub scheduler: Scheduler,
    /// Everything that is measured.
    pub metrics: Metrics,
    /// When the services were built.
    pub started_at: Timestamp,
}

/// Why the appliance cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data folder cannot be made.
    #[error("the data folder {0} cannot be made")]
    Data(PathBuf, #[source] std::io::Error),
    /// Nothing can be written into the data folder.
    #[error(
        "the data folder {0} cannot be written to by this user; run this as the service's own \
         user, or give that user the folder"
    )]
    ReadOnly(PathBuf, #[source] std::io::Error),
    /// The audit log's key was sealed with another master key.
    #[error(
        "{audit_key} was sealed with another master key than {master_key}: put back the two that \
         belong together, from a backup of one and the same moment"
    )]
    KeysDiffer {
        /// The audit log's key file.
        audit_key: PathBuf,
        /// The file of the master key.
        master_key: PathBuf,
    },
    /// The master key is missing, loose or another one.
    #[error("the vault cannot be opened")]
    Vault(#[from] vault::Error),
    /// The book cannot be opened.
    #[error("the audit log cannot be opened")]
    Audit(#[from] audit::Error),
    /// The book cannot be written.
    #[error("the audit log cannot be written")]
    Witness(#[from] WitnessError),
    /// The store cannot be opened.
    #[error("the store cannot be opened")]
    Store(#[from] store::Error),
    /// The settings for accounts cannot be used.
    #[error("the settings for passwords cannot be used")]
    Auth(#[from] auth::Error),
    /// The certificates of the system cannot be used.
    #[error("outgoing calls cannot be secured")]
    Net(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The jobs cannot be read.
    #[error("the jobs cannot be read")]
    Jobs(#[from] scheduler::Error),
    /// The sandbox is not on this machine.
    #[error("the setting sandbox.url cannot be used")]
    Sandbox(#[from] NotLoopback),
}

impl App {
    /// Opens everything that lies in the data folder, or makes it.
    ///
    /// The master key comes first, since the audit log's own keys are sealed with it; then the
    /// audit log, since the store changes nothing without it; then the services.
    pub async fn open(config: Config, clock: Clock, blocking: Blocking) -> Result<Self, Error> {
        // First, since opening is measured too.
        let metrics = Metrics::of_process();
        let network = network(&config, blocking);
        make_data_folder(&config)?;
        let data = &config.server.data;
        let file = store_file(&config);
        let master = Master::open(&config.vault.master_key, &[&file, &data.join("audit.key")])?;
        let audit = open_book(&config, &master, &clock)?;
        let store = Store::open(&kept(&config, file), registry(), witness(&audit), blocking)?;
        tell_migration(&store, &audit, &clock);
        let vault = Vault::new(&master, &store, &clock).await?;
        let network = network.await.map_err(|gone| Error::Net(gone.into()))??;
        let ground = ground(&store, &vault, &audit, &clock, blocking);
        let connections = connections(&config, &ground, network)?;
        let nudge = Nudge::default();
        let datasets = records(&ground, &nudge, &config);
        let auth = Auth::open(&config.auth, ground).await?;
        let syncs = Syncs::new(sync::Services {
            store: store.clone(),
            datasets: datasets.clone(),
            connections: connections.clone(),
            log: audit.clone(),
            clock: clock.clone(),
            blocking,
            nudge: nudge.clone(),
            settings: (&config.sync).into(),
        });
        Ok(Self {
            limits: Limits::new(&config.limits, audit.clone(), clock.clone()),
            auth,
            receipts: Receipts::new(store.clone(), clock.clone()),
            scheduler: Scheduler::new(syncs.clone(), datasets.clone(), nudge, clock.clone()),
            datasets,
            syncs,
            metrics,
            started_at: clock.now(),
            config: Arc::new(config),
            clock,
            blocking,
            audit,
            store,
            vault,
            connections,
        })
    }

    /// Starts everything that runs by itself, and says so in the book.
    ///
    /// A book that cannot be written does not keep the appliance down: what is here can be read,
    /// changes are refused, and the line of the start is the first that is written when it can be.
    pub fn start(&self, tasks: &Tasks) {
        Self::begin_counts();
        self.start_for_a_command(tasks);
        let scheduler = self.scheduler.clone();
        scheduler.keeping_time(self.auth.users.clone()).start(tasks);
    }

    /// The same for one command, without a server: nothing is executed until the command starts
    /// the scheduler, and no schedule is looked at.
    pub fn start_for_a_command(&self, tasks: &Tasks) {
        self.audit.record(self.lifecycle(Code::Started));
        if let Err(error) = self.audit.flush() {
            tracing::error!(cause = %chain(&error), "the appliance starts without being able to change anything");
        }
        tasks.start(self.audit.clone().keep(self.blocking, tasks.stopping()));
        self.limits.start(tasks);
        self.receipts.start(tasks);
        self.auth.sessions.start(tasks);
        self.auth.tokens.start(tasks);
        self.auth.sign_in.start(tasks);
        self.connections.start(tasks);
        self.datasets.start(tasks);
    }

    /// Errs with what keeps the appliance from reading or from changing anything.
    pub fn check(&self) -> Result<(), Error> {
        self.auth.users.exist()?;
        self.store.check_room()?;
        Ok(self.audit.check()?)
    }

    /// Everything that is measured, in the text format of Prometheus. What is not said when it
    /// happens is looked at now.
    pub fn measured(&self) -> Result<String, Error> {
        let size = std::fs::metadata(store_file(&self.config)).map_or(0, |file| file.len());
        STORE_BYTES.count([], size);
        let degraded = self.audit.check().is_err();
        AUDIT_DEGRADED.count([], degraded.into());
        let (queued, running) = self.scheduler.load()?;
        JOBS.count(["queued".into()], queued as u64);
        JOBS.count(["running".into()], running as u64);
        if self.config.tls.enabled
            && let Ok(Some(certificate)) = tls::inspect(&self.config)
        {
            let ends = certificate.not_after.as_second();
            CERTIFICATE_EXPIRY.count([], ends.try_into().unwrap_or_default());
        }
        Ok(self.metrics.render())
    }

    /// Shows the counts of what may happen from the start, where the words are few.
    fn begin_counts() {
        for task in ["push", "retry", "plan", "execute"] {
            for trigger in ["user", "schedule"] {
                for state in ["done", "failed", "cancelled"] {
                    RUNS.begin([task.into(), trigger.into(), state.into()]);
                }
            }
        }
        for fate in sync::Fate::ALL {
            RECORDS.begin([fate.name().into()]);
        }
        for outcome in ["done", "failed"] {
            COMMITS.begin([outcome.into()]);
        }
        for outcome in [
            "signed_in",
            "wrong",
            "held_back",
            "disabled",
            "session_refused",
            "token_refused",
        ] {
            SIGN_INS.begin([outcome.into()]);
        }
        for count in [&AUDIT_EVENTS, &AUDIT_FAILURES, &AUDIT_LOST, &SERIES_REFUSED] {
            count.begin([]);
        }
    }

    /// Says in the book that the appliance stops in order, and signs it. The last thing to do.
    pub fn close(&self) -> Result<(), Error> {
        self.audit.append(&self.lifecycle(Code::Stopped))?;
        Ok(self.audit.close()?)
    }

    fn lifecycle(&self, code: Code) -> Act {
        Event::new(code, &Actor::system()).build(&self.clock)
    }
}

/// Makes the data folder if it is not there, and makes sure that it can be written to.
pub fn make_data_folder(config: &Config) -> Result<(), Error> {
    let data = &config.server.data;
    DirBuilder::new()
        .recursive(true)
        .mode(0o750)
        .create(data)
        .map_err(|error| Error::Data(data.clone(), error))?;
    if let Err(error) = access(data, Access::WRITE_OK | Access::EXEC_OK) {
        return Err(Error::ReadOnly(data.clone(), error.into()));
    }
    let mode = std::fs::metadata(data).map_or(0, |about| about.mode() & 0o7777);
    if mode & 0o007 != 0 {
        let shown = data.display();
        tracing::warn!(
            "the data folder {shown} is open to everybody on this machine (mode {mode:04o}); run: \
             chmod o-rwx {shown}"
        );
    }
    Ok(())
}

/// Opens the book with the keys that were sealed for it.
fn open_book(config: &Config, master: &Master, clock: &Clock) -> Result<Log, Error> {
    match Log::open(book(config), master.key_box(), clock.clone()) {
        Err(audit::Error::KeyRefused) => Err(Error::KeysDiffer {
            audit_key: audit_key(config),
            master_key: config.vault.master_key.path().clone(),
        }),
        opened => Ok(opened?),
    }
}

/// Brings the store of an appliance that does not run to schema `wanted`, and tells the book.
///
/// It is opened as for a start, so that store and book agree before.
pub fn migrate(config: &Config, wanted: u32, clock: &Clock) -> Result<Option<Migration>, Error> {
    let file = store_file(config);
    let master = Master::open(&config.vault.master_key, &[&file])?;
    let audit = open_book(config, &master, clock)?;
    let witness = Arc::new(audit.clone());
    let store = Store::open(&kept(config, file), registry(), witness, Blocking::Inline)?;
    let migration = store.leave_at(wanted, |migration| tell(migration, &audit, clock))?;
    audit.close()?;
    Ok(migration)
}

/// Tells the book what the start brought the store through; where it cannot be written, a later
/// start does.
fn tell_migration(store: &Store, audit: &Log, clock: &Clock) {
    let told = store.tell_migration(|migration| tell(migration, audit, clock));
    if let Err(error) = told {
        tracing::warn!(cause = %chain(&error), "the migration is told at a later start");
    }
}

/// Tells the book what the store went through.
fn tell(migration: Migration, audit: &Log, clock: &Clock) -> Result<(), Error> {
    audit.append(&migrated(migration, clock))?;
    Ok(())
}

fn migrated(migration: Migration, clock: &Clock) -> Act {
    Event::new(Code::StoreMigrated, &Actor::system())
        .count("schema_before", migration.from.into())
        .count("schema", migration.to.into())
        .build(clock)
}

/// Where the store lies.
fn store_file(config: &Config) -> PathBuf {
    config.server.data.join("store.redb")
}

/// Everybody's tables, over the same ground as their accounts.
fn records(ground: &auth::Parts, nudge: &Nudge, config: &Config) -> Datasets {
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

/// How fast the providers are called, and how far their lists lag behind.
fn manners(config: &Config) -> Manners {
    Manners {
        airtable: Manner::new(config.airtable.requests_per_second, Duration::ZERO),
        notion: Manner::new(
            config.notion.requests_per_second,
            config.notion.settle_after,
        ),
    }
}

/// The book as the store knows it.
fn witness(audit: &Log) -> Arc<dyn Witness> {
    Arc::new(audit.clone())
}

fn kept(config: &Config, file: PathBuf) -> store::Settings {
    store::Settings {
        file,
        cache_bytes: config.store.cache_mib as usize * 1024 * 1024,
    }
}

/// What accounts are built upon.
fn ground(
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
fn network(config: &Config, blocking: Blocking) -> Receiver<Result<net::Client, Error>> {
    let settings = config.net.clone();
    blocking.start(move || net::Client::new(&settings).map_err(|error| Error::Net(error.into())))
}

/// The accounts at providers.
fn connections(
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
    let (airtable, notion) = (&config.airtable, &config.notion);
    let named = [
        (Kind::Airtable, &airtable.client_id, &airtable.client_secret),
        (Kind::Notion, &notion.client_id, &notion.client_secret),
    ];
    let clients = named.into_iter().filter_map(|(kind, id, secret)| {
        let (id, secret) = (id.clone()?, secret.clone());
        Some((kind, oauth::Client { id, secret }))
    });
    Registration {
        address: own_address(config),
        clients: clients.collect(),
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

/// Every collection of the appliance.
fn registry() -> Registry {
    Registry::default()
        .with(vault::tables())
        .with(auth::tables())
        .with(receipts::tables())
        .with(connections::tables())
        .with(sync::tables())
        .with(datasets::tables())
}

/// Where the audit log's own keys lie.
fn audit_key(config: &Config) -> PathBuf {
    config.server.data.join("audit.key")
}

fn book(config: &Config) -> audit::Settings {
    let settings = &config.audit;
    audit::Settings {
        folder: settings.folder.clone(),
        key_file: audit_key(config),
        segment_bytes: u64::from(settings.segment_mib) << 20,
        checkpoint_lines: u64::from(settings.checkpoint_lines),
        checkpoint_every: settings.checkpoint_every,
    }
}
