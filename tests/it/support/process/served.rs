//! A server that answers.

use std::net::Ipv4Addr;
use std::process::{Child, Command, ExitStatus};

use poem::http::Method;
use serde_json::{Value, json};

use super::super::{Answer, PASSWORD};
use super::PATIENCE;
use super::home::Home;
use super::session::Session;
use super::wait::until;

/// A server that answers; it is killed when this is dropped.
pub(crate) struct Served {
    child: Child,
    port: u16,
    http: reqwest::Client,
    session: Session,
}

impl Served {
    pub(super) fn new(child: Child, port: u16) -> Self {
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE);
        Self {
            child,
            port,
            http: http.build().unwrap(),
            session: Session::default(),
        }
    }

    /// Its process's number.
    pub(crate) fn pid(&self) -> String {
        self.child.id().to_string()
    }

    /// Where it answers.
    pub(crate) fn address(&self) -> (Ipv4Addr, u16) {
        (Ipv4Addr::LOCALHOST, self.port)
    }

    /// Whether the process has not ended.
    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Ends it without a warning.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, and gives how it ended.
    pub(crate) async fn stop(mut self) -> ExitStatus {
        let asked = Command::new("kill").arg(self.pid()).status().unwrap();
        assert!(asked.success());
        until("the server has stopped", async || {
            self.child.try_wait().unwrap()
        })
        .await
    }

    /// Makes the first account with the token of `home`, and signs it in.
    pub(crate) async fn set_up(&mut self, home: &Home) {
        let body = json!({"token": home.setup_token(), "email": "admin@example.org",
                          "name": "Admin", "password": PASSWORD});
        let answer = self.post("/setup", body).await;
        answer.expect(201);
        self.session = Session::of(&answer);
    }

    /// Takes over a session: cookies outlive a restart.
    pub(crate) fn resuming(mut self, session: &Session) -> Self {
        self.session = session.clone();
        self
    }

    /// The session in use, for [`Served::resuming`] after a restart.
    pub(crate) fn session(&self) -> Session {
        self.session.clone()
    }

    /// `GET /api/v1{path}`.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, "", Vec::new()).await
    }

    /// `POST /api/v1{path}` with a JSON body.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, &body).await
    }

    /// Any method on `/api/v1{path}` with a JSON body.
    pub(crate) async fn call(&self, method: Method, path: &str, body: &Value) -> Answer {
        let body = body.to_string().into_bytes();
        self.send(method, path, "application/json", body).await
    }

    /// Any method on `/api/v1{path}`; an empty `kind` sends no body.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        kind: &str,
        body: Vec<u8>,
    ) -> Answer {
        let path = format!("/api/v1{path}");
        let answer = self.try_fetch(method, &path, kind, body).await;
        answer.unwrap_or_else(|error| panic!("{path}: {error:?}"))
    }

    /// Any method and path; errs when no answer comes, as the process was killed.
    pub(crate) async fn try_fetch(
        &self,
        method: Method,
        path: &str,
        kind: &str,
        body: Vec<u8>,
    ) -> reqwest::Result<Answer> {
        let session = &self.session;
        self.fetch(session, (method, path), (kind, body)).await
    }

    /// The same as the holder of another session.
    pub(crate) async fn fetch(
        &self,
        session: &Session,
        (method, path): (Method, &str),
        (kind, body): (&str, Vec<u8>),
    ) -> reqwest::Result<Answer> {
        let url = format!("http://{}:{}{path}", Ipv4Addr::LOCALHOST, self.port);
        let mut request = self.http.request(method, url);
        if !kind.is_empty() {
            request = request.header("content-type", kind).body(body);
        }
        for (name, value) in session.headers() {
            request = request.header(name, value);
        }
        let response = request.send().await?;
        Ok(Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.bytes().await?.to_vec(),
        })
    }

    /// What `/healthz/ready` says: its status and the first line.
    pub(crate) async fn ready(&self) -> (u16, String) {
        let answer = self.try_fetch(Method::GET, "/healthz/ready", "", Vec::new());
        let answer = answer.await.unwrap();
        (answer.status.as_u16(), answer.text().trim_end().to_owned())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
