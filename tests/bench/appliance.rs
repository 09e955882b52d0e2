//! Runs the appliance and the sandbox as processes of their own, and calls them as a client does.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use crate::meter::cpu_of;

const BINARY: &str = env!("CARGO_BIN_EXE_weighbridge");

/// Calls go out as fast as they can be made.
pub(crate) const UNPACED: &str = "[airtable]\nrequests_per_second = 0\n\
     [notion]\nrequests_per_second = 0\n[zapier]\nrequests_per_second = 0\n";

/// A process that ends with this value.
pub(crate) struct Process {
    child: Child,
    /// The most anonymous memory that was seen, in KiB.
    most: Arc<AtomicU64>,
}

/// Memory is looked at so often.
const LOOK: Duration = Duration::from_millis(5);

impl Process {
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(BINARY);
        command
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command.spawn().expect("the binary was built");
        let most = Arc::new(AtomicU64::new(0));
        let (id, seen) = (child.id(), Arc::downgrade(&most));
        std::thread::spawn(move || {
            while let Some(most) = seen.upgrade() {
                most.fetch_max(memory_kib(id, "RssAnon").unwrap_or(0), Ordering::Relaxed);
                drop(most);
                std::thread::sleep(LOOK);
            }
        });
        Self { child, most }
    }

    /// The most memory so far: that of its own, and with the pages of its binary, which are the
    /// file's and make room when others need it. In MiB.
    pub(crate) fn peak(&self) -> String {
        let own = self.most.load(Ordering::Relaxed) / 1024;
        let all = self.memory_kib("VmHWM") / 1024;
        format!("{own} MiB, {all} with the binary's pages")
    }

    /// The CPU time used so far.
    pub(crate) fn cpu(&self) -> Duration {
        cpu_of(&self.child.id().to_string())
    }

    /// A figure of `/proc/PID/status` in KiB, such as `RssAnon` or `VmHWM`.
    pub(crate) fn memory_kib(&self, figure: &str) -> u64 {
        memory_kib(self.child.id(), figure).expect("the process runs, and Linux tells")
    }
}

fn memory_kib(process: u32, figure: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with(figure))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

impl Drop for Process {
    fn drop(&mut self) {
        // SIGTERM, so that the store is closed in order.
        let stopped = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        assert!(
            stopped.is_ok_and(|status| status.success()),
            "the process was gone"
        );
        drop(self.child.wait());
    }
}

/// A client that is signed in at an appliance with a sandbox beside it.
pub(crate) struct Appliance {
    pub(crate) process: Process,
    /// Ends with the appliance.
    _sandbox: Process,
    pub(crate) sandbox_url: String,
    client: Client,
    url: String,
    cookie: String,
    csrf: String,
}

/// Waits until `ready` gives a value.
async fn until<T>(mut ready: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(value) = ready().await {
            return value;
        }
        assert!(
            began.elapsed() < Duration::from_mins(1),
            "it did not get ready in a minute"
        );
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn free_port() -> u16 {
    let probe = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    probe.local_addr().expect("bound").port()
}

/// Starts the appliance on `folder` and gives it with its address and the time to its first answer.
///
/// `more` goes into its configuration.
pub(crate) async fn start(
    folder: &Path,
    sandbox_url: &str,
    more: &str,
) -> (Process, String, Duration) {
    let (port, data) = (free_port(), folder.join("data"));
    let config = folder.join("weighbridge.toml");
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:{port}\"\ndata = \"{}\"\n\
         [limits]\napi_calls = \"1000000 / 1 second\"\nopen_calls = \"1000000 / 1 second\"\n\
         authentication = \"1000000 / 1 second\"\nsync_starts = \"1000 / 1 second\"\n\
         analytics = \"1000 / 1 second\"\nevents = \"1000000 / 1 second\"\n\
         [log]\nlevel = \"warn\"\n\
         [sandbox]\nurl = \"{sandbox_url}\"\n{more}",
        data.display()
    );
    std::fs::write(&config, text).expect("the folder is writable");
    let (client, url) = (client(), format!("https://localhost:{port}"));
    let began = Instant::now();
    let process = Process::start(&["serve", "--config", config.to_str().expect("a plain path")]);
    until(async || client.get(format!("{url}/healthz/live")).send().await.ok()).await;
    (process, url, began.elapsed())
}

fn client() -> Client {
    let builder = Client::builder()
        .tls_danger_accept_invalid_certs(true)
        .no_proxy();
    builder.build().expect("a client")
}

impl Appliance {
    /// Starts both, neither of which counts the calls of a second, and signs the first user in.
    pub(crate) async fn open(folder: &Path) -> Self {
        let rates = ["--rate", "0", "--notion-rate", "0", "--zapier-rate", "0"];
        Self::open_with(folder, &rates, UNPACED).await
    }

    /// Starts a sandbox by `arguments` and an appliance with `more` in its configuration.
    pub(crate) async fn open_with(folder: &Path, arguments: &[&str], more: &str) -> Self {
        let sandbox_url = format!("http://127.0.0.1:{}", free_port());
        let listen = sandbox_url.trim_start_matches("http://").to_owned();
        let sandbox = Process::start(&[&["sandbox", "--listen", &listen], arguments].concat());
        let (process, url, _) = start(folder, &sandbox_url, more).await;
        let link = until(async || std::fs::read_to_string(folder.join("data/setup-link")).ok());
        let link = link.await;
        let token = link
            .trim()
            .rsplit("token=")
            .next()
            .expect("a link with a token");
        let client = client();
        let body = json!({"token": token, "name": "Bench", "email": "bench@example.org",
                          "password": "a long word of mouth for a bench"});
        let answer = client
            .post(format!("{url}/api/v1/setup"))
            .json(&body)
            .send()
            .await;
        let answer = answer.expect("an answer");
        let cookie = answer.headers()["set-cookie"].to_str().expect("text");
        let cookie = cookie.split(';').next().expect("a cookie").to_owned();
        let session: Value = answer.json().await.expect("a session");
        let csrf = session["csrf_token"].as_str().expect("a token").to_owned();
        Self {
            process,
            _sandbox: sandbox,
            sandbox_url,
            client,
            url,
            cookie,
            csrf,
        }
    }

    /// A request of somebody who has not signed in.
    pub(crate) fn open_request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}/api/v1{path}", self.url))
    }

    /// A request of the signed-in user.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.open_request(method, path)
            .header("cookie", &self.cookie)
            .header("x-csrf-token", &self.csrf)
            .header("sec-fetch-site", "same-origin")
    }

    /// Has the sandbox do what only a sandbox can.
    pub(crate) async fn control(&self, method: Method, path: &str, body: &Value) {
        let url = format!("{}/_sandbox/{path}", self.sandbox_url);
        let answer = self.client.request(method, url).json(body).send().await;
        let answer = answer.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
    }

    /// Sends a body, if any, and gives the answer's.
    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let request = self.request(method, path);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        let text = answer.text().await.expect("a body");
        assert!(status.is_success(), "{path}: {status}: {text}");
        if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).expect("JSON")
        }
    }
}
