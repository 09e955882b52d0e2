//! The list of everything that somebody has under way, or had, of whatever kind.

use poem::http::Method;
use serde_json::{Value, json};
use weighbridge::base::Tasks;

use crate::datasets::airports;
use crate::support::{Client, TestServer};

async fn import(client: &Client, dataset: &str, strict: bool, rows: &str) {
    let path = format!("{dataset}/imports?format=csv&file_name=a.csv&strict={strict}");
    let file = format!("iata,name\n{rows}").into_bytes();
    client
        .send(Method::POST, &path, "text/csv", file)
        .await
        .expect(200);
}

async fn export(client: &Client, dataset: &str) -> Value {
    let asked = client
        .post(&format!("{dataset}/exports"), json!({"format": "csv"}))
        .await;
    asked.expect(202)
}

async fn jobs(client: &Client, query: &str) -> Vec<Value> {
    let list = client
        .get(&format!("/jobs?limit=500{query}"))
        .await
        .expect(200);
    list["items"].as_array().unwrap().clone()
}

fn members<'a>(jobs: &'a [Value], name: &str) -> Vec<&'a Value> {
    jobs.iter().map(|job| &job[name]).collect()
}

async fn work(server: &TestServer) {
    let tasks = Tasks::default();
    server.app.scheduler.start(&tasks);
    server.app.scheduler.idle().await.unwrap();
    tasks.stop().await;
}

/// A member with an import that went in, one that was refused, an export that is done and one that
/// waits, each a second after the one before.
async fn yard() -> (TestServer, Client, String) {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    import(&owner, &dataset, false, "K1,One\n").await;
    server.advance(1);
    import(&owner, &dataset, true, "K2,\n").await;
    server.advance(1);
    export(&owner, &dataset).await;
    work(&server).await;
    server.advance(1);
    export(&owner, &dataset).await;
    (server, owner, dataset)
}

#[tokio::test]
async fn jobs_of_every_kind_stand_in_one_list_the_newest_first() {
    let (server, owner, dataset) = yard().await;
    let all = jobs(&owner, "").await;
    assert_eq!(
        members(&all, "kind"),
        ["export", "export", "import", "import"]
    );
    assert_eq!(members(&all, "state"), ["queued", "done", "failed", "done"]);
    assert_eq!(members(&all, "about"), ["Airports"; 4]);
    assert_eq!(all[2]["failure"]["code"], "rows_refused", "{}", all[2]);
    assert_eq!(
        (&all[1]["records"], &all[1]["total"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(
        (&all[2]["records"], &all[2]["refused"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(all[3]["file_name"], "a.csv");
    let id = dataset.rsplit('/').next().unwrap();
    assert!(all.iter().all(|job| job["dataset_id"] == id));
    // Where the links lead they say the same.
    for job in &all {
        let path = |name: &str| {
            job["links"][name]
                .as_str()
                .map(|path| path.replace("/api/v1", ""))
        };
        let itself = owner.get(&path("self").unwrap()).await.expect(200);
        assert_eq!(
            (&itself["id"], &itself["state"]),
            (&job["id"], &job["state"])
        );
        assert_eq!(path("cancel").is_some(), job["state"] == "queued");
        assert_eq!(
            path("content").is_some(),
            job["kind"] == "export" && job["state"] == "done"
        );
        if let Some(content) = path("content") {
            assert_eq!(owner.get(&content).await.status, 200);
        }
        let shown = owner
            .get(&format!("/jobs/{}", job["id"].as_str().unwrap()))
            .await;
        assert_eq!(&shown.expect(200), job);
    }
    assert_eq!(server.count_in_book("jobs_read"), 5);
}

#[tokio::test]
async fn jobs_are_found_by_kind_and_state_part_by_part() {
    let (_server, owner, _) = yard().await;
    for (query, found) in [
        ("&kind=import", 2),
        ("&kind=export&state=done", 1),
        ("&kind=run", 0),
        ("&kind=plan", 0),
        ("&state=done", 2),
        ("&state=cancelled", 0),
    ] {
        assert_eq!(jobs(&owner, query).await.len(), found, "{query}");
    }
    let all = jobs(&owner, "").await;
    for limit in 1..=5 {
        let (mut parts, mut after) = (Vec::new(), String::new());
        loop {
            let page = owner
                .get(&format!("/jobs?limit={limit}{after}"))
                .await
                .expect(200);
            parts.extend(page["items"].as_array().unwrap().clone());
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        assert_eq!(parts, all, "by {limit}");
    }
    for wrong in ["kind=backup", "state=waiting", "after=AAAA", "limit=0"] {
        owner
            .get(&format!("/jobs?{wrong}"))
            .await
            .problem(400, "bad_query");
    }
}

#[tokio::test]
async fn nobody_sees_anothers_jobs() {
    let (server, owner, dataset) = yard().await;
    let other = server.sign_up("other@example.org", &["member"]).await;
    let share = json!({"email": "other@example.org", "level": "edit"});
    owner
        .post(&format!("{dataset}/shares"), share)
        .await
        .expect(201);
    assert_eq!(jobs(&other, "").await, [] as [Value; 0]);
    server.advance(1);
    import(&other, &dataset, false, "K3,Three\n").await;
    assert_eq!(jobs(&other, "").await.len(), 1);
    let mine = jobs(&owner, "").await;
    assert_eq!(mine.len(), 4, "what somebody else has begun is theirs");
    let id = mine[0]["id"].as_str().unwrap();
    let foreign = other.get(&format!("/jobs/{id}")).await;
    let unknown = other
        .get("/jobs/0199a3c4-7b10-7000-8000-0123456789ab")
        .await;
    assert_eq!(
        foreign.problem(404, "not_found")["detail"],
        unknown.problem(404, "not_found")["detail"]
    );
}

#[tokio::test]
async fn a_program_without_leave_for_syncs_sees_imports_and_exports_alone() {
    let (server, owner, _) = yard().await;
    let ends_at = (server.clock.now() + jiff::SignedDuration::from_hours(1)).to_string();
    let new = json!({"name": "x", "scopes": ["dataset:read"], "expires_at": ends_at});
    let token = owner.post("/tokens", new).await.expect(201);
    let bearer = format!("Bearer {}", token["secret"].as_str().unwrap());
    let program = server.anonymous().with("authorization", &bearer);
    assert_eq!(jobs(&program, "").await.len(), 4);
    assert_eq!(jobs(&program, "&kind=run").await.len(), 0);
}

#[tokio::test]
async fn a_deleted_datasets_jobs_go_with_it() {
    let (server, owner, dataset) = yard().await;
    owner.delete(&dataset).await.expect(204);
    server.app.datasets.tidy().await.unwrap();
    assert_eq!(jobs(&owner, "").await, [] as [Value; 0]);
}
