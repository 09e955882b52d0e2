//! Sites and their write keys, as their owners manage them.

use serde_json::{Value, json};

use super::{Shop, site, text, view};
use crate::support::TestServer;

#[tokio::test]
async fn a_site_is_made_shown_changed_and_deleted() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let made = owner.post("/sites", site(" Shop ")).await.expect(201);
    assert_eq!(made["name"], "Shop");
    assert_eq!(
        (&made["week_start"], &made["visitor_ids"]),
        (&json!("monday"), &json!("daily"))
    );
    assert!(made.get("last_event_at").is_none(), "{made}");
    let path = format!("/sites/{}", text(&made["id"]));
    let shown = owner.get(&path).await;
    assert_eq!(shown.expect(200), made);
    let tag = shown.header("etag").to_owned();
    let change = json!({"name": "Store", "week_start": "sunday", "time_zone": "America/Lima"});
    let careful = owner.clone().with("if-match", &tag);
    let changed = careful.patch(&path, change.clone()).await.expect(200);
    assert_eq!(changed["name"], "Store");
    assert_eq!(changed["time_zone"], "America/Lima");
    careful
        .patch(&path, change)
        .await
        .problem(412, "precondition_failed");
    careful
        .delete(&path)
        .await
        .problem(412, "precondition_failed");
    let list = owner.get("/sites").await.expect(200);
    assert_eq!(list["items"], json!([changed]));
    owner.delete(&path).await.expect(204);
    owner.get(&path).await.problem(404, "not_found");
    for word in ["site_create", "site_update", "site_delete"] {
        assert_eq!(server.count_in_book(word), 1, "{word}");
    }
}

#[tokio::test]
async fn what_no_site_can_be_is_refused_by_its_member() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    for (member, value) in [
        ("name", "  "),
        ("name", "a\nb"),
        ("domain", "https://shop.example"),
        ("domain", "192.0.2.1"),
        ("currency", "EURO"),
        ("currency", "eur"),
        ("time_zone", "Berlin"),
        ("week_start", "friday"),
        ("visitor_ids", "forever"),
    ] {
        let mut new = site("Shop");
        new[member] = value.into();
        let refused = owner
            .post("/sites", new)
            .await
            .problem(422, "validation_failed");
        assert!(refused.to_string().contains(member), "{member}: {refused}");
    }
    owner.post("/sites", site("Shop")).await.expect(201);
    owner
        .post("/sites", site("SHOP"))
        .await
        .problem(409, "conflict");
}

/// The one key of a kind: two of one moment are listed in any order.
fn of_kind<'a>(keys: &'a Value, kind: &str) -> &'a Value {
    let keys = keys["items"].as_array().unwrap();
    keys.iter().find(|key| key["kind"] == kind).unwrap()
}

#[tokio::test]
async fn a_public_key_is_always_shown_and_a_secret_one_once() {
    let shop = Shop::open().await;
    let keys = format!("/sites/{}/keys", shop.site);
    let listed = shop.owner.get(&keys).await.expect(200);
    let (pages, till) = (of_kind(&listed, "public"), of_kind(&listed, "secret"));
    assert_eq!(pages["key"], shop.public);
    assert!(till.get("key").is_none(), "{till}");
    assert!(shop.secret.ends_with(till["ends_with"].as_str().unwrap()));
    assert!(!listed.to_string().contains(&shop.secret));
    for bad in [
        json!({"name": "x", "kind": "public"}),
        json!({"name": "x", "kind": "public", "origins": ["shop.example"]}),
        json!({"name": "x", "kind": "public", "origins": ["*"]}),
        json!({"name": "x", "kind": "secret", "origins": ["https://shop.example"]}),
        json!({"name": "", "kind": "secret"}),
    ] {
        shop.owner
            .post(&keys, bad)
            .await
            .problem(422, "validation_failed");
    }
    assert!(
        !shop
            .server
            .book()
            .iter()
            .any(|line| line.to_string().contains(&shop.secret))
    );
}

#[tokio::test]
async fn nothing_comes_in_with_a_key_that_was_taken_back() {
    let shop = Shop::open().await;
    shop.send(view("ada", "/")).await.expect(200);
    let keys = format!("/sites/{}/keys", shop.site);
    let listed = shop.owner.get(&keys).await.expect(200);
    let till = of_kind(&listed, "secret");
    assert!(till["last_used_at"].is_string(), "{till}");
    let path = format!("{keys}/{}", text(&till["id"]));
    shop.owner.delete(&path).await.expect(204);
    shop.owner.delete(&path).await.problem(404, "not_found");
    shop.send(view("ada", "/"))
        .await
        .problem(401, "write_key_refused");
    assert_eq!(shop.server.count_in_book("site_key_delete"), 1);
}

#[tokio::test]
async fn zone_and_currency_stay_once_there_are_events() {
    let shop = Shop::open().await;
    let path = format!("/sites/{}", shop.site);
    let change = json!({"time_zone": "Europe/Paris", "currency": "CHF"});
    shop.owner.patch(&path, change).await.expect(200);
    shop.send(json!([{"name": "nonsense of no visitor"}]))
        .await
        .expect(200);
    let change = json!({"time_zone": "Europe/Berlin"});
    shop.owner.patch(&path, change).await.expect(200);
    shop.send(view("ada", "/")).await.expect(200);
    for change in [
        json!({"time_zone": "Europe/Paris"}),
        json!({"currency": "EUR"}),
    ] {
        shop.owner
            .patch(&path, change)
            .await
            .problem(409, "conflict");
    }
    let change = json!({"time_zone": "Europe/Berlin", "domain": "store.example"});
    shop.owner.patch(&path, change).await.expect(200);
    assert_eq!(
        shop.shown().await["last_event_at"],
        "2027-01-15T08:00:00.000Z"
    );
}

#[tokio::test]
async fn somebody_elses_site_answers_like_none() {
    let shop = Shop::open().await;
    let other = shop.server.sign_up("other@example.org", &["member"]).await;
    let path = format!("/sites/{}", shop.site);
    for below in ["", "/keys", "/overview", "/realtime"] {
        other
            .get(&format!("{path}{below}"))
            .await
            .problem(404, "not_found");
    }
    other
        .patch(&path, json!({"name": "Mine"}))
        .await
        .problem(404, "not_found");
    other.delete(&path).await.problem(404, "not_found");
    assert_eq!(other.get("/sites").await.expect(200)["items"], json!([]));
    let same_name = other.post("/sites", site("Shop")).await.expect(201);
    let mine = format!("/sites/{}", text(&same_name["id"]));
    let key = shop.owner.get(&format!("{path}/keys")).await.expect(200);
    let foreign = format!("{mine}/keys/{}", text(&key["items"][0]["id"]));
    other.delete(&foreign).await.problem(404, "not_found");
    shop.send(view("ada", "/")).await.expect(200);
}

#[tokio::test]
async fn an_analyst_looks_and_an_administrator_does_not() {
    let shop = Shop::open().await;
    let analyst = shop
        .server
        .sign_up("analyst@example.org", &["analyst"])
        .await;
    assert_eq!(analyst.get("/sites").await.expect(200)["items"], json!([]));
    analyst
        .post("/sites", site("Shop"))
        .await
        .problem(403, "forbidden");
    let admin = shop.server.sign_up("boss@example.org", &["admin"]).await;
    admin.get("/sites").await.problem(403, "forbidden");
    let path = format!("/sites/{}/overview", shop.site);
    admin.get(&path).await.problem(403, "forbidden");
}

#[tokio::test]
async fn a_key_does_nothing_once_its_owner_may_not() {
    let shop = Shop::open().await;
    shop.send(view("ada", "/")).await.expect(200);
    let admin = shop.server.sign_up("boss@example.org", &["admin"]).await;
    let users: Value = admin.get("/users").await.expect(200);
    let users = users["items"].as_array().unwrap();
    let owner = users.iter().find(|one| one["email"] == "owner@example.org");
    let path = format!("/users/{}", text(&owner.unwrap()["id"]));
    let change = json!({"roles": ["analyst"]});
    admin.patch(&path, change).await.expect(200);
    shop.send(view("ada", "/"))
        .await
        .problem(401, "write_key_refused");
    let change = json!({"roles": ["member"], "disabled": true});
    admin.patch(&path, change).await.expect(200);
    shop.send(view("ada", "/"))
        .await
        .problem(401, "write_key_refused");
}
