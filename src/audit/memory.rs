//! A disk for tests: in memory, and failing when and how it is told to.

use std::collections::BTreeMap;
use std::io::{self, Cursor, ErrorKind, Read};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use super::disk::{Disk, Segments, Tail};
use super::log::{Log, Settings};
use super::seal::KeyBox;
use super::segment::SegmentName;
use crate::base::{Clock, SecretBytes};

/// Clones share the same disk.
#[derive(Clone, Default)]
pub(super) struct MemoryDisk(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    files: BTreeMap<SegmentName, File>,
    keys: Option<Vec<u8>>,
    steps: usize,
    fault: Option<Fault>,
}

#[derive(Clone, Default)]
struct File {
    bytes: Vec<u8>,
    durable: usize,
}

/// What goes wrong.
#[derive(Clone, Copy)]
pub(super) struct Fault {
    /// Which step that changes the disk fails, counted from 0.
    pub(super) at: usize,
    /// How many bytes a failing append writes all the same.
    pub(super) torn: usize,
    /// Whether every later step fails too.
    pub(super) lasts: bool,
    pub(super) kind: ErrorKind,
}

impl MemoryDisk {
    pub(super) fn fail(&self, fault: Fault) {
        let mut state = self.state();
        state.steps = 0;
        state.fault = Some(fault);
    }

    pub(super) fn heal(&self) {
        self.state().fault = None;
    }

    /// Whether the step that was to fail has been reached.
    pub(super) fn failed(&self) -> bool {
        let state = self.state();
        state.fault.is_some_and(|fault| state.steps > fault.at)
    }

    /// Cuts the power: of what was not synced, each file keeps `kept` bytes.
    pub(super) fn crash(&self, kept: usize) {
        for file in self.state().files.values_mut() {
            let end = file.bytes.len().min(file.durable + kept);
            file.bytes.truncate(end);
        }
    }

    /// A copy that shares nothing.
    pub(super) fn copy(&self) -> Self {
        let copy = Self::default();
        copy.state().files.clone_from(&self.state().files);
        copy.state().keys.clone_from(&self.state().keys);
        copy
    }

    pub(super) fn segments(&self) -> Vec<SegmentName> {
        self.state().files.keys().cloned().collect()
    }

    pub(super) fn bytes(&self, name: &SegmentName) -> Vec<u8> {
        self.state().files[name].bytes.clone()
    }

    pub(super) fn put(&self, name: &SegmentName, bytes: Vec<u8>) {
        let durable = bytes.len();
        let file = File { bytes, durable };
        self.state().files.insert(name.clone(), file);
    }

    pub(super) fn remove(&self, name: &SegmentName) -> Vec<u8> {
        self.state().files.remove(name).unwrap().bytes
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

impl State {
    /// Takes one step, or gives how many bytes it may write before it fails.
    fn step(&mut self) -> Result<(), Fault> {
        let step = self.steps;
        self.steps += 1;
        match self.fault {
            Some(fault) if step == fault.at => Err(fault),
            Some(fault) if step > fault.at && fault.lasts => Err(Fault { torn: 0, ..fault }),
            _ => Ok(()),
        }
    }
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        fault.kind.into()
    }
}

impl Segments for MemoryDisk {
    fn names(&self) -> io::Result<Vec<SegmentName>> {
        Ok(self.segments())
    }

    fn read(&self, name: &SegmentName, offset: u64) -> io::Result<Box<dyn Read + Send>> {
        let state = self.state();
        let file = state.files.get(name).ok_or(ErrorKind::NotFound)?;
        let from = usize::try_from(offset).unwrap().min(file.bytes.len());
        Ok(Box::new(Cursor::new(file.bytes[from..].to_vec())))
    }

    fn length(&self, name: &SegmentName) -> io::Result<Option<u64>> {
        let length = |file: &File| file.bytes.len() as u64;
        Ok(self.state().files.get(name).map(length))
    }
}

impl Disk for MemoryDisk {
    fn append_to(&self, name: &SegmentName) -> io::Result<Box<dyn Tail>> {
        let mut state = self.state();
        state.step()?;
        state.files.entry(name.clone()).or_default();
        Ok(Box::new(MemoryTail(self.clone(), name.clone())))
    }

    fn load_keys(&self) -> io::Result<Option<Vec<u8>>> {
        Ok(self.state().keys.clone())
    }

    fn save_keys(&self, keys: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        state.step()?;
        state.keys = Some(keys.to_vec());
        Ok(())
    }
}

struct MemoryTail(MemoryDisk, SegmentName);

impl Tail for MemoryTail {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.0.state();
        let step = state.step();
        let torn = step
            .err()
            .map_or(bytes.len(), |fault| fault.torn.min(bytes.len()));
        let file = state.files.get_mut(&self.1).unwrap();
        file.bytes.extend_from_slice(&bytes[..torn]);
        Ok(step?)
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.0.state();
        state.step()?;
        let file = state.files.get_mut(&self.1).unwrap();
        file.durable = file.bytes.len();
        Ok(())
    }
}

/// Seals by turning every bit.
pub(super) struct Turned;

impl KeyBox for Turned {
    fn seal(&self, key: &SecretBytes<32>) -> Vec<u8> {
        key.expose().iter().map(|byte| !byte).collect()
    }

    fn unseal(&self, sealed: &[u8]) -> Option<SecretBytes<32>> {
        let bytes: Vec<u8> = sealed.iter().map(|byte| !byte).collect();
        bytes.try_into().ok().map(SecretBytes::new)
    }
}

impl Log {
    /// A log on `disk` with segments of `segment_bytes` and a checkpoint every ten lines.
    pub(super) fn on_memory(disk: &MemoryDisk, clock: &Clock, segment_bytes: u64) -> Self {
        let settings = Settings {
            folder: "audit".into(),
            key_file: "audit.key".into(),
            segment_bytes,
            checkpoint_lines: 10,
            checkpoint_every: Duration::from_mins(1),
        };
        Self::open_on(
            Arc::new(disk.clone()),
            Arc::new(Turned),
            clock.clone(),
            settings,
        )
        .unwrap()
    }
}
