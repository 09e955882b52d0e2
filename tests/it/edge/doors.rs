//! Which doors there are, who may enter, and what they show.

use std::os::unix::fs::PermissionsExt;

use tokio::net::UnixStream;

use super::*;

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

/// An edge with a door for plain HTTP, and that door's address.
async fn with_plain_door(change: impl FnOnce(&mut Config)) -> (Edge, SocketAddr) {
    let edge = Edge::start(|config| {
        config.server.http_listen = Some("127.0.0.1:0".parse().unwrap());
        change(config);
    })
    .await;
    let plain = edge.plain_address.unwrap();
    (edge, plain)
}

async fn plainly(door: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(door).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    rest(&mut stream).await
}

#[tokio::test]
async fn plain_http_is_sent_to_the_encrypted_door_and_the_api_is_refused() {
    let (edge, door) = with_plain_door(|_| {}).await;
    let request =
        |line: &str| format!("{line} HTTP/1.1\r\nHost: box:80\r\nConnection: close\r\n\r\n");
    let page = plainly(door, &request("GET /datasets?a=b")).await;
    assert!(page.starts_with("HTTP/1.1 308 "), "{page}");
    let location = format!(
        "location: https://box:{}/datasets?a=b\r\n",
        edge.address.port()
    );
    assert!(page.contains(&location), "{page}");
    assert!(!page.contains("strict-transport-security"), "{page}");
    for refused in ["GET /api/v1/system", "POST /datasets", "OPTIONS /"] {
        let answer = plainly(door, &request(refused)).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{refused}: {answer}");
        assert!(!answer.contains("location:"), "{refused}: {answer}");
    }
}

#[tokio::test]
async fn the_plain_door_has_the_deadlines_and_ceilings_of_the_other() {
    let (_edge, door) = with_plain_door(|config| {
        config.server.deadlines.header = SHORT;
        config.server.max_connections_per_address = 1;
    })
    .await;
    let mut silent = TcpStream::connect(door).await.unwrap();
    silent
        .write_all(b"GET / HTTP/1.1\r\nHost: a\r\n")
        .await
        .unwrap();
    // Its place is taken, and then given back.
    let mut second = TcpStream::connect(door).await.unwrap();
    assert_eq!(rest(&mut second).await, "");
    rest(&mut silent).await;
    let request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    loop {
        let answer = plainly(door, request).await;
        if !answer.is_empty() {
            assert!(answer.starts_with("HTTP/1.1 308 "), "{answer}");
            return;
        }
    }
}

#[tokio::test]
async fn there_is_no_plain_door_unless_it_is_asked_for() {
    assert!(Edge::start(|_| {}).await.plain_address.is_none());
}
