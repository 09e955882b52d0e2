//! Where an appliance keeps its files, and what is set for it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};

use serde_json::Value;

use super::book::{book, segments};
use super::served::Served;
use super::starting::Starting;

/// Where an appliance keeps its files, and what is set for it.
#[derive(Clone)]
pub(crate) struct Home {
    /// Its data folder.
    pub(crate) data: PathBuf,
    /// What it wrote to its standard output and error, start after start.
    pub(crate) log: PathBuf,
    settings: Vec<(String, String)>,
}

impl Home {
    /// An appliance whose data lies in `folder/data`, and its log beside it. Hashing is quick, no
    /// limit is met, and the port is any that is free.
    pub(crate) fn new(folder: &Path) -> Self {
        let data = folder.join("data");
        let log = folder.join("log");
        File::create(&log).unwrap();
        let home = Self {
            data: data.clone(),
            log,
            settings: Vec::new(),
        };
        home.set("SERVER__DATA", data.to_str().unwrap())
            .set("SERVER__LISTEN", "127.0.0.1:0")
            .set("TLS__ENABLED", "false")
            .set("AUTH__ARGON2_MEMORY_KIB", "8")
            .set("AUTH__ARGON2_ITERATIONS", "1")
            .set("LIMITS__AUTHENTICATION", "100000 / second")
            .set("LIMITS__OPEN_CALLS", "100000 / second")
            .set("LIMITS__API_CALLS", "100000 / second")
            .set("LIMITS__IMPORTS", "100000 / second")
            .set("LIMITS__EXPORTS", "100000 / second")
    }

    /// The same with one more setting, such as `AUDIT__FOLDER`, or another value of it.
    #[must_use]
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        let name = format!("WEIGHBRIDGE_{name}");
        self.settings.retain(|(known, _)| *known != name);
        self.settings.push((name, value.to_owned()));
        self
    }

    /// The same with an environment variable that is no setting by its name.
    #[must_use]
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A command of the binary with this configuration.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        self.command_under(&[], args)
    }

    fn command_under(&self, wrapper: &[&str], args: &[&str]) -> Command {
        let binary = [env!("CARGO_BIN_EXE_weighbridge")];
        let mut words = wrapper.iter().chain(&binary).chain(args);
        let mut command = Command::new(words.next().unwrap());
        command
            .args(words)
            .env_clear()
            .envs(self.settings.iter().cloned())
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command
    }

    /// What a command says, run to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Starts the server and waits until it answers.
    pub(crate) async fn serve(&self) -> Served {
        self.serve_under(&[]).await.unwrap_or_else(|status| {
            let log = self.said();
            panic!("the server ended with {status} before it answered:\n{log}")
        })
    }

    /// The same under another program, such as `strace -D`, which must run the server as the very
    /// process that it is started as. Errs when it ends before it answers.
    pub(crate) async fn serve_under(&self, wrapper: &[&str]) -> Result<Served, ExitStatus> {
        let mut served = self.start_under(wrapper);
        served.answer_or_end().await
    }

    /// Starts the server without waiting for anything.
    pub(crate) fn start_under(&self, wrapper: &[&str]) -> Starting {
        let log = File::options().append(true).open(&self.log).unwrap();
        let from = self.said().len();
        let mut command = self.command_under(wrapper, &["serve"]);
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        Starting {
            child: Some(child),
            log: self.log.clone(),
            from,
        }
    }

    /// Everything that was logged so far.
    pub(crate) fn said(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap()).into_owned()
    }

    /// The token in the file that a first start leaves.
    pub(crate) fn setup_token(&self) -> String {
        let link = fs::read_to_string(self.data.join("setup-link")).unwrap();
        link.trim().rsplit("token=").next().unwrap().to_owned()
    }

    /// The book as it is written.
    pub(crate) fn book_as_text(&self) -> String {
        let texts = segments(&self.data.join("audit")).into_iter();
        texts
            .map(|file| fs::read_to_string(file).unwrap())
            .collect()
    }

    /// Every line of the book, read as JSON.
    pub(crate) fn book(&self) -> Vec<Value> {
        book(&self.data.join("audit"))
    }

    /// Fails unless the auditor's command says that the book in `folder` holds.
    #[track_caller]
    pub(crate) fn verify(&self, folder: &Path) {
        let output = self.run(&["audit", "verify", folder.to_str().unwrap()]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}");
    }
}
