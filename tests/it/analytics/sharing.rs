//! Sites that their owners share: who sees what, from when on, and until when.

use poem::Body;
use poem::http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_stream::wrappers::ReceiverStream;

use super::{Shop, site, text};
use crate::support::{Answer, Client};

impl Shop {
    async fn share(&self, email: &str, level: &str) -> Answer {
        let body = json!({"email": email, "level": level});
        self.owner.post(&self.below("shares"), body).await
    }

    /// A colleague whom the shop is shared with, and where their share lies.
    pub(super) async fn colleague(&self, level: &str) -> (Client, String) {
        let other = self.server.sign_up("other@example.org", &["member"]).await;
        let made = self.share("Other@Example.org", level).await.expect(201);
        let share = format!("{}/{}", self.below("shares"), text(&made["user_id"]));
        (other, share)
    }
}

#[tokio::test]
async fn a_shared_site_is_listed_with_its_owner_and_shows_what_it_shows_them() {
    let shop = Shop::open().await;
    shop.fill().await;
    let (other, _) = shop.colleague("view").await;
    shop.server.advance(1);
    let own = other.post("/sites", site("Own")).await.expect(201);
    let list = other.get("/sites").await.expect(200);
    let seen: Vec<_> = list["items"].as_array().unwrap().iter().collect();
    let told = |one: &Value| {
        (
            text(&one["id"]),
            text(&one["access"]),
            text(&one["shared_by"]),
        )
    };
    let owner = "owner@example.org".to_owned();
    assert_eq!(told(seen[0]), (shop.site.clone(), "view".into(), owner));
    assert_eq!(
        told(seen[1]),
        (text(&own["id"]), "owner".into(), String::new())
    );
    let path = shop.below("overview");
    let theirs = other.get(&path).await.expect(200);
    assert_eq!(theirs["totals"], shop.overview("").await["totals"]);
    let part = other.get("/sites?limit=1").await.expect(200);
    let next = format!("/sites?limit=1&after={}", text(&part["next"]));
    let rest = other.get(&next).await.expect(200);
    assert_eq!((&part["items"][0], &rest["items"][0]), (seen[0], seen[1]));
    assert!(rest.get("next").is_none());
}

#[tokio::test]
async fn only_somebody_who_may_see_sites_is_shared_with_and_only_once() {
    let shop = Shop::open().await;
    let (other, _) = shop.colleague("edit").await;
    shop.server.sign_up("book@example.org", &["auditor"]).await;
    for email in [
        "nobody@example.org",
        "book@example.org",
        "owner@example.org",
        "",
    ] {
        let refused = shop.share(email, "view").await;
        let problem = refused.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], "email", "{email}");
    }
    for level in ["use", "own"] {
        let refused = shop.share("other@example.org", level).await;
        refused.problem(422, "validation_failed");
    }
    let again = shop.share("other@example.org", "view").await;
    again.problem(409, "conflict");
    // Whoever has it shares it with nobody.
    let body = json!({"email": "owner@example.org", "level": "view"});
    let passed_on = other.post(&shop.below("shares"), body).await;
    passed_on.problem(403, "forbidden");
}

#[tokio::test]
async fn a_share_that_is_reduced_or_withdrawn_holds_with_the_next_request() {
    let shop = Shop::open().await;
    let (other, share) = shop.colleague("edit").await;
    let path = format!("/sites/{}", shop.site);
    let change = json!({"name": "Theirs"});
    let changed = other.patch(&path, change.clone()).await.expect(200);
    assert_eq!(changed["access"], "edit", "{changed}");
    let reduced = shop.owner.patch(&share, json!({"level": "view"})).await;
    let stale = shop.owner.clone().with("if-match", "\"1\"");
    stale
        .delete(&share)
        .await
        .problem(412, "precondition_failed");
    assert_eq!(reduced.expect(200)["level"], "view");
    other.patch(&path, change).await.problem(403, "forbidden");
    other.delete(&path).await.problem(403, "forbidden");
    other.get(&path).await.expect(200);
    shop.owner.delete(&share).await.expect(204);
    other.get(&path).await.problem(404, "not_found");
    let list = other.get("/sites").await.expect(200);
    assert_eq!(list["items"], json!([]));
    shop.owner.delete(&share).await.problem(404, "not_found");
}

#[tokio::test]
async fn whoever_has_it_can_give_it_up_and_its_owner_cannot() {
    let shop = Shop::open().await;
    let (other, _) = shop.colleague("view").await;
    let access = shop.below("access");
    shop.owner.delete(&access).await.problem(404, "not_found");
    other.delete(&access).await.expect(204);
    other
        .get(&shop.below("overview"))
        .await
        .problem(404, "not_found");
    let book = shop.server.book();
    let ended = book
        .iter()
        .find(|line| line["metadata"]["event_code"] == "WB-SHARE-007");
    assert_eq!(ended.unwrap()["unmapped"]["details"]["left"], true);
}

#[tokio::test]
async fn the_book_tells_whose_site_somebody_else_has_touched() {
    let shop = Shop::open().await;
    let (other, _) = shop.colleague("edit").await;
    let session = shop.owner.get("/auth/session").await.expect(200);
    let me = text(&session["user"]["id"]);
    let path = format!("/sites/{}", shop.site);
    other.get(&path).await.expect(200);
    other
        .patch(&path, json!({"name": "Theirs"}))
        .await
        .expect(200);
    other.get(&shop.below("overview")).await.expect(200);
    let key = json!({"name": "Theirs", "kind": "secret"});
    other.post(&shop.below("keys"), key).await.expect(201);
    let book = shop.server.book();
    let theirs = book.iter().filter(|line| {
        line["actor"]["user"]["name"] == "other@example.org"
            && line["unmapped"]["details"]["site_owner"] == me.as_str()
    });
    let words: Vec<String> = theirs
        .map(|line| text(&line["metadata"]["labels"][0]))
        .collect();
    let wanted = [
        "site_read",
        "site_update",
        "analytics_read",
        "site_key_create",
    ];
    assert_eq!(words, wanted);
}

#[tokio::test]
async fn the_shares_of_a_site_end_with_it() {
    let shop = Shop::open().await;
    let (other, _) = shop.colleague("view").await;
    let path = format!("/sites/{}", shop.site);
    shop.owner.delete(&path).await.expect(204);
    other.get(&path).await.problem(404, "not_found");
    let list = other.get("/sites").await.expect(200);
    assert_eq!(list["items"], json!([]));
    let book = shop.server.book();
    let deleted = book
        .iter()
        .find(|line| line["metadata"]["event_code"] == "WB-SITE-003");
    assert_eq!(deleted.unwrap()["unmapped"]["counts"]["shares"], 1);
}

#[tokio::test]
async fn a_file_of_the_past_is_taken_no_further_once_the_share_has_ended() {
    let shop = Shop::open().await;
    let (other, share) = shop.colleague("edit").await;
    let (sending, sent) = tokio::sync::mpsc::channel::<std::io::Result<bytes::Bytes>>(1);
    let path = format!("/api/v1{}?format=ndjson", shop.below("imports"));
    let body = Body::from_bytes_stream(ReceiverStream::new(sent));
    let mut imports = JoinSet::new();
    imports.spawn(async move {
        let kind = "application/x-ndjson";
        other.fetch(Method::POST, &path, kind, body).await
    });
    let rows = |from: u32| {
        let rows = (from..from + 20_000).map(|number| {
            let event = json!({"name": "lead", "id": number.to_string(), "visitor": "a",
                               "at": "2026-11-02T03:04:05Z"});
            format!("{event}\n")
        });
        rows.collect::<String>()
    };
    sending.send(Ok(rows(0).into())).await.unwrap();
    sending.send(Ok(rows(20_000).into())).await.unwrap();
    shop.owner.delete(&share).await.expect(204);
    drop(sending.send(Ok(rows(40_000).into())).await);
    drop(sending);
    let import = imports.join_next().await.unwrap().unwrap();
    import.problem(404, "not_found");
    let day = shop.overview("?from=2026-11-02&to=2026-11-02").await;
    let events = day["totals"]["events"].as_u64().unwrap();
    assert!(events <= 40_000, "{events} came in");
}
