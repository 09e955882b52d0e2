//! Takes a new certificate up when the files change, or on SIGHUP.

use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use tokio::select;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::Certificates;
use crate::base::{Clock, Tasks, chain};

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(5);

/// What tells a changed file from the old one.
type Stamp = [Option<(SystemTime, u64)>; 2];

impl Certificates {
    /// Starts to watch the files and the signal.
    pub fn watch(self, clock: Clock, tasks: &Tasks) -> io::Result<()> {
        let hangup = signal(SignalKind::hangup())?;
        tasks.start(self.follow(clock, hangup, tasks.stopping()));
        Ok(())
    }

    async fn follow(self, clock: Clock, mut hangup: Signal, stop: CancellationToken) {
        let mut seen = self.stamp();
        loop {
            let asked = select! {
                () = stop.cancelled() => return,
                _ = hangup.recv() => true,
                () = clock.sleep(EVERY) => false,
            };
            let stamp = self.stamp();
            if asked || stamp != seen {
                seen = stamp;
                self.take_up();
            }
        }
    }

    fn take_up(&self) {
        match self.reload() {
            Ok(()) => {
                let fingerprint = self.fingerprint();
                tracing::info!(tls.fingerprint = %fingerprint, "took up the certificate");
            }
            Err(error) => {
                let error = chain(&error);
                tracing::error!(%error, "kept the old certificate, since the new one is no good");
            }
        }
    }

    fn stamp(&self) -> Stamp {
        [&self.files.certificate, &self.files.key].map(|path| stamp(path))
    }
}

fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}
