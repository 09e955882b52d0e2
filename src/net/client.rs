//! The real network.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::guard::{Guard, HTTPS, Refusal};
use super::resolver::{Guarded, NoNames};
use super::target::Reach;
use super::{Answer, Call, Error, Network, Target, Way, timing, way};
use crate::config::{Hooks, Net};
use bytes::{Bytes, BytesMut};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{ClientBuilder, Response};

const FORM: &str = "application/x-www-form-urlencoded";
const WHO_WE_ARE: &str = concat!("weighbridge/", env!("CARGO_PKG_VERSION"));

/// The one outgoing HTTP client. Clones share its connections.
#[derive(Clone)]
pub struct Client {
    vendor: reqwest::Client,
    sandbox: reqwest::Client,
    guard: Arc<Guard>,
    connect_deadline: Duration,
    deadline: Duration,
    slow: Duration,
    max_answer_bytes: usize,
}

impl Client {
    /// Errs when the system's certificate store cannot be used.
    pub fn new(settings: &Net, hooks: &Hooks) -> Result<Self, reqwest::Error> {
        Self::guarded(settings, hooks, HTTPS)
    }

    fn guarded(settings: &Net, hooks: &Hooks, port: u16) -> Result<Self, reqwest::Error> {
        let for_hooks = |name: &&String| !hooks.allow.iter().any(|o| o.eq_ignore_ascii_case(name));
        let guard = Arc::new(Guard {
            port,
            allow: [&settings.allow[..], &hooks.allow].concat(),
            reserved: settings.allow.iter().filter(for_hooks).cloned().collect(),
        });
        let common = || -> ClientBuilder {
            reqwest::Client::builder()
                .user_agent(WHO_WE_ARE)
                .redirect(Policy::none())
                .referer(false)
                .no_proxy()
                .connect_timeout(settings.connect_deadline)
                .timeout(settings.total_deadline)
        };
        let vendor = common()
            .https_only(true)
            .dns_resolver(Guarded(Arc::clone(&guard)))
            .build()?;
        // It speaks plain HTTP on this machine: reading all certificates would be for nothing.
        let none = std::iter::empty();
        let sandbox = common()
            .dns_resolver(NoNames)
            .tls_certs_only(none)
            .build()?;
        Ok(Self {
            vendor,
            sandbox,
            guard,
            connect_deadline: settings.connect_deadline,
            deadline: settings.total_deadline,
            slow: settings.slow_call,
            max_answer_bytes: settings.max_answer_mib as usize * 1024 * 1024,
        })
    }

    async fn carry(&self, call: Call) -> Result<Answer, Error> {
        let client = match call.reach {
            Reach::Vendor => {
                self.guard.check(&call.url)?;
                &self.vendor
            }
            // By the same client: it connects to the same names, and to fewer of them.
            Reach::Named => {
                self.guard.check_named(&call.url)?;
                &self.vendor
            }
            Reach::Sandbox => &self.sandbox,
        };
        let mut request = client.request(call.method, call.url).headers(call.headers);
        if let Some(token) = &call.bearer {
            request = request.bearer_auth(token.expose());
        }
        if let Some((name, secret)) = &call.basic {
            request = request.basic_auth(name, Some(secret.expose()));
        }
        if let Some(body) = call.json {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        } else if let Some(body) = call.form {
            request = request.header(CONTENT_TYPE, FORM).body(body);
        }
        let started = Instant::now();
        let mut response = request.send().await.map_err(|error| self.judge(error))?;
        let body = self.read(&mut response).await?;
        let took = started.elapsed();
        let status = response.status();
        Ok(Answer {
            status,
            headers: std::mem::take(response.headers_mut()),
            body,
            took,
        })
    }

    async fn read(&self, response: &mut Response) -> Result<Bytes, Error> {
        let most = self.max_answer_bytes;
        let announced = response.content_length().unwrap_or_default();
        let announced = usize::try_from(announced).unwrap_or(usize::MAX);
        if announced > most {
            return Err(Error::TooLarge(most));
        }
        let mut body = BytesMut::with_capacity(announced);
        while let Some(chunk) = response.chunk().await.map_err(|error| self.judge(error))? {
            if body.len() + chunk.len() > most {
                return Err(Error::TooLarge(most));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    fn judge(&self, error: reqwest::Error) -> Error {
        // The URL may hold a filter, and with it what records say.
        let error = error.without_url();
        if let Some(refusal) = refusal(&error) {
            return Error::Refused(refusal);
        }
        if error.is_connect() || error.is_builder() {
            return Error::NotSent(error.into());
        }
        if error.is_timeout() {
            return Error::Deadline(self.deadline);
        }
        Error::Lost(error.into())
    }
}

impl Network for Client {
    fn send(&self, call: Call) -> BoxFuture<'_, Result<Answer, Error>> {
        let (purpose, begun) = (call.purpose, Instant::now());
        async move {
            let outcome = self.carry(call).await;
            timing::note(purpose, &outcome, begun.elapsed(), self.slow);
            outcome
        }
        .boxed()
    }

    fn way<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Way> {
        way::go(target, &self.guard, self.connect_deadline)
    }
}

/// The guard's refusal, which the resolver returned and others wrapped.
fn refusal(error: &reqwest::Error) -> Option<Refusal> {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if let Some(refusal) = error.downcast_ref::<Refusal>() {
            return Some(refusal.clone());
        }
        cause = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use http::Method;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;
    use crate::base::{Secret, Tasks, chain};
    use crate::config::Config;
    use crate::net::Target;

    fn settings() -> Net {
        Net {
            connect_deadline: Duration::from_millis(500),
            total_deadline: Duration::from_millis(500),
            max_answer_mib: 1,
            ..Config::default().net
        }
    }

    fn hooks(allow: &[&str]) -> Hooks {
        Hooks {
            allow: allow.iter().map(|&name| name.to_owned()).collect(),
            ..Config::default().hooks
        }
    }

    /// A peer that answers each connection's first bytes with `answer`, then hangs up.
    async fn peer(tasks: &Tasks, answer: &'static [u8]) -> (Target, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tasks.start(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut asked = [0; 4096];
                if stream.read(&mut asked).await.is_ok() {
                    stream.write_all(answer).await.ok();
                }
            }
        });
        let root = format!("http://127.0.0.1:{port}").parse().unwrap();
        (Target::sandbox(&root).unwrap(), port)
    }

    async fn ask(answer: &'static [u8]) -> Result<Answer, Error> {
        let tasks = Tasks::default();
        let (target, _) = peer(&tasks, answer).await;
        let call = target.call(Method::GET, &["v0"]);
        Client::new(&settings(), &hooks(&[]))
            .unwrap()
            .send(call)
            .await
    }

    #[tokio::test]
    async fn an_answer_is_read_whole() {
        let answer = ask(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
            .await
            .unwrap();
        assert_eq!(
            (answer.status.as_u16(), &*answer.body),
            (200, b"{}".as_slice())
        );
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let answer =
            b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(ask(answer).await.unwrap().status, 302);
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_may_have_been_acted_on() {
        let cut = ask(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{").await;
        assert!(matches!(cut, Err(Error::Lost(_))), "{cut:?}");
        let silent = ask(b"").await;
        assert!(matches!(silent, Err(Error::Lost(_))), "{silent:?}");
    }

    #[tokio::test]
    async fn an_answer_that_is_too_large_is_not_read() {
        let announced = ask(b"HTTP/1.1 200 OK\r\ncontent-length: 9999999\r\n\r\n{").await;
        assert!(
            matches!(announced, Err(Error::TooLarge(_))),
            "{announced:?}"
        );
        let mut chunked =
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n200000\r\n".to_vec();
        chunked.resize(chunked.len() + 0x20_0000, b'a');
        let grown = ask(chunked.leak()).await;
        assert!(matches!(grown, Err(Error::TooLarge(_))), "{grown:?}");
    }

    #[tokio::test]
    async fn a_peer_that_stays_silent_is_left_after_the_deadline() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let root = format!("http://{}", listener.local_addr().unwrap());
        let target = Target::sandbox(&root.parse().unwrap()).unwrap();
        let answer = Client::new(&settings(), &hooks(&[]))
            .unwrap()
            .send(target.call(Method::GET, &[]))
            .await;
        assert!(matches!(answer, Err(Error::Deadline(_))), "{answer:?}");
    }

    #[tokio::test]
    async fn nothing_was_sent_where_nobody_listens() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let root = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let target = Target::sandbox(&root.parse().unwrap()).unwrap();
        let answer = Client::new(&settings(), &hooks(&[]))
            .unwrap()
            .send(target.call(Method::GET, &[]))
            .await;
        assert!(matches!(answer, Err(Error::NotSent(_))), "{answer:?}");
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_refused_and_the_peer_never_called() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let client = Client::guarded(&settings(), &hooks(&[]), port).unwrap();
        let url = format!("https://localhost:{port}/").parse().unwrap();
        let answer = client
            .send(Call::new(Method::GET, url, Reach::Vendor))
            .await;
        assert!(
            matches!(answer, Err(Error::Refused(Refusal::Inner { .. }))),
            "{answer:?}"
        );
        assert!(
            listener.accept().now_or_never().is_none(),
            "the canary was called"
        );
    }

    #[tokio::test]
    async fn a_host_inside_that_providers_may_reach_is_not_called_because_a_member_names_it() {
        let listener = TcpListener::bind("localhost:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let settings = Net {
            allow: vec!["localhost".to_owned()],
            ..settings()
        };
        let send = async |allow: &[&str], url: String| {
            let client = Client::guarded(&settings, &hooks(allow), port).unwrap();
            let target = Target::public(url.parse().unwrap());
            client.send(target.itself(Method::POST)).await
        };
        for host in ["localhost", "LOCALHOST", "localhost."] {
            let answer = send(&[], format!("https://{host}:{port}/admin")).await;
            let refused = matches!(answer, Err(Error::Refused(_)));
            assert!(refused, "{host}: {answer:?}");
        }
        assert!(listener.accept().now_or_never().is_none(), "it was called");
        // The operator may open it to hooks as well: it is called then, and says nothing.
        let answer = send(&["Localhost"], format!("https://localhost:{port}/told")).await;
        assert!(!matches!(answer, Err(Error::Refused(_))), "{answer:?}");
        assert!(
            listener.accept().now_or_never().is_some(),
            "it was not called"
        );
    }

    #[tokio::test]
    async fn a_certificate_that_nobody_signed_is_refused() {
        let peer = self_signed().await;
        let settings = Net {
            allow: vec!["localhost".to_owned()],
            ..settings()
        };
        let client = Client::guarded(&settings, &hooks(&[]), peer).unwrap();
        let url = format!("https://localhost:{peer}/").parse().unwrap();
        let answer = client
            .send(Call::new(Method::GET, url, Reach::Vendor))
            .await;
        let Err(Error::NotSent(error)) = answer else {
            panic!("{answer:?}")
        };
        assert!(
            chain(&*error).to_string().contains("certificate"),
            "{}",
            chain(&*error)
        );
    }

    #[tokio::test]
    async fn no_error_and_no_debug_shows_token_query_or_body() {
        let root = "http://127.0.0.1:9".parse().unwrap();
        let call = Target::sandbox(&root)
            .unwrap()
            .call(Method::POST, &["v0"])
            .query("filter", "CANARY")
            .bearer(&Secret::new("CANARY"))
            .basic("client", &Secret::new("CANARY"))
            .form(&[("code", "CANARY")])
            .json("CANARY");
        let shown = format!("{call:?}");
        let error = Client::new(&settings(), &hooks(&[]))
            .unwrap()
            .send(call)
            .await
            .unwrap_err();
        assert!(!format!("{shown}{error:?}{}", chain(&error)).contains("CANARY"));
    }

    async fn self_signed() -> u16 {
        let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = rustls_pki_types::PrivateKeyDer::try_from(pair.signing_key.serialize_der());
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(
            rustls::crypto::aws_lc_rs::default_provider(),
        ))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![pair.cert.der().clone()], key.unwrap())
        .unwrap();
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("localhost:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        Tasks::default().start(async move {
            while let Ok((stream, _)) = listener.accept().await {
                acceptor.accept(stream).await.ok();
            }
        });
        port
    }
}
