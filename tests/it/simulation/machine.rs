//! The machine that the appliance runs on, and the appliance itself in one of its lives.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Poll, Waker};
use std::time::Duration;

use rand::rngs::StdRng;
use tokio::runtime::{Builder, Runtime};
use weighbridge::audit::{self, Log};
use weighbridge::base::{Act, Blocking, Clock, Nudge, Tasks, Witness, WitnessError};
use weighbridge::config::MasterKey;
use weighbridge::connections::{self, Connections, Manner, Manners};
use weighbridge::datasets::{self, Datasets};
use weighbridge::scheduler::Scheduler;
use weighbridge::store::{Registry, Store};
use weighbridge::sync::{self, Syncs};
use weighbridge::vault::{self, Master, Vault};

use super::folder::Folder;
use super::network::Posts;
use super::trace::Trace;
use crate::store::disk::{Device, Power, SimulatedDisk};

/// What outlives the process.
pub(super) struct Machine {
    pub(super) clock: Clock,
    pub(super) power: Power,
    /// The device under the store, and the one under the audit log.
    pub(super) devices: [Device; 2],
    store: SimulatedDisk,
    pub(super) folder: Folder,
    trace: Trace,
}

impl Machine {
    pub(super) fn new(clock: &Clock, trace: &Trace) -> Self {
        let power = Power::default();
        let devices = [Device::on(&power), Device::on(&power)];
        Self {
            clock: clock.clone(),
            store: SimulatedDisk::on(&devices[0]),
            folder: Folder::on(&devices[1]),
            devices,
            power,
            trace: trace.clone(),
        }
    }

    pub(super) fn mend(&self) {
        self.devices.iter().for_each(Device::mend);
    }

    /// What a cut of the power that has happened does to the disks.
    pub(super) fn lose_unsynced(&self, rng: &mut StdRng) {
        self.mend();
        self.store.lose_unsynced(rng);
        self.folder.lose_unsynced(rng);
    }
}

/// The services of one life.
pub(super) struct Appliance {
    pub(super) store: Store,
    pub(super) log: Log,
    pub(super) datasets: Datasets,
    pub(super) connections: Connections,
    pub(super) syncs: Syncs,
    pub(super) tasks: Tasks,
}

impl Appliance {
    /// Opens what lies on the disks, as a start of the process does.
    pub(super) async fn open(machine: &Machine, posts: &Posts) -> Result<Self, String> {
        let opened = Self::try_open(machine, posts).await;
        opened.map_err(|error| weighbridge::base::chain(&*error).to_string())
    }

    async fn try_open(
        machine: &Machine,
        posts: &Posts,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let (clock, blocking, power) = (&machine.clock, Blocking::Inline, &machine.power);
        let settings = audit::Settings {
            checkpoint_lines: 25,
            segment_bytes: 24 << 10,
            ..audit::Settings::new("audit", "audit.key")
        };
        let mount = Arc::new(machine.folder.mount(power));
        let log = Log::open_on(mount, master().key_box(), clock.clone(), settings)?;
        let witness = Arc::new(Notary {
            log: log.clone(),
            trace: machine.trace.clone(),
        });
        let disk = machine.store.disk();
        let store = Store::open_on(&disk, 1 << 20, registry(), witness, blocking)?;
        let vault = Vault::new(master(), &store, clock).await?;
        let connections = Connections::new(connections::Parts {
            store: store.clone(),
            vault,
            log: log.clone(),
            clock: clock.clone(),
            blocking,
            network: Arc::new(posts.line(power)),
            manners: Manners {
                airtable: Manner::new(5, Duration::ZERO),
                notion: Manner::new(3, Duration::from_mins(1)),
                zapier: Manner::new(30, Duration::ZERO),
                meta: Manner::new(2, Duration::ZERO),
                google: Manner::new(2, Duration::ZERO),
            },
            sandbox: None,
            registration: connections::Registration::default(),
        })?;
        let spool = PathBuf::from("/nowhere");
        let files = datasets::Settings {
            exports: spool.clone(),
            spool,
            keep_exports: Duration::from_hours(1),
        };
        let nudge = Nudge::default();
        let datasets = Datasets::new(datasets::Services {
            store: store.clone(),
            log: log.clone(),
            clock: clock.clone(),
            blocking,
            nudge: nudge.clone(),
            settings: files,
        });
        let syncs = Syncs::new(sync::Services {
            store: store.clone(),
            datasets: datasets.clone(),
            connections: connections.clone(),
            log: log.clone(),
            clock: clock.clone(),
            blocking,
            nudge: nudge.clone(),
            settings: sync::Settings {
                keep_ended: Duration::from_hours(24 * 90),
                plan_validity: Duration::from_hours(24),
                pull_overlap: Duration::from_mins(10),
                undo_for: Duration::from_hours(24),
                undo_bytes: 1_000_000,
                jitter: Duration::ZERO,
                failing_after: 3,
                change_pause: Duration::from_secs(30),
            },
        });
        let tasks = Tasks::default();
        datasets.start(&tasks);
        Scheduler::new(syncs.clone(), datasets.clone(), nudge, clock.clone()).start(&tasks);
        tasks.start(log.clone().keep(blocking, tasks.stopping()));
        Ok(Self {
            store,
            log,
            datasets,
            connections,
            syncs,
            tasks,
        })
    }
}

fn registry() -> Registry {
    Registry::default()
        .with(vault::tables())
        .with(connections::tables())
        .with(sync::tables())
        .with(datasets::tables())
}

/// The one master key of all seeds: its fingerprint is in the book.
fn master() -> &'static Master {
    static MASTER: OnceLock<Master> = OnceLock::new();
    MASTER.get_or_init(|| {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("master.key");
        std::fs::write(&file, "5c".repeat(32)).unwrap();
        let private = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&file, private).unwrap();
        Master::open(&MasterKey::File(file), &[]).unwrap()
    })
}

/// Tells the trace which acts the book is asked to hold, under which numbers.
struct Notary {
    log: Log,
    trace: Trace,
}

impl Witness for Notary {
    fn attest(&self, commits: &[(u64, &Act)]) -> Result<u64, WitnessError> {
        let attested = self.log.attest(commits);
        let held = if attested.is_ok() { "holds" } else { "refuses" };
        for (number, act) in commits {
            let Act {
                members, unmapped, ..
            } = act;
            self.trace.note(format_args!(
                "the book {held} {number}: {members} {unmapped}"
            ));
        }
        attested
    }

    fn reconcile(&self, committed: u64) -> Result<u64, WitnessError> {
        let reconciled = self.log.reconcile(committed);
        let greatest = reconciled.as_ref().ok();
        self.trace.note(format_args!(
            "the store holds {committed}, the book {greatest:?}"
        ));
        reconciled
    }

    fn reopened(&self) {
        self.trace.note("the store was opened anew");
        self.log.reopened();
    }
}

/// Tells when no task can go on before time passes or an answer comes.
#[derive(Clone, Default)]
pub(super) struct Idle(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    waker: Option<Waker>,
    reached: bool,
}

impl Idle {
    /// A runtime of one thread that tells when it is idle.
    pub(super) fn runtime(&self) -> Runtime {
        let idle = self.clone();
        Builder::new_current_thread()
            .on_thread_park(move || idle.reach())
            .build()
            .unwrap()
    }

    fn reach(&self) {
        let mut waiting = self.0.lock().unwrap();
        if let Some(waker) = waiting.waker.take() {
            waiting.reached = true;
            waker.wake();
        }
    }

    /// Returns when everybody else waits.
    pub(super) async fn reached(&self) {
        std::future::poll_fn(|context| {
            let mut waiting = self.0.lock().unwrap();
            if std::mem::take(&mut waiting.reached) {
                return Poll::Ready(());
            }
            waiting.waker = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
