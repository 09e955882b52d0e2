//! What HTTP/2 has that HTTP/1.1 has not.

use std::process::Command;

use super::*;

#[tokio::test]
async fn an_answer_before_the_body_was_read_reaches_the_client_over_http_2() {
    let edge = Edge::start(|_| {}).await;
    let client = edge.client();
    for _ in 0..20 {
        let request = client.post(edge.url("/refuse")).body(vec![0; 700 * 1024]);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.version(), reqwest::Version::HTTP_2);
        assert_eq!(answer.status(), 401);
        assert_eq!(answer.text().await.unwrap(), "refused");
    }
}

#[tokio::test]
async fn head_is_answered_without_a_body_over_http_2() {
    let edge = Edge::start(|_| {}).await;
    let answer = edge.client().head(edge.url("/")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.bytes().await.unwrap().len(), 0);
}

/// What curl shows of an answer to a POST with a body of so many bytes.
async fn curled(edge: &Edge, protocol: &'static str, path: &str, bytes: usize) -> String {
    let body = edge.config.server.data.join("body");
    std::fs::write(&body, vec![b' '; bytes]).unwrap();
    let (url, body) = (edge.url(path), format!("@{}", body.display()));
    let curl = tokio::task::spawn_blocking(move || {
        Command::new("curl")
            .args(["--silent", "--show-error", "--insecure", protocol])
            .args(["--write-out", "\n%{http_code}"])
            .args(["--header", "content-type: application/json"])
            .args(["--data-binary", &body, &url])
            .output()
            .unwrap()
    });
    let output = curl.await.unwrap();
    let (shown, told) = (output.stdout, output.stderr);
    let told = String::from_utf8_lossy(&told);
    assert!(output.status.success(), "{path} {bytes}: {told}");
    String::from_utf8_lossy(&shown).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_shows_every_refusal_of_a_request_whose_body_was_not_read() {
    let server = TestServer::with(|config| {
        config.limits.authentication = weighbridge::config::Rate::parse("1 / hour").unwrap();
    })
    .await;
    let edge = Edge::appliance(&server, |_| {}).await;
    for (path, bytes, code, status) in [
        ("/api/v1/users", 700 << 10, "not_signed_in", 401),
        ("/api/v1/users", 1 << 20, "not_signed_in", 401),
        ("/api/v1/users", (1 << 20) + 1, "too_large", 413),
        ("/api/v1/users", 12 << 20, "too_large", 413),
        ("/api/v1/auth/login", 700 << 10, "bad_json", 400),
        ("/api/v1/auth/login", 700 << 10, "rate_limited", 429),
        ("/nothing", 700 << 10, "method_not_allowed", 405),
    ] {
        for round in 0..10 {
            let protocol = ["--http2", "--http1.1"][round % 2];
            let shown = curled(&edge, protocol, path, bytes).await;
            assert!(
                shown.ends_with(&format!("\n{status}")),
                "{protocol} {path} {bytes}: {shown}"
            );
            assert!(shown.contains(code), "{protocol} {path} {bytes}: {shown}");
            if code == "bad_json" {
                break;
            }
        }
    }
}
