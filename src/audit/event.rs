//! Builds one event: the only place that knows how OCSF wants it written.

use std::fmt::Display;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::code::{Class, Code, Row};
use super::json::{Members, cut, cut_detail};
use super::object::{NAME_CHARS, PRODUCT, TEXT_CHARS, actor, endpoint, party_user, request, user};
use crate::base::{Act, Actor, Clock, Party, UserId};

/// An event names at most this many objects, and carries at most this many details.
const MANY: usize = 64;

/// How an act ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it was meant.
    Success,
    /// Refused or failed.
    Failure {
        /// A word for machines, such as `INVALID_CREDENTIALS`.
        code: &'static str,
        /// A sentence for people; may be empty.
        detail: String,
    },
    /// Nobody knows yet, or ever will.
    Unknown,
}

impl Outcome {
    /// A failure that its word explains.
    pub const fn failed(code: &'static str) -> Self {
        Self::Failure {
            code,
            detail: String::new(),
        }
    }
}

/// An event in the making. What an event's class has no place for goes under `unmapped`.
///
/// ```
/// # use weighbridge::audit::{Code, Event};
/// # use weighbridge::base::{Actor, Clock};
/// let act = Event::new(Code::RecordsRead, &Actor::system())
///     .entity("dataset", "0199a3c4", "Breweries")
///     .count("records", 50)
///     .build(&Clock::system());
/// assert!(act.metadata.contains("WB-DATA-005"));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Event {
    code: Code,
    by: Actor,
    things: Vec<Members>,
    user: Option<Members>,
    counts: Map<String, Value>,
    comment: Option<String>,
    details: Map<String, Value>,
    parts: Map<String, Value>,
    outcome: Option<Outcome>,
}

impl Event {
    /// An event of the kind `code`, done by `by`.
    pub fn new(code: Code, by: &Actor) -> Self {
        Self {
            code,
            by: by.clone(),
            things: Vec::new(),
            user: None,
            counts: Map::new(),
            comment: None,
            details: Map::new(),
            parts: Map::new(),
            outcome: None,
        }
    }

    /// Names an object that the act is about; the first is the main one.
    pub fn entity(mut self, kind: &str, id: impl Display, name: &str) -> Self {
        self.name_thing(thing(kind, id, name));
        self
    }

    /// Names an object together with the version that the act left it at or read.
    pub fn resource(
        mut self,
        kind: &str,
        id: impl Display,
        name: &str,
        version: impl Display,
    ) -> Self {
        let mut thing = thing(kind, id, name);
        thing.shown("version", version);
        self.name_thing(thing);
        self
    }

    /// Names the user that the act is about; without an id, somebody who is not known here.
    ///
    /// Left out, it is the one who acts.
    pub fn user(mut self, id: impl Into<Option<UserId>>, email: &str) -> Self {
        self.user = Some(user(id.into(), email));
        self
    }

    /// Tells how many of something the act touched.
    pub fn count(mut self, what: &str, n: u64) -> Self {
        self.counts.insert(what.to_owned(), n.into());
        self
    }

    /// Adds the reason that a person gave.
    pub fn comment(mut self, text: &str) -> Self {
        self.comment = Some(cut(text, TEXT_CHARS).to_owned());
        self
    }

    /// Adds a fact of this event alone; a value larger than 4 KiB is kept as its beginning.
    pub fn detail(mut self, key: &str, value: impl Into<Value>) -> Self {
        if self.details.len() < MANY {
            self.details
                .insert(key.to_owned(), cut_detail(value.into()));
        }
        self
    }

    /// Adds what the log itself reads again: whole, and straight under `unmapped`.
    pub(super) fn part(mut self, key: &str, value: Value) -> Self {
        self.parts.insert(key.to_owned(), value);
        self
    }

    /// Tells how the act ended, where that is not what its code says by itself.
    pub fn status(mut self, outcome: Outcome) -> Self {
        self.outcome = Some(outcome);
        self
    }

    /// The finished act, dated now.
    pub fn build(mut self, clock: &Clock) -> Act {
        let row = self.code.row();
        let (mut line, mut unmapped) = (Members::default(), Members::default());
        head(&mut line, &row, clock.now());
        self.put_outcome(&mut line, row.fails);
        self.put_actor(&mut line, &mut unmapped, row.class);
        self.put_subject(&mut line, &mut unmapped, row);
        if !self.counts.is_empty() {
            unmapped.value("counts", &self.counts.into());
        }
        if !self.details.is_empty() {
            unmapped.value("details", &self.details.into());
        }
        for (name, part) in &self.parts {
            unmapped.value(name, part);
        }
        let origin = self.by.origin.as_ref();
        let receipt = origin.and_then(|origin| origin.receipt.clone());
        let mut metadata = Members::default();
        metadata
            .text("event_code", row.text)
            .raw("labels", &format!("[\"{}\"]", row.word));
        if let Some(origin) = &self.by.origin {
            metadata.shown("correlation_uid", origin.request);
        }
        Act {
            members: line.into_text(),
            metadata: metadata.into_text(),
            unmapped: unmapped.into_text(),
            receipt,
        }
    }

    fn name_thing(&mut self, thing: Members) {
        if self.things.len() < MANY {
            self.things.push(thing);
        }
    }

    fn put_outcome(&mut self, line: &mut Members, fails: bool) {
        let outcome = self.outcome.take().unwrap_or(if fails {
            Outcome::failed("REFUSED")
        } else {
            Outcome::Success
        });
        match outcome {
            Outcome::Success => drop(line.number("status_id", 1)),
            Outcome::Unknown => drop(line.number("status_id", 0)),
            Outcome::Failure { code, detail } => {
                line.number("status_id", 2).text("status_code", code);
                if !detail.is_empty() {
                    line.text("status_detail", cut(&detail, TEXT_CHARS));
                }
            }
        }
    }

    /// Who and from where. The lifecycle class has no place for either.
    fn put_actor(&self, line: &mut Members, unmapped: &mut Members, class: Class) {
        let place = match class {
            Class::ApplicationLifecycle => &mut *unmapped,
            _ => line,
        };
        place.object("actor", &actor(&self.by.party));
        if let Some(origin) = &self.by.origin {
            place
                .object("src_endpoint", &endpoint(&self.by.party, origin))
                .object("http_request", &request(origin));
        } else if class == Class::ApiActivity {
            place.raw("src_endpoint", r#"{"name":"localhost"}"#);
        }
        if let Party::Operator {
            on_behalf_of: Some((id, email)),
            ..
        } = &self.by.party
        {
            unmapped.object("on_behalf_of", &user(Some(*id), email));
        }
    }

    /// What or whom the act is about, where the class wants it.
    fn put_subject(&mut self, line: &mut Members, unmapped: &mut Members, row: Row) {
        let mut things = std::mem::take(&mut self.things);
        let mut user = self.user.take();
        match row.class {
            Class::Authentication | Class::AccountChange => {
                let subject = user.take().unwrap_or_else(|| party_user(&self.by.party));
                line.object("user", &subject);
            }
            Class::EntityManagement if things.is_empty() => {
                line.raw("entity", r#"{"name":"weighbridge","type":"appliance"}"#);
            }
            Class::EntityManagement => drop(line.object("entity", &things.remove(0))),
            Class::ApiActivity => {
                line.object("api", &self.api(row.word));
                if !things.is_empty() {
                    line.objects("resources", &std::mem::take(&mut things));
                }
            }
            Class::ApplicationLifecycle => drop(line.raw("app", PRODUCT)),
        }
        if row.class == Class::Authentication {
            line.raw("service", r#"{"name":"weighbridge"}"#);
        }
        if let Some(comment) = self.comment.take() {
            let place = match row.class {
                Class::EntityManagement => line,
                _ => &mut *unmapped,
            };
            place.text("comment", &comment);
        }
        if let Some(user) = user {
            unmapped.object("user", &user);
        }
        if !things.is_empty() {
            unmapped.objects("resources", &things);
        }
    }

    fn api(&self, operation: &str) -> Members {
        let mut api = Members::default();
        api.text("operation", operation);
        if let Some(origin) = &self.by.origin {
            let mut request = Members::default();
            request.shown("uid", origin.request);
            api.object("request", &request);
        }
        api
    }
}

fn thing(kind: &str, id: impl Display, name: &str) -> Members {
    let mut thing = Members::default();
    thing
        .text("uid", cut(&id.to_string(), NAME_CHARS))
        .text("type", kind)
        .text("name", cut(name, NAME_CHARS));
    thing
}

/// What every line begins with.
fn head(line: &mut Members, row: &Row, now: Timestamp) {
    let class = row.class.uid();
    line.number("time", now.as_millisecond())
        .number("category_uid", row.class.category())
        .number("class_uid", class)
        .text("class_name", row.class.name())
        .number("activity_id", row.activity);
    if row.activity == 99 {
        line.text("activity_name", row.word);
    }
    line.number("type_uid", class * 100 + u32::from(row.activity))
        .number("severity_id", row.severity as u8)
        .text("message", row.caption);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::{Origin, RequestId};

    fn line(act: &Act) -> Value {
        let text = format!(
            "{{{},\"metadata\":{{{}}},\"unmapped\":{{{}}}}}",
            act.members, act.metadata, act.unmapped
        );
        serde_json::from_str(&text).unwrap()
    }

    fn person(clock: &Clock) -> Actor {
        Actor {
            party: Party::User {
                id: UserId::new(clock),
                email: "ada@example.org".into(),
                session: Some("5f".into()),
                token: None,
            },
            origin: Some(Origin {
                request: RequestId::new(clock),
                ip: "::ffff:192.0.2.7".parse().ok(),
                port: Some(4711),
                method: "POST".into(),
                path: "/api/v1/datasets".into(),
                user_agent: Some("curl\r\n{\"forged\":true}".into()),
                receipt: None,
            }),
        }
    }

    #[test]
    fn an_event_says_who_from_where_what_and_how_it_ended() {
        let clock = Clock::manual(Timestamp::from_millisecond(1_700_000_000_123).unwrap());
        let act = Event::new(Code::DatasetCreated, &person(&clock))
            .resource("dataset", 7, "Breweries", 12)
            .count("records", 3)
            .build(&clock);
        let line = line(&act);
        assert_eq!(line["time"], 1_700_000_000_123_i64);
        assert_eq!(line["type_uid"], 600_301);
        assert_eq!(line["actor"]["user"]["name"], "ada@example.org");
        assert_eq!(line["src_endpoint"]["ip"], "192.0.2.7");
        assert_eq!(line["resources"][0]["version"], "12");
        assert_eq!(line["status_id"], 1);
        assert_eq!(line["unmapped"]["counts"]["records"], 3);
        assert_eq!(line["metadata"]["event_code"], "WB-DATA-001");
        assert_eq!(
            line["metadata"]["correlation_uid"],
            line["http_request"]["uid"]
        );
    }

    #[test]
    fn of_somebody_unseen_the_request_is_told_and_not_where_it_came_from() {
        let clock = Clock::system();
        let by = person(&clock).unseen();
        let line = line(&Event::new(Code::InputRefused, &by).build(&clock));
        assert_eq!(line["src_endpoint"], json!({"name": "not kept"}));
        assert!(line["http_request"]["user_agent"].is_null(), "{line}");
        assert_eq!(line["http_request"]["url"]["path"], "/api/v1/datasets");
    }

    #[test]
    fn what_a_program_does_names_its_token() {
        let clock = Clock::system();
        let by = Actor {
            party: Party::User {
                id: UserId::new(&clock),
                email: "ada@example.org".into(),
                session: None,
                token: Some("0199".into()),
            },
            origin: None,
        };
        assert!(by.is_program());
        let line = line(&Event::new(Code::DatasetCreated, &by).build(&clock));
        assert_eq!(line["actor"]["user"]["credential_uid"], "0199");
    }

    #[test]
    fn a_failure_carries_its_word_and_its_sentence() {
        let clock = Clock::system();
        let act = Event::new(Code::SignInFailed, &Actor::system())
            .user(None, "nobody@example.org")
            .status(Outcome::Failure {
                code: "INVALID_CREDENTIALS",
                detail: "the password is wrong".into(),
            })
            .build(&clock);
        let line = line(&act);
        assert_eq!(line["status_id"], 2);
        assert_eq!(line["status_code"], "INVALID_CREDENTIALS");
        assert_eq!(line["user"], json!({"name": "nobody@example.org"}));
    }

    #[test]
    fn texts_of_a_mebibyte_are_cut() {
        let clock = Clock::system();
        let long = "\u{1}".repeat(1 << 20);
        let act = Event::new(Code::ConnectionUpdated, &person(&clock))
            .entity("connection", &long, &long)
            .comment(&long)
            .detail("note", long.as_str())
            .build(&clock);
        assert!(act.members.len() + act.unmapped.len() < 32 << 10);
        assert_eq!(line(&act)["entity"]["name"].as_str().unwrap().len(), 256);
    }

    #[test]
    fn content_cannot_forge_a_member_or_split_a_line() {
        let clock = Clock::system();
        let act = Event::new(Code::DatasetsRead, &person(&clock)).build(&clock);
        assert!(!act.members.contains(['\r', '\n']));
        assert!(line(&act).get("forged").is_none());
    }
}
