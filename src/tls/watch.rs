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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::config::Config;

    #[tokio::test]
    async fn a_pair_that_was_exchanged_is_taken_up_without_being_told() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.server.data = folder.path().to_owned();
        let certificates = Certificates::open(&config).unwrap();
        let before = certificates.fingerprint();
        let (clock, tasks) = (Clock::manual(Timestamp::UNIX_EPOCH), Tasks::default());
        certificates.clone().watch(clock.clone(), &tasks).unwrap();
        tokio::task::yield_now().await;
        std::fs::remove_dir_all(folder.path().join("tls")).unwrap();
        let exchanged = Certificates::open(&config).unwrap().fingerprint();
        while certificates.fingerprint() == before {
            clock.advance(EVERY);
            tokio::task::yield_now().await;
        }
        assert_eq!(certificates.fingerprint(), exchanged);
        tasks.stop().await;
    }
}
