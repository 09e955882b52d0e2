//! A whole day of the real binary beside the real sandbox: every act that somebody outside can
//! cause, once, with secrets that are easy to recognise.

mod acts;
mod book;
mod feeds;
mod forgery;
mod hooks;
mod inlets;
mod jobs;
mod oauth;
mod secrets;
mod sites;
mod subscribe;
mod watch;
mod zapier;

use std::sync::{Arc, Mutex};

use poem::http::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::Answer;
use crate::support::process::{Home, PlayedVendor, Served, Session};

/// Secrets that somebody gives to the appliance, right ones and wrong ones. Each holds characters
/// that URLs and JSON write differently.
const SECRETS: [(&str, &str); 17] = [
    ("first password", "CANARY-first+pass word=\"1\""),
    ("next password", "CANARY-next+pass word=\"2\""),
    ("member's password", "CANARY-member+pass word=\"3\""),
    ("reset password", "CANARY-reset+pass word=\"4\""),
    ("weak password", "CANARY-weak"),
    ("wrong password", "CANARY-wrong+pass word=\"5\""),
    ("wrong set-up token", "CANARY-set+up=\"6\""),
    ("wrong session", "CANARY-session+token/7"),
    ("wrong CSRF token", "CANARY-csrf+token/8"),
    ("vendor's token", "patCANARYtokenOne.9/+="),
    ("hook", "CANARYhook0fThatDay15"),
    ("replaced token", "patCANARYtokenTwo.10/+="),
    ("refused token", "CANARY-no-token/11+="),
    ("client secret", "CANARY-client+secret/12"),
    ("wrong program's token", "wb_CANARYprogram+13/="),
    ("ads", "EAACANARYadsThatDay16"),
    ("signing key", "CANARY-signing+key/of/access+tokens/14="),
];

fn secret(name: &str) -> &'static str {
    let found = SECRETS.iter().find(|(known, _)| *known == name);
    found
        .unwrap_or_else(|| panic!("no secret is called {name}"))
        .1
}

/// What a request was answered.
struct Heard {
    place: String,
    answer: String,
}

/// The day: where it happened, and what was heard.
struct Day {
    home: Home,
    vendor: PlayedVendor,
    heard: Arc<Mutex<Vec<Heard>>>,
    /// Secrets that the appliance made itself, with the places where each may be shown.
    made: Vec<Made>,
    _folder: TempDir,
}

/// A secret that the appliance made.
struct Made {
    name: &'static str,
    value: String,
    /// Requests whose answers, and files whose bytes, it belongs to.
    belongs_to: Vec<&'static str>,
}

impl Day {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let vendor = PlayedVendor::start(folder.path());
        let dsn = format!("https://{}@sentry.example/1", secret("client secret"));
        let home = Home::new(folder.path())
            .set("SANDBOX__URL", &vendor.url)
            .set("LIMITS__EXPORTS", "3 / hour")
            .set("LIMITS__SYNC_STARTS_AIRTABLE", "20 / minute")
            .set("LIMITS__SYNC_STARTS", "20 / minute")
            .set("SYNC__FAILING_AFTER", "1")
            .variable("GOOGLE_CLIENT_ID", "a-client")
            .variable("GOOGLE_CLIENT_SECRET", secret("client secret"))
            .variable("SENTRY_DSN", &dsn)
            .variable("JWT_SECRET_KEY", secret("signing key"));
        Self {
            home,
            vendor,
            heard: Arc::default(),
            made: Vec::new(),
            _folder: folder,
        }
    }

    /// A caller without a session.
    fn visitor<'a>(&self, server: &'a Served) -> Caller<'a> {
        Caller {
            server,
            session: Session::default(),
            heard: Arc::clone(&self.heard),
        }
    }

    fn note(&mut self, name: &'static str, value: impl Into<String>, belongs_to: &[&'static str]) {
        self.made.push(Made {
            name,
            value: value.into(),
            belongs_to: belongs_to.to_vec(),
        });
    }

    /// Takes note of a session's secrets, and gives who holds them.
    fn signed_in<'a>(&mut self, visitor: &Caller<'a>, answer: &Answer) -> Caller<'a> {
        let session = Session::of(answer);
        self.note("session", session.token(), &[]);
        let shown = ["POST /setup", "POST /auth/login", "GET /auth/session"];
        self.note("CSRF token", session.csrf(), &shown);
        visitor.with(session)
    }
}

/// Somebody who calls the server, and remembers every answer.
#[derive(Clone)]
struct Caller<'a> {
    server: &'a Served,
    session: Session,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Caller<'_> {
    fn with(&self, session: Session) -> Self {
        Self {
            session,
            ..self.clone()
        }
    }

    async fn send(&self, method: Method, path: &str, kind: &str, body: Vec<u8>) -> Answer {
        let answer = self
            .server
            .fetch(&self.session, (method.clone(), path), (kind, body))
            .await
            .unwrap();
        let mut text = answer.text();
        for (name, value) in &answer.headers {
            // A session's token is handed out here and nowhere else.
            if name != "set-cookie" {
                text += &format!("\n{name}: {}", value.to_str().unwrap());
            }
        }
        let place = path.trim_start_matches("/api/v1");
        let place = format!("{method} {}", place.split('?').next().unwrap());
        self.heard.lock().unwrap().push(Heard {
            place,
            answer: text,
        });
        answer
    }

    async fn get(&self, path: &str) -> Answer {
        let path = format!("/api/v1{path}");
        self.send(Method::GET, &path, "", Vec::new()).await
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> Answer {
        let path = format!("/api/v1{path}");
        let body = body.to_string().into_bytes();
        self.send(method, &path, "application/json", body).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, body).await
    }

    async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path, body).await
    }

    async fn delete(&self, path: &str) -> Answer {
        let path = format!("/api/v1{path}");
        self.send(Method::DELETE, &path, "", Vec::new()).await
    }

    async fn sign_in(&self, email: &str, password: &str) -> Answer {
        let body = json!({"email": email, "password": password});
        self.post("/auth/login", body).await
    }
}

fn id(answer: &Value) -> String {
    answer["id"].as_str().unwrap().to_owned()
}
