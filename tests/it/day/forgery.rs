//! Whatever somebody sends, a line of the book and of the log stays one line that says what it
//! is meant to say.

use poem::http::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::id;
use crate::support::process::{Home, Served};

/// Ends of lines of every kind, what a terminal obeys, what turns or hides text, and a line that
/// somebody would like to see in the book.
const EVIL: &str = "a\r\n{\"forged\":true}\n\u{b}\u{c}\u{85}\u{2028}\u{2029}\u{0}\u{1b}[2J\u{9b}31m\
                    \u{202e}\u{200b}\u{feff}\"}],\"forged\":true,\\";

/// Bytes that no line may hold, as UTF-8 has them.
const ACTING: [&str; 9] = [
    "\u{85}", "\u{2028}", "\u{2029}", "\u{9b}", "\u{202e}", "\u{200b}", "\u{feff}", "\u{1b}",
    "\u{0}",
];

/// The words with which somebody's request would begin if they wrote it themselves.
async fn raw(server: &Served, head: &[u8]) {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(head).await.unwrap();
    let mut answer = Vec::new();
    // A request that is no good is answered, and the connection closed.
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 "), "{answer:?}");
}

/// Puts the text wherever somebody may put one that ends in the book or the log.
async fn put_everywhere(server: &Served, evil: &str) {
    let url: String = evil.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let long = "x".repeat(800_000);
    for email in [evil, &long] {
        let body = json!({"email": email, "password": "of no account at all"});
        server.post("/auth/login", body).await;
    }
    for name in [evil, "na\u{2028}me\u{202e}", &long] {
        let new =
            json!({"name": name, "key_field": "key", "fields": [{"name": "key", "type": "text"}]});
        server.post("/datasets", new).await;
        let new =
            json!({"provider": "airtable", "name": name, "endpoint": "vendor", "token": "patX"});
        server.post("/connections", new).await;
        let user = json!({"email": "u@example.org", "name": name, "roles": ["analyst"],
                          "password": "a long pass phrase for nobody"});
        server.post("/users", user).await;
    }
    let new = json!({"name": format!("Things {}", evil.len()), "key_field": "key",
                     "fields": [{"name": "key", "type": "text"}]});
    let dataset = id(&server.post("/datasets", new).await.expect(201));
    let dataset = format!("/datasets/{dataset}");
    let key: String = url.chars().take(900).collect();
    for path in [
        format!("{dataset}/records/{key}"),
        format!("{dataset}/records?filter={key}"),
        format!("{dataset}/records?q={key}"),
        format!("{dataset}/no/such/{key}"),
        format!("/audit/events?code={key}"),
        format!("/runs/{key}"),
    ] {
        server.get(&path).await;
    }
    let path = format!("{dataset}/records/{key}");
    server.call(Method::PUT, &path, &json!({"key": evil})).await;
    server.call(Method::DELETE, &path, &json!({})).await;
    let path = format!("{dataset}/imports?format=csv&file_name={key}");
    let file = format!("key\n\"{}\"\n", evil.replace('"', "\"\""));
    server
        .send(Method::POST, &path, "text/csv", file.into_bytes())
        .await;
    server
        .send(Method::POST, &path, "text/csv", evil.as_bytes().to_vec())
        .await;
}

/// Requests that no client's library would send.
async fn send_by_hand(server: &Served) {
    let end = "\r\nConnection: close\r\n\r\n";
    for line in [
        format!(
            "GET /api/v1/datasets HTTP/1.1\r\nHost: x\r\nUser-Agent: {}{end}",
            "u\u{2028}\u{85}\u{202e}\"}\\"
        ),
        format!(
            "GET /api/v1/datasets HTTP/1.1\r\nHost: x\r\nUser-Agent: {}{end}",
            "\u{1b}[2J"
        ),
        format!(
            "GET /api/v1/datasets HTTP/1.1\r\nHost: x\r\nUser-Agent: {}{end}",
            "y".repeat(7_000)
        ),
        format!("GET /api/v1/{} HTTP/1.1\r\nHost: x{end}", "z".repeat(7_000)),
        format!("GET /api/v1/\u{2028}\u{85} HTTP/1.1\r\nHost: x{end}"),
        format!(
            "POST /api/v1/datasets HTTP/1.1\r\nHost: x\r\nOrigin: \u{2028}{{\"forged\":true}}\r\nContent-Length: 0{end}"
        ),
        format!("G\u{1b}T / HTTP/1.1\r\nHost: x{end}"),
    ] {
        raw(server, line.as_bytes()).await;
    }
}

#[tokio::test]
async fn no_text_forges_or_splits_a_line_of_the_book_or_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(folder.path());
    let mut server = home.serve().await;
    server.set_up(&home).await;
    put_everywhere(&server, EVIL).await;
    put_everywhere(&server, &EVIL.repeat(2_000)).await;
    send_by_hand(&server).await;
    assert!(server.stop().await.success());

    home.verify(&home.data.join("audit"));
    let text = home.book_as_text();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    assert!(lines.len() > 40, "only {} lines", lines.len());
    for (number, line) in (1_u64..).zip(&lines) {
        assert_eq!(line["metadata"]["sequence"], number, "{line}");
        assert!(line.get("forged").is_none(), "{line}");
        assert!(line.to_string().len() < 16_384, "{line}");
    }
    let said = home.said();
    for line in said.lines() {
        let line: Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(
            line["level"].is_string() && line.get("forged").is_none(),
            "{line}"
        );
    }
    for acting in ACTING {
        assert!(!text.contains(acting), "{acting:?} is in the book");
        let place = said.find(acting).map(|at| said[..at].lines().last());
        assert!(place.is_none(), "{acting:?} is in the log: {place:?}");
    }
}
