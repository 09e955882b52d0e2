//! Secret addresses, as those use them who have one, and those who would like to.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::join_all;
use hmac::{Hmac, KeyInit as _, Mac as _};
use poem::Body;
use poem::http::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use weighbridge::base::Actor;
use weighbridge::inlets::Arrival;

use crate::support::{Answer, Client, TestServer};

/// An appliance with a dataset of airports and an inlet to it.
struct Quay {
    server: TestServer,
    owner: Client,
    dataset: String,
    inlet: String,
    path: String,
    key: String,
}

impl Quay {
    async fn new(signing: &str) -> Self {
        let server = TestServer::start().await;
        let owner = server.sign_up("owner@example.org", &["member"]).await;
        let fields = json!([
            {"name": "iata", "type": "text"}, {"name": "name", "type": "text"},
            {"name": "runways", "type": "integer"},
        ]);
        let dataset = json!({"name": "Airports", "key_field": "iata", "fields": fields});
        let dataset = text(&owner.post("/datasets", dataset).await.expect(201)["id"]);
        let new = json!({"name": "From the Zap", "dataset_id": dataset, "signing": signing});
        let made = owner.post("/inlets", new).await.expect(201);
        Self {
            inlet: text(&made["inlet"]["id"]),
            path: text(&made["path"]),
            key: text(&made["signing_key"]),
            server,
            owner,
            dataset,
        }
    }

    async fn send(&self, body: &str) -> Answer {
        self.send_as(&self.server.anonymous(), &self.path, body)
            .await
    }

    async fn send_as(&self, sender: &Client, path: &str, body: &str) -> Answer {
        let body = Body::from(body.to_owned());
        sender
            .fetch(Method::POST, path, "application/json", body)
            .await
    }

    /// Sends a body that was signed so many seconds ago.
    async fn send_signed(&self, key: &str, id: &str, body: &str, ago: i64) -> Answer {
        let at = (crate::support::NOON.as_second() - ago).to_string();
        let key = STANDARD
            .decode(key.strip_prefix("whsec_").unwrap())
            .unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{id}.{at}.{body}").as_bytes());
        let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        let sender = self.server.anonymous().with("webhook-id", id);
        let sender = sender.with("webhook-timestamp", &at);
        let sender = sender.with("webhook-signature", &signature);
        self.send_as(&sender, &self.path, body).await
    }

    async fn record(&self, key: &str) -> Value {
        let path = format!("/datasets/{}/records/{key}", self.dataset);
        self.owner.get(&path).await.json()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

const LHR: &str = r#"{"iata":"LHR","name":"Heathrow","runways":2}"#;

#[tokio::test]
async fn a_record_comes_in_changes_and_stays_as_it_is() {
    let quay = Quay::new("optional").await;
    for (body, written) in [
        (LHR, "created"),
        (r#"{"iata":"LHR","runways":3}"#, "changed"),
        (r#"{"iata":"LHR","runways":3}"#, "unchanged"),
    ] {
        let told = quay.send(body).await.expect(200);
        assert_eq!(
            told,
            json!({"key": "LHR", "written": written, "again": false})
        );
    }
    let record = quay.record("LHR").await;
    assert_eq!(
        record["fields"],
        json!({"iata": "LHR", "name": "Heathrow", "runways": 3})
    );
    let dataset = quay
        .owner
        .get(&format!("/datasets/{}", quay.dataset))
        .await
        .json();
    assert_eq!(dataset["records"], 1, "{dataset}");
    let listed = quay.owner.get("/inlets").await.expect(200);
    assert!(listed["items"][0]["used_at"].is_string(), "{listed}");
}

#[tokio::test]
async fn what_is_no_record_is_refused_with_the_reason() {
    let quay = Quay::new("optional").await;
    for (body, word) in [
        ("", "JSON"),
        ("[1]", "object"),
        (r#"{"name":"Heathrow"}"#, "iata"),
        (r#"{"iata":"LHR","runways":"many"}"#, "runways"),
        (r#"{"iata":"LHR","nonsense":1}"#, "nonsense"),
    ] {
        let refused = quay.send(body).await;
        assert!(
            refused.status.is_client_error(),
            "{body}: {}",
            refused.text()
        );
        assert!(refused.text().contains(word), "{body}: {}", refused.text());
    }
    assert_eq!(quay.record("LHR").await["code"], "not_found");
}

#[tokio::test]
async fn what_is_too_large_is_not_read() {
    let quay = Quay::new("optional").await;
    let body = format!(r#"{{"iata":"LHR","name":"{}"}}"#, "x".repeat(256 << 10));
    quay.send(&body).await.problem(413, "too_large");
}

#[tokio::test]
async fn an_address_that_is_guessed_leads_nowhere_and_is_counted() {
    let quay = Quay::new("optional").await;
    let thief = quay.server.anonymous().from([203, 0, 113, 9].into());
    let tried = text(&json!(format!("{}0", &quay.path[..quay.path.len() - 1])));
    let mut seen = Vec::new();
    for path in [
        "/in/x",
        &tried,
        "/in/0000000000000000000000000000000000000000",
    ] {
        if path == quay.path {
            continue;
        }
        let refused = quay.send_as(&thief, path, LHR).await;
        seen.push((refused.status.as_u16(), refused.json()["code"].clone()));
    }
    seen.dedup();
    assert_eq!(
        seen,
        [(404, json!("not_found"))],
        "one answer for all of them"
    );
    for _ in 0..120 {
        quay.send_as(&thief, "/in/x", LHR).await;
    }
    let refused = quay.send_as(&thief, "/in/x", LHR).await;
    assert_eq!(refused.problem(429, "rate_limited")["limit"], "open_calls");
    // Whoever has it is not held up by thieves elsewhere, nor counted as one.
    for _ in 0..100 {
        quay.send(LHR).await.expect(200);
    }
}

#[tokio::test]
async fn whoever_guesses_keeps_out_none_of_those_who_share_their_address() {
    let quay = Quay::new("optional").await;
    let service = || quay.server.anonymous().from([203, 0, 113, 7].into());
    // What leads somewhere does not count.
    for _ in 0..110 {
        quay.send_as(&service(), &quay.path, LHR).await.expect(200);
    }
    for _ in 0..120 {
        let guess = quay.send_as(&service(), "/in/x", LHR).await;
        guess.problem(404, "not_found");
    }
    let guess = quay.send_as(&service(), "/in/x", LHR).await;
    assert_eq!(guess.problem(429, "rate_limited")["limit"], "open_calls");
    quay.send_as(&service(), &quay.path, LHR).await.expect(200);
}

#[tokio::test]
async fn many_who_send_one_key_at_once_all_come_in_one_after_the_other() {
    let quay = Quay::new("optional").await;
    let bodies = (0..40).map(|runways| format!(r#"{{"iata":"LHR","runways":{runways}}}"#));
    let bodies: Vec<String> = bodies.collect();
    let all = bodies.iter().map(|body| quay.send(body));
    let answers = join_all(all).await;
    let told: Vec<String> = answers
        .into_iter()
        .map(|answer| text(&answer.expect(200)["written"]))
        .collect();
    assert_eq!(told.iter().filter(|word| *word == "created").count(), 1);
    let runways = quay.record("LHR").await["fields"]["runways"].as_u64();
    assert!(runways.is_some_and(|runways| runways < 40), "{runways:?}");
    // Nor is one sent twice at once let in twice.
    let sender = quay.server.anonymous().with("idempotency-key", "key-1");
    let twice = [(); 8].map(|()| quay.send_as(&sender, &quay.path, r#"{"iata":"CDG"}"#));
    let answers = join_all(twice).await;
    let again = answers
        .into_iter()
        .map(|one| one.expect(200)["again"] == true);
    assert_eq!(again.filter(|again| *again).count(), 7);
}

#[tokio::test]
async fn an_id_is_known_for_a_day_whether_others_came_in_meanwhile_or_not() {
    let quay = Quay::new("optional").await;
    let sender = quay.server.anonymous().with("idempotency-key", "key-1");
    let send = async |body: &str| quay.send_as(&sender, &quay.path, body).await;
    send(LHR).await.expect(200);
    quay.server.advance(24 * 3_600);
    assert_eq!(send(LHR).await.expect(200)["again"], true);
    quay.server.advance(1);
    // Its day is over: it is another's id, and another body may come under it.
    let other = send(r#"{"iata":"CDG"}"#).await.expect(200);
    assert_eq!(
        (&other["key"], &other["again"]),
        (&json!("CDG"), &json!(false))
    );
    assert_eq!(send(r#"{"iata":"CDG"}"#).await.expect(200)["again"], true);
}

/// Each arrival forgot the oldest ids of all inlets on its way: of a dozen that came at once, each for
/// a dataset of its own, some had lost the race ten times, and were refused.
#[tokio::test]
async fn a_dozen_inlets_receive_at_once_where_many_old_ids_lie() {
    let quay = Quay::new("optional").await;
    let mut doors = Vec::new();
    for number in 0..12 {
        let fields = json!([{"name": "iata", "type": "text"}]);
        let dataset = json!({"name": format!("D{number}"), "key_field": "iata", "fields": fields});
        let dataset = text(&quay.owner.post("/datasets", dataset).await.expect(201)["id"]);
        let new = json!({"name": format!("I{number}"), "dataset_id": dataset});
        let made = quay.owner.post("/inlets", new).await.expect(201);
        let secret = text(&made["path"]);
        doors.push(secret.rsplit('/').next().unwrap().to_owned());
    }
    let inlets = &quay.server.app.inlets;
    let receive = async |door: &String, ids: std::ops::Range<u32>| {
        let inlet = inlets.at_address(door).unwrap();
        for id in ids {
            let (body, id) = (format!(r#"{{"iata":"K{id}"}}"#), id.to_string());
            let id = Some(&*id);
            let arrival = Arrival {
                body: body.as_bytes(),
                id,
                ..Arrival::default()
            };
            inlet.take(arrival, &Actor::system()).await.unwrap();
        }
    };
    join_all(doors.iter().map(|door| receive(door, 0..120))).await;
    quay.server.advance(25 * 3_600);
    join_all(doors.iter().map(|door| receive(door, 200..203))).await;
    // They are forgotten all the same, and those that came just now are not.
    assert_eq!(inlets.sweep().await.unwrap(), 12 * 120);
    assert_eq!(inlets.sweep().await.unwrap(), 0);
}

#[tokio::test]
async fn an_address_takes_so_many_in_a_minute() {
    let quay = Quay::new("optional").await;
    for _ in 0..120 {
        quay.send(LHR).await.expect(200);
    }
    let refused = quay.send(LHR).await;
    assert_eq!(refused.problem(429, "rate_limited")["limit"], "hooks");
    assert!(!refused.header("retry-after").is_empty());
    quay.server.advance(60);
    quay.send(LHR).await.expect(200);
}

#[tokio::test]
async fn what_has_to_be_signed_comes_in_by_its_own_signature_alone() {
    let quay = Quay::new("required").await;
    let other = Quay::new("required").await;
    quay.send(LHR).await.problem(401, "signature_invalid");
    let forged = quay.send_signed(&other.key, "msg-1", LHR, 0).await;
    forged.problem(401, "signature_invalid");
    let old = quay.send_signed(&quay.key, "msg-1", LHR, 301).await;
    old.problem(401, "signature_invalid");
    assert_eq!(quay.record("LHR").await["code"], "not_found");
    assert_eq!(quay.server.count_in_book("inlet_refuse"), 3);
    quay.send_signed(&quay.key, "msg-1", LHR, 0)
        .await
        .expect(200);
    assert_eq!(quay.record("LHR").await["fields"]["runways"], 2);
}

#[tokio::test]
async fn a_wrong_signature_is_refused_even_where_none_is_needed() {
    let quay = Quay::new("optional").await;
    let key = format!("whsec_{}", STANDARD.encode([7; 32]));
    let forged = quay.send_signed(&key, "msg-1", LHR, 0).await;
    forged.problem(401, "signature_invalid");
}

#[tokio::test]
async fn what_comes_in_again_is_answered_as_before_and_changes_nothing() {
    let quay = Quay::new("optional").await;
    let first = quay
        .send_signed(&quay.key, "msg-1", LHR, 0)
        .await
        .expect(200);
    assert_eq!(first["again"], false);
    quay.send(r#"{"iata":"LHR","runways":4}"#).await.expect(200);
    let again = quay
        .send_signed(&quay.key, "msg-1", LHR, 0)
        .await
        .expect(200);
    assert_eq!(
        again,
        json!({"key": "LHR", "written": "created", "again": true})
    );
    assert_eq!(
        quay.record("LHR").await["fields"]["runways"],
        4,
        "a replay changed it"
    );
    let other = quay
        .send_signed(&quay.key, "msg-1", r#"{"iata":"LHR"}"#, 0)
        .await;
    other.problem(422, "idempotency_key_reused");
    // The plain header says the same to those who do not sign.
    let sender = quay.server.anonymous().with("idempotency-key", "key-1");
    for again in [false, true] {
        let told = quay.send_as(&sender, &quay.path, r#"{"iata":"CDG"}"#).await;
        assert_eq!(told.expect(200)["again"], again);
    }
}

#[tokio::test]
async fn a_rotated_address_and_a_revoked_one_lead_nowhere() {
    let quay = Quay::new("optional").await;
    let rotate = format!("/inlets/{}/rotate", quay.inlet);
    let fresh = quay.owner.post(&rotate, json!({})).await.expect(201);
    quay.send(LHR).await.problem(404, "not_found");
    let path = text(&fresh["path"]);
    let anybody = quay.server.anonymous();
    quay.send_as(&anybody, &path, LHR).await.expect(200);
    assert_ne!(fresh["signing_key"], quay.key.as_str());
    quay.owner
        .delete(&format!("/inlets/{}", quay.inlet))
        .await
        .expect(204);
    quay.send_as(&anybody, &path, LHR)
        .await
        .problem(404, "not_found");
    for word in ["inlet_create", "inlet_rotate", "inlet_revoke"] {
        assert_eq!(quay.server.count_in_book(word), 1, "{word}");
    }
}

#[tokio::test]
async fn an_address_is_good_only_while_its_owner_may_write() {
    let quay = Quay::new("optional").await;
    let users = quay.server.operator().get("/users").await.expect(200);
    let id = text(&users["items"][0]["id"]);
    let account = format!("/users/{id}");
    let change = json!({"roles": ["auditor"]});
    quay.server
        .operator()
        .patch(&account, change)
        .await
        .expect(200);
    quay.send(LHR).await.problem(404, "not_found");
    let change = json!({"roles": ["member"]});
    quay.server
        .operator()
        .patch(&account, change)
        .await
        .expect(200);
    quay.send(LHR).await.expect(200);
}

#[tokio::test]
async fn a_dataset_with_an_address_is_deleted_with_it_or_not_at_all() {
    let quay = Quay::new("optional").await;
    let path = format!("/datasets/{}", quay.dataset);
    quay.owner.delete(&path).await.problem(409, "referenced");
    let all = quay.owner.delete(&format!("{path}?cascade=true")).await;
    assert!(all.status.is_success(), "{}", all.text());
    quay.send(LHR).await.problem(404, "not_found");
}

#[tokio::test]
async fn nobody_opens_a_foreign_dataset_to_others() {
    let quay = Quay::new("optional").await;
    let other = quay.server.sign_up("other@example.org", &["member"]).await;
    let new = json!({"name": "Mine", "dataset_id": quay.dataset});
    other
        .post("/inlets", new.clone())
        .await
        .problem(422, "validation_failed");
    let share = json!({"email": "other@example.org", "level": "edit"});
    let shares = format!("/datasets/{}/shares", quay.dataset);
    quay.owner.post(&shares, share).await.expect(201);
    let refused = other.post("/inlets", new).await;
    assert!(refused.status.is_client_error(), "{}", refused.text());
    let foreign = format!("/inlets/{}/rotate", quay.inlet);
    other
        .post(&foreign, json!({}))
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn the_secrets_are_shown_once_and_stand_nowhere_else() {
    let quay = Quay::new("optional").await;
    quay.send(LHR).await.expect(200);
    quay.send("{").await;
    let secret = quay.path.strip_prefix("/in/").unwrap();
    let listed = quay.owner.get("/inlets").await.text();
    let book = serde_json::to_string(&quay.server.book()).unwrap();
    for shown in [&listed, &book] {
        assert!(
            !shown.contains(secret) && !shown.contains(&quay.key[6..]),
            "{shown}"
        );
    }
    assert!(book.contains("/in/***"), "the book says that it was called");
}
