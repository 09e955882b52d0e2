//! Notifications on their way: what a vendor posts to the address that somebody gave it.
//!
//! Only this machine is ever called, whatever address was given.
use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, Uri, header};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use super::{Sandbox, notion, world::World};

/// How long an address may take to answer (Airtable Web API, "Webhook notification delivery").
const PATIENCE: Duration = Duration::from_secs(25);
/// The notifications that are remembered.
const KEPT: usize = 1_000;

/// How notifications go out.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PingKnobs {
    /// For how long changes are gathered before one notification tells of them all.
    pub gather_ms: u32,
    /// Whether each is sent twice.
    pub doubled: bool,
    /// Whether none is sent.
    pub dropped: bool,
    /// Whether what is sent bears a signature that does not fit.
    pub forged: bool,
    /// Whether every other one of Notion's comes three seconds late, after those that follow it.
    pub out_of_order: bool,
    /// How long after it failed one of Airtable's is sent again; twice as long after each further
    /// failure.
    pub retry_after_seconds: u32,
    /// Where they go instead of the host that their address names, such as
    /// `http://127.0.0.1:8080`.
    pub deliver_to: Option<String>,
}

impl Default for PingKnobs {
    fn default() -> Self {
        Self {
            gather_ms: 0,
            doubled: false,
            dropped: false,
            forged: false,
            out_of_order: false,
            retry_after_seconds: 10,
            deliver_to: None,
        }
    }
}

/// Who sends a notification.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Sender {
    Airtable {
        webhook: String,
    },
    Notion {
        subscription: Uuid,
        attempt: notion::Attempt,
    },
}

/// One notification.
#[derive(Debug, Clone)]
pub(super) struct Ping {
    pub(super) sender: Sender,
    pub(super) url: String,
    pub(super) header: &'static str,
    /// None where nothing is signed.
    pub(super) signature: Option<String>,
    pub(super) body: String,
    pub(super) due: Timestamp,
    /// How often it was sent in vain.
    pub(super) attempt: u32,
}

/// How the sending of one ended.
pub(super) struct Ended {
    pub(super) at: Timestamp,
    pub(super) took_ms: i64,
    /// Why it failed; none when it was taken.
    pub(super) failure: Option<String>,
}

/// A notification that was sent.
#[derive(Debug, Serialize)]
pub(super) struct Sent {
    at: Timestamp,
    url: String,
    header: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
    body: String,
    attempt: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
}

/// The last notifications that were sent, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Sents(VecDeque<Sent>);

impl Sents {
    pub(super) fn all(&self) -> &VecDeque<Sent> {
        &self.0
    }
}

impl Ping {
    pub(super) fn is_of(&self, id: &str) -> bool {
        matches!(&self.sender, Sender::Airtable { webhook } if webhook == id)
    }

    pub(super) fn is_notions(&self, id: Uuid) -> bool {
        matches!(&self.sender, Sender::Notion { subscription, .. } if *subscription == id)
    }

    /// Whether an answer of that status says that it was taken.
    fn is_taken(&self, status: StatusCode) -> bool {
        match self.sender {
            Sender::Airtable { .. } => matches!(status.as_u16(), 200 | 204),
            Sender::Notion { .. } => status.is_success(),
        }
    }

    /// The same with a signature that does not fit.
    fn forged(self) -> Self {
        let forge = |signature: String| {
            let (kind, digits) = signature.split_once('=').unwrap_or_default();
            format!("{kind}={}", "0".repeat(digits.len()))
        };
        Self {
            signature: self.signature.map(forge),
            ..self
        }
    }

    /// The same once more, later.
    pub(super) fn again(self, now: Timestamp, knobs: &PingKnobs) -> Self {
        let wait = i64::from(knobs.retry_after_seconds) << self.attempt.min(20);
        Self {
            due: now + SignedDuration::from_secs(wait),
            attempt: self.attempt + 1,
            ..self
        }
    }
}

impl World {
    /// Whether a notification waits to be sent.
    pub(super) fn has_pings(&self) -> bool {
        !(self.airtable.webhooks.waiting.is_empty() && self.notion.webhooks.waiting.is_empty())
    }

    /// Takes those out that are due, and says when the next one is.
    fn pings_due(&mut self, now: Timestamp) -> (Vec<Ping>, Option<Timestamp>) {
        let tables = &mut self.airtable.webhooks.waiting;
        let mut due: Vec<_> = tables.extract_if(.., |ping| ping.due <= now).collect();
        let pages = &mut self.notion.webhooks.waiting;
        due.extend(pages.extract_if(.., |ping| ping.due <= now));
        (due, tables.iter().chain(&*pages).map(|ping| ping.due).min())
    }

    fn pinged(&mut self, ping: Ping, ended: &Ended) {
        if self.sents.0.len() == KEPT {
            self.sents.0.pop_front();
        }
        self.sents.0.push_back(Sent {
            at: ended.at,
            url: ping.url.clone(),
            header: ping.header,
            signature: ping.signature.clone(),
            body: ping.body.clone(),
            attempt: ping.attempt,
            failure: ended.failure.clone(),
        });
        match ping.sender {
            Sender::Airtable { .. } => self.airtable.webhooks.pinged(ping, ended, &self.knobs),
            Sender::Notion { .. } => self.notion.webhooks.pinged(&ping, ended, &self.knobs),
        }
    }
}

/// Sends notifications when they are due, until `stop`.
pub(super) async fn carry(sandbox: Sandbox, tasks: TaskTracker, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let now = sandbox.there();
        let (due, next) = sandbox.world().pings_due(now);
        for ping in due {
            let (sandbox, stop) = (sandbox.clone(), stop.clone());
            tasks.spawn(async move { stop.run_until_cancelled(sandbox.send(ping)).await });
        }
        let pause = async {
            match next {
                Some(next) => {
                    let pause = next.duration_since(now).unsigned_abs();
                    sandbox.clock.sleep(pause).await;
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = sandbox.bell.heard() => {}
            () = pause => {}
        }
    }
}

impl Sandbox {
    async fn send(&self, ping: Ping) {
        let (began, knobs) = (self.there(), self.world().knobs.pings.clone());
        let ping = if knobs.forged { ping.forged() } else { ping };
        let sent = tokio::time::timeout(PATIENCE, post(&ping, knobs.deliver_to.as_deref()));
        let failure = match sent.await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_late) => Some("there was no answer in time".to_owned()),
        };
        let at = self.there();
        let took = at.duration_since(began).as_millis();
        let ended = Ended {
            at,
            took_ms: i64::try_from(took).unwrap_or(i64::MAX),
            failure,
        };
        self.world().pinged(ping, &ended);
        self.bell.ring();
    }
}

/// Why a notification did not arrive.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("the address is not one of this machine's")]
    Elsewhere,
    #[error("there was no connection: {0}")]
    Connection(#[from] std::io::Error),
    #[error("there was no answer: {0}")]
    Exchange(#[from] hyper::Error),
    #[error("the answer was {0}")]
    Answer(http::StatusCode),
}

async fn post(ping: &Ping, deliver_to: Option<&str>) -> Result<(), Failure> {
    let asked: Uri = ping.url.parse().map_err(|_bad| Failure::Elsewhere)?;
    let host = match deliver_to {
        None => asked.clone(),
        Some(host) => host.parse().map_err(|_bad| Failure::Elsewhere)?,
    };
    let address = on_this_machine(&host).ok_or(Failure::Elsewhere)?;
    let target = asked.path_and_query().map_or("/", |target| target.as_str());
    let mut request = Request::post(target)
        .header(
            header::HOST,
            asked.authority().map_or("", |host| host.as_str()),
        )
        .header(header::CONTENT_TYPE, "application/json");
    if let Some(signature) = &ping.signature {
        request = request.header(ping.header, signature);
    }
    let request = request
        .body(Full::new(Bytes::from(ping.body.clone())))
        .map_err(|_bad| Failure::Elsewhere)?;
    let socket = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(socket)).await?;
    let driven = async {
        drop(connection.await);
        std::future::pending::<()>().await;
    };
    let answer = tokio::select! {
        answer = sender.send_request(request) => answer?,
        () = driven => return Err(Failure::Elsewhere), // never: it waits for ever
    };
    let status = answer.status();
    let is_taken = ping.is_taken(status);
    is_taken.then_some(()).ok_or(Failure::Answer(status))
}

/// The address of a URL of this machine's without TLS.
fn on_this_machine(url: &Uri) -> Option<SocketAddr> {
    let host = url.host().filter(|_| url.scheme_str() == Some("http"))?;
    let ip = match host.trim_matches(['[', ']']) {
        "localhost" => IpAddr::V4(Ipv4Addr::LOCALHOST),
        number => number.parse().ok().filter(IpAddr::is_loopback)?,
    };
    Some(SocketAddr::new(ip, url.port_u16().unwrap_or(80)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_called() {
        let reached = |url: &str| on_this_machine(&url.parse().unwrap());
        for (url, port) in [
            ("http://127.0.0.1:8080/x", 8080),
            ("http://localhost/x", 80),
            ("http://[::1]:1/", 1),
        ] {
            assert_eq!(reached(url).map(|at| at.port()), Some(port), "{url}");
        }
        for url in [
            "https://127.0.0.1/",
            "http://10.0.0.1/",
            "http://example.org/",
            "/x",
        ] {
            assert_eq!(reached(url), None, "{url}");
        }
    }

    #[test]
    fn thirteen_tries_more_take_about_a_day() {
        let mut ping = Ping {
            sender: Sender::Airtable {
                webhook: "ach1".into(),
            },
            url: String::new(),
            header: "x",
            signature: None,
            body: String::new(),
            due: Timestamp::UNIX_EPOCH,
            attempt: 0,
        };
        for _ in 0..13 {
            let due = ping.due;
            ping = ping.again(due, &PingKnobs::default());
        }
        assert_eq!(ping.due.as_second(), 81_910);
    }
}
