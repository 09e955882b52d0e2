//! Everything that happens under a seed, in order: two runs of it must show the same.

use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use weighbridge::base::{Clock, Hex};

/// The trace. Clones are the same one.
#[derive(Clone)]
pub(super) struct Trace {
    clock: Clock,
    told: Arc<Mutex<Told>>,
}

struct Told {
    began: Timestamp,
    digest: Sha256,
    lines: u64,
    aloud: bool,
}

impl Trace {
    /// A trace that is printed as it grows when it is to be `aloud`.
    pub(super) fn new(clock: &Clock, aloud: bool) -> Self {
        let told = Told {
            began: clock.now(),
            digest: Sha256::new(),
            lines: 0,
            aloud,
        };
        Self {
            clock: clock.clone(),
            told: Arc::new(Mutex::new(told)),
        }
    }

    /// Adds what happens now.
    pub(super) fn note(&self, what: impl Display) {
        let now = self.clock.now();
        let mut told = self.told();
        let at = now.duration_since(told.began).as_millis();
        let line = format!("{at:>9} ms  {what}\n");
        told.digest.update(line.as_bytes());
        told.lines += 1;
        if told.aloud {
            eprint!("{line}");
        }
    }

    /// How many lines it has, and a digest of them.
    pub(super) fn digest(&self) -> (u64, String) {
        let told = self.told();
        (
            told.lines,
            Hex(&told.digest.clone().finalize()[..]).to_string(),
        )
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap()
    }
}
