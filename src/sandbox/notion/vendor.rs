//! The vendor's state, and the one place where a call is carried out.
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    blocks::Blocks,
    call::Call,
    cursors::Cursors,
    id::{Ids, of_path},
    knobs::NotionKnobs,
    lookup::Lookups,
    page::Page,
    people::Author,
    quota::Quotas,
    refusal::{Refusal, named},
    source::{Database, Source},
    things::Thing,
    version::Version,
    webhooks::Webhooks,
};
use crate::sandbox::{answer::Answer, incoming::Incoming};

/// One workspace.
pub(crate) struct Notion {
    pub(super) databases: Vec<Database>,
    pub(super) sources: Vec<Source>,
    /// A page that is deleted for good leaves its place empty.
    pub(super) pages: Vec<Option<Page>>,
    pub(super) by_id: HashMap<Uuid, Thing>,
    pub(super) ids: Ids,
    pub(super) cursors: Cursors,
    quotas: Quotas,
    pub(super) blocks: Blocks,
    pub(super) lookups: Lookups,
    pub(crate) webhooks: Webhooks,
    /// How often the address of a file was signed.
    signed: AtomicU64,
    /// Whether the call that is carried out is a colleague's, who sees what is not shared as well.
    pub(super) sees_all: bool,
}

/// The circumstances of a call: when, by whom, in which edition, and how the knobs stand.
#[derive(Clone, Copy)]
pub(crate) struct Moment<'a> {
    pub(crate) now: Timestamp,
    pub(crate) by: Author,
    pub(crate) version: Version,
    pub(crate) knobs: &'a NotionKnobs,
}

impl Notion {
    /// A file as it is shown: the address of one that was uploaded is signed anew at each reading.
    pub(super) fn signed(&self, file: &Value) -> Value {
        let mut shown = file.clone();
        if let Some(url) = file.pointer("/file/url").and_then(Value::as_str) {
            let number = self.signed.fetch_add(1, Ordering::Relaxed);
            shown["file"]["url"] = format!("{url}?X-Amz-Signature={number}").into();
        }
        shown
    }
}

impl<'a> Moment<'a> {
    /// Somebody at the vendor's own page, who sees everything as the latest edition tells it.
    pub(crate) fn of_colleague(now: Timestamp, knobs: &'a NotionKnobs) -> Self {
        Self {
            now,
            by: Author::Colleague,
            version: Version::Trash,
            knobs,
        }
    }
}

impl Notion {
    /// A workspace without databases, which makes the same ids for the same seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            databases: Vec::new(),
            sources: Vec::new(),
            pages: Vec::new(),
            by_id: HashMap::new(),
            ids: Ids::seeded(seed),
            cursors: Cursors::default(),
            quotas: Quotas::default(),
            blocks: Blocks::default(),
            lookups: Lookups::default(),
            webhooks: Webhooks::seeded(seed),
            signed: AtomicU64::new(0),
            sees_all: false,
        }
    }

    /// Whether a call may be carried out at all: its token, how many came before it, its edition,
    /// its size, and what the integration may do.
    pub(crate) fn admit(
        &mut self,
        call: &Call,
        incoming: &Incoming,
        token: Option<&str>,
        knobs: &NotionKnobs,
    ) -> Result<Version, Refusal> {
        let token = token.ok_or_else(Refusal::unauthorized)?;
        self.quotas.admit(&knobs.limits, token, incoming.at)?;
        let version = Version::parse(incoming.notion_version.as_deref())?;
        if incoming.body.len() > knobs.largest_body_bytes as usize {
            let most = knobs.largest_body_bytes;
            return Err(Refusal::invalid(format!(
                "body failed validation: the body should be no larger than `{most}` bytes."
            )));
        }
        let may = &knobs.capabilities;
        let is_allowed = match call {
            Call::Me => true,
            Call::Users | Call::User(_) => may.read_users,
            call if call.creates() => may.insert_content,
            call if call.changes() => may.update_content,
            _ => may.read_content,
        };
        is_allowed
            .then_some(version)
            .ok_or_else(Refusal::restricted)
    }

    /// Tells a token to stay away for a while.
    pub(crate) fn punish(
        &mut self,
        token: &str,
        seconds: u32,
        knobs: &NotionKnobs,
        now: Timestamp,
    ) {
        self.quotas.punish(&knobs.limits, token, seconds, now);
    }

    /// Carries a call out and answers it under an id of its own.
    pub(crate) fn answer(
        &mut self,
        call: &Call,
        incoming: &Incoming,
        moment: Moment<'_>,
    ) -> Answer {
        let request = self.ids.make();
        self.sees_all = moment.by == Author::Colleague;
        match self.carry_out(call, &incoming.body, incoming, moment) {
            Ok(body) => told(body, request),
            Err(refusal) => {
                self.webhooks.forget_news();
                refusal.answer(request)
            }
        }
    }

    /// Answers a refusal under an id of its own.
    pub(crate) fn refuse(&mut self, refusal: &Refusal) -> Answer {
        refusal.answer(self.ids.make())
    }

    fn carry_out(
        &mut self,
        call: &Call,
        body: &[u8],
        incoming: &Incoming,
        moment: Moment<'_>,
    ) -> Result<Vec<u8>, Refusal> {
        match call {
            Call::Me => Ok(super::users::me()),
            Call::Users => super::users::list(incoming),
            Call::User(id) => super::users::one(id),
            Call::Search => self.search(&object(body)?, moment),
            Call::CreateDatabase => self.create_database(&object(body)?, moment),
            Call::GetDatabase(id) => self.get_database(of_path("database", id)?, moment),
            Call::ChangeDatabase(id) => {
                self.change_database(of_path("database", id)?, &object(body)?, moment)
            }
            Call::QueryDatabase(id) => {
                let source = self.only_source(of_path("database", id)?, moment.version)?;
                self.query(source, &object(body)?, incoming, moment)
            }
            Call::CreateSource => self.create_source(&object(body)?, moment),
            Call::GetSource(id) => self.get_source(of_path("data_source", id)?, moment),
            Call::ChangeSource(id) => {
                self.change_source(of_path("data_source", id)?, &object(body)?, moment)
            }
            Call::QuerySource(id) => {
                let source = self.named_source(of_path("data_source", id)?, moment.version)?;
                self.query(source, &object(body)?, incoming, moment)
            }
            Call::CreatePage => self.create_page(&object(body)?, moment),
            Call::GetPage(id) => self.get_page(of_path("page", id)?, incoming, moment),
            Call::ChangePage(id) => self.change_page(of_path("page", id)?, &object(body)?, moment),
            Call::GetProperty(id, property) => {
                self.get_property(of_path("page", id)?, property, incoming, moment)
            }
        }
    }

    /// The most calls that arrived within one second.
    pub(crate) fn greatest_rate(&self) -> u32 {
        self.quotas.greatest_rate()
    }

    pub(crate) fn forget_cursors(&mut self) {
        self.cursors.forget();
    }
}

/// The members of a body; none at all are an empty object.
pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    let value: Value = serde_json::from_slice(body).map_err(|_broken| Refusal::invalid_json())?;
    match value {
        Value::Object(object) => Ok(object),
        other => Err(Refusal::invalid(format!(
            "body failed validation: body should be an object, instead was `{other}`."
        ))),
    }
}

/// An answer that was carried out: the call's id goes into its last member and its header.
fn told(mut body: Vec<u8>, request: Uuid) -> Answer {
    if body.last() == Some(&b'}') {
        body.pop();
        body.extend_from_slice(format!(",\"request_id\":\"{request}\"}}").as_bytes());
    }
    let answer = Answer::with_type(
        http::StatusCode::OK,
        "application/json; charset=utf-8",
        body,
    );
    named(answer, request)
}

/// The bytes of what is answered.
pub(super) fn bytes(shown: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(shown).expect("what is shown has text for keys")
}
