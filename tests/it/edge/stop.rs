//! How open requests end when the appliance stops.

use std::time::Instant;

use super::*;

#[tokio::test]
async fn a_stop_lets_open_requests_end_and_lets_nobody_in() {
    let edge = Edge::plain(|_| {}).await;
    let mut open = edge.sent("GET /late HTTP/1.1\r\nHost: a\r\n\r\n").await;
    tokio::time::sleep(SHORT).await;
    let (answer, ()) = tokio::join!(rest(&mut open), edge.tasks.stop());
    assert!(answer.ends_with("late"), "{answer}");
    assert!(TcpStream::connect(edge.address).await.is_err());
    assert!(!edge.config.server.socket.exists());
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let edge = Edge::plain(|config| config.server.deadlines.stop = SHORT).await;
    let _stalled = edge.sent("GET /big HTTP/1.1\r\nHost: a\r\n\r\n").await;
    tokio::time::sleep(SHORT).await;
    let began = Instant::now();
    edge.tasks.stop().await;
    assert!(began.elapsed() < SOON);
}
