//! The connections alone, between a vendor whose every answer the test decides, a disk that fails
//! when it is told to, and a book that does.

use std::collections::VecDeque;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, pending};
use poem::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{Notify, oneshot};
use weighbridge::audit::{self, Log};
use weighbridge::base::{
    Act, Actor, Blocking, Clock, ConnectionId, Party, Scope, Secret, Tasks, UserId, Witness,
    WitnessError,
};
use weighbridge::config::MasterKey;
use weighbridge::connections::{
    self, Begin, Connection, Connections, Endpoint, Error, Finish, Kind, Manner, Manners,
    Registration, Returned,
};
use weighbridge::net::{self, Answer, Call, Network};
use weighbridge::providers::{Alone, Errand};
use weighbridge::store::{Registry, Store};
use weighbridge::vault::{self, Master, Vault};

use crate::store::disk::{Device, Power, SimulatedDisk};
use crate::support::NOON;

/// The connections of one owner.
pub(crate) struct Bench {
    pub(crate) all: Connections,
    pub(crate) scope: Scope,
    pub(crate) by: Actor,
    pub(crate) clock: Clock,
    pub(crate) vendor: Vendor,
    /// The device under the store.
    pub(crate) device: Device,
    pub(crate) book: Arc<Book>,
    pub(crate) tasks: Tasks,
    store: Store,
    vault: Vault,
    manner: Manner,
    _folder: TempDir,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::paced(0).await
    }

    /// With so many calls a second to each base; any number where it is zero.
    pub(crate) async fn paced(per_second: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::manual(NOON);
        let master = master(&folder);
        let settings = audit::Settings::new(folder.path().join("audit"), folder.path().join("key"));
        let log = Log::open(settings, master.key_box(), clock.clone()).unwrap();
        let book = Arc::new(Book {
            log: log.clone(),
            refuses: AtomicBool::default(),
            folder: folder.path().join("audit"),
        });
        let device = Device::on(&Power::default());
        let registry = Registry::default()
            .with(vault::tables())
            .with(connections::tables());
        let disk = SimulatedDisk::on(&device).disk();
        let witness = Arc::clone(&book) as Arc<dyn Witness>;
        let store = Store::open_on(&disk, 1 << 20, registry, witness, Blocking::Inline).unwrap();
        let vault = Vault::new(&master, &store, &clock).await.unwrap();
        let vendor = Vendor::default();
        let manner = Manner::new(per_second, Duration::ZERO);
        let all = connections((&store, &vault), &book.log, (&clock, &vendor), manner);
        let tasks = Tasks::default();
        all.start(&tasks);
        let by = member(&clock);
        Self {
            all,
            scope: Scope::of(&by).unwrap(),
            by,
            clock,
            vendor,
            device,
            book,
            tasks,
            store,
            vault,
            manner,
            _folder: folder,
        }
    }

    /// The connections as the next process finds them on the same disk. What the one before does
    /// not get to do any more is not done: `self.tasks` is not stopped by this.
    pub(crate) fn opened_anew(&self) -> Connections {
        let way = (&self.clock, &self.vendor);
        let kept = (&self.store, &self.vault);
        let all = connections(kept, &self.book.log, way, self.manner);
        all.start(&Tasks::default());
        all
    }

    /// A connection that a person has allowed, with the pair `first`.
    pub(crate) async fn connected(&self) -> Connection {
        let (connection, ()) = futures_util::join!(self.allow(None, "A"), async {
            self.vendor.gives("first").await;
            self.vendor.tells_the_account("first").await;
        });
        connection.unwrap()
    }

    /// Goes the way to the provider and back, for a new connection or for one that is there.
    pub(crate) async fn allow(
        &self,
        again: Option<ConnectionId>,
        name: &str,
    ) -> Result<Connection, Error> {
        let wish = match again {
            Some(id) => Begin::Reconnect(id),
            None => create(name),
        };
        let finish = self.returned(wish)?;
        self.all.complete(&self.scope, finish, &self.by).await
    }

    /// Goes the way to the provider, where the person allows it, and comes back.
    pub(crate) fn returned(&self, wish: Begin) -> Result<Finish, Error> {
        let begun = self.all.begin(&self.scope, wish, &self.by)?;
        let mut pairs = begun.address.query_pairs();
        let state = pairs.find(|(name, _)| name == "state").unwrap().1;
        Ok(Finish {
            provider: Kind::Airtable,
            state: Secret::new(state.into_owned()),
            returned: Returned::Code(Secret::new("the-code")),
        })
    }

    /// The owner, who waits for the answer to one question.
    pub(crate) fn alone(&self) -> (&Actor, Arc<dyn Errand>) {
        (&self.by, Arc::new(Alone))
    }

    /// The connection as it is now.
    pub(crate) fn shown(&self, id: ConnectionId) -> Connection {
        self.all.open(&self.scope, id).unwrap()
    }
}

fn connections(
    (store, vault): (&Store, &Vault),
    log: &Log,
    (clock, vendor): (&Clock, &Vendor),
    pace: Manner,
) -> Connections {
    let all = Connections::new(connections::Parts {
        store: store.clone(),
        vault: vault.clone(),
        log: log.clone(),
        clock: clock.clone(),
        blocking: Blocking::Inline,
        network: Arc::new(vendor.clone()),
        manners: Manners {
            airtable: pace,
            notion: pace,
            zapier: pace,
            meta: pace,
            google: pace,
        },
        sandbox: "http://127.0.0.1:9".parse().ok(),
        registration: Registration::default(),
    });
    all.unwrap()
}

/// The wish for a connection of this name.
pub(crate) fn create(name: &str) -> Begin {
    Begin::Create {
        provider: Kind::Airtable,
        endpoint: Endpoint::Sandbox,
        name: name.to_owned(),
    }
}

fn member(clock: &Clock) -> Actor {
    let party = Party::User {
        id: UserId::new(clock),
        email: "member@example.org".into(),
        session: None,
        token: None,
    };
    let origin = None;
    Actor { party, origin }
}

fn master(folder: &TempDir) -> Master {
    let file = folder.path().join("master.key");
    std::fs::write(&file, "5c".repeat(32)).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    Master::open(&MasterKey::File(file), &[]).unwrap()
}

/// The book, which takes no act of a change while it refuses.
pub(crate) struct Book {
    log: Log,
    pub(crate) refuses: AtomicBool,
    folder: std::path::PathBuf,
}

impl Book {
    /// How often it holds an event.
    pub(crate) fn count(&self, word: &str) -> usize {
        self.log.flush().unwrap();
        let files = std::fs::read_dir(&self.folder).unwrap();
        let files = files.map(|entry| entry.unwrap().path());
        let files = files.filter(|path| path.extension().is_some_and(|kind| kind == "ndjson"));
        let text: String = files
            .map(|file| std::fs::read_to_string(file).unwrap())
            .collect();
        let lines = text.lines().map(serde_json::from_str::<Value>);
        let labels = lines.map(|line| line.unwrap()["metadata"]["labels"][0].clone());
        labels.filter(|label| label == word).count()
    }
}

impl Witness for Book {
    fn attest(&self, commits: &[(u64, &Act)]) -> Result<u64, WitnessError> {
        if self.refuses.load(Ordering::SeqCst) {
            return Err(io::Error::from(io::ErrorKind::StorageFull).into());
        }
        self.log.attest(commits)
    }

    fn reconcile(&self, committed: u64) -> Result<u64, WitnessError> {
        self.log.reconcile(committed)
    }

    fn reopened(&self) {
        self.log.reopened();
    }
}

/// A vendor that does nothing by itself. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Vendor(Arc<Desk>);

#[derive(Default)]
struct Desk {
    asked: Mutex<VecDeque<Asked>>,
    came: Notify,
}

/// A call that waits for its answer.
pub(crate) struct Asked {
    path: String,
    /// The access token that it shows, or the body that asks for one.
    pub(crate) shows: String,
    reply: oneshot::Sender<Result<Answer, net::Error>>,
}

impl Network for Vendor {
    fn send(&self, call: Call) -> BoxFuture<'_, Result<Answer, net::Error>> {
        let (reply, answer) = oneshot::channel();
        let body = || String::from_utf8_lossy(call.body()).into_owned();
        let shows = call.token().map(|token| token.expose().to_owned());
        self.0.asked.lock().unwrap().push_back(Asked {
            path: call.url().path().to_owned(),
            shows: shows.unwrap_or_else(body),
            reply,
        });
        self.0.came.notify_one();
        async move {
            match answer.await {
                Ok(answer) => answer,
                Err(_never) => pending().await,
            }
        }
        .boxed()
    }
}

impl Vendor {
    /// The next call, which is one to this path.
    pub(crate) async fn asked(&self, path: &str) -> Asked {
        loop {
            let next = self.0.asked.lock().unwrap().pop_front();
            if let Some(asked) = next {
                assert!(asked.path.ends_with(path), "{} {}", asked.path, asked.shows);
                return asked;
            }
            self.0.came.notified().await;
        }
    }

    /// Gives the pair of this name to the next call, which asks for one.
    pub(crate) async fn gives(&self, name: &str) {
        self.asked("token").await.answered(200, &pair(name));
    }

    /// Answers the next call, which asks whose account it is with the access token of this pair.
    pub(crate) async fn tells_the_account(&self, name: &str) {
        let asked = self.asked("whoami").await;
        assert_eq!(asked.shows, access(name));
        asked.answered(200, &json!({"id": "usrA"}));
    }

    /// Answers the next call, which asks for bases with the access token of this pair.
    pub(crate) async fn tells_the_bases(&self, name: &str) {
        let asked = self.asked("bases").await;
        assert_eq!(asked.shows, access(name));
        asked.answered(200, &json!({"bases": []}));
    }

    /// Refuses the access token of this pair in the next call.
    pub(crate) async fn refuses(&self, name: &str) {
        let asked = self.asked("").await;
        assert_eq!(asked.shows, access(name));
        let told = json!({"error": {"type": "AUTHENTICATION_REQUIRED", "message": "no"}});
        asked.answered(401, &told);
    }

    /// Whether nobody waits for an answer.
    pub(crate) fn is_idle(&self) -> bool {
        self.0.asked.lock().unwrap().is_empty()
    }
}

impl Asked {
    pub(crate) fn answered(self, status: u16, body: &Value) {
        self.answered_with(status, HeaderMap::new(), body);
    }

    /// The same with headers.
    pub(crate) fn answered_with(self, status: u16, headers: HeaderMap, body: &Value) {
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: body.to_string().into(),
            took: Duration::ZERO,
        };
        // Whoever asked may have gone away.
        drop(self.reply.send(Ok(answer)));
    }

    /// No answer comes.
    pub(crate) fn lost(self) {
        drop(self.reply.send(Err(net::Error::Deadline(Duration::ZERO))));
    }
}

fn access(name: &str) -> String {
    format!("oaa-access-{name}")
}

/// A pair of this name, that lives for an hour.
pub(crate) fn pair(name: &str) -> Value {
    json!({
        "access_token": access(name), "refresh_token": format!("oar-refresh-{name}"),
        "token_type": "Bearer", "expires_in": 3600, "scope": "data.records:read",
    })
}
