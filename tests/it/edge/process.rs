//! The real binary as the system sees it: signals, descriptors, memory and its end.

use rustix::process::{Resource, Rlimit, Signal, prlimit};
use serde_json::json;

use super::*;
use crate::support::{PASSWORD, Serving};

const PLAIN: (&str, &str) = ("WEIGHBRIDGE_TLS__ENABLED", "false");

/// A pair for `localhost`, written to the two files.
fn write_pair(certificate: &std::path::Path, key: &std::path::Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(certificate, made.cert.pem()).unwrap();
    std::fs::write(key, made.signing_key.serialize_pem()).unwrap();
    made.cert.der().clone()
}

/// The certificate that is shown to a client that trusts `trusted`.
async fn shown(address: SocketAddr, trusted: &CertificateDer<'static>) -> Option<Vec<u8>> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(client_config(roots)));
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TcpStream::connect(address).await.unwrap();
    let stream = connector.connect(name, stream).await.ok()?;
    let chain = stream.get_ref().1.peer_certificates().unwrap();
    Some(chain[0].to_vec())
}

#[tokio::test]
async fn a_certificate_is_taken_up_at_sighup_and_a_bad_one_is_told_and_left() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
    let first = write_pair(&certificate, &key);
    let mut serving = Serving::start(&[
        (
            "WEIGHBRIDGE_TLS__CERTIFICATE",
            certificate.to_str().unwrap(),
        ),
        ("WEIGHBRIDGE_TLS__KEY", key.to_str().unwrap()),
    ])
    .await;
    // Nothing has changed, so that only the signal can be the reason.
    serving.signal(Signal::HUP);
    serving.log("took up the certificate").await;
    assert_eq!(shown(serving.address, &first).await, Some(first.to_vec()));

    std::fs::write(&certificate, "no certificate").unwrap();
    serving.signal(Signal::HUP);
    let told = serving.log("kept the old certificate").await;
    assert!(told["error"].as_str().unwrap().contains("c.pem"), "{told}");
    assert_eq!(shown(serving.address, &first).await, Some(first.to_vec()));

    let second = write_pair(&certificate, &key);
    serving.signal(Signal::HUP);
    serving.log("took up the certificate").await;
    assert_eq!(shown(serving.address, &first).await, None);
    assert_eq!(shown(serving.address, &second).await, Some(second.to_vec()));
}

#[tokio::test]
async fn a_request_under_way_is_finished_after_sigterm_and_the_end_is_in_the_book() {
    let mut serving = Serving::start(&[PLAIN]).await;
    let body = json!({
        "token": serving.setup_token(), "email": "ada@example.org", "name": "Ada",
        "password": PASSWORD,
    });
    let body = body.to_string();
    let (before, after) = body.split_at(20);
    let mut stream = TcpStream::connect(serving.address).await.unwrap();
    let head = format!(
        "POST /api/v1/setup HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{before}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // An idle connection beside it does not hold the end up.
    let mut idle = TcpStream::connect(serving.address).await.unwrap();
    idle.write_all(b"GET /healthz/live HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    let mut begun = [0; 12];
    idle.read_exact(&mut begun).await.unwrap();
    serving.signal(Signal::TERM);
    serving.log("stopping, as the system asks").await;
    stream.write_all(after.as_bytes()).await.unwrap();
    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    let (status, book) = serving.end().await;
    assert_eq!(status.code(), Some(0));
    assert!(book.contains("sys_shutdown"), "{book}");
}

#[tokio::test]
async fn a_connection_that_never_ends_does_not_hold_the_end_up() {
    let mut serving = Serving::start(&[PLAIN, ("WEIGHBRIDGE_SERVER__STOP_DEADLINE", "1 s")]).await;
    let mut stream = TcpStream::connect(serving.address).await.unwrap();
    let half = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\n\
                 Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{";
    stream.write_all(half).await.unwrap();
    let mut whole = TcpStream::connect(serving.address).await.unwrap();
    whole
        .write_all(b"GET /healthz/live HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    let mut begun = [0; 12];
    whole.read_exact(&mut begun).await.unwrap();
    serving.signal(Signal::TERM);
    serving.log("stopping, as the system asks").await;
    assert_eq!(serving.end().await.0.code(), Some(0));
}

#[tokio::test]
async fn without_descriptors_it_takes_breath_and_recovers_by_itself() {
    let mut serving = Serving::start(&[PLAIN]).await;
    let few = Rlimit {
        current: Some(80),
        maximum: Some(80),
    };
    prlimit(Some(serving.pid()), Resource::Nofile, few).unwrap();
    let mut crowd = Vec::new();
    for _ in 0..150 {
        crowd.push(TcpStream::connect(serving.address).await.unwrap());
    }
    // The log's own times: however busy the machine is, a breath is never shorter than it is.
    let mut last = None;
    for _ in 0..4 {
        let line = serving.log("could not accept a connection").await;
        let at: jiff::Timestamp = line["timestamp"].as_str().unwrap().parse().unwrap();
        if let Some(last) = last.replace(at) {
            let pause = at.duration_since(last);
            assert!(pause >= jiff::SignedDuration::from_millis(150), "{pause:?}");
        }
    }
    drop(crowd);
    let mut stream = TcpStream::connect(serving.address).await.unwrap();
    let request = b"GET /healthz/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn a_body_without_end_costs_no_memory() {
    let serving = Serving::start(&[PLAIN]).await;
    let before = serving.peak_kib();
    for path in ["/api/v1/auth/login", "/api/v1/users", "/handbook/index"] {
        let mut stream = TcpStream::connect(serving.address).await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
             Transfer-Encoding: chunked\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let chunk = format!("100000\r\n{}\r\n", " ".repeat(1 << 20));
        for _ in 0..100 {
            if stream.write_all(chunk.as_bytes()).await.is_err() {
                break;
            }
        }
        let answer = rest(&mut stream).await;
        assert!(!answer.contains("HTTP/1.1 2"), "{answer}");
    }
    let grown = serving.peak_kib().saturating_sub(before);
    assert!(grown < 64 << 10, "{grown} KiB");
}

/// The variables of mimalloc that the process has.
fn allocator_of(serving: &Serving) -> Vec<String> {
    let path = format!("/proc/{}/environ", serving.pid().as_raw_nonzero());
    let variables = std::fs::read(path).unwrap();
    let mut of_it: Vec<String> = variables
        .split(|byte| *byte == 0)
        .map(|variable| String::from_utf8_lossy(variable).into_owned())
        .filter(|variable| variable.starts_with("MIMALLOC_"))
        .collect();
    of_it.sort();
    of_it
}

#[tokio::test]
async fn a_server_gives_freed_memory_back_within_a_millisecond() {
    let serving = Serving::start(&[PLAIN]).await;
    let told = [
        "MIMALLOC_ARENA_PURGE_MULT=1",
        "MIMALLOC_PURGE_DELAY=1",
        "MIMALLOC_PURGE_EXTEND_DELAY=0",
    ];
    assert_eq!(allocator_of(&serving), told);
}

#[tokio::test]
async fn an_allocator_that_somebody_has_set_stays_as_it_is_set() {
    let serving = Serving::start(&[PLAIN, ("MIMALLOC_PURGE_DELAY", "50")]).await;
    assert_eq!(allocator_of(&serving), ["MIMALLOC_PURGE_DELAY=50"]);
}
