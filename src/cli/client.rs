//! Calls the API as somebody at the machine: over the local socket while a server runs, else
//! within this very process.

use std::io;
use std::path::Path;

use http_body_util::BodyExt as _;
use http_body_util::combinators::BoxBody;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use poem::endpoint::BoxEndpoint;
use poem::http::{HeaderValue, Method, header};
use poem::{Body, Endpoint as _, EndpointExt as _, Request, Response};
use serde_json::Value;
use tokio::net::UnixStream;

use super::context::Context;
use super::failure::Failure;
use super::runtime;
use crate::app::App;
use crate::base::{Blocking, Clock, Peer, Tasks};
use crate::http::{self, ACT_FOR};

type Sender = http1::SendRequest<BoxBody<bytes::Bytes, io::Error>>;

/// One command's way to the API.
pub(super) struct Client {
    way: Way,
    act_for: Option<String>,
}

#[expect(clippy::large_enum_variant, reason = "a command makes one, once")]
enum Way {
    /// A server runs and answers here.
    Socket(Sender),
    /// No server runs; this process does its work.
    Inside {
        app: App,
        endpoint: BoxEndpoint<'static, Response>,
        tasks: Tasks,
    },
}

/// What the API answered that is no success.
#[derive(Debug, thiserror::Error)]
#[error("{detail} ({code})")]
struct Refused {
    code: String,
    detail: String,
}

impl Client {
    /// Finds the server, or opens the data folder.
    pub(super) async fn open(context: &Context) -> Result<Self, Failure> {
        let config = context.load()?.config;
        if let Some(client) = Self::running(&config.server.socket).await? {
            return Ok(client);
        }
        let way = {
            let app = App::open(config, Clock::system(), Blocking::Threads).await;
            let app = app.map_err(Failure::of)?;
            let tasks = Tasks::default();
            app.start_for_a_command(&tasks);
            Way::Inside {
                endpoint: http::endpoint(&app).boxed(),
                app,
                tasks,
            }
        };
        let act_for = None;
        Ok(Self { way, act_for })
    }

    /// The way to a server that runs and has its local socket at `path`; none when none does.
    pub(super) async fn running(path: &Path) -> Result<Option<Self>, Failure> {
        let sender = socket(path).await?;
        Ok(sender.map(|sender| Self {
            way: Way::Socket(sender),
            act_for: None,
        }))
    }

    /// What the server says of its readiness: `ok`, or what keeps it from working.
    pub(super) async fn readiness(&mut self) -> Result<String, Failure> {
        let request = Request::builder().uri_str("/healthz/ready").finish();
        let answer = self.send(request).await?;
        answer.into_body().into_string().await.map_err(Failure::of)
    }

    /// From now on, the objects of the user with the address `email` are meant.
    pub(super) fn act_for(&mut self, email: String) {
        self.act_for = Some(email);
    }

    /// Opens a way, does `work` on it and closes it, whatever became of the work.
    pub(super) fn with<T>(
        context: &Context,
        work: impl AsyncFnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        runtime::run(async {
            let mut client = Self::open(context).await?;
            let outcome = work(&mut client).await;
            client.close().await?;
            outcome
        })
    }

    /// The way into an appliance that this process has opened and keeps open.
    pub(super) fn inside(app: &App, act_for: Option<&str>) -> Self {
        Self {
            way: Way::Inside {
                endpoint: http::endpoint(app).boxed(),
                app: app.clone(),
                tasks: Tasks::default(),
            },
            act_for: act_for.map(str::to_owned),
        }
    }

    /// `GET /api/v1{path}`.
    pub(super) async fn get(&mut self, path: &str) -> Result<Value, Failure> {
        self.call(Method::GET, path, None).await
    }

    /// All items of the list at `/api/v1{path}`, page by page.
    pub(super) async fn list(&mut self, path: &str) -> Result<Vec<Value>, Failure> {
        let mut items = Vec::new();
        let mut query = String::from("?limit=500");
        loop {
            let page = self.get(&format!("{path}{query}")).await?;
            items.extend(page["items"].as_array().cloned().unwrap_or_default());
            match page["next"].as_str() {
                Some(next) => query = format!("?limit=500&after={next}"),
                None => return Ok(items),
            }
        }
    }

    /// Calls `/api/v1{path}`, perhaps with a JSON body; gives null for an empty answer.
    pub(super) async fn call(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        let kind = body.map(|_| "application/json");
        let body = body.map_or_else(Body::empty, |body| body.to_string().into());
        let answer = self.stream(method, path, kind, body).await?;
        let bytes = answer.into_bytes().await.map_err(Failure::of)?;
        if bytes.is_empty() {
            Ok(Value::Null)
        } else {
            serde_json::from_slice(&bytes).map_err(Failure::of)
        }
    }

    /// Calls `/api/v1{path}` with a body of any size and kind, and gives the answer as it comes.
    pub(super) async fn stream(
        &mut self,
        method: Method,
        path: &str,
        kind: Option<&str>,
        body: Body,
    ) -> Result<Body, Failure> {
        let mut request = Request::builder()
            .method(method)
            .uri_str(format!("/api/v1{path}"));
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        if let Some(email) = &self.act_for {
            request = request.header(ACT_FOR, email);
        }
        let response = self.send(request.body(body)).await?;
        if response.status().is_success() {
            return Ok(response.into_body());
        }
        Err(refused(response).await)
    }

    async fn send(&mut self, mut request: Request) -> Result<Response, Failure> {
        match &mut self.way {
            Way::Inside { endpoint, .. } => {
                let uid = rustix::process::getuid().as_raw();
                request.extensions_mut().insert(Peer::Local { uid });
                Ok(endpoint.get_response(request).await)
            }
            Way::Socket(sender) => {
                request
                    .headers_mut()
                    .insert(header::HOST, HeaderValue::from_static("localhost"));
                let (parts, body) = request.into_parts();
                let mut outgoing = hyper::Request::new(BoxBody::from(body));
                *outgoing.method_mut() = parts.method;
                *outgoing.uri_mut() = parts.uri;
                *outgoing.headers_mut() = parts.headers;
                // After an answer, the connection takes a moment until it takes the next request.
                sender.ready().await.map_err(Failure::of)?;
                let answer = sender.send_request(outgoing).await.map_err(Failure::of)?;
                Ok(received(answer))
            }
        }
    }

    /// Ends the way. Within this process, everything that was started is carried through first.
    pub(super) async fn close(self) -> Result<(), Failure> {
        if let Way::Inside { app, tasks, .. } = self.way {
            app.scheduler.idle().await.map_err(Failure::of)?;
            tasks.stop().await;
            app.close().map_err(Failure::of)?;
        }
        Ok(())
    }
}

/// Connects to the server, if one runs.
async fn socket(path: &Path) -> Result<Option<Sender>, Failure> {
    let stream = match UnixStream::connect(path).await {
        Ok(stream) => stream,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(Failure::of(error)),
    };
    let shaken = http1::handshake(TokioIo::new(stream)).await;
    let (sender, connection) = shaken.map_err(Failure::of)?;
    Tasks::default().start(async move {
        // Whoever waits for an answer is told why the connection ended.
        let _ended = connection.await;
    });
    Ok(Some(sender))
}

/// Whether nobody listens: there is no socket, or a server that was killed left it behind.
fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
    )
}

fn received(answer: hyper::Response<hyper::body::Incoming>) -> Response {
    let (parts, body) = answer.into_parts();
    let body = BoxBody::new(body.map_err(io::Error::other));
    let mut response = Response::builder()
        .status(parts.status)
        .body(Body::from(body));
    *response.headers_mut() = parts.headers;
    response
}

async fn refused(response: Response) -> Failure {
    let status = response.status();
    let problem = response.into_body().into_bytes().await.unwrap_or_default();
    let problem: Value = serde_json::from_slice(&problem).unwrap_or_default();
    let text = |name: &str| problem[name].as_str().map(str::to_owned);
    Failure::of(Refused {
        code: text("code").unwrap_or_else(|| status.to_string()),
        detail: text("detail").unwrap_or_else(|| "the server refused".to_owned()),
    })
}
