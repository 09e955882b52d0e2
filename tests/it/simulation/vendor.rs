//! The far side: the sandbox itself, called without sockets, behind a network with weather.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use jiff::SignedDuration;
use poem::http::{HeaderMap, Method, StatusCode};
use poem::{Endpoint as _, Request};
use serde_json::{Value, json};
use weighbridge::base::Clock;
use weighbridge::net::{Answer, Error};
use weighbridge::sandbox::{Gate, Sandbox};

use super::delivered::{Delivery, HOOK};
use super::dice::Dice;
use super::far::{self, Far, SOURCE};
use super::network::{Post, Posts, Reply};
use super::table::{BASE, TABLE, Table};
use super::trace::Trace;
use crate::support::NOON;

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The vendor answers with an error of its own, by the sandbox's name of it.
    Told(&'static str),
    /// The vendor takes its time.
    Slow,
    /// No connection can be made.
    Unreachable,
    /// The connection breaks before the vendor has done anything.
    Cut,
    /// Half of the answer arrives.
    Truncated,
    /// The vendor has done what was asked, and the answer never comes.
    Lost,
    /// The vendor has done what was asked, and says that it has not.
    TimedOut,
}

const TIMED_OUT: &[u8] = br#"{"object":"error","code":"gateway_timeout","message":"Too slow."}"#;

/// What is yet to happen.
enum Event {
    Arrives(Post, Option<Fault>),
    Returns(Reply, Result<Answer, Error>),
}

/// The vendor and the way to it.
pub(super) struct Vendor {
    pub(super) far: Far,
    gate: Gate,
    clock: Clock,
    trace: Trace,
    pub(super) posts: Posts,
    events: BTreeMap<(Duration, u64), Event>,
    happened: u64,
    /// Which faults there are under this seed, and how likely one of them is.
    weather: (Vec<Fault>, f64),
    pub(super) table: Table,
    /// What came in where nothing can be read.
    pub(super) deliveries: Vec<Delivery>,
}

impl Vendor {
    /// A vendor whose clock goes wrong by less than a minute, under weather of the seed's own.
    pub(super) fn new(far: Far, dice: &mut Dice, trace: &Trace) -> Self {
        let settings = far.settings(dice);
        let clock = Clock::manual(NOON);
        let wrong = i64::try_from(dice.below(90)).unwrap() - 45;
        clock.step(SignedDuration::from_secs(wrong));
        let faults = far.faults().filter(|_| dice.chance(0.4)).collect();
        let severity = *dice.one(&[0.0, 0.05, 0.15, 0.4]);
        Self {
            far,
            gate: Sandbox::new(settings, clock.clone()).unwrap().endpoint(),
            clock,
            trace: trace.clone(),
            posts: Posts::default(),
            events: BTreeMap::new(),
            happened: 0,
            weather: (faults, severity),
            table: Table::default(),
            deliveries: Vec::new(),
        }
    }

    /// Takes the calls that were made, and draws what becomes of each.
    pub(super) fn collect(&mut self, dice: &mut Dice, calm: bool) {
        for post in self.posts.take() {
            let (faults, severity) = &self.weather;
            let struck = !calm && !faults.is_empty() && dice.chance(*severity);
            let fault = struck.then(|| *dice.one(faults));
            let delay = match fault {
                Some(Fault::Slow) => dice.between(500, 12_000),
                _ => dice.between(1, 60),
            };
            let text = String::from_utf8_lossy(&post.body);
            self.trace.note(format_args!(
                "call {} {} {text} ({fault:?})",
                post.method, post.target
            ));
            self.later(delay, Event::Arrives(post, fault));
        }
    }

    /// When the next thing happens here, from the vendor's start on.
    pub(super) fn next(&self) -> Option<Duration> {
        self.events.keys().next().map(|(at, _)| *at)
    }

    /// Lets time pass.
    pub(super) fn advance(&self, span: Duration) {
        self.clock.advance(span);
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    /// Lets everything happen whose time has come.
    pub(super) async fn happen(&mut self, dice: &mut Dice) {
        let now = self.clock.elapsed();
        while let Some(entry) = self.events.first_entry()
            && entry.key().0 <= now
        {
            match entry.remove() {
                Event::Arrives(post, fault) => {
                    let answer = self.carry(&post, fault).await;
                    let delay = dice.between(1, 60);
                    self.later(delay, Event::Returns(post.reply, answer));
                }
                // Whoever has stopped waiting does not want it.
                Event::Returns(reply, answer) => drop(reply.send(answer)),
            }
        }
    }

    /// The process that made the calls has died: what was on its way may arrive all the same.
    pub(super) async fn outlive(&mut self, dice: &mut Dice) {
        self.collect(dice, true);
        for event in std::mem::take(&mut self.events).into_values() {
            if let Event::Arrives(post, fault) = event
                && dice.chance(0.5)
            {
                drop(self.carry(&post, fault).await);
            }
        }
    }

    fn later(&mut self, ms: u64, event: Event) {
        let at = self.clock.elapsed() + Duration::from_millis(ms);
        self.happened += 1;
        self.events.insert((at, self.happened), event);
    }

    /// Does what a call asks, unless its fault prevents that, and gives what the caller sees.
    async fn carry(&mut self, post: &Post, fault: Option<Fault>) -> Result<Answer, Error> {
        let lost = || Error::Lost("the connection was cut".into());
        match fault {
            Some(Fault::Unreachable) => return Err(Error::NotSent("nobody listens".into())),
            Some(Fault::Cut) => return Err(lost()),
            Some(Fault::Told(name)) => {
                let order = json!({ "fault": name, "retry_after_seconds": 7 });
                self.control(Method::POST, "faults", &order).await;
            }
            Some(Fault::Slow | Fault::Truncated | Fault::Lost | Fault::TimedOut) | None => {}
        }
        let (status, headers, body) = self.ask(post).await;
        if let Some(Fault::Told(_)) = fault {
            // One that a refusal has forestalled is not to strike another call.
            self.control(Method::DELETE, "faults", &Value::Null).await;
        }
        self.trace.note(format_args!(
            "answer {status} {}",
            String::from_utf8_lossy(&body)
        ));
        if status == StatusCode::OK {
            match self.far {
                Far::Airtable => self.mirror(post, &body),
                Far::Notion => self.mirror_page(post, &body),
                Far::Zapier => self.deliveries.extend(Delivery::read(&post.body)),
            }
        }
        let body = match fault {
            Some(Fault::Lost) => return Err(lost()),
            Some(Fault::Truncated) => body.slice(..body.len() / 2),
            Some(Fault::TimedOut) => Bytes::from_static(TIMED_OUT),
            _ => body,
        };
        let status = match fault {
            Some(Fault::TimedOut) => StatusCode::GATEWAY_TIMEOUT,
            _ => status,
        };
        Ok(Answer {
            status,
            headers,
            body,
            took: Duration::from_millis(1),
        })
    }

    /// Takes in what a call to Airtable has done or shown.
    fn mirror(&mut self, post: &Post, body: &[u8]) {
        let answer = serde_json::from_slice(body).unwrap();
        if post.method == Method::DELETE {
            self.table.taken(&answer);
        } else if post.writes() {
            let sent = serde_json::from_slice(&post.body).unwrap();
            self.table.written(&sent, &answer, self.clock.elapsed());
        } else {
            self.table.read(&answer);
        }
    }

    /// The same for Notion.
    fn mirror_page(&mut self, post: &Post, body: &[u8]) {
        let answer = serde_json::from_slice(body).unwrap();
        if post.writes() {
            self.table
                .page_written(post.method == Method::POST, &answer);
        } else {
            self.table.read(&answer);
        }
    }

    async fn ask(&self, post: &Post) -> (StatusCode, HeaderMap, Bytes) {
        let mut request = Request::builder()
            .method(post.method.clone())
            .uri(post.target.parse().unwrap())
            .header("authorization", format!("Bearer {}", post.token))
            .content_type("application/json");
        for (name, value) in &post.headers {
            request = request.header(name, value);
        }
        let request = request.body(post.body.clone());
        let mut response = self.gate.call(request).await.unwrap();
        let body = response.take_body().into_bytes().await.unwrap();
        let headers = std::mem::take(response.headers_mut());
        (response.status(), headers, body)
    }

    /// What only a sandbox can do.
    async fn control(&self, method: Method, path: &str, body: &Value) -> Value {
        let request = Request::builder()
            .method(method)
            .uri(format!("/_sandbox/{path}").parse().unwrap())
            .content_type("application/json")
            .body(body.to_string());
        let mut response = self.gate.call(request).await.unwrap();
        let answer = response.take_body().into_bytes().await.unwrap();
        let told = String::from_utf8_lossy(&answer);
        assert!(response.status().is_success(), "{path}: {told}");
        serde_json::from_slice(&answer).unwrap_or_default()
    }

    /// A colleague creates a record.
    pub(super) async fn create(&mut self, fields: Value) {
        self.trace
            .note(format_args!("a colleague creates {fields}"));
        let (method, path, body) = self.far.edit(None, &fields);
        let answer = self.control(method, &path, &body).await;
        self.edited(&fields, &answer);
    }

    /// A colleague changes some cells of a record.
    pub(super) async fn edit(&mut self, id: &str, fields: Value) {
        self.trace
            .note(format_args!("a colleague edits {id}: {fields}"));
        let (method, path, body) = self.far.edit(Some(id), &fields);
        let answer = self.control(method, &path, &body).await;
        self.edited(&fields, &answer);
    }

    fn edited(&mut self, fields: &Value, answer: &Value) {
        let cells = match self.far {
            Far::Airtable => answer["fields"]
                .as_object()
                .unwrap()
                .clone()
                .into_iter()
                .collect(),
            Far::Notion => far::cells(answer),
            Far::Zapier => unreachable!("a hook has no colleagues"),
        };
        let id = answer["id"].as_str().unwrap();
        self.table.edited(id, fields, cells, self.clock.elapsed());
    }

    /// A colleague deletes a record.
    pub(super) async fn delete(&mut self, id: &str) {
        self.trace.note(format_args!("a colleague deletes {id}"));
        match self.far {
            Far::Airtable => {
                self.control(Method::DELETE, &records(id), &Value::Null)
                    .await
            }
            Far::Notion => {
                let path = format!("notion/pages/{id}");
                let trash = json!({ "in_trash": true });
                self.control(Method::PATCH, &path, &trash).await
            }
            Far::Zapier => unreachable!("a hook has no colleagues"),
        };
        self.table.removed(id);
    }

    /// The bodies of what came in, as the sandbox shows them.
    pub(super) async fn received(&self) -> Vec<Value> {
        let mut bodies = Vec::new();
        loop {
            let path = format!(
                "zapier/deliveries?hook={HOOK}&limit=500&offset={}",
                bodies.len()
            );
            let page = self.control(Method::GET, &path, &Value::Null).await;
            let items = page["items"].as_array().unwrap();
            if items.is_empty() {
                return bodies;
            }
            bodies.extend(items.iter().map(|one| one["body"].clone()));
        }
    }

    /// Every record as the vendor itself shows it: id and fields.
    pub(super) async fn dump(&self) -> Vec<(String, Value)> {
        if self.far == Far::Notion {
            let path = format!("notion/data_sources/{SOURCE}/pages?limit=500");
            let page = self.control(Method::GET, &path, &Value::Null).await;
            let pages = page["pages"].as_array().unwrap().iter();
            let pair = |page: &Value| {
                let cells = far::cells(page).into_iter().collect();
                (
                    page["id"].as_str().unwrap().to_owned(),
                    Value::Object(cells),
                )
            };
            return pages
                .filter(|page| page["in_trash"] != true)
                .map(pair)
                .collect();
        }
        let path = format!("{}?limit=500", records(""));
        let page = self.control(Method::GET, &path, &Value::Null).await;
        let records = page["records"].as_array().unwrap().iter();
        let pair = |record: &Value| {
            let id = record["id"].as_str().unwrap().to_owned();
            (id, record["fields"].clone())
        };
        records.map(pair).collect()
    }
}

fn records(id: &str) -> String {
    let slash = if id.is_empty() { "" } else { "/" };
    format!("bases/{BASE}/tables/{TABLE}/records{slash}{id}")
}
