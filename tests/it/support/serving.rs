//! The real binary, serving in a folder of its own.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

/// By when a line of the log must have come.
const PATIENCE: Duration = Duration::from_mins(1);

/// A process of ours that serves on a port of its own; it goes with this.
pub(crate) struct Serving {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    process: Child,
    log: UnboundedReceiver<Value>,
    folder: TempDir,
}

impl Serving {
    /// Starts it with `variables` and waits until it listens.
    pub(crate) async fn start(variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_weighbridge"))
            .arg("serve")
            .env_clear()
            .env("WEIGHBRIDGE_SERVER__DATA", folder.path().join("data"))
            .env("WEIGHBRIDGE_SERVER__LISTEN", "127.0.0.1:0")
            .env("WEIGHBRIDGE_AUTH__ARGON2_MEMORY_KIB", "8")
            .envs(variables.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (told, log) = unbounded_channel();
        let lines = BufReader::new(process.stderr.take().unwrap()).lines();
        // The process waits when nobody reads its log.
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
                drop(told.send(line));
            }
        });
        let mut serving = Self {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            process,
            log,
            folder,
        };
        let listens = serving.log("listens on").await;
        let port = listens["url"].as_str().unwrap().rsplit(':').next().unwrap();
        serving.address.set_port(port.parse().unwrap());
        serving
    }

    /// The next line of the log with this in its message.
    pub(crate) async fn log(&mut self, message: &str) -> Value {
        let mut seen = Vec::new();
        loop {
            match timeout(PATIENCE, self.log.recv()).await {
                Ok(Some(line)) => {
                    let text = line["message"].as_str().unwrap_or_default();
                    if text.contains(message) {
                        return line;
                    }
                    seen.push(line);
                }
                ended => panic!("{message:?} was not logged ({ended:?}): {seen:#?}"),
            }
        }
    }

    /// The process's id.
    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.process)
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// The token of the set-up link that it has left for its user.
    pub(crate) fn setup_token(&self) -> String {
        let link = std::fs::read_to_string(self.data().join("setup-link")).unwrap();
        link.trim().rsplit('=').next().unwrap().to_owned()
    }

    /// The most memory that it has had so far, in KiB.
    pub(crate) fn peak_kib(&self) -> u64 {
        let status = format!("/proc/{}/status", self.process.id());
        let status = std::fs::read_to_string(status).unwrap();
        let peak = status.lines().find(|line| line.starts_with("VmHWM"));
        peak.unwrap()
            .split_whitespace()
            .nth(1)
            .unwrap()
            .parse()
            .unwrap()
    }

    /// How it ended, and its book.
    pub(crate) async fn end(mut self) -> (ExitStatus, String) {
        let ended = timeout(PATIENCE, async { while self.log.recv().await.is_some() {} });
        ended.await.expect("it ends");
        let status = self.process.wait().unwrap();
        let mut book = String::new();
        for entry in std::fs::read_dir(self.data().join("audit")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|kind| kind == "ndjson") {
                book += &std::fs::read_to_string(path).unwrap();
            }
        }
        (status, book)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ended = self.process.kill();
        let _status = self.process.wait();
    }
}
