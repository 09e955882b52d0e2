//! The way to the provider and back, as a person goes it.

use serde_json::{Value, json};

use super::{FINISH, Place, begin, complete, decide, new};
use crate::support::TestServer;

#[tokio::test]
async fn a_person_allows_and_the_connection_works() {
    let place = Place::new().await;
    let path = place.connected().await;
    let shown = place.member.get(&path).await.expect(200);
    assert_eq!(shown["status"], "active");
    assert_eq!(shown["name"], "By OAuth");
    assert!(shown["account"]["email"].is_string(), "{shown}");
    let scopes = shown["oauth"]["scopes"].as_array().unwrap();
    assert!(scopes.contains(&json!("data.records:write")), "{shown}");
    assert!(shown["oauth"]["expires_at"].is_string());
    assert!(shown["oauth"]["renewable_until"].is_string());
    let bases = place.bases(&path).await.expect(200);
    assert_eq!(bases["items"][0]["id"], "appSandboxDemo001");
    assert_eq!(place.server.count_in_book("oauth_begin"), 1);
    assert_eq!(place.server.count_in_book("connection_create"), 1);
}

#[tokio::test]
async fn the_address_asks_for_what_is_needed_and_binds_the_answer() {
    let place = Place::new().await;
    let address = begin(&place.member, "A").await;
    let url: reqwest::Url = address.parse().unwrap();
    let part = |name: &str| {
        let mut pairs = url.query_pairs();
        let found = pairs.find(|(own, _)| own == name);
        found
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };
    assert_eq!(
        part("redirect_uri"),
        "https://box.example/connections/callback/airtable"
    );
    assert_eq!(part("code_challenge_method"), "S256");
    assert_eq!(part("code_challenge").len(), 43);
    assert_eq!(part("state").len(), 43);
    assert_eq!(part("response_type"), "code");
    let other = begin(&place.member, "B").await;
    assert!(!other.contains(&part("state")) && !other.contains(&part("code_challenge")));
}

#[tokio::test]
async fn neither_tokens_nor_codes_are_anywhere_in_the_open() {
    let place = Place::new().await;
    let address = begin(&place.member, "A").await;
    let back = decide(&address, "allow").await;
    let finished = complete(&place.member, &back).await;
    let mut seen = finished.text();
    let path = format!("/connections/{}", finished.json()["id"].as_str().unwrap());
    seen += &place.member.get(&path).await.text();
    seen += &place.member.get("/connections").await.text();
    seen += &format!("{:?}", place.server.book());
    let data = &place.server.app.config.server.data;
    for file in std::fs::read_dir(data).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            seen += &String::from_utf8_lossy(&std::fs::read(path).unwrap());
        }
    }
    let hint = finished.json()["token_hint"].as_str().unwrap().to_owned();
    assert!(hint.starts_with("oaa…"), "{hint}");
    for secret in [back.part("code").unwrap(), back.part("state").unwrap()] {
        assert!(!seen.contains(&secret));
    }
    // Tokens of the vendor's form, whichever they are.
    assert!(!seen.contains(".v1."), "a token is in the open");
}

#[tokio::test]
async fn a_person_who_says_no_is_told_and_nothing_is_connected() {
    let place = Place::new().await;
    let back = decide(&begin(&place.member, "A").await, "deny").await;
    let refused = complete(&place.member, &back).await;
    let problem = refused.problem(409, "authorization_failed");
    assert!(
        problem["detail"].as_str().unwrap().contains("denied"),
        "{problem}"
    );
    assert_eq!(
        place.member.get("/connections").await.expect(200)["items"],
        json!([])
    );
    assert_eq!(place.server.count_in_book("oauth_deny"), 1);
}

#[tokio::test]
async fn a_provider_that_gives_no_tokens_is_told_and_nothing_is_connected() {
    let place = Place::new().await;
    for (fault, count) in [("server_error", 1), ("unauthorized", 2), ("lost_answer", 3)] {
        let back = decide(&begin(&place.member, "A").await, "allow").await;
        place.sandbox.fault(json!({"fault": fault})).await;
        let refused = complete(&place.member, &back).await;
        refused.problem(409, "authorization_failed");
        assert_eq!(place.server.count_in_book("oauth_fail"), count, "{fault}");
    }
    assert_eq!(
        place.member.get("/connections").await.expect(200)["items"],
        json!([])
    );
}

#[tokio::test]
async fn whoever_takes_longer_than_ten_minutes_begins_anew() {
    let place = Place::new().await;
    let back = decide(&begin(&place.member, "A").await, "allow").await;
    place.advance(600);
    let late = complete(&place.member, &back).await;
    let problem = late.problem(422, "validation_failed");
    assert_eq!(problem["fields"][0]["path"], "state");
    assert_eq!(place.token_calls().await, 0, "the code was not even shown");
}

#[tokio::test]
async fn a_connection_gets_another_grant_or_a_token_in_its_place() {
    let place = Place::new().await;
    let path = place.connected().await;
    let id = path.rsplit('/').next().unwrap();
    let first = place.member.get(&path).await.expect(200);
    let begun = place
        .member
        .post("/connections/authorizations", json!({"connection_id": id}))
        .await
        .expect(201);
    let back = decide(begun["address"].as_str().unwrap(), "allow").await;
    let again = complete(&place.member, &back).await.expect(200);
    assert_eq!(again["id"], first["id"]);
    assert_ne!(again["token_hint"], first["token_hint"]);
    assert_eq!(again["status"], "active");
    assert_eq!(place.server.count_in_book("credential_replace"), 1);
    let pasted = json!({"token": "patAnother1234567.zyxwvu"});
    let replaced = place
        .member
        .put(&format!("{path}/credential"), pasted)
        .await;
    assert!(replaced.expect(200).get("oauth").is_none());
    place.bases(&path).await.expect(200);
}

#[tokio::test]
async fn a_name_that_is_taken_is_told_before_anybody_is_sent_away() {
    let place = Place::new().await;
    place.connected().await;
    let taken = place
        .member
        .post("/connections/authorizations", new("BY OAUTH"))
        .await;
    taken.problem(409, "conflict");
}

#[tokio::test]
async fn where_the_appliance_is_not_registered_it_says_so() {
    let server = TestServer::start().await;
    let member = server.sign_up("member@example.org", &["member"]).await;
    let mut body = new("A");
    body["endpoint"] = "vendor".into();
    let problem = member
        .post("/connections/authorizations", body.clone())
        .await
        .problem(422, "validation_failed");
    let told = problem["fields"][0]["message"].as_str().unwrap();
    assert!(told.contains("airtable.client_id"), "{told}");
    let offers = member.get("/connections/authorizations").await.expect(200);
    assert_eq!(
        offers["items"],
        json!([
            offer("airtable", false),
            offer("notion", false),
            offer("google", false)
        ])
    );
    let server = TestServer::with(|config| {
        config.airtable.client_id = Some("ours".to_owned());
    })
    .await;
    let member = server.sign_up("member@example.org", &["member"]).await;
    let offers = member.get("/connections/authorizations").await.expect(200);
    assert_eq!(
        offers["items"],
        json!([
            offer("airtable", true),
            offer("notion", false),
            offer("google", false)
        ])
    );
    let begun = member.post("/connections/authorizations", body).await;
    let address = begun.expect(201)["address"].as_str().unwrap().to_owned();
    assert!(address.starts_with("https://airtable.com/oauth2/v1/authorize?client_id=ours&"));
}

#[tokio::test]
async fn an_integration_without_leave_for_webhooks_is_not_asked_for_it() {
    for (webhooks, asked) in [(true, true), (false, false)] {
        let server = TestServer::with(|config| {
            config.airtable.client_id = Some("ours".to_owned());
            config.airtable.webhooks = webhooks;
        })
        .await;
        let member = server.sign_up("member@example.org", &["member"]).await;
        let mut body = new("A");
        body["endpoint"] = "vendor".into();
        let begun = member.post("/connections/authorizations", body).await;
        let begun = begun.expect(201);
        let address: reqwest::Url = begun["address"].as_str().unwrap().parse().unwrap();
        let part = |name: &str| {
            let mut pairs = address.query_pairs();
            let found = pairs.find(|(own, _)| own == name);
            found.unwrap().1.into_owned()
        };
        let scopes = part("scope");
        assert!(scopes.contains("data.records:write"), "{scopes}");
        assert_eq!(scopes.contains("webhook:manage"), asked, "{scopes}");
        // Whoever is sent back since the integration lacks one is told what can be done.
        let back = json!({"state": part("state"), "error": "invalid_scope"});
        let refused = member.post(FINISH, back).await;
        let told = refused.text();
        assert_eq!(told.contains("airtable.webhooks = false"), asked, "{told}");
        assert!(told.contains("it needs data.records:read"), "{told}");
    }
}

fn offer(provider: &str, ready: bool) -> Value {
    json!({
        "provider": provider, "endpoint": "vendor", "ready": ready,
        "redirect_uri": format!("https://localhost:8443/connections/callback/{provider}"),
    })
}

#[tokio::test]
async fn a_request_that_makes_no_sense_is_refused() {
    let place = Place::new().await;
    for body in [
        json!({}),
        json!({"provider": "airtable"}),
        json!({"connection_id": "0199a3c4-7b10-7000-8000-0123456789ab", "name": "A"}),
        json!({"provider": "airtable", "endpoint": "sandbox", "name": ""}),
    ] {
        let refused = place.member.post("/connections/authorizations", body).await;
        refused.problem(422, "validation_failed");
    }
    let unknown = json!({"connection_id": "0199a3c4-7b10-7000-8000-0123456789ab"});
    let refused = place
        .member
        .post("/connections/authorizations", unknown)
        .await;
    refused.problem(404, "not_found");
    let both = json!({"state": "a", "code": "b", "error": "c"});
    place
        .member
        .post(FINISH, both)
        .await
        .problem(422, "validation_failed");
}

/// What a diagnosis says of one step.
fn step<'a>(diagnosis: &'a Value, name: &str) -> &'a Value {
    let mut steps = diagnosis["checks"].as_array().unwrap().iter();
    steps.find(|step| step["name"] == name).unwrap()
}

#[tokio::test]
async fn a_diagnosis_goes_the_whole_way_and_a_wrong_clock_is_found() {
    let place = Place::new().await;
    let path = place.connected().await;
    let way = format!("{path}/diagnosis");
    let diagnosis = place.member.post(&way, json!({})).await.expect(200);
    for name in ["tcp", "http", "credential", "scopes", "quota"] {
        assert_eq!(
            step(&diagnosis, name)["verdict"],
            "ok",
            "{name}: {diagnosis}"
        );
    }
    // The appliance's clock stands at the test's noon, and an answer tells the machine's time.
    let clock = step(&diagnosis, "clock");
    assert_eq!(clock["verdict"], "failed", "{clock}");
    assert!(clock["remedy"].is_string(), "{clock}");
    assert_eq!(diagnosis["verdict"], "failed");
    assert_eq!(place.server.count_in_book("connection_diagnose"), 1);
    let foreign = place.server.sign_up("eve@example.org", &["member"]).await;
    let refused = foreign.post(&way, json!({})).await;
    refused.problem(404, "not_found");
}

#[tokio::test]
async fn a_scope_that_was_not_allowed_is_named() {
    let place = Place::new().await;
    let address = begin(&place.member, "Narrow").await;
    let mut narrow: reqwest::Url = address.parse().unwrap();
    let pairs: Vec<(String, String)> = narrow.query_pairs().into_owned().collect();
    let pairs = pairs.iter().filter(|(name, _)| name != "scope");
    narrow
        .query_pairs_mut()
        .clear()
        .extend_pairs(pairs)
        .append_pair("scope", "data.records:read schema.bases:read");
    let back = decide(narrow.as_str(), "allow").await;
    let made = complete(&place.member, &back).await.expect(200);
    let health = place.member.get("/health").await.expect(200);
    let own = &health["items"][0];
    let missing = json!(["data.records:write", "user.email:read"]);
    assert_eq!(own["missing_scopes"], missing, "{own}");
    assert_eq!(own["advice"]["action"], "allow_more", "{own}");
    let path = format!("/connections/{}/diagnosis", made["id"].as_str().unwrap());
    let diagnosis = place.member.post(&path, json!({})).await.expect(200);
    let scopes = step(&diagnosis, "scopes");
    assert_eq!(scopes["verdict"], "attention", "{scopes}");
    assert!(
        scopes["detail"]
            .as_str()
            .unwrap()
            .contains("data.records:write")
    );
}
