//! A server that has been started.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use super::PATIENCE;
use super::served::Served;

/// A server that may not answer yet.
pub(crate) struct Starting {
    pub(super) child: Option<Child>,
    /// What it logs, and where in it this start begins.
    pub(super) log: PathBuf,
    pub(super) from: usize,
}

impl Starting {
    /// Waits until it answers. Errs when it ends before.
    pub(crate) async fn answer_or_end(&mut self) -> Result<Served, ExitStatus> {
        let began = Instant::now();
        loop {
            let status = self.child.as_mut().unwrap().try_wait().unwrap();
            let said = fs::read(&self.log).unwrap();
            let said = String::from_utf8_lossy(&said[self.from..]).into_owned();
            if let Some(port) = port_in(&said) {
                return Ok(Served::new(self.child.take().unwrap(), port));
            }
            if let Some(status) = status {
                return Err(status);
            }
            assert!(began.elapsed() < PATIENCE, "it does not answer:\n{said}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Ends it without a warning.
    pub(crate) fn kill(mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// The port in the line which says that the server listens.
fn port_in(said: &str) -> Option<u16> {
    let (_, after) = said.split_once("://localhost:")?;
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}
