//! Requests beyond all measure: refused before they cost anything.

use poem::http::Method;
use serde_json::Value;

use super::*;

#[tokio::test]
async fn a_hundred_thousand_headers_are_refused() {
    let edge = Edge::plain(|_| {}).await;
    let headers: String = (0..100_000).map(|n| format!("X-{n}: y\r\n")).collect();
    let mut stream = edge.sent("GET / HTTP/1.1\r\nHost: a\r\n").await;
    // The server stops reading long before the end.
    let _cut = stream.write_all(headers.as_bytes()).await;
    let answer = rest(&mut stream).await;
    assert!(!answer.contains("HTTP/1.1 200"), "{answer}");
    let few = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    assert!(edge.answer(few).await.ends_with("here"));
}

/// What a sign-in answers to a JSON body.
async fn signing_in(server: &TestServer, body: String) -> (u16, Value) {
    let client = server.anonymous();
    let path = "/auth/login";
    let answer = client
        .send(Method::POST, path, "application/json", body.into_bytes())
        .await;
    (answer.status.as_u16(), answer.json()["code"].clone())
}

#[tokio::test]
async fn json_of_any_depth_and_width_is_refused_and_not_recursed_into() {
    let server = TestServer::start().await;
    let deep = |open: &str, close: &str| open.repeat(100_000) + &close.repeat(100_000);
    let wide: Vec<String> = (0..99_000).map(|n| format!("\"{n}\":0")).collect();
    for (body, expected) in [
        (deep("[", "]"), (400, "bad_json")),
        (deep("{\"a\":", ""), (400, "bad_json")),
        (
            format!("{{\"email\":\"a\",\"password\":\"b\",{}}}", wide.join(",")),
            (422, "unknown_field"),
        ),
        ("\"".repeat(1 << 20), (400, "bad_json")),
        (" ".repeat((1 << 20) + 1), (413, "too_large")),
    ] {
        let found = signing_in(&server, body).await;
        assert_eq!(found, (expected.0, expected.1.into()));
    }
}

#[tokio::test]
async fn a_file_of_any_depth_and_width_is_refused_too() {
    let server = TestServer::start().await;
    let client = server.sign_up("ada@example.org", &["member"]).await;
    let dataset = serde_json::json!({
        "name": "A", "key_field": "k",
        "fields": [{"name": "k", "type": "text", "required": true, "indexed": false}],
    });
    let dataset = client.post("/datasets", dataset).await.expect(201);
    let path = format!("/datasets/{}/imports", dataset["id"].as_str().unwrap());
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let wide: Vec<String> = (0..100_000).map(|n| format!("\"{n}\":0")).collect();
    let columns: Vec<String> = (0..100_000).map(|n| n.to_string()).collect();
    for (format, file) in [
        ("json", deep.clone()),
        ("ndjson", deep.clone()),
        ("json", format!("[{{\"k\":{deep}}}]")),
        ("ndjson", format!("{{\"k\":{deep}}}")),
        ("ndjson", format!("{{{}}}", wide.join(","))),
        ("csv", columns.join(",") + "\n1\n"),
    ] {
        let path = format!("{path}?format={format}");
        let answer = client
            .send(
                Method::POST,
                &path,
                "application/octet-stream",
                file.into_bytes(),
            )
            .await;
        assert!(answer.status.as_u16() < 500, "{format}: {}", answer.text());
        let kept = answer.json()["created"].as_u64().unwrap_or_default();
        assert_eq!(kept, 0, "{format}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_packed_body_is_refused_and_never_unpacked() {
    let server = TestServer::start().await;
    let client = server.sign_up("ada@example.org", &["member"]).await;
    for coding in ["gzip", "br", "deflate", "x-gzip", "gzip, identity"] {
        let client = client.clone().with("content-encoding", coding);
        for path in [
            "/datasets",
            &format!("/datasets/{}/imports?format=csv", "x"),
        ] {
            let answer = client
                .send(Method::POST, path, "text/csv", vec![0x1f, 0x8b])
                .await;
            answer.problem(415, "unsupported_media_type");
            assert_eq!(answer.header("accept-encoding"), "identity");
        }
    }
    let plain = client.with("content-encoding", "identity");
    plain
        .post("/datasets", Value::Null)
        .await
        .problem(422, "validation_failed");
}
