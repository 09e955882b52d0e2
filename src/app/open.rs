//! Opens the appliance, starts what runs by itself, and closes it.

use std::sync::Arc;

use super::book::{open_book, witness};
use super::folder::make_data_folder;
use super::migration::tell_migration;
use super::parts::{
    connections, feeds, ground, hooks, inlets, links, network, records, sites, syncs,
};
use super::storage::{registry, store_settings};
use super::{App, Error};
use crate::audit::{Code, Event};
use crate::auth::Auth;
use crate::base::{Act, Actor, Blocking, Clock, Nudge, Tasks, chain};
use crate::config::Config;
use crate::limits::Limits;
use crate::receipts::Receipts;
use crate::scheduler::Scheduler;
use crate::store::Store;
use crate::telemetry::Metrics;
use crate::vault::{Master, Vault};

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
        let (file, audit_key) = (config.server.store_file(), config.server.audit_key());
        let master = Master::open(&config.vault.master_key, &[&file, &audit_key])?;
        let audit = open_book(&config, &master, &clock)?;
        let store = Store::open(
            &store_settings(&config),
            registry(),
            witness(&audit),
            blocking,
        )?;
        tell_migration(&store, &audit, &clock);
        let vault = Vault::new(&master, &store, &clock).await?;
        let network = network.await.map_err(|gone| Error::Net(gone.into()))??;
        let ground = ground(&store, &vault, &audit, &clock, blocking);
        let connections = connections(&config, &ground, network.clone())?;
        let nudge = Nudge::default();
        let datasets = records(&ground, &nudge, &config);
        let inlets = inlets(&ground, &datasets);
        let hooks = hooks(&config, &ground, &datasets, &network);
        let analytics = sites(&config, &ground)?;
        let feeds = feeds(&ground, (&analytics, &connections), &nudge);
        let auth = Auth::open(&config.auth, ground).await?;
        let limits = Limits::new(&config.limits, audit.clone(), clock.clone());
        let place = (&audit, &clock, &store, blocking);
        let links = links(&config, place, (&analytics, &feeds), (&auth, &limits))?;
        let agreed = (&datasets, &connections, &nudge);
        let syncs = syncs(&config, place, agreed);
        let scheduler = Scheduler::new(syncs.clone(), datasets.clone(), nudge, clock.clone());
        Ok(Self {
            limits,
            auth,
            receipts: Receipts::new(store.clone(), clock.clone()),
            scheduler: scheduler.telling(hooks.clone()).fetching(feeds.clone()),
            datasets,
            inlets,
            hooks,
            analytics,
            feeds,
            links,
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
        self.inlets.start(tasks);
        self.auth.sessions.start(tasks);
        self.auth.tokens.start(tasks);
        self.auth.sign_in.start(tasks);
        self.connections.start(tasks);
        self.datasets.start(tasks);
        self.analytics.start(tasks);
        self.links.start(tasks);
    }

    /// Errs with what keeps the appliance from reading or from changing anything.
    pub fn check(&self) -> Result<(), Error> {
        self.auth.users.exist()?;
        self.store.check_room()?;
        Ok(self.audit.check()?)
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
