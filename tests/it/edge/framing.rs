//! Requests that somebody on the way may read otherwise.

use super::*;

#[tokio::test]
async fn nothing_is_answered_after_a_request_with_length_and_chunks() {
    let edge = Edge::plain(|_| {}).await;
    let request = "POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\
                   Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n\
                   GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    let answer = rest(&mut edge.sent(request).await).await;
    assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
}

#[tokio::test]
async fn framing_that_a_proxy_may_read_otherwise_is_refused() {
    let edge = Edge::plain(|_| {}).await;
    for header in [
        "Content-Length: 1\r\nContent-Length: 2",
        "Content-Length: +1",
        "Transfer-Encoding: chunked, identity",
        "Content-Length : 1",
        "X: a\r\n folded",
    ] {
        let request = format!("POST / HTTP/1.1\r\nHost: a\r\n{header}\r\n\r\n");
        let answer = rest(&mut edge.sent(&request).await).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{header:?}: {answer}");
    }
}

#[tokio::test]
async fn a_header_beyond_all_measure_is_refused() {
    let edge = Edge::plain(|_| {}).await;
    let request = format!(
        "GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n",
        "x".repeat(64 * 1024)
    );
    let answer = rest(&mut edge.sent(&request).await).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

#[tokio::test]
async fn a_request_names_one_host_or_is_refused() {
    let server = TestServer::start().await;
    let edge = Edge::appliance(&server, |config| config.tls.enabled = false).await;
    for hosts in [
        "",
        "Host: a\r\nHost: b\r\n",
        "Host: a\r\nHost: a\r\n",
        "Host: a b\r\n",
    ] {
        let request = format!("GET /healthz/live HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n");
        let answer = edge.answer(&request).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{hosts:?}: {answer}");
        assert!(answer.contains("\"bad_host\""), "{hosts:?}: {answer}");
    }
    let named = "GET /healthz/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    assert!(edge.answer(named).await.starts_with("HTTP/1.1 200 "));
}

/// A proxy that does not take a bare line feed for a line's end sees no chunks here, and five bytes
/// of body; we see chunks, and close behind them.
#[tokio::test]
async fn a_header_behind_a_bare_line_feed_smuggles_nothing() {
    let edge = Edge::plain(|_| {}).await;
    let request = "POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\
                   X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n\
                   GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    let answer = edge.answer(request).await;
    assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
}

#[tokio::test]
async fn what_is_no_http_is_refused_and_closed() {
    let edge = Edge::plain(|_| {}).await;
    for line in [
        "\u{16}\u{3}\u{1}\u{2}",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let answer = edge.answer(line).await;
        assert!(!answer.contains("200"), "{line:?}: {answer}");
    }
}
