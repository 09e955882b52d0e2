//! A disk in memory that forgets what was not synced when it is killed.

use std::io;
use std::sync::{Arc, Mutex};

use redb::StorageBackend;

use crate::store::Disk;

/// Clones are the same disk.
#[derive(Clone, Debug, Default)]
pub(super) struct PlayedDisk(Arc<Mutex<Platter>>);

#[derive(Debug, Default)]
struct Platter {
    seen: Vec<u8>,
    durable: Vec<u8>,
    /// So many more writes and syncs are done.
    steps: Option<u32>,
    /// A handle of an earlier life is dead.
    life: u32,
}

impl PlayedDisk {
    pub(super) fn disk(&self) -> Disk {
        let file = self.clone();
        Disk::Simulated(Arc::new(move || {
            let life = file.0.lock().unwrap().life;
            let file = file.clone();
            Ok(Box::new(Handle { file, life }))
        }))
    }

    /// Lets so many more writes and syncs pass, and then none.
    pub(super) fn die_after(&self, steps: u32) {
        self.0.lock().unwrap().steps = Some(steps);
    }

    /// Cuts the power and gives it back.
    pub(super) fn revive(&self) {
        let mut platter = self.0.lock().unwrap();
        platter.seen = platter.durable.clone();
        platter.steps = None;
        platter.life += 1;
    }
}

#[derive(Debug)]
struct Handle {
    file: PlayedDisk,
    life: u32,
}

impl Handle {
    fn with<T>(&self, act: impl FnOnce(&mut Platter) -> T) -> io::Result<T> {
        let mut platter = self.file.0.lock().unwrap();
        if platter.life != self.life {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        Ok(act(&mut platter))
    }

    fn step<T>(&self, act: impl FnOnce(&mut Platter) -> T) -> io::Result<T> {
        self.with(|platter| match &mut platter.steps {
            Some(0) => Err(io::ErrorKind::BrokenPipe.into()),
            Some(steps) => {
                *steps -= 1;
                Ok(act(platter))
            }
            None => Ok(act(platter)),
        })?
    }
}

impl StorageBackend for Handle {
    fn len(&self) -> io::Result<u64> {
        self.with(|platter| platter.seen.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let from = usize::try_from(offset).unwrap();
        self.with(|platter| out.copy_from_slice(&platter.seen[from..from + out.len()]))
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.step(|platter| platter.seen.resize(usize::try_from(len).unwrap(), 0))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.step(|platter| platter.durable.clone_from(&platter.seen))
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let from = usize::try_from(offset).unwrap();
        self.step(|platter| platter.seen[from..from + bytes.len()].copy_from_slice(bytes))
    }

    fn close(&self) -> io::Result<()> {
        Ok(())
    }
}
