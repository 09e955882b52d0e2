//! The vendor's state, and the one place where a call is carried out.
use jiff::Timestamp;

use super::{
    base::{Base, TableAt},
    call::{Call, Place},
    id::Ids,
    leave::Leave,
    listing::Listings,
    query::Query,
    quota::{Admission, Quotas},
    refusal::Refusal,
    table::Author,
    webhooks::Webhooks,
};
use crate::sandbox::{answer::Answer, incoming::Incoming, settings::Knobs};

/// The longest address that is taken, in characters (Airtable Web API, "List records").
const LONGEST_ADDRESS: usize = 16_000;
/// How the address of every call begins at the vendor.
const ADDRESS: &str = "https://api.airtable.com";

pub(crate) struct Airtable {
    pub(super) bases: Vec<Base>,
    pub(super) ids: Ids,
    pub(super) listings: Listings,
    pub(super) quotas: Quotas,
    pub(crate) webhooks: Webhooks,
}

/// The circumstances of a call: when, by whom, and how the knobs stand.
#[derive(Clone, Copy)]
pub(crate) struct Moment<'a> {
    pub(crate) now: Timestamp,
    pub(crate) by: Author,
    /// What the caller's token allows.
    pub(crate) leave: &'a Leave,
    pub(crate) knobs: &'a Knobs,
}

impl Airtable {
    /// A vendor without bases, which makes the same ids for the same seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            bases: Vec::new(),
            ids: Ids::seeded(seed),
            listings: Listings::default(),
            quotas: Quotas::default(),
            webhooks: Webhooks::seeded(seed),
        }
    }

    /// Whether a call may be carried out at all: the length of its address, what its token allows (`None` for one that is no
    /// good), the month's calls, the second's calls.
    pub(crate) fn admit(
        &mut self,
        call: &Call,
        incoming: &Incoming,
        leave: Option<&Leave>,
        knobs: &Knobs,
    ) -> Result<(), Refusal> {
        if ADDRESS.len() + incoming.target.len() > LONGEST_ADDRESS {
            return Err(Refusal::address_too_long());
        }
        let token = incoming.token.as_deref().unwrap_or_default();
        let leave = leave.ok_or_else(Refusal::unauthorized)?;
        leave.covers(call)?;
        let admission = self
            .quotas
            .admit(&knobs.limits, call.base(), token, incoming.at);
        if admission == Admission::Refused {
            return Err(Refusal::rate_limited());
        }
        // Only the data is closed when the month's calls are used up; a connection test still works.
        if knobs.billing_limit_reached && !call.is_meta() {
            return Err(Refusal::billing_limit());
        }
        Ok(())
    }

    /// Closes a base for the length of the penalty.
    pub(crate) fn punish(&mut self, call: &Call, knobs: &Knobs, now: Timestamp) {
        if let Some(base) = call.base() {
            self.quotas.punish(&knobs.limits, base, now);
        }
    }

    /// Carries a call out, and lets the webhooks of its base know what it changed.
    pub(crate) fn carry_out(
        &mut self,
        call: &Call,
        incoming: &Incoming,
        moment: Moment<'_>,
    ) -> Result<Answer, Refusal> {
        let watch = self.watch(call, moment.now);
        let answer = self.answer(call, incoming, moment);
        if let Some(watch) = watch {
            self.tell(&watch, moment);
        }
        answer
    }

    fn answer(
        &mut self,
        call: &Call,
        incoming: &Incoming,
        moment: Moment<'_>,
    ) -> Result<Answer, Refusal> {
        let body = &incoming.body;
        match call {
            Call::WhoAmI => Ok(self.who_am_i(moment.leave.scopes())),
            Call::Bases => Ok(self.list_bases()),
            Call::Schema(base) => self.schema(base, incoming),
            Call::CreateTable(base) => self.create_table(base, body, moment),
            Call::ChangeTable(place) => self.change_table(place, body),
            Call::CreateField(place) => self.create_field(place, body),
            Call::ChangeField(place, field) => self.change_field(place, field, body),
            Call::List(place) => self.list(place, &Query::from_pairs(&incoming.query), moment),
            Call::ListByPost(place) => {
                self.list(place, &Query::from_body(body, &incoming.query)?, moment)
            }
            Call::Get(place, record) => self.get(place, record, incoming),
            Call::Create(place) => self.create(place, body, moment),
            Call::UpdateMany(place, mode) => self.update_many(place, *mode, body, moment),
            Call::UpdateOne(place, record, mode) => {
                self.update_one((place, record), *mode, body, moment)
            }
            Call::DeleteMany(place) => self.delete_many(place, incoming, moment),
            Call::DeleteOne(place, record) => self.delete_one(place, record),
            Call::Webhooks(base) => self.list_webhooks(base, moment),
            Call::CreateWebhook(base) => self.create_webhook(base, body, moment),
            Call::Webhook(base, id, what) => self.at_webhook((base, id), *what, incoming, moment),
        }
    }

    /// The most calls that a base saw within one second.
    pub(crate) fn greatest_rate(&self) -> u32 {
        self.quotas.greatest_rate()
    }

    pub(crate) fn forget_listings(&mut self) {
        self.listings.forget();
    }

    pub(crate) fn bases(&self) -> &[Base] {
        &self.bases
    }

    pub(crate) fn base(&self, id: &str) -> Option<&Base> {
        self.bases.iter().find(|base| base.id == id)
    }

    pub(super) fn base_mut(&mut self, id: &str) -> Option<&mut Base> {
        self.bases.iter_mut().find(|base| base.id == id)
    }

    /// Finds a base and one of its tables, or refuses as the data calls do.
    pub(crate) fn place(&self, place: &Place) -> Result<(&Base, TableAt), Refusal> {
        let base = self.base(&place.base).ok_or_else(Refusal::not_found)?;
        Ok((base, base.known(&place.table)?))
    }

    pub(super) fn place_mut(&mut self, place: &Place) -> Result<(&mut Base, TableAt), Refusal> {
        let base = self.base_mut(&place.base).ok_or_else(Refusal::not_found)?;
        let table = base.known(&place.table)?;
        Ok((base, table))
    }
}

#[cfg(test)]
mod tests {
    use http::{Method, StatusCode};
    use serde_json::{Value, json};

    use super::{super::seed::BaseSeed, *};

    const TABLES: &str = "/v0/meta/bases/appSandboxDemo001/tables";
    const AIRPORTS: &str = "/v0/appSandboxDemo001/Airports";
    const EVERYTHING: &str = "/v0/appSandboxDemo001/Everything";

    struct Desk(Airtable);

    fn desk() -> Desk {
        let mut airtable = Airtable::new(1);
        let knobs = Knobs::default();
        airtable.seed(BaseSeed::demo(), moment(&knobs)).unwrap();
        Desk(airtable)
    }

    fn moment(knobs: &Knobs) -> Moment<'_> {
        Moment {
            now: Timestamp::UNIX_EPOCH,
            by: Author::Token,
            leave: &Leave::All,
            knobs,
        }
    }

    impl Desk {
        fn call(&mut self, method: Method, path: &str, body: &Value) -> (StatusCode, Value) {
            let call = Call::parse(&method, path).unwrap();
            let incoming = Incoming::example(method, path, body.to_string());
            let knobs = Knobs::default();
            let answer = self.0.carry_out(&call, &incoming, moment(&knobs));
            let answer = answer.unwrap_or_else(Answer::from);
            (answer.status, answer.read())
        }

        fn get(&mut self, path: &str) -> Value {
            self.call(Method::GET, path, &Value::Null).1
        }

        fn post(&mut self, path: &str, body: &Value) -> Value {
            self.call(Method::POST, path, body).1
        }

        fn patch(&mut self, path: &str, body: &Value) -> Value {
            self.call(Method::PATCH, path, body).1
        }
    }

    #[test]
    fn the_demo_has_a_field_of_every_type() {
        let schema = desk().get(TABLES);
        let fields = schema["tables"][1]["fields"].as_array().unwrap();
        let mut kinds: Vec<&str> = fields.iter().map(|f| f["type"].as_str().unwrap()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds.len(), 34);
    }

    #[test]
    fn computed_fields_follow_what_they_are_computed_from() {
        let mut desk = desk();
        let airport = desk.post(
            AIRPORTS,
            &json!({ "fields": { "Code": "A", "Name": "Alpha" } }),
        );
        let fields = json!({ "Airports": [airport["id"]], "Price": 5 });
        let made = desk.post(EVERYTHING, &json!({ "fields": fields }));
        for (name, value) in [
            ("Airport count", json!(1)),
            ("Airport names", json!(1)),
            ("Airport codes", json!(["A"])),
            ("Is cheap", json!(1)),
            ("Line", json!(3)),
            ("Created", json!("1970-01-01T00:00:00.000Z")),
        ] {
            assert_eq!(made["fields"][name], value, "{name}");
        }
        assert_eq!(made["fields"].get("Changed"), None);
    }

    #[test]
    fn a_link_to_a_record_that_is_gone_is_no_longer_shown() {
        let mut desk = desk();
        let airport = desk.post(AIRPORTS, &json!({ "fields": { "Code": "A" } }));
        let fields = json!({ "Airports": [airport["id"]] });
        let made = desk.post(EVERYTHING, &json!({ "fields": fields }));
        let path =
            |table: &str, record: &Value| format!("{table}/{}", record["id"].as_str().unwrap());
        desk.call(Method::DELETE, &path(AIRPORTS, &airport), &Value::Null);
        let left = desk.get(&path(EVERYTHING, &made));
        assert_eq!(left["fields"].get("Airports"), None);
        assert_eq!(left["fields"]["Airport count"], 0);
    }

    #[test]
    fn typecast_links_by_name_and_creates_what_is_not_there() {
        let mut desk = desk();
        let body = json!({ "fields": { "Airports": "B, C" }, "typecast": true });
        let made = desk.post(EVERYTHING, &body);
        assert_eq!(made["fields"]["Airport codes"], json!(["B", "C"]));
        let again = desk.post(EVERYTHING, &body);
        assert_eq!(again["fields"]["Airports"], made["fields"]["Airports"]);
    }

    #[test]
    fn attachments_stay_only_when_their_ids_are_sent_again() {
        let mut desk = desk();
        let files =
            json!([{ "url": "https://example.com/a.pdf" }, { "url": "https://example.com/b" }]);
        let made = desk.post(EVERYTHING, &json!({ "fields": { "Files": files } }));
        let kept = json!([{ "id": made["fields"]["Files"][1]["id"] }]);
        let path = format!("{EVERYTHING}/{}", made["id"].as_str().unwrap());
        let left = desk.patch(&path, &json!({ "fields": { "Files": kept } }));
        let (before, after) = (&made["fields"]["Files"][1], &left["fields"]["Files"]);
        assert_eq!(after.as_array().unwrap().len(), 1);
        assert_eq!(
            (&after[0]["id"], &after[0]["filename"]),
            (&before["id"], &before["filename"])
        );
        assert_ne!(
            after[0]["url"], before["url"],
            "it is signed anew at each reading"
        );
    }

    #[test]
    fn a_table_and_its_fields_can_be_made_and_renamed() {
        let mut desk = desk();
        let field = json!({ "name": "Title", "type": "singleLineText" });
        let table = desk.post(TABLES, &json!({ "name": "Books", "fields": [field] }));
        let path = format!("{TABLES}/{}", table["id"].as_str().unwrap());
        let pages = json!({ "name": "Pages", "type": "number", "options": { "precision": 0 } });
        let made = desk.post(&format!("{path}/fields"), &pages);
        let field = format!("{path}/fields/{}", made["id"].as_str().unwrap());
        assert_eq!(
            desk.patch(&field, &json!({ "name": "Sheets" }))["name"],
            "Sheets"
        );
        assert_eq!(
            desk.patch(&path, &json!({ "name": "Volumes" }))["fields"][1]["name"],
            "Sheets"
        );
    }

    #[test]
    fn names_that_are_taken_and_computed_fields_are_refused() {
        let mut desk = desk();
        let line = |name: &str, kind: &str| json!({ "name": name, "type": kind });
        let table = json!({ "name": "Airports", "fields": [line("A", "singleLineText")] });
        let fields = format!("{TABLES}/Airports/fields");
        for (path, body) in [
            (TABLES, table),
            (fields.as_str(), line("Code", "singleLineText")),
            (fields.as_str(), line("Number", "autoNumber")),
        ] {
            let (status, _) = desk.call(Method::POST, path, &body);
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        }
    }

    #[test]
    fn the_data_calls_and_the_schema_calls_tell_a_missing_base_differently() {
        let mut desk = desk();
        let (data, _) = desk.call(Method::GET, "/v0/app00000000000000/T", &Value::Null);
        let (meta, _) = desk.call(Method::GET, "/v0/meta/bases/app0/tables", &Value::Null);
        assert_eq!((data, meta), (StatusCode::NOT_FOUND, StatusCode::FORBIDDEN));
    }
}
