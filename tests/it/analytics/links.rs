//! Links that show a site's overview to whoever has them, and what they must not show.

use jiff::SignedDuration;
use serde_json::{Value, json};
use weighbridge::config::Rate;

use super::{Shop, site, text, view};
use crate::support::{Answer, TestServer};

const DAY: &str = "2027-01-15";
const PASSWORD: &str = "tram lamp river";

/// A link that was made.
struct Link {
    id: String,
    token: String,
}

fn token_of(made: &Value) -> String {
    let url = text(&made["url"]);
    let (page, token) = url.split_once('#').unwrap();
    assert!(page.ends_with("/shared"), "{url}");
    assert!(token.starts_with("wbl_") && token.len() == 68, "{url}");
    token.to_owned()
}

impl Shop {
    async fn link(&self, new: Value) -> Link {
        let made = self.owner.post(&self.below("links"), new).await.expect(201);
        Link {
            id: text(&made["link"]["id"]),
            token: token_of(&made),
        }
    }

    /// What somebody without an account is told.
    async fn shared(&self, token: &str, password: Option<&str>) -> Answer {
        let mut opening = json!({ "link": token });
        if let Some(password) = password {
            opening["password"] = password.into();
        }
        let stranger = self.server.anonymous();
        stranger.post("/shared/overview", opening).await
    }

    async fn revoke(&self, link: &Link) {
        let path = format!("{}/{}", self.below("links"), link.id);
        self.owner.delete(&path).await.expect(204);
    }
}

#[tokio::test]
async fn a_link_shows_the_days_and_sections_of_its_maker_and_nothing_else() {
    let shop = Shop::open().await;
    shop.fill().await;
    let link = shop
        .link(json!({
            "name": "For the board", "from": DAY, "to": DAY, "compare": "none",
            "sections": ["channels", "trend"],
        }))
        .await;
    let answer = shop.shared(&link.token, None).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("set-cookie"), "");
    assert_eq!(answer.header("x-robots-tag"), "noindex, nofollow");
    let told = answer.expect(200);
    let overview = shop.overview(&format!("?from={DAY}&to={DAY}")).await;
    for member in [
        "totals",
        "days",
        "hours",
        "channels",
        "currency",
        "time_zone",
    ] {
        assert_eq!(told[member], overview[member], "{member}");
    }
    assert_eq!(
        (&told["name"], &told["site"]),
        (&json!("For the board"), &json!("Shop"))
    );
    let mut members: Vec<&String> = told.as_object().unwrap().keys().collect();
    members.sort_unstable();
    let mut expected = vec![
        "name",
        "site",
        "from",
        "to",
        "time_zone",
        "currency",
        "visitor_ids",
        "known_at",
        "totals",
        "days",
        "hours",
        "channels",
    ];
    expected.sort_unstable();
    assert_eq!(members, expected, "neither ids nor other sections");
    let written = told.to_string();
    for hidden in [
        shop.site.as_str(),
        "owner@example.org",
        "shop.example",
        &link.id,
    ] {
        assert!(!written.contains(hidden), "{hidden}: {written}");
    }
}

#[tokio::test]
async fn nothing_else_can_be_asked_of_a_link() {
    let shop = Shop::open().await;
    shop.fill().await;
    let link = shop
        .link(json!({"name": "One day", "from": DAY, "to": DAY}))
        .await;
    let stranger = shop.server.anonymous();
    for (member, value) in [
        ("from", json!("2027-01-01")),
        ("sections", json!(["pages"])),
        (
            "filters",
            json!([{"dimension": "page", "operator": "is", "values": ["/"]}]),
        ),
        ("site", json!(shop.site)),
        ("costs", json!(true)),
    ] {
        let mut opening = json!({ "link": link.token });
        opening[member] = value;
        let answer = stranger.post("/shared/overview", opening).await;
        answer.problem(422, "unknown_field");
    }
    let query = format!("/shared/overview?from=2027-01-01&site={}", shop.site);
    let asked = stranger.post(&query, json!({"link": link.token})).await;
    if asked.status == 200 {
        assert_eq!(asked.expect(200)["from"], DAY);
    }
    // Nor is it a key to anything else.
    let bearer = format!("Bearer {}", link.token);
    let with_link = stranger.clone().with("authorization", &bearer);
    let path = format!("/sites/{}/overview", shop.site);
    let refused = with_link.get(&path).await;
    assert_eq!(refused.status, 401, "{}", refused.text());
    let sent = with_link.post("/events", json!([view("ada", "/")])).await;
    sent.problem(401, "write_key_refused");
}

#[tokio::test]
async fn revoked_ended_unknown_and_broken_links_look_alike() {
    let shop = Shop::open().await;
    let end = (shop.server.app.clock.now() + SignedDuration::from_mins(10)).to_string();
    let revoked = shop.link(json!({"name": "Revoked"})).await;
    let ended = shop.link(json!({"name": "Ended", "ends_at": end})).await;
    for link in [&revoked, &ended] {
        shop.shared(&link.token, None).await.expect(200);
    }
    shop.revoke(&revoked).await;
    shop.server.advance(600);
    let nobodys = format!("wbl_{}", "0".repeat(64));
    let half = &ended.token[..40];
    let mut told = Vec::new();
    for token in [&revoked.token, &ended.token, &nobodys, half, "", "wbl_"] {
        let problem = shop.shared(token, None).await;
        let mut problem = problem.problem(404, "link_not_found");
        problem["instance"] = Value::Null;
        told.push(problem);
    }
    assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
    let path = format!("{}/{}", shop.below("links"), revoked.id);
    shop.owner.delete(&path).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_password_is_asked_for_and_guessed_slowly() {
    let shop = Shop::open().await;
    let new = json!({"name": "Closed", "password": PASSWORD});
    let link = shop.link(new).await;
    let refused = shop.shared(&link.token, None).await;
    refused.problem(401, "link_password");
    let told = shop.shared(&link.token, Some(PASSWORD)).await;
    told.expect(200);
    for _ in 0..10 {
        let wrong = shop.shared(&link.token, Some("a wrong password")).await;
        wrong.problem(401, "link_password");
    }
    // From another address, too, and though it is right.
    let stranger = shop.server.anonymous().from([203, 0, 113, 9].into());
    let opening = json!({"link": link.token, "password": PASSWORD});
    let late = stranger.post("/shared/overview", opening.clone()).await;
    late.problem(429, "rate_limited");
    shop.server.advance(31);
    let told = stranger.post("/shared/overview", opening).await;
    told.expect(200);
    assert_eq!(shop.server.count_in_book("link_refuse"), 10);
    let listed = shop.owner.get(&shop.below("links")).await.expect(200);
    assert_eq!(listed["items"][0]["has_password"], true);
    let written = listed.to_string();
    assert!(
        !written.contains("argon2") && !written.contains(PASSWORD),
        "{written}"
    );
}

#[tokio::test]
async fn tokens_are_tried_slowly_and_one_link_keeps_no_other_out() {
    let server = TestServer::with(|config| {
        config.limits.link_openers = Rate::parse("5 / minute").unwrap();
        config.limits.links = Rate::parse("3 / minute").unwrap();
    });
    let shop = Shop::at(server.await, json!({})).await;
    for guess in 0..5 {
        let token = format!("wbl_{guess:064}");
        let refused = shop.shared(&token, None).await;
        refused.problem(404, "link_not_found");
    }
    let refused = shop.shared(&format!("wbl_{:064}", 9), None).await;
    refused.problem(429, "rate_limited");
    let (busy, quiet) = (
        shop.link(json!({"name": "Busy"})).await,
        shop.link(json!({"name": "Quiet"})).await,
    );
    let from = async |last: u8, link: &Link| {
        let stranger = shop.server.anonymous().from([203, 0, 113, last].into());
        let opening = json!({"link": link.token});
        stranger.post("/shared/overview", opening).await
    };
    for last in 1..=3 {
        from(last, &busy).await.expect(200);
    }
    from(4, &busy).await.problem(429, "rate_limited");
    from(4, &quiet).await.expect(200);
}

#[tokio::test]
async fn the_book_is_told_of_links_and_once_a_minute_of_their_use() {
    let shop = Shop::open().await;
    let link = shop.link(json!({"name": "For the board"})).await;
    for _ in 0..3 {
        shop.shared(&link.token, None).await.expect(200);
    }
    let links = &shop.server.app.links;
    links.tidy().await;
    assert_eq!(shop.server.count_in_book("link_open"), 0);
    shop.server.advance(60);
    links.tidy().await;
    links.tidy().await;
    let book = shop.server.book();
    let told = book
        .iter()
        .filter(|line| line["metadata"]["labels"][0] == "link_open");
    let counts: Vec<&Value> = told
        .map(|line| &line["unmapped"]["counts"]["opened"])
        .collect();
    assert_eq!(counts, [3]);
    let listed = shop.owner.get(&shop.below("links")).await.expect(200);
    let listed = &listed["items"][0];
    assert_eq!(listed["uses"], 3);
    assert!(listed["last_used_at"].is_string(), "{listed}");
    assert_eq!(listed["ends_with"], link.token[link.token.len() - 4..]);
    assert!(!listed.to_string().contains(&link.token), "{listed}");
    shop.revoke(&link).await;
    for word in ["link_create", "link_revoke"] {
        assert_eq!(shop.server.count_in_book(word), 1, "{word}");
    }
    let files = shop.server.files();
    let token = link.token.as_bytes();
    for (path, bytes) in files {
        let found = bytes.windows(token.len()).any(|window| window == token);
        assert!(!found, "{} has the address", path.display());
    }
}

#[tokio::test]
async fn a_rolling_link_moves_on_and_goes_with_its_site() {
    let shop = Shop::open().await;
    let link = shop.link(json!({"name": "Today", "range": "today"})).await;
    let told = shop.shared(&link.token, None).await.expect(200);
    assert_eq!(told["from"], DAY);
    shop.server.advance(86_400);
    let told = shop.shared(&link.token, None).await.expect(200);
    assert_eq!(told["from"], "2027-01-16");
    let owner = shop.server.sign_in("owner@example.org").await;
    let path = format!("/sites/{}", shop.site);
    owner.delete(&path).await.expect(204);
    let gone = shop.shared(&link.token, None).await;
    gone.problem(404, "link_not_found");
}

#[tokio::test]
async fn an_editor_makes_links_and_whoever_may_only_look_does_not() {
    let shop = Shop::open().await;
    let other = shop.server.sign_up("other@example.org", &["member"]).await;
    let (path, shares) = (shop.below("links"), shop.below("shares"));
    let share = json!({"email": "other@example.org", "level": "view"});
    let theirs = shop.owner.post(&shares, share).await.expect(201);
    let new = json!({"name": "Theirs"});
    other
        .post(&path, new.clone())
        .await
        .problem(403, "forbidden");
    other.get(&path).await.problem(403, "forbidden");
    let share = format!("{shares}/{}", text(&theirs["user_id"]));
    let level = json!({"level": "edit"});
    shop.owner.patch(&share, level).await.expect(200);
    let made = other.post(&path, new).await.expect(201);
    shop.shared(&token_of(&made), None).await.expect(200);
    // Nobody reaches a link by another site.
    let elsewhere = shop.owner.post("/sites", site("Other")).await.expect(201);
    let id = text(&made["link"]["id"]);
    let wrong = format!("/sites/{}/links/{id}", text(&elsewhere["id"]));
    shop.owner.delete(&wrong).await.problem(404, "not_found");
    shop.shared(&token_of(&made), None).await.expect(200);
}

#[tokio::test]
async fn what_cannot_be_a_link_is_refused_by_its_member() {
    let shop = Shop::open().await;
    for (new, place) in [
        (json!({"name": ""}), "name"),
        (json!({"name": "Soon", "password": "short"}), "password"),
        (
            json!({"name": "Past", "ends_at": "2020-01-01T00:00:00Z"}),
            "ends_at",
        ),
        (
            json!({"name": "Late", "ends_at": "2039-01-01T00:00:00Z"}),
            "ends_at",
        ),
        (json!({"name": "Half", "from": DAY}), "to"),
        (
            json!({"name": "Both", "range": "today", "from": DAY, "to": DAY}),
            "range",
        ),
        (
            json!({"name": "Tomorrow", "from": DAY, "to": "2027-01-20"}),
            "to",
        ),
        (
            json!({"name": "Twice", "sections": ["pages", "pages"]}),
            "sections",
        ),
    ] {
        let problem = shop.owner.post(&shop.below("links"), new).await;
        let problem = problem.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], place, "{problem}");
    }
    for number in 0..50 {
        shop.link(json!({"name": format!("Link {number}")})).await;
    }
    let more = json!({"name": "One more"});
    let problem = shop.owner.post(&shop.below("links"), more).await;
    problem.problem(409, "conflict");
}
