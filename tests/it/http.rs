//! What every answer has in common, whatever was asked.

use poem::Body;
use poem::http::Method;
use serde_json::{Value, json};
use weighbridge::base::Act;

use crate::support::{PASSWORD, TestServer};

#[tokio::test]
async fn every_answer_carries_the_security_headers_and_the_requests_id() {
    let server = TestServer::start().await;
    let visitor = server.anonymous();
    for path in [
        "/",
        "/api/v1/users",
        "/api/v1/nothing",
        "/errors/conflict",
        "/healthz/live",
    ] {
        let answer = visitor.fetch(Method::GET, path, "", Body::empty()).await;
        for (name, part) in [
            ("content-security-policy", "frame-ancestors 'none'"),
            ("strict-transport-security", "includeSubDomains"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("permissions-policy", "camera=()"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert!(answer.header(name).contains(part), "{path}: {name}");
        }
        assert_eq!(answer.header("x-request-id").len(), 36, "{path}");
        assert_eq!(answer.header("server"), "", "{path}");
    }
}

#[tokio::test]
async fn every_refusal_is_a_problem_document() {
    let server = TestServer::start().await;
    let admin = server.sign_up_admin().await;
    let json_kind = "application/json";
    let user = |extra: Value| {
        let mut body = json!({
            "email": "x@example.org", "name": "X", "roles": ["member"], "password": PASSWORD,
        });
        body.as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        body.to_string()
    };
    let large = "x".repeat(1 << 21);
    for (method, path, kind, body, status, code) in [
        ("GET", "/nothing", "", "", 404, "not_found"),
        ("PATCH", "/users/7", json_kind, "{}", 400, "bad_path"),
        (
            "PATCH",
            "/users/0199a3c4-7b10-7000-8000-0123456789ab",
            json_kind,
            "{}",
            404,
            "not_found",
        ),
        ("GET", "/users?limit=0", "", "", 400, "bad_query"),
        ("GET", "/users?limit=x", "", "", 400, "bad_query"),
        ("GET", "/users?after=!", "", "", 400, "bad_query"),
        ("POST", "/users", json_kind, "{", 400, "bad_json"),
        ("POST", "/users", json_kind, "", 422, "validation_failed"),
        ("POST", "/users", json_kind, "[]", 422, "validation_failed"),
        (
            "POST",
            "/users",
            json_kind,
            &"[".repeat(100_000),
            400,
            "bad_json",
        ),
        (
            "POST",
            "/users",
            "text/plain",
            "{}",
            415,
            "unsupported_media_type",
        ),
        ("POST", "/users", "", "{}", 415, "unsupported_media_type"),
        (
            "POST",
            "/users",
            json_kind,
            &user(json!({"id": "x"})),
            422,
            "unknown_field",
        ),
        (
            "POST",
            "/users",
            json_kind,
            &user(json!({"roles": ["root"]})),
            422,
            "validation_failed",
        ),
        (
            "POST",
            "/users",
            json_kind,
            &user(json!({"roles": []})),
            422,
            "validation_failed",
        ),
        (
            "POST",
            "/users",
            json_kind,
            &user(json!({"email": "x"})),
            422,
            "validation_failed",
        ),
        (
            "POST",
            "/users",
            json_kind,
            &user(json!({"password": "x"})),
            422,
            "validation_failed",
        ),
        ("POST", "/users", json_kind, &large, 413, "too_large"),
        ("DELETE", "/users", "", "", 405, "method_not_allowed"),
    ] {
        let method: Method = method.parse().unwrap();
        let answer = admin.send(method.clone(), path, kind, body.into()).await;
        assert_eq!(
            answer.status.as_u16(),
            status,
            "{method} {path}: {}",
            answer.text()
        );
        answer.problem(status, code);
    }
    let answer = admin.delete("/users").await;
    assert_eq!(answer.header("allow"), "GET, POST, HEAD");
}

#[tokio::test]
async fn a_refused_value_is_named_by_its_place() {
    let server = TestServer::start().await;
    let admin = server.sign_up_admin().await;
    let body = json!({
        "email": "x@example.org", "name": "x".repeat(300), "roles": [], "password": PASSWORD,
    });
    let problem = admin
        .post("/users", body)
        .await
        .problem(422, "validation_failed");
    assert_eq!(problem["fields"][0]["path"], "name");
}

/// Names of our own types stood in the answers, and nothing of what would be right.
#[tokio::test]
async fn what_would_be_right_is_said_in_the_words_of_the_api() {
    let server = TestServer::start().await;
    let owner = server.sign_up("ada@example.org", &["member"]).await;
    let fields = json!([{"name": "code", "type": "text"}, {"name": "home town", "type": "text"}]);
    let body = json!({"name": "Airports", "key_field": "code", "fields": fields});
    let made = owner.post("/datasets", body).await.expect(201);
    let path = format!("/datasets/{}", made["id"].as_str().unwrap());
    let record = format!("{path}/records/A");
    owner
        .put(&record, json!({"home town": "x"}))
        .await
        .expect(200);
    let batch = json!({"operations": [{"op": "putt", "key": "A"}]});
    let put = owner.clone().with("if-none-match", "*");
    for (answer, expected) in [
        (
            owner.get("/datasets?limit=x").await,
            "limit: must be a whole number",
        ),
        (
            owner.get("/datasets/abc").await,
            "The path: \"abc\" is not an id",
        ),
        (
            owner.get(&format!("{path}/export")).await,
            "format: is missing; it must be one of csv, json, ndjson",
        ),
        (
            owner.post(&format!("{path}/batch"), batch).await,
            "operations[].op: must be one of put, patch, delete; it is \"putt\"",
        ),
        (owner.put(&record, json!(null)).await, "must be an object"),
        (
            owner.put(&record, json!({"fields": {"code": "A"}})).await,
            "the body is the values themselves",
        ),
        (
            put.put(&record, json!({})).await,
            "record \"A\" exists already",
        ),
        (
            owner
                .get(&format!("{path}/records?filter=town%20%3D%201"))
                .await,
            "\"town\" is none of code, home town",
        ),
        (
            owner
                .get(&format!("{path}/records?filter=code%20%3E%3E%201"))
                .await,
            "one of = != < <= > >= ~ ^= is expected",
        ),
        (
            owner
                .send(Method::POST, "/datasets", "text/csv", "x".into())
                .await,
            "application/json",
        ),
    ] {
        let told = answer.text();
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(expected), "{expected}: {told}");
    }
    let mistyped = server
        .anonymous()
        .with("authorization", "Bearer wb_mistyped");
    let told = mistyped
        .get("/datasets")
        .await
        .problem(401, "not_signed_in");
    assert!(
        told["detail"].as_str().unwrap().contains("mistyped"),
        "{told}"
    );
    let none = server
        .anonymous()
        .get("/datasets")
        .await
        .problem(401, "not_signed_in");
    assert!(
        !none["detail"].as_str().unwrap().contains("mistyped"),
        "{none}"
    );
}

#[tokio::test]
async fn a_change_needs_the_sessions_token_and_our_own_origin() {
    let server = TestServer::start().await;
    let admin = server.sign_up_admin().await;
    let other = server.sign_in("admin@example.org").await;
    let body =
        json!({"email": "x@example.org", "name": "X", "roles": ["member"], "password": PASSWORD});
    let token = other.get("/auth/session").await.json()["csrf_token"].clone();
    for client in [
        admin.clone().with("x-csrf-token", token.as_str().unwrap()),
        admin.clone().with("sec-fetch-site", "cross-site"),
        admin.clone().with("origin", "https://evil.example"),
    ] {
        client
            .post("/users", body.clone())
            .await
            .problem(403, "csrf_failed");
    }
    assert_eq!(server.count_in_book("malicious_csrf"), 3);
    admin.post("/users", body).await.expect(201);
}

#[tokio::test]
async fn only_the_local_socket_may_act_for_others() {
    let server = TestServer::start().await;
    server.sign_up_admin().await;
    let stranger = server
        .anonymous()
        .with("x-weighbridge-as", "admin@example.org");
    stranger.get("/users").await.problem(401, "not_signed_in");
    server.operator().get("/users").await.expect(200);
    server
        .operator()
        .acting_for("nobody@example.org")
        .get("/users")
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn a_user_has_six_hundred_calls_a_minute_and_learns_where_they_stand() {
    let server = TestServer::start().await;
    let admin = server.sign_up_admin().await;
    let answer = admin.get("/system").await;
    answer.expect(200);
    assert_eq!(
        answer.header("ratelimit-policy"),
        "\"api_calls\";q=600;w=60"
    );
    assert!(
        answer
            .header("ratelimit")
            .starts_with("\"api_calls\";r=599;t=")
    );
    for _ in 0..599 {
        admin.get("/system").await.expect(200);
    }
    admin.get("/system").await.problem(429, "rate_limited");
    server.advance(1);
    admin.get("/system").await.expect(200);
}

#[tokio::test]
async fn the_ui_finds_its_own_way_and_the_api_does_not() {
    let server = TestServer::start().await;
    let visitor = server.anonymous();
    let page = visitor
        .fetch(Method::GET, "/datasets/7", "", Body::empty())
        .await;
    assert!(page.header("content-type").starts_with("text/html"));
    for path in [
        "/api/v2/users",
        "/.env",
        "/assets/../../Cargo.toml",
        "/%2e%2e/Cargo.toml",
    ] {
        let answer = visitor.fetch(Method::GET, path, "", Body::empty()).await;
        assert_ne!(answer.status, 200, "{path}");
    }
    // A probe that is pointed at the wrong place must not be told that all is well.
    for path in ["/metrics", "/healthz", "/dataset", "/wp-login"] {
        let stray = visitor.fetch(Method::GET, path, "", Body::empty()).await;
        assert_eq!(stray.status, 404, "{path}");
        assert!(stray.header("content-type").starts_with("text/html"));
    }
    for (path, there) in [("/handbook", "/handbook/index"), ("/errors/", "/errors")] {
        let moved = visitor.fetch(Method::GET, path, "", Body::empty()).await;
        assert_eq!(
            (moved.status.as_u16(), moved.header("location")),
            (308, there)
        );
    }
    let head = visitor.fetch(Method::HEAD, "/", "", Body::empty()).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
}

#[tokio::test]
async fn the_catalogue_and_the_handbook_are_there_without_signing_in() {
    let server = TestServer::start().await;
    let visitor = server.anonymous();
    for path in [
        "/errors",
        "/errors/sign_in_failed",
        "/handbook/",
        "/handbook/index",
        "/handbook/audit.md",
        "/handbook/page.css",
    ] {
        let page = visitor.fetch(Method::GET, path, "", Body::empty()).await;
        assert_eq!(page.status, 200, "{path}");
    }
    let none = visitor
        .fetch(Method::GET, "/errors/none", "", Body::empty())
        .await;
    none.problem(404, "not_found");
}

#[tokio::test]
async fn the_appliance_is_ready_once_its_store_can_be_read() {
    let server = TestServer::start().await;
    for path in ["/healthz/live", "/healthz/ready"] {
        let answer = server
            .anonymous()
            .fetch(Method::GET, path, "", Body::empty())
            .await;
        assert_eq!(answer.status, 200, "{path}");
    }
}

/// Nobody has to write for it to be found out: the log itself is tried until it can be written.
#[tokio::test]
async fn an_appliance_whose_book_cannot_be_written_says_so_until_it_can() {
    let server = TestServer::start().await;
    let ready = async || {
        let visitor = server.anonymous();
        let answer = visitor.fetch(Method::GET, "/healthz/ready", "", Body::empty());
        let answer = answer.await;
        (answer.status.as_u16(), answer.text())
    };
    let folder = server.app.config.audit.folder.clone();
    let aside = folder.with_extension("aside");
    // Where the folder was there is a file: the next segment cannot be begun.
    std::fs::rename(&folder, &aside).unwrap();
    std::fs::write(&folder, "").unwrap();
    server.advance(86_400);
    server.anonymous().get("/datasets").await;
    assert!(server.app.audit.append(&Act::default()).is_err());
    assert_eq!(ready().await, (503, "degraded: audit_unavailable\n".into()));
    std::fs::remove_file(&folder).unwrap();
    std::fs::rename(&aside, &folder).unwrap();
    server.advance(1);
    server.app.audit.flush().unwrap();
    assert_eq!(ready().await, (200, "ok\n".into()));
}

#[tokio::test]
async fn a_request_for_no_host_or_for_another_is_refused_and_the_book_is_told() {
    let server = TestServer::with(|config| {
        config.server.hosts = vec!["box.example".to_owned()];
    })
    .await;
    let visitor = server.anonymous();
    visitor.get("/setup").await.expect(200);
    let foreign = visitor.clone().with("host", "evil.example");
    foreign.get("/setup").await.problem(421, "misdirected");
    let vague = visitor.with("host", "a b");
    vague.get("/setup").await.problem(400, "bad_host");
    assert_eq!(server.count_in_book("input_validation_fail"), 2);
}

fn unpacked(packed: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut unpacker = flate2::read::GzDecoder::new(packed);
    std::io::Read::read_to_end(&mut unpacker, &mut plain).unwrap();
    plain
}

#[tokio::test]
async fn lists_and_exports_are_packed_for_whoever_takes_it_and_sessions_never() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada@example.org", &["member"]).await;
    let dataset = crate::datasets::airports(&ada).await;
    let rows = (0..5000).map(|n| serde_json::json!({"iata": format!("A{n}"), "name": "Field"}));
    crate::datasets::fill(&ada, &dataset, rows).await;
    let gzip = ada.clone().with("accept-encoding", "br;q=0, gzip");
    for path in [
        format!("{dataset}/records?limit=500"),
        format!("{dataset}/export?format=csv"),
        format!("{dataset}/export?format=json"),
        format!("{dataset}/export?format=ndjson"),
        "/openapi.json".to_owned(),
    ] {
        // Exports have a limit of their own.
        server.advance(60);
        let (packed, plain) = (gzip.get(&path).await, ada.get(&path).await);
        assert_eq!(packed.header("content-encoding"), "gzip", "{path}");
        assert_eq!(packed.header("vary"), "accept-encoding", "{path}");
        assert_eq!(plain.header("content-encoding"), "", "{path}");
        assert_eq!(plain.header("vary"), "accept-encoding", "{path}");
        assert!(packed.body.len() < plain.body.len() / 2, "{path}");
        assert_eq!(unpacked(&packed.body), plain.body, "{path}");
    }
    let session = gzip.get("/auth/session").await;
    session.expect(200);
    assert_eq!(session.header("content-encoding"), "");
    let refused = gzip.get("/datasets?limit=0").await;
    refused.problem(400, "bad_query");
}
