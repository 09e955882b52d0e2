//! What somebody might try who means ill.

use serde_json::json;

use super::far::Reply;
use super::{SECRET, Tower, text};

#[tokio::test]
async fn nobody_has_records_of_others_told_to_themselves() {
    let tower = Tower::new().await;
    let other = tower.server.sign_up("other@example.org", &["member"]).await;
    let foreign = other.post("/hooks", tower.hook("created")).await;
    let foreign = foreign.problem(422, "validation_failed");
    let mut nobodys = tower.hook("created");
    nobodys["dataset_id"] = "0199a3c4-7b10-7000-8000-0123456789ab".into();
    let nobodys = other.post("/hooks", nobodys).await;
    let nobodys = nobodys.problem(422, "validation_failed");
    assert_eq!(foreign["fields"][0]["path"], nobodys["fields"][0]["path"]);
    // Who may see and change it may not pass it on.
    let shares = format!("/datasets/{}/shares", tower.dataset);
    let share = json!({"email": "other@example.org", "level": "edit"});
    tower.owner.post(&shares, share).await.expect(201);
    let refused = other.post("/hooks", tower.hook("created")).await;
    assert_eq!(refused.status, 403, "{}", refused.text());
    let (id, _) = tower.subscribe("created").await;
    let removed = other.delete(&format!("/hooks/{id}")).await;
    removed.problem(404, "not_found");
    assert_eq!(
        other.get("/hooks").await.expect(200)["items"],
        json!([]),
        "others' hooks are listed"
    );
}

#[tokio::test]
async fn a_token_subscribes_only_with_the_scope_for_it() {
    let tower = Tower::new().await;
    let token = async |scopes: &[&str]| {
        let end = (crate::support::NOON + jiff::SignedDuration::from_hours(1)).to_string();
        let wish = json!({"name": "Zapier", "scopes": scopes, "expires_at": end});
        let made = tower.owner.post("/tokens", wish).await.expect(201);
        let header = format!("Bearer {}", text(&made["secret"]));
        tower.server.anonymous().with("authorization", &header)
    };
    let reads = token(&["dataset:read", "dataset:write"]).await;
    let refused = reads.post("/hooks", tower.hook("created")).await;
    refused.problem(403, "forbidden");
    let shares = token(&["dataset:read", "dataset:share"]).await;
    let made = shares.post("/hooks", tower.hook("created")).await;
    let id = text(&made.expect(201)["id"]);
    assert_eq!(shares.get("/hooks").await.expect(200)["items"][0]["id"], id);
    let gone = shares.delete(&format!("/hooks/{id}")).await;
    assert_eq!(gone.status, 204);
}

#[tokio::test]
async fn nothing_inside_is_called() {
    let mut tower = Tower::new().await;
    for url in [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://0x7f000001/",
        "http://hooks.zapier.com/",
        "http://127.0.0.1:1/",
        "https://hooks.zapier.com:8443/",
        "https://me:secret@hooks.zapier.com/",
        "file:///etc/passwd",
        "nonsense",
        "",
    ] {
        let mut hook = tower.hook("created");
        hook["url"] = url.into();
        let refused = tower.owner.post("/hooks", hook).await;
        let problem = refused.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], "url", "{url}: {problem}");
    }
    // A name that leads inside is found out when it is called.
    let mut hook = tower.hook("created");
    hook["url"] = "https://localhost/".into();
    tower.owner.post("/hooks", hook).await.expect(201);
    tower.write("LHR", json!({})).await;
    let shown = tower.until_it_is("failing").await;
    let reason = text(&shown["reason"]);
    assert!(reason.contains("at a public address"), "{reason}");
    assert!(!reason.contains("127.0.0.1"), "{reason}");
    assert_eq!(tower.far.rest(), 0);
}

#[tokio::test]
async fn an_address_stands_nowhere_even_when_the_far_side_repeats_it() {
    let mut tower = Tower::new().await;
    let (_, key) = tower.subscribe("created").await;
    tower.far.reply(&[Reply::Status(500), Reply::Status(400)]);
    tower.write("LHR", json!({})).await;
    tower.far.next().await;
    tower.until_it_is("failing").await;
    tower.server.advance(30);
    tower.far.next().await;
    let listed = tower.owner.get("/hooks").await.text();
    let book = serde_json::to_string(&tower.server.book()).unwrap();
    let store = std::fs::read(tower.server.app.config.server.store_file()).unwrap();
    let stored = String::from_utf8_lossy(&store).into_owned();
    for shown in [listed, book, stored] {
        assert!(!shown.contains(SECRET), "the address is shown");
        assert!(!shown.contains(&key[6..]), "the signing key is shown");
    }
}

#[tokio::test]
async fn nothing_leaves_while_its_owner_may_not_pass_it_on() {
    let mut tower = Tower::new().await;
    tower.subscribe("created").await;
    let users = tower.server.operator().get("/users").await.expect(200);
    let account = format!("/users/{}", text(&users["items"][0]["id"]));
    let operator = tower.server.operator();
    let program = tower
        .server
        .sign_up("writer@example.org", &["member"])
        .await;
    let shares = format!("/datasets/{}/shares", tower.dataset);
    let share = json!({"email": "writer@example.org", "level": "edit"});
    tower.owner.post(&shares, share).await.expect(201);
    let roles = |roles: &[&str]| json!({ "roles": roles });
    operator
        .patch(&account, roles(&["auditor"]))
        .await
        .expect(200);
    program.put(&tower.path("LHR"), json!({})).await.expect(200);
    tower.server.advance(120);
    operator
        .patch(&account, roles(&["member"]))
        .await
        .expect(200);
    assert_eq!(tower.far.rest(), 0, "it was told meanwhile");
    program.put(&tower.path("CDG"), json!({})).await.expect(200);
    let keys = [tower.far.next().await, tower.far.next().await];
    let mut keys = keys.map(|came| text(&came.body()["key"]));
    keys.sort();
    assert_eq!(keys, ["CDG", "LHR"]);
}

#[tokio::test]
async fn nobody_has_more_than_a_hundred() {
    let tower = Tower::new().await;
    for number in 0..100 {
        let mut hook = tower.hook("created");
        hook["url"] = format!("{}/{number}", tower.far.url).into();
        tower.owner.post("/hooks", hook).await.expect(201);
    }
    let one_more = tower.owner.post("/hooks", tower.hook("created")).await;
    one_more.problem(409, "conflict");
}
