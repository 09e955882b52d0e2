//! What the server does with slow, silent, odd and too many clients, over real sockets.

mod doors;
mod framing;
mod http2;
mod measure;
mod process;
mod slow;
mod stop;
mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use poem::http::StatusCode;
use poem::{Endpoint, Request, Response, endpoint};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use weighbridge::base::{Clock, Peer, Tasks};
use weighbridge::config::Config;
use weighbridge::http;
use weighbridge::server::{self, Listeners};
use weighbridge::tls::Certificates;

use crate::support::TestServer;

/// Deadlines in tests: long enough for a busy machine, short enough to wait for.
const SHORT: Duration = Duration::from_millis(300);

/// By when a connection that is to be cut must have been.
const SOON: Duration = Duration::from_secs(10);

/// A server with a simple endpoint, stopped by hand or with the runtime.
struct Edge {
    config: Config,
    address: SocketAddr,
    /// Where plain HTTP is sent on.
    plain_address: Option<SocketAddr>,
    certificates: Option<Certificates>,
    tasks: Tasks,
    _folder: tempfile::TempDir,
}

impl Edge {
    /// Starts with TLS on, and long deadlines unless `change` shortens one.
    async fn start(change: impl FnOnce(&mut Config)) -> Self {
        Self::with(answering(), change).await
    }

    /// Starts with everything that an appliance answers.
    async fn appliance(server: &TestServer, change: impl FnOnce(&mut Config)) -> Self {
        Self::with(http::endpoint(&server.app), change).await
    }

    async fn with(endpoint: impl Endpoint + 'static, change: impl FnOnce(&mut Config)) -> Self {
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
            plain_address: listeners.plain_address(),
            certificates: listeners.certificates().cloned(),
            tasks,
            _folder: folder,
            config,
        };
        let (tasks, settings) = (edge.tasks.clone(), edge.config.server.clone());
        let plain = http::plain(&settings, edge.address.port(), &Clock::system());
        edge.tasks.start(async move {
            server::serve(listeners, endpoint, plain, &settings, &tasks).await;
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

    /// What is answered to a `request` that was written by hand, until the server closes.
    async fn answer(&self, request: &str) -> String {
        rest(&mut self.sent(request).await).await
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
        let mut config = client_config(roots);
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
        let name = ServerName::try_from("localhost").unwrap();
        connector.connect(name, self.connect().await).await.unwrap()
    }
}

/// A client's side of TLS that trusts `roots`.
fn client_config(roots: rustls::RootCertStore) -> rustls::ClientConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
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
