//! The sandbox beside the server.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use poem::http::Method;
use serde_json::{Value, json};

use super::PATIENCE;

/// The sandbox as a process of its own, until this is dropped.
pub(crate) struct PlayedVendor {
    child: Child,
    /// Where it answers.
    pub(crate) url: String,
}

impl PlayedVendor {
    /// Starts it and waits until it answers.
    pub(crate) fn start(folder: &Path) -> Self {
        let port = folder.join("sandbox-port");
        let child = Command::new(env!("CARGO_BIN_EXE_weighbridge"))
            .args([
                "sandbox",
                "--listen",
                "127.0.0.1:0",
                "--rate",
                "0",
                "--port-file",
            ])
            .arg(&port)
            .env_clear()
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let url = String::new();
        let mut vendor = Self { child, url };
        let began = Instant::now();
        loop {
            // The file is there before its content is.
            if let Ok(port) = fs::read_to_string(&port)
                && !port.is_empty()
            {
                vendor.url = format!("http://127.0.0.1:{port}");
                return vendor;
            }
            assert!(began.elapsed() < PATIENCE, "the sandbox does not start");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Lets it refuse every token until [`PlayedVendor::heal`].
    pub(crate) async fn refuse_tokens(&self) {
        self.fault(&json!({"fault": "unauthorized", "times": 1000, "match": {}}))
            .await;
    }

    /// Switches a fault on.
    pub(crate) async fn fault(&self, order: &Value) {
        self.control(Method::POST, order).await;
    }

    /// Lets it take more than a second over every answer until [`PlayedVendor::heal`].
    pub(crate) async fn slow_down(&self) {
        let fault = json!({"fault": "slow", "delay_ms": 1500, "times": 1000, "match": {}});
        self.control(Method::POST, &fault).await;
    }

    /// Ends every fault.
    pub(crate) async fn heal(&self) {
        self.control(Method::DELETE, &Value::Null).await;
    }

    /// Turns some of its knobs.
    pub(crate) async fn turn(&self, knobs: &Value) {
        self.ask(Method::PATCH, "knobs", knobs).await;
    }

    async fn control(&self, method: Method, body: &Value) {
        self.ask(method, "faults", body).await;
    }

    /// Calls what only a sandbox can do, and gives its answer; null when there is nothing in it.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: &Value) -> Value {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{}/_sandbox/{path}", self.url);
        let answer = http.request(method, url).json(body).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{text}");
        serde_json::from_str(&text).unwrap_or_default()
    }
}

impl Drop for PlayedVendor {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
