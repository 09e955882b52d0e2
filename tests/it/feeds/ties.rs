//! What a feed hangs on, who may do what with it, and what goes with it.

use serde_json::json;

use super::{Agency, DOLLARS, EUROS, text};

#[tokio::test]
async fn a_connection_under_a_feed_is_not_deleted_unseen() {
    let agency = Agency::open().await;
    agency.feed(EUROS).await;
    let path = format!("/connections/{}", agency.connection);
    let refused = agency.owner.delete(&path).await.problem(409, "referenced");
    let dependents = refused["dependents"].as_array().unwrap();
    assert_eq!(dependents[0]["kind"], "feed", "{refused}");
    assert_eq!(dependents[0]["name"], "Harbour Shop");
    agency
        .owner
        .delete(&format!("{path}?cascade=true"))
        .await
        .expect(204);
    let feeds = agency.get(&format!("{}/feeds", agency.site)).await;
    assert_eq!(feeds["items"], json!([]));
}

#[tokio::test]
async fn a_sites_feeds_and_their_figures_go_with_it() {
    let agency = Agency::open().await;
    let path = agency.feed(EUROS).await;
    agency.fetch().await;
    agency.owner.delete(&agency.site).await.expect(204);
    agency.owner.get(&path).await.problem(404, "not_found");
    assert!(agency.due().is_empty());
    agency.server.app.feeds.sweep().await.unwrap();
    // Nothing is in the way of the connection any more.
    let path = format!("/connections/{}", agency.connection);
    agency.owner.delete(&path).await.expect(204);
}

#[tokio::test]
async fn an_account_is_linked_once_and_only_where_the_connection_reaches_it() {
    let agency = Agency::open().await;
    agency.feed(EUROS).await;
    let feeds = format!("{}/feeds", agency.site);
    let new = |account: &str| json!({"connection_id": agency.connection, "account_id": account});
    agency
        .owner
        .post(&feeds, new(EUROS))
        .await
        .problem(409, "conflict");
    agency
        .owner
        .post(&feeds, new("act_7"))
        .await
        .problem(422, "validation_failed");
    agency.owner.post(&feeds, new(DOLLARS)).await.expect(201);
    let airtable = json!({
        "provider": "airtable", "name": "Tables", "token": "patCANARYcanary1.0123456789abcdef",
        "endpoint": "sandbox",
    });
    let airtable = agency
        .owner
        .post("/connections", airtable)
        .await
        .expect(201);
    let wrong = json!({"connection_id": airtable["id"], "account_id": EUROS});
    agency
        .owner
        .post(&feeds, wrong)
        .await
        .problem(422, "validation_failed");
}

#[tokio::test]
async fn a_paused_feed_is_fetched_no_more_until_it_goes_on() {
    let agency = Agency::open().await;
    let path = agency.feed(EUROS).await;
    let paused = agency
        .owner
        .patch(&path, json!({"paused": true}))
        .await
        .expect(200);
    assert_eq!(paused["state"], "paused");
    assert!(agency.due().is_empty());
    let fetch = format!("{path}/fetch");
    agency
        .owner
        .post(&fetch, json!({}))
        .await
        .problem(409, "conflict");
    agency
        .owner
        .patch(&path, json!({"paused": false}))
        .await
        .expect(200);
    assert_eq!(agency.due().len(), 1);
    agency.owner.delete(&path).await.expect(204);
    assert!(agency.due().is_empty());
}

#[tokio::test]
async fn whom_a_site_is_shared_with_sees_its_costs_and_an_editor_pauses_its_feeds() {
    let agency = Agency::open().await;
    let path = agency.feed(EUROS).await;
    agency.fetch().await;
    let other = agency
        .server
        .sign_up("other@example.org", &["member"])
        .await;
    let costs = format!("{}/costs", agency.site);
    other.get(&costs).await.problem(404, "not_found");
    other.get(&path).await.problem(404, "not_found");
    let fetch = format!("{path}/fetch");
    other
        .post(&fetch, json!({}))
        .await
        .problem(404, "not_found");
    other.delete(&path).await.problem(404, "not_found");
    let shares = format!("{}/shares", agency.site);
    let share = json!({"email": "other@example.org", "level": "view"});
    agency.owner.post(&shares, share).await.expect(201);
    other.get(&costs).await.expect(200);
    let pause = json!({"paused": true});
    other
        .patch(&path, pause.clone())
        .await
        .problem(403, "forbidden");
    let session = other.get("/auth/session").await.expect(200);
    let share = format!("{shares}/{}", text(&session["user"]["id"]));
    agency
        .owner
        .patch(&share, json!({"level": "edit"}))
        .await
        .expect(200);
    other.patch(&path, pause).await.expect(200);
    let new = json!({"connection_id": agency.connection, "account_id": DOLLARS});
    let feeds = format!("{}/feeds", agency.site);
    other.post(&feeds, new).await.problem(403, "forbidden");
}

#[tokio::test]
async fn a_connection_tells_its_accounts_what_it_may_and_when_it_ends() {
    let agency = Agency::with(|knobs| knobs.token_days = 5).await;
    let path = format!("/connections/{}", agency.connection);
    let bases = agency.get(&format!("{path}/bases")).await;
    assert_eq!(bases["items"][0]["id"], EUROS);
    let told = agency
        .owner
        .post(&format!("{path}/diagnosis"), json!({}))
        .await
        .expect(200);
    let checks = told["checks"].as_array().unwrap();
    let found = |name: &str| {
        let check = checks.iter().find(|check| check["name"] == name);
        check.unwrap_or_else(|| panic!("{name}: {told}")).clone()
    };
    assert!(
        text(&found("ad_accounts")["detail"]).contains("Harbour Shop"),
        "{told}"
    );
    assert_eq!(found("scopes")["verdict"], "ok");
    assert_eq!(found("credential_end")["verdict"], "attention");
    let shown = agency.get(&path).await;
    assert_eq!(
        shown["credential_ends_at"], "2027-01-20T08:00:00.000Z",
        "{shown}"
    );
}

#[tokio::test]
async fn the_scheduler_fetches_what_is_due() {
    let agency = Agency::open().await;
    let tasks = weighbridge::base::Tasks::default();
    let app = &agency.server.app;
    let scheduler = app.scheduler.clone().keeping_time(app.auth.users.clone());
    scheduler.start(&tasks);
    let path = agency.feed(EUROS).await;
    for _ in 0..200 {
        if agency.get(&path).await["state"] == "active" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{}", agency.get(&path).await);
}
