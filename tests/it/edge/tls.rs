//! Which TLS is spoken, and which is not.

use rustls::crypto::aws_lc_rs::kx_group;

use super::*;

/// A first greeting that knows no more than the version `minor` of TLS 1.x: its suites are those of
/// its time.
fn old_hello(minor: u8) -> Vec<u8> {
    let mut hello = vec![3, minor];
    hello.extend([7; 32]);
    // No session; ECDHE with AES-CBC and SHA-1, and RSA with the same; no compression.
    hello.extend([0, 0, 4, 0xc0, 0x13, 0x00, 0x2f, 1, 0]);
    // Signatures, groups and points that the server has: nothing but the version is wrong.
    hello.extend([0, 24]);
    hello.extend([0, 13, 0, 6, 0, 4, 4, 3, 4, 1]);
    hello.extend([0, 10, 0, 4, 0, 2, 0, 29]);
    hello.extend([0, 11, 0, 2, 1, 0]);
    let length = u8::try_from(hello.len()).unwrap();
    let record = [0x16, 3, 1, 0, length + 4, 1, 0, 0, length];
    [&record[..], &hello].concat()
}

#[tokio::test]
async fn tls_1_1_and_older_is_refused_with_an_alert() {
    let edge = Edge::start(|_| {}).await;
    for minor in [1, 2] {
        let mut stream = edge.connect().await;
        stream.write_all(&old_hello(minor)).await.unwrap();
        let mut answer = Vec::new();
        let read = timeout(SOON, stream.read_to_end(&mut answer)).await;
        let _reset = read.expect("the connection is closed");
        // A fatal alert: protocol_version (RFC 8446, 6.2).
        assert_eq!(answer.first(), Some(&0x15), "{answer:?}");
        assert_eq!(answer[5..], [2, 70], "{answer:?}");
    }
}

/// Connects with one version and the given key exchanges alone.
async fn shaken(
    edge: &Edge,
    version: &'static rustls::SupportedProtocolVersion,
    groups: Vec<&'static dyn rustls::crypto::SupportedKxGroup>,
) -> Option<rustls::CipherSuite> {
    let file = edge.certificates.as_ref().unwrap().certificate();
    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(file).unwrap())
        .unwrap();
    let mut provider = rustls::crypto::aws_lc_rs::default_provider();
    provider.kx_groups = groups;
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let name = ServerName::try_from("localhost").unwrap();
    let stream = connector.connect(name, edge.connect().await).await.ok()?;
    let suite = stream.get_ref().1.negotiated_cipher_suite().unwrap();
    Some(suite.suite())
}

#[tokio::test]
async fn a_client_that_knows_one_modern_way_alone_gets_in() {
    let edge = Edge::start(|_| {}).await;
    // The hybrid with ML-KEM keeps what is recorded today from being read by tomorrow's machines.
    for (version, group) in [
        (&rustls::version::TLS13, kx_group::X25519MLKEM768),
        (&rustls::version::TLS13, kx_group::X25519),
        (&rustls::version::TLS12, kx_group::X25519),
        (&rustls::version::TLS12, kx_group::SECP256R1),
    ] {
        let suite = shaken(&edge, version, vec![group]).await.unwrap();
        let suite = format!("{suite:?}");
        assert!(
            suite.contains("GCM") || suite.contains("POLY1305"),
            "{suite}"
        );
        let is_forward_secret = suite.starts_with("TLS13") || suite.contains("ECDHE");
        assert!(is_forward_secret, "{suite}");
    }
}
