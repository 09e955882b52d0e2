//! Calls the API as somebody at the machine: over the local socket while a server runs, else
//! within this very process.

use std::fmt::{Display, Formatter, Result as Shown};
use std::io;
use std::path::{Path, PathBuf};

use http_body_util::BodyExt as _;
use http_body_util::combinators::BoxBody;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use poem::endpoint::BoxEndpoint;
use poem::http::{HeaderValue, Method, StatusCode, header};
use poem::{Body, Endpoint as _, EndpointExt as _, Request, Response};
use serde::Serialize;
use serde_json::Value;
use tokio::net::UnixStream;

use super::context::Context;
use super::failure::Failure;
use super::runtime;
use crate::app::App;
use crate::base::{Blocking, Clock, Peer, Tasks};
use crate::config::Server;
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
        jobs: Jobs,
    },
}

/// Who carries out what is queued while no server runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Jobs {
    /// Nobody: what was left open is not this command's business.
    Rest,
    /// This process, since the command has started a job or follows one.
    CarriedOut,
}

/// What a command may find in the data folder.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ground {
    /// An appliance, or the command has nothing to work on.
    Built,
    /// Nothing as well: the command makes what an appliance begins with.
    Bare,
}

/// There is nothing to work on: a command that looked would have made an appliance by looking.
#[derive(Debug, thiserror::Error)]
#[error(
    "there is no appliance in {0}: `weighbridge serve` or `weighbridge user add` makes one there; \
     if yours lies elsewhere, name its configuration with --config"
)]
struct NoAppliance(PathBuf);

/// The data folder, or a file in it, cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{0} cannot be read; run this as root or as the service's own user")]
struct OutOfReach(PathBuf, #[source] io::Error);

/// Jobs that a command has found and not touched.
#[derive(Serialize)]
struct LeftOpen {
    jobs_left_open: usize,
}

impl Display for LeftOpen {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        match self.jobs_left_open {
            1 => write!(f, "1 job was left open; it goes on when the server starts."),
            jobs => write!(
                f,
                "{jobs} jobs were left open; they go on when the server starts."
            ),
        }
    }
}

/// What the API answered that is no success.
#[derive(Debug, thiserror::Error)]
#[error("{told} ({code})")]
struct Refused {
    code: String,
    told: String,
}

/// The server went away between the question and its answer.
#[derive(Debug, thiserror::Error)]
#[error(
    "the server closed the connection before it answered: it stops, or has broken down; see its \
     log, and whether what was asked for was done, before you ask again"
)]
struct HungUp(#[source] hyper::Error);

impl Client {
    /// Finds the server, or opens the data folder.
    pub(super) async fn open(context: &Context, ground: Ground) -> Result<Self, Failure> {
        let config = context.load()?.config;
        if let Some(client) = Self::running(&config.server.socket).await? {
            return Ok(client);
        }
        if ground == Ground::Built {
            built(&config.server)?;
        }
        let app = App::open(config, Clock::system(), Blocking::Threads).await;
        let app = app.map_err(Failure::of)?;
        let tasks = Tasks::default();
        app.start_for_a_command(&tasks);
        let way = Way::Inside {
            endpoint: http::endpoint(&app).boxed(),
            app,
            tasks,
            jobs: Jobs::Rest,
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

    /// From now on, nobody's objects are meant.
    pub(super) fn act_for_nobody(&mut self) {
        self.act_for = None;
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
        Self::with_on(Ground::Built, context, work)
    }

    /// The same on `ground`, which need not be built.
    pub(super) fn with_on<T>(
        ground: Ground,
        context: &Context,
        work: impl AsyncFnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        runtime::run(async {
            let mut client = Self::open(context, ground).await?;
            let outcome = work(&mut client).await;
            let jobs_left_open = client.close().await?;
            if jobs_left_open > 0 {
                context.out.note(&LeftOpen { jobs_left_open })?;
            }
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
                // What has opened the appliance carries them out.
                jobs: Jobs::CarriedOut,
            },
            act_for: act_for.map(str::to_owned),
        }
    }

    /// `GET /api/v1{path}`.
    pub(super) async fn get(&mut self, path: &str) -> Result<Value, Failure> {
        self.call(Method::GET, path, None).await
    }

    /// All items of the list at `/api/v1{path}`, which comes as a whole.
    pub(super) async fn whole_list(&mut self, path: &str) -> Result<Vec<Value>, Failure> {
        let list = self.get(path).await?;
        Ok(list["items"].as_array().cloned().unwrap_or_default())
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
        if response.status() == StatusCode::ACCEPTED {
            self.carry_out();
        }
        if response.status().is_success() {
            return Ok(response.into_body());
        }
        Err(refused(response).await)
    }

    /// Sees to it that what is queued is carried out: without a server, by this process, which
    /// does not end before.
    pub(super) fn carry_out(&mut self) {
        if let Way::Inside {
            app, tasks, jobs, ..
        } = &mut self.way
            && *jobs == Jobs::Rest
        {
            app.scheduler.start(tasks);
            *jobs = Jobs::CarriedOut;
        }
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
                let hung_up = |error| Failure::of(HungUp(error));
                sender.ready().await.map_err(hung_up)?;
                let answer = sender.send_request(outgoing).await.map_err(hung_up)?;
                Ok(received(answer))
            }
        }
    }

    /// Ends the way, and says how many jobs were found and left open. Within this process,
    /// everything that was started is carried through first.
    pub(super) async fn close(self) -> Result<usize, Failure> {
        let Way::Inside {
            app, tasks, jobs, ..
        } = self.way
        else {
            return Ok(0);
        };
        if jobs == Jobs::CarriedOut {
            app.scheduler.idle().await.map_err(Failure::of)?;
        }
        let (queued, running) = app.scheduler.load().map_err(Failure::of)?;
        tasks.stop().await;
        app.close().map_err(Failure::of)?;
        Ok(queued + running)
    }
}

/// Errs unless there is a store.
fn built(server: &Server) -> Result<(), Failure> {
    match server.store_file().try_exists() {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::of(NoAppliance(server.data.clone()))),
        Err(error) => Err(Failure::of(OutOfReach(server.data.clone(), error))),
    }
}

/// Connects to the server, if one runs.
async fn socket(path: &Path) -> Result<Option<Sender>, Failure> {
    let stream = match UnixStream::connect(path).await {
        Ok(stream) => stream,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(Failure::of(OutOfReach(path.to_owned(), error))),
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
    let code = problem["code"].as_str().map(str::to_owned);
    Failure::of(Refused {
        told: told(&problem),
        code: code.unwrap_or_else(|| status.to_string()),
    })
}

/// What is wrong, and what to do about it: a problem without particulars of its own gives advice
/// alone, which is no answer to "what happened?".
fn told(problem: &Value) -> String {
    let text = |name: &str| problem[name].as_str().unwrap_or_default();
    let (code, title, detail) = (text("code"), text("title"), text("detail"));
    if detail.is_empty() {
        return "the server refused".to_owned();
    }
    match code {
        "referenced" => format!("{detail} With --cascade they are deleted too."),
        _ if http::remedy(code) == Some(detail) => format!("{title}. {detail}"),
        _ => detail.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_refusal_says_what_is_wrong_before_it_advises() {
        let advice = http::remedy("setup_done").unwrap();
        for (problem, expected) in [
            (
                json!({"code": "setup_done", "title": "It is set up", "detail": advice}),
                format!("It is set up. {advice}"),
            ),
            (
                json!({"code": "conflict", "title": "It changed", "detail": "The name is taken."}),
                "The name is taken.".to_owned(),
            ),
            (
                json!({"code": "referenced", "title": "x", "detail": "These depend on it: A."}),
                "These depend on it: A. With --cascade they are deleted too.".to_owned(),
            ),
            (json!(null), "the server refused".to_owned()),
        ] {
            assert_eq!(told(&problem), expected);
        }
    }

    #[test]
    fn jobs_that_were_left_open_are_counted_in_words() {
        let told = |jobs_left_open| LeftOpen { jobs_left_open }.to_string();
        assert!(told(1).starts_with("1 job was"));
        assert!(told(2).starts_with("2 jobs were"));
    }
}
