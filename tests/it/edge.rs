//! What the server does with slow, silent, odd and too many clients, over real sockets.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use poem::http::StatusCode;
use poem::{Endpoint, Request, Response, endpoint};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;
use weighbridge::base::{Clock, Peer, Tasks};
use weighbridge::config::Config;
use weighbridge::server::{self, Listeners};
use weighbridge::tls::Certificates;

/// Deadlines in tests: long enough for a busy machine, short enough to wait for.
const SHORT: Duration = Duration::from_millis(300);

/// By when a connection that is to be cut must have been.
const SOON: Duration = Duration::from_secs(10);

/// A server with a simple endpoint, stopped by hand or with the runtime.
struct Edge {
    config: Config,
    address: std::net::SocketAddr,
    certificates: Option<Certificates>,
    tasks: Tasks,
    _folder: tempfile::TempDir,
}

impl Edge {
    /// Starts with TLS on, and long deadlines unless `change` shortens one.
    async fn start(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.server.data = folder.path().to_owned();
        config.server.socket = folder.path().join("admin.sock");
        config.server.listen = "127.0.0.1:0".parse().unwrap();
        change(&mut config);
        let tasks = Tasks::default();
        let listeners = Listeners::open(&config, &Clock::system(), &tasks)
            .await
            .unwrap();
        let edge = Self {
            address: listeners.address(),
            certificates: listeners.certificates().cloned(),
            tasks,
            _folder: folder,
            config,
        };
        let (tasks, settings) = (edge.tasks.clone(), edge.config.server.clone());
        edge.tasks.start(async move {
            server::serve(listeners, answering(), &settings, &tasks).await;
        });
        edge
    }

    /// Starts without TLS, for requests that are written by hand.
    async fn plain(change: impl FnOnce(&mut Config)) -> Self {
        Self::start(|config| {
            config.tls.enabled = false;
            change(config);
        })
        .await
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// A connection on which `request` was sent.
    async fn sent(&self, request: &str) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    fn client(&self) -> reqwest::Client {
        reqwest::Client::builder()
            .danger_accept_invalid_certs(true)
            .build()
            .unwrap()
    }

    fn url(&self, path: &str) -> String {
        format!("https://{}{path}", self.address)
    }

    /// A TLS connection on which nothing was sent yet.
    async fn tls(&self, protocol: &str) -> tokio_rustls::client::TlsStream<TcpStream> {
        let file = self.certificates.as_ref().unwrap().certificate();
        let mut roots = rustls::RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_file(file).unwrap())
            .unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
        let name = ServerName::try_from("localhost").unwrap();
        connector.connect(name, self.connect().await).await.unwrap()
    }
}

/// `/refuse` answers without reading the body, `/read` reads it, `/peer` names the other end,
/// `/big` answers with more than any buffer holds, `/late` answers after a second.
fn answering() -> impl Endpoint {
    endpoint::make(|mut request: Request| async move {
        let path = request.uri().path().to_owned();
        let response = match path.as_str() {
            "/refuse" => Response::builder()
                .status(StatusCode::UNAUTHORIZED)
                .body("refused"),
            "/read" => match request.take_body().into_bytes().await {
                Ok(bytes) => Response::from(bytes.len().to_string()),
                Err(_) => Response::from(StatusCode::REQUEST_TIMEOUT),
            },
            "/peer" => Response::from(format!("{:?}", request.extensions().get::<Peer>())),
            "/big" => Response::from(vec![b'x'; 64 * 1024 * 1024]),
            "/late" => {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Response::from("late")
            }
            _ => Response::from("here"),
        };
        Ok::<_, poem::Error>(response)
    })
}

/// What comes until the server closes; fails the test if it does not close soon.
async fn rest(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut bytes = Vec::new();
    let read = timeout(SOON, stream.read_to_end(&mut bytes)).await;
    // A connection that is cut may end in a reset.
    let _reset = read.expect("the connection is closed");
    String::from_utf8_lossy(&bytes).into_owned()
}

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
async fn an_address_with_all_its_connections_gets_no_more_and_a_proxy_does() {
    for (proxies, expected) in [(vec![], ""), (vec!["127.0.0.0/8"], "HTTP/1.1 200")] {
        let edge = Edge::plain(|config| {
            config.server.max_connections_per_address = 1;
            config.server.trusted_proxies = proxies
                .iter()
                .map(|network| weighbridge::config::Network::parse(network).unwrap())
                .collect();
        })
        .await;
        let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        let mut first = edge.sent(request).await;
        let mut begun = [0; 8];
        first.read_exact(&mut begun).await.unwrap();
        let mut second = edge.connect().await;
        let closing = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        // The server may have closed before this is sent.
        let _refused = second.write_all(closing.as_bytes()).await;
        assert!(rest(&mut second).await.starts_with(expected));
    }
}

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

#[tokio::test]
async fn plain_http_on_the_encrypted_port_gets_no_content() {
    let edge = Edge::start(|_| {}).await;
    let answer = rest(&mut edge.sent("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await).await;
    assert!(
        !answer.contains("HTTP") && !answer.contains("here"),
        "{answer:?}"
    );
}

#[tokio::test]
async fn the_endpoint_learns_who_is_at_the_other_end() {
    let edge = Edge::start(|_| {}).await;
    let told = edge.client().get(edge.url("/peer")).send().await.unwrap();
    let told = told.text().await.unwrap();
    assert!(
        told.contains("127.0.0.1") && told.contains("tls: true"),
        "{told}"
    );
    let mut local = UnixStream::connect(&edge.config.server.socket)
        .await
        .unwrap();
    let request = b"GET /peer HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    local.write_all(request).await.unwrap();
    let told = rest(&mut local).await;
    assert!(told.contains("Local { uid: "), "{told}");
}

#[tokio::test]
async fn the_local_socket_is_private_and_tells_a_second_server_to_stay_out() {
    let edge = Edge::start(|_| {}).await;
    let socket = &edge.config.server.socket;
    let mode = std::fs::metadata(socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let second = Listeners::open(&edge.config, &Clock::system(), &edge.tasks).await;
    assert!(matches!(second, Err(server::Error::Running(_))));
}

#[tokio::test]
async fn the_socket_of_a_killed_server_is_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::default();
    config.server.listen = "127.0.0.1:0".parse().unwrap();
    config.server.socket = folder.path().join("admin.sock");
    config.tls.enabled = false;
    drop(std::os::unix::net::UnixListener::bind(&config.server.socket).unwrap());
    let opened = Listeners::open(&config, &Clock::system(), &Tasks::default()).await;
    assert!(opened.is_ok());
}

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
async fn a_certificate_that_was_exchanged_is_shown_to_the_next_connection() {
    let edge = Edge::start(|_| {}).await;
    let certificates = edge.certificates.as_ref().unwrap();
    let shown = |stream: &tokio_rustls::client::TlsStream<TcpStream>| {
        stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
    };
    let standing = edge.tls("http/1.1").await;
    let folder = edge.config.server.data.join("tls");
    std::fs::remove_dir_all(&folder).unwrap();
    Certificates::open(&edge.config).unwrap();
    certificates.reload().unwrap();
    assert_ne!(shown(&standing), shown(&edge.tls("http/1.1").await));
}
