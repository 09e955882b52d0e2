//! An appliance in a folder of its own, called without a network: the base of the tests that see
//! it from outside.

mod answer;
mod client;
pub(crate) mod process;
mod serving;
pub(crate) mod strace;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use poem::endpoint::BoxEndpoint;
use poem::{EndpointExt as _, Response};
use serde_json::json;
use tempfile::TempDir;
use weighbridge::app::App;
use weighbridge::base::{Actor, Blocking, Clock};
use weighbridge::config::{Config, Environment};
use weighbridge::http;

pub(crate) use answer::Answer;
pub(crate) use client::Client;
pub(crate) use serving::Serving;

/// A password that every rule allows.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// When a test's clock begins.
pub(crate) const NOON: Timestamp = Timestamp::constant(1_800_000_000, 0);

/// An appliance with weak and quick password hashing, whose clock stands until a test moves it.
pub(crate) struct TestServer {
    /// Its services.
    pub(crate) app: App,
    /// Its clock.
    pub(crate) clock: Clock,
    /// Its data folder goes with it.
    folder: TempDir,
    endpoint: Arc<BoxEndpoint<'static, Response>>,
}

impl TestServer {
    /// An appliance without accounts.
    pub(crate) async fn start() -> Self {
        Self::with(|_| ()).await
    }

    /// An appliance without accounts, with settings of the test's own.
    pub(crate) async fn with(set: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let variables = [
            ("WEIGHBRIDGE_SERVER__DATA", data.to_str().unwrap()),
            ("WEIGHBRIDGE_AUTH__ARGON2_MEMORY_KIB", "8"),
            ("WEIGHBRIDGE_AUTH__ARGON2_ITERATIONS", "1"),
        ];
        let environment = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let environment = Environment::from_iter(environment);
        let mut config = Config::load(None, &environment).unwrap().config;
        set(&mut config);
        let clock = Clock::manual(NOON);
        let app = App::open(config, clock.clone(), Blocking::Threads)
            .await
            .unwrap();
        Self {
            endpoint: Arc::new(http::endpoint(&app).boxed()),
            app,
            clock,
            folder,
        }
    }

    /// Moves the clock on.
    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Every file of the data folder, the book's among them, with all that was written into it.
    pub(crate) fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        self.app.audit.flush().unwrap();
        let mut folders = vec![self.folder.path().to_owned()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                let kind = entry.file_type().unwrap();
                if kind.is_dir() {
                    folders.push(entry.path());
                } else if kind.is_file() {
                    files.push((entry.path(), std::fs::read(entry.path()).unwrap()));
                }
            }
        }
        files
    }

    /// Somebody who has not signed in.
    pub(crate) fn anonymous(&self) -> Client {
        Client::new(Arc::clone(&self.endpoint))
    }

    /// Somebody at the machine's local socket.
    pub(crate) fn operator(&self) -> Client {
        self.anonymous().at_the_machine()
    }

    /// Sets the appliance up: its first account, `admin@example.org`, with the roles admin and
    /// member, signed in.
    pub(crate) async fn sign_up_admin(&self) -> Client {
        let token = self
            .app
            .auth
            .setup
            .make_link(&Actor::system())
            .await
            .unwrap();
        let body = json!({
            "token": token.expose(), "email": "admin@example.org", "name": "Admin",
            "password": PASSWORD,
        });
        let answer = self.anonymous().post("/setup", body).await;
        self.anonymous().signed_in(&answer)
    }

    /// A new account with the given roles, signed in. Needs no other account.
    pub(crate) async fn sign_up(&self, email: &str, roles: &[&str]) -> Client {
        let body = json!({"email": email, "name": email, "roles": roles, "password": PASSWORD});
        self.operator().post("/users", body).await.expect(201);
        self.sign_in(email).await
    }

    /// One more session of an account.
    pub(crate) async fn sign_in(&self, email: &str) -> Client {
        let body = json!({"email": email, "password": PASSWORD});
        let answer = self.anonymous().post("/auth/login", body).await;
        self.anonymous().signed_in(&answer)
    }

    /// Every line of the book so far, the oldest first.
    pub(crate) fn book(&self) -> Vec<serde_json::Value> {
        self.app.audit.flush().unwrap();
        let folder = &self.app.config.audit.folder;
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|kind| kind == "ndjson"))
            .collect();
        files.sort();
        let text: String = files
            .iter()
            .map(|file| std::fs::read_to_string(file).unwrap())
            .collect();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// How often the book holds an event, such as `authn_login_fail`.
    pub(crate) fn count_in_book(&self, word: &str) -> usize {
        let is_one = |line: &&serde_json::Value| line["metadata"]["labels"][0] == word;
        self.book().iter().filter(is_one).count()
    }
}
