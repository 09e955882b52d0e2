//! strace, which makes system calls fail, ends a process at one, or writes down their order.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The words that start a program under strace as the very process that is started, so that its
/// number and its end are the program's; strace itself runs beside it.
pub(crate) fn wrapper<'a>(trace: &'a str, calls: &'a [&'a str]) -> Vec<&'a str> {
    let mut words = vec!["strace", "-D", "-f", "-qq", "-o", trace];
    for call in calls {
        words.extend(["-e", call]);
    }
    words
}

/// A strace that is attached to a running process, until this is dropped.
pub(crate) struct Tracer {
    child: Child,
    trace: PathBuf,
}

impl Tracer {
    /// Attaches to all threads of a process, and returns when it has; `more` says what to do with
    /// which calls. What it sees is written to `trace`.
    pub(crate) fn attach(pid: &str, trace: &Path, more: &[&str]) -> Self {
        let mut child = Command::new("strace")
            .args(["-f", "-o", trace.to_str().unwrap(), "-p", pid])
            .args(more)
            .stderr(Stdio::piped())
            .spawn()
            .expect("tests/setup.sh installs strace");
        let mut told = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("attached") {
            line.clear();
            let read = told.read_line(&mut line).unwrap();
            assert!(read > 0, "strace could not attach to {pid}");
        }
        // What else it says must be read, or it would wait for it.
        std::thread::spawn(move || told.lines().for_each(drop));
        Self {
            child,
            trace: trace.to_owned(),
        }
    }

    /// Detaches from the process, which must be running, and gives what was seen.
    pub(crate) fn detach(mut self) -> String {
        // Told so, strace writes down what it has not written yet.
        let strace = self.child.id().to_string();
        let told = Command::new("kill").args(["-INT", &strace]).status();
        assert!(told.unwrap().success(), "strace was gone");
        self.child.wait().unwrap();
        fs::read_to_string(&self.trace).unwrap()
    }
}

impl Drop for Tracer {
    fn drop(&mut self) {
        // The system detaches it. Asking it would have it wait for a process that was killed.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
