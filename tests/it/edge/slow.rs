//! Clients that hold a connection and do little with it.

use std::time::Instant;

use http_body_util::Empty;
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::*;

#[tokio::test]
async fn a_connection_that_never_begins_its_handshake_is_cut() {
    let edge = Edge::start(|config| config.server.deadlines.handshake = SHORT).await;
    assert_eq!(rest(&mut edge.connect().await).await, "");
}

#[tokio::test]
async fn a_header_that_does_not_end_is_cut_even_when_it_drips() {
    let edge = Edge::plain(|config| config.server.deadlines.header = SHORT).await;
    let mut stream = edge.sent("GET / HTTP/1.1\r\nHost: a\r\n").await;
    let (mut reading, mut writing) = stream.split();
    let drip = async {
        while writing.write_all(b"X: y\r\n").await.is_ok() {
            tokio::time::sleep(SHORT / 6).await;
        }
    };
    tokio::select! {
        _cut = rest(&mut reading) => {}
        () = drip => {}
    }
}

#[tokio::test]
async fn a_connection_that_sends_nothing_after_its_handshake_is_cut() {
    let edge = Edge::start(|config| {
        config.server.deadlines.header = SHORT;
        config.server.deadlines.idle = SHORT;
        config.server.deadlines.stop = SHORT;
    })
    .await;
    for protocol in ["h2", "http/1.1"] {
        let mut stream = edge.tls(protocol).await;
        rest(&mut stream).await;
    }
}

#[tokio::test]
async fn a_body_that_stops_coming_is_cut() {
    let edge = Edge::plain(|config| config.server.deadlines.body = SHORT).await;
    let request = "POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nfive!";
    let answer = rest(&mut edge.sent(request).await).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[tokio::test]
async fn a_client_that_takes_nothing_of_its_answer_is_cut() {
    let edge = Edge::plain(|config| {
        config.server.deadlines.body = SHORT;
        config.server.max_connections = 1;
    })
    .await;
    let stalled = edge.sent("GET /big HTTP/1.1\r\nHost: a\r\n\r\n").await;
    // The only place is free again once the first is given up.
    let mut next = edge
        .sent("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .await;
    assert!(rest(&mut next).await.ends_with("here"));
    drop(stalled);
}

/// The system would keep what was not taken, and the socket, for as long as the client answers.
#[tokio::test]
async fn what_a_cut_client_did_not_take_is_not_kept_for_it() {
    let edge = Edge::plain(|config| config.server.deadlines.body = SHORT).await;
    let stalled = edge.sent("GET /big HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let (ours, theirs) = (
        stalled.peer_addr().unwrap().port(),
        stalled.local_addr().unwrap().port(),
    );
    assert!(is_known_to_the_system(ours, theirs));
    let gone = async {
        while is_known_to_the_system(ours, theirs) {
            tokio::time::sleep(SHORT / 6).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone)
        .await
        .unwrap();
}

/// Whether Linux holds a socket between these two ports of this machine, on the side of the first.
fn is_known_to_the_system(ours: u16, theirs: u16) -> bool {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let (ours, theirs) = (format!(":{ours:04X}"), format!(":{theirs:04X}"));
    table.lines().any(|line| {
        let mut cells = line.split_whitespace().skip(1);
        let mut ends_with = |port: &str| cells.next().is_some_and(|cell| cell.ends_with(port));
        ends_with(&ours) && ends_with(&theirs)
    })
}

#[tokio::test]
async fn many_silent_connections_do_not_keep_others_out() {
    let edge = Edge::start(|_| {}).await;
    let mut silent = Vec::new();
    for _ in 0..300 {
        silent.push(edge.connect().await);
    }
    let began = Instant::now();
    let answer = edge.client().get(edge.url("/")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_body_that_drips_is_cut_like_one_that_stopped() {
    let edge = Edge::plain(|config| config.server.deadlines.body = SHORT).await;
    let request = "POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n";
    let mut stream = edge.sent(request).await;
    let (mut reading, mut writing) = stream.split();
    let drip = async {
        while writing.write_all(b".").await.is_ok() {
            tokio::time::sleep(SHORT / 6).await;
        }
    };
    let answer = tokio::select! {
        answer = rest(&mut reading) => answer,
        () = drip => String::new(),
    };
    assert!(!answer.contains("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn a_slow_body_that_keeps_coming_is_read() {
    let edge = Edge::plain(|config| config.server.deadlines.body = Duration::from_secs(2)).await;
    let request = "POST /read HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
                   Content-Length: 8192\r\n\r\n";
    let mut stream = edge.sent(request).await;
    for _ in 0..8 {
        stream.write_all(&[b'x'; 1024]).await.unwrap();
        tokio::time::sleep(SHORT).await;
    }
    assert!(rest(&mut stream).await.ends_with("8192"));
}

#[tokio::test]
async fn a_stream_whose_window_stays_shut_is_cut_over_http_2() {
    let edge = Edge::start(|config| config.server.deadlines.body = SHORT).await;
    let stream = TokioIo::new(edge.tls("h2").await);
    let (mut sender, connection) = hyper::client::conn::http2::Builder::new(TokioExecutor::new())
        .initial_stream_window_size(1024)
        .handshake(stream)
        .await
        .unwrap();
    let request = hyper::Request::get(edge.url("/big"));
    let request = request.body(Empty::<bytes::Bytes>::new()).unwrap();
    let asking = async {
        let answer = sender.send_request(request).await.unwrap();
        assert_eq!(answer.status(), 200);
        // Held, and never read.
        std::future::pending::<()>().await;
        drop(answer);
    };
    let cut = tokio::select! {
        cut = timeout(SOON, connection) => cut,
        () = asking => unreachable!("it never ends"),
    };
    assert!(cut.is_ok(), "the connection stands");
}
