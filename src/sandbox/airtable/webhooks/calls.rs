//! The calls about webhooks.
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{
    Airtable, Moment, call::WebhookCall, leave::Leave, refusal::Refusal, value::moment_text,
};
use super::{Webhooks, specification::Specification, webhook::Webhook};
use crate::sandbox::{answer::Answer, incoming::Incoming};

/// The payloads of one page, at most (Airtable Web API, "List webhook payloads").
const PAGE: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct New {
    #[serde(default)]
    notification_url: Option<String>,
    specification: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Enabled {
    enable: bool,
}

impl Airtable {
    pub(in super::super) fn list_webhooks(
        &mut self,
        base: &str,
        moment: Moment<'_>,
    ) -> Result<Answer, Refusal> {
        self.base(base).ok_or_else(Refusal::no_model)?;
        self.webhooks.prune(moment.now, &moment.knobs.webhooks);
        let own = self.webhooks.all.iter();
        let own = own.filter(|webhook| webhook.base == base && webhook.is_open_to(moment.leave));
        let shown: Vec<Value> = own.map(|webhook| webhook.show(moment.now)).collect();
        Ok(Answer::ok(&json!({ "webhooks": shown })))
    }

    pub(in super::super) fn create_webhook(
        &mut self,
        base: &str,
        body: &[u8],
        moment: Moment<'_>,
    ) -> Result<Answer, Refusal> {
        let new: New =
            serde_json::from_slice(body).map_err(|error| Refusal::malformed(error.to_string()))?;
        let there = self.base(base).ok_or_else(Refusal::no_model)?;
        let wanted = Specification::read(&new.specification, there)?;
        wanted
            .scopes()
            .try_for_each(|scope| moment.leave.demand(scope))?;
        if new
            .notification_url
            .as_deref()
            .is_some_and(|url| url.parse::<http::Uri>().is_err())
        {
            return Err(Refusal::malformed("\"notificationUrl\" is no URL"));
        }
        let knobs = &moment.knobs.webhooks;
        self.webhooks.prune(moment.now, knobs);
        let client = moment.leave.client().map(str::to_owned);
        self.webhooks.has_room(base, client.as_deref(), knobs)?;
        let webhook = Webhook {
            id: self.ids.other("ach"),
            base: base.to_owned(),
            client,
            url: new.notification_url,
            secret: self.webhooks.secret(),
            wanted,
            sent: new.specification,
            notifies: true,
            expires_at: moment.now + knobs.life(),
            payloads: std::collections::VecDeque::new(),
            next: 1,
            last_result: None,
            last_success: None,
        };
        let shown = json!({
            "id": webhook.id,
            "macSecretBase64": webhook.secret_text(),
            "expirationTime": moment_text(webhook.expires_at),
        });
        let id = webhook.id.clone();
        self.webhooks.all.push(webhook);
        // The address hears of a webhook that is new.
        self.webhooks.notify(&id, moment);
        Ok(Answer::ok(&shown))
    }

    pub(in super::super) fn at_webhook(
        &mut self,
        (base, id): (&str, &str),
        what: WebhookCall,
        incoming: &Incoming,
        moment: Moment<'_>,
    ) -> Result<Answer, Refusal> {
        self.base(base).ok_or_else(Refusal::no_model)?;
        let (knobs, now) = (&moment.knobs.webhooks, moment.now);
        self.webhooks.prune(now, knobs);
        let place = self.webhooks.all.iter().position(|webhook| {
            webhook.id == id && webhook.base == base && webhook.is_open_to(moment.leave)
        });
        let place = place.ok_or_else(Refusal::no_webhook)?;
        let webhook = &mut self.webhooks.all[place];
        match what {
            WebhookCall::Delete => {
                self.webhooks.all.remove(place);
                self.webhooks.forget_pings(id);
                Ok(Answer::empty(StatusCode::OK))
            }
            WebhookCall::EnableNotifications => {
                let Enabled { enable } = serde_json::from_slice(&incoming.body)
                    .map_err(|error| Refusal::malformed(error.to_string()))?;
                webhook.notifies = enable;
                Ok(Answer::empty(StatusCode::OK))
            }
            WebhookCall::Refresh if !webhook.is_alive(now) => Err(Refusal::malformed(
                "The webhook has expired and can no longer be refreshed",
            )),
            WebhookCall::Refresh => {
                webhook.expires_at = now + knobs.life();
                Ok(Answer::ok(
                    &json!({ "expirationTime": moment_text(webhook.expires_at) }),
                ))
            }
            WebhookCall::Payloads => {
                webhook
                    .wanted
                    .scopes()
                    .try_for_each(|scope| moment.leave.demand(scope))?;
                if webhook.is_alive(now) {
                    webhook.expires_at = now + knobs.life();
                }
                payloads(webhook, incoming)
            }
        }
    }
}

fn payloads(webhook: &Webhook, incoming: &Incoming) -> Result<Answer, Refusal> {
    let number = |name: &str, otherwise: u64| match incoming.parameter(name) {
        None => Ok(otherwise),
        Some(text) => match text.parse::<u64>() {
            Ok(number) if number > 0 => Ok(number),
            _ => Err(Refusal::malformed(format!("\"{name}\" must be 1 or more"))),
        },
    };
    let limit = usize::try_from(number("limit", PAGE as u64)?).unwrap_or(PAGE);
    let (page, cursor, more) = webhook.page(number("cursor", 1)?, limit.min(PAGE));
    let shown = json!({ "cursor": cursor, "mightHaveMore": more, "payloads": page });
    Ok(Answer::ok(&shown))
}

impl Webhook {
    /// Integrations see their own alone.
    fn is_open_to(&self, leave: &Leave) -> bool {
        leave.client().is_none() || leave.client() == self.client.as_deref()
    }
}

impl Webhooks {
    fn has_room(
        &self,
        base: &str,
        client: Option<&str>,
        knobs: &super::WebhookKnobs,
    ) -> Result<(), Refusal> {
        let here = || self.all.iter().filter(|webhook| webhook.base == base);
        if here().count() >= knobs.per_base as usize {
            return Err(Refusal::too_many_webhooks());
        }
        let own = here().filter(|webhook| webhook.client.as_deref() == client);
        if client.is_some() && own.count() >= knobs.per_integration as usize {
            return Err(Refusal::too_many_webhooks_of_integration());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use http::Method;
    use jiff::{SignedDuration, Timestamp};

    use super::super::super::{call::Call, seed::BaseSeed, table::Author};
    use super::*;
    use crate::sandbox::settings::Knobs;

    const HOOKS: &str = "/v0/bases/appSandboxDemo001/webhooks";
    const AIRPORTS: &str = "/v0/appSandboxDemo001/tblAirportsDemo01";

    struct Desk {
        airtable: Airtable,
        knobs: Knobs,
        now: Timestamp,
        leave: Leave,
    }

    fn desk() -> Desk {
        let mut desk = Desk {
            airtable: Airtable::new(1),
            knobs: Knobs::default(),
            now: Timestamp::UNIX_EPOCH,
            leave: Leave::All,
        };
        let moment = moment(&desk.knobs, desk.now, &Leave::All);
        desk.airtable.seed(BaseSeed::demo(), moment).unwrap();
        desk
    }

    fn moment<'a>(knobs: &'a Knobs, now: Timestamp, leave: &'a Leave) -> Moment<'a> {
        Moment {
            now,
            by: Author::Token,
            leave,
            knobs,
        }
    }

    fn integration(client: &str, scopes: &[&str]) -> Leave {
        Leave::Integration {
            client: client.to_owned(),
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
        }
    }

    impl Desk {
        fn call(&mut self, method: Method, path: &str, body: &Value) -> Result<Value, Refusal> {
            let (path, query) = path.split_once('?').unwrap_or((path, ""));
            let call = Call::parse(&method, path).unwrap();
            let mut incoming = Incoming::example(method, path, body.to_string());
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            incoming.query = pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
            let moment = moment(&self.knobs, self.now, &self.leave);
            let answer = self.airtable.carry_out(&call, &incoming, moment)?;
            Ok(answer.try_read().unwrap_or_default())
        }

        fn create(&mut self, filters: &Value) -> Result<Value, Refusal> {
            let body = json!({
                "notificationUrl": "http://127.0.0.1:1/ping",
                "specification": { "options": { "filters": filters } },
            });
            self.call(Method::POST, HOOKS, &body)
        }

        /// A webhook for all records.
        fn hook(&mut self) -> String {
            let made = self.create(&json!({ "dataTypes": ["tableData"] })).unwrap();
            made["id"].as_str().unwrap().to_owned()
        }

        fn add(&mut self, code: &str) -> String {
            let body = json!({ "fields": { "Code": code } });
            let made = self.call(Method::POST, AIRPORTS, &body).unwrap();
            made["id"].as_str().unwrap().to_owned()
        }

        fn payloads(&mut self, hook: &str, query: &str) -> Value {
            let path = format!("{HOOKS}/{hook}/payloads?{query}");
            self.call(Method::GET, &path, &Value::Null).unwrap()
        }

        fn listed(&mut self) -> Vec<Value> {
            let listed = self.call(Method::GET, HOOKS, &Value::Null).unwrap();
            listed["webhooks"].as_array().unwrap().clone()
        }

        fn wait(&mut self, hours: i64) {
            self.now += SignedDuration::from_hours(hours);
        }
    }

    #[test]
    fn what_becomes_of_records_is_told_in_the_order_in_which_it_came() {
        let mut desk = desk();
        let hook = desk.hook();
        let record = desk.add("AAA");
        let path = format!("{AIRPORTS}/{record}");
        let body = json!({ "fields": { "Code": "AAA", "City": "Rome" } });
        desk.call(Method::PATCH, &path, &body).unwrap();
        desk.call(Method::DELETE, &path, &Value::Null).unwrap();
        let told = desk.payloads(&hook, "");
        let table =
            |place: usize| &told["payloads"][place]["changedTablesById"]["tblAirportsDemo01"];
        let cells = |value: &Value| value["cellValuesByFieldId"].as_object().unwrap().clone();
        let created = cells(&table(0)["createdRecordsById"][&record]);
        assert_eq!(created.values().collect::<Vec<_>>(), ["AAA"]);
        let changed = cells(&table(1)["changedRecordsById"][&record]["current"]);
        let changed: Vec<&Value> = changed.values().collect();
        assert_eq!(changed, ["Rome"], "the code stays as it was");
        assert_eq!(table(2)["destroyedRecordIds"], json!([record]));
        assert_eq!(told["payloads"][0]["actionMetadata"]["source"], "publicApi");
        assert_eq!(
            (&told["cursor"], &told["mightHaveMore"]),
            (&json!(4), &json!(false))
        );
    }

    #[test]
    fn payloads_are_read_in_pages_from_a_cursor_on() {
        let mut desk = desk();
        let hook = desk.hook();
        for number in 0..60 {
            desk.add(&format!("C{number}"));
        }
        let first = desk.payloads(&hook, "limit=100");
        assert_eq!(first["payloads"].as_array().unwrap().len(), 50);
        assert_eq!(
            (&first["cursor"], &first["mightHaveMore"]),
            (&json!(51), &json!(true))
        );
        let rest = desk.payloads(&hook, "cursor=51");
        assert_eq!(rest["payloads"].as_array().unwrap().len(), 10);
        assert_eq!(
            (&rest["cursor"], &rest["mightHaveMore"]),
            (&json!(61), &json!(false))
        );
        let path = format!("{HOOKS}/{hook}/payloads?cursor=0");
        assert!(desk.call(Method::GET, &path, &Value::Null).is_err());
    }

    #[test]
    fn a_webhook_hears_only_of_what_it_asked_for() {
        let mut desk = desk();
        let everything = "tblEverythingDemo";
        let tables = desk.airtable.base("appSandboxDemo001").unwrap().tables();
        let other = tables.iter().find(|table| table.id != "tblAirportsDemo01");
        let other = other.map_or(everything.to_owned(), |table| table.id.clone());
        for filters in [
            json!({ "dataTypes": ["tableFields"] }),
            json!({ "dataTypes": ["tableData"], "recordChangeScope": other }),
            json!({ "dataTypes": ["tableData"], "changeTypes": ["remove"] }),
            json!({ "dataTypes": ["tableData"], "fromSources": ["client"] }),
        ] {
            let made = desk.create(&filters).unwrap();
            desk.add("AAA");
            let told = desk.payloads(made["id"].as_str().unwrap(), "");
            assert_eq!(told["payloads"], json!([]), "{filters}");
        }
    }

    #[test]
    fn new_fields_and_new_names_are_told() {
        let mut desk = desk();
        let made = desk
            .create(&json!({ "dataTypes": ["tableFields", "tableMetadata"] }))
            .unwrap();
        let table = "/v0/meta/bases/appSandboxDemo001/tables/tblAirportsDemo01";
        let field = json!({ "name": "Runways", "type": "number", "options": { "precision": 0 } });
        desk.call(Method::POST, &format!("{table}/fields"), &field)
            .unwrap();
        desk.call(Method::PATCH, table, &json!({ "name": "Aerodromes" }))
            .unwrap();
        let told = desk.payloads(made["id"].as_str().unwrap(), "");
        let change =
            |place: usize| &told["payloads"][place]["changedTablesById"]["tblAirportsDemo01"];
        let fields = change(0)["createdFieldsById"].as_object().unwrap();
        assert_eq!(
            fields.values().next().unwrap(),
            &json!({ "name": "Runways", "type": "number" })
        );
        assert_eq!(
            change(1)["changedMetadata"]["current"]["name"],
            "Aerodromes"
        );
        assert_eq!(change(1)["changedMetadata"]["previous"]["name"], "Airports");
    }

    #[test]
    fn a_webhook_lives_for_a_week_unless_it_is_refreshed_or_read() {
        let mut desk = desk();
        let (refreshed, read, left) = (desk.hook(), desk.hook(), desk.hook());
        desk.wait(100);
        let refresh = |hook: &str| format!("{HOOKS}/{hook}/refresh");
        desk.call(Method::POST, &refresh(&refreshed), &Value::Null)
            .unwrap();
        desk.payloads(&read, "");
        desk.wait(100);
        let enabled: Vec<bool> = desk
            .listed()
            .iter()
            .map(|one| one["isHookEnabled"] == true)
            .collect();
        assert_eq!(enabled, [true, true, false]);
        assert!(
            desk.call(Method::POST, &refresh(&left), &Value::Null)
                .is_err()
        );
        desk.add("AAA");
        assert_eq!(desk.payloads(&left, "")["payloads"], json!([]));
        desk.wait(136);
        assert_eq!(desk.listed().len(), 2, "a week later it is no longer shown");
    }

    #[test]
    fn a_base_takes_ten_webhooks_and_two_of_one_integration() {
        let mut desk = desk();
        let scopes = ["webhook:manage", "data.records:read"];
        for client in ["one", "two"] {
            desk.leave = integration(client, &scopes);
            desk.hook();
            desk.hook();
            let third = desk.create(&json!({ "dataTypes": ["tableData"] }));
            assert_eq!(third, Err(Refusal::too_many_webhooks_of_integration()));
            assert_eq!(desk.listed().len(), 2, "an integration sees its own alone");
        }
        desk.leave = Leave::All;
        for _ in 0..6 {
            desk.hook();
        }
        let eleventh = desk.create(&json!({ "dataTypes": ["tableData"] }));
        assert_eq!(eleventh, Err(Refusal::too_many_webhooks()));
    }

    #[test]
    fn an_integration_needs_leave_to_read_what_it_wants_to_hear_of() {
        let mut desk = desk();
        desk.leave = integration("one", &["webhook:manage"]);
        let refused = desk.create(&json!({ "dataTypes": ["tableData"] }));
        assert_eq!(refused, Err(Refusal::no_scope()));
    }

    #[test]
    fn a_specification_that_is_none_is_refused() {
        let mut desk = desk();
        for filters in [
            json!({ "dataTypes": [] }),
            json!({ "dataTypes": ["tableDreams"] }),
            json!({ "dataTypes": ["tableData"], "recordChangeScope": "tbl00000000000000" }),
            json!({ "dataTypes": ["tableData"], "colour": "red" }),
        ] {
            assert!(desk.create(&filters).is_err(), "{filters}");
        }
    }

    #[test]
    fn many_changes_wait_for_one_notification_and_a_switch_ends_them() {
        let mut desk = desk();
        let hook = desk.hook();
        desk.add("AAA");
        desk.add("BBB");
        assert_eq!(desk.airtable.webhooks.waiting.len(), 1);
        desk.airtable.webhooks.waiting.clear();
        let path = format!("{HOOKS}/{hook}/enableNotifications");
        desk.call(Method::POST, &path, &json!({ "enable": false }))
            .unwrap();
        desk.add("CCC");
        assert!(desk.airtable.webhooks.waiting.is_empty());
        assert_eq!(
            desk.payloads(&hook, "")["payloads"]
                .as_array()
                .unwrap()
                .len(),
            3
        );
    }
}
