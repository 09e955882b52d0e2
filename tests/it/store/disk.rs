//! A disk in memory that loses what was not synced and fails when it is told to.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use rand::RngExt as _;
use rand::rngs::StdRng;
use redb::StorageBackend;
use weighbridge::store::Disk;

/// The size of what a disk writes at once.
const SECTOR: usize = 512;

/// The disk. Clones are the same disk.
#[derive(Clone, Debug, Default)]
pub(super) struct SimulatedDisk(Arc<Mutex<Platter>>);

#[derive(Debug, Default)]
struct Platter {
    /// What is read, synced or not.
    seen: Vec<u8>,
    /// What a power cut leaves for sure.
    durable: Vec<u8>,
    /// The sectors written since the last sync.
    unsynced: Vec<usize>,
    /// Rises with each power cut; a handle of an earlier life is dead.
    life: u32,
    /// After so many writes and syncs, each fails in this way until the disk is mended.
    failing: Option<(u32, io::ErrorKind)>,
}

impl SimulatedDisk {
    /// The disk as the store takes it.
    pub(super) fn disk(&self) -> Disk {
        let platter = self.clone();
        Disk::Simulated(Arc::new(move || {
            let life = platter.lock().life;
            Ok(Box::new(Handle {
                disk: platter.clone(),
                life,
            }))
        }))
    }

    /// Cuts the power: of what was not synced, each sector is there or not.
    pub(super) fn cut_power(&self, rng: &mut StdRng) {
        let mut platter = self.lock();
        let kept_share = [0.0, 0.3, 0.7, 1.0][rng.random_range(0..4)];
        let length = platter.seen.len().max(platter.durable.len());
        platter.durable.resize(length, 0);
        for start in std::mem::take(&mut platter.unsynced) {
            if rng.random_bool(kept_share) {
                let end = (start + SECTOR).min(platter.seen.len());
                if start < end {
                    let Platter { seen, durable, .. } = &mut *platter;
                    durable[start..end].copy_from_slice(&seen[start..end]);
                }
            }
        }
        platter.seen = platter.durable.clone();
        platter.life += 1;
        platter.failing = None;
    }

    /// Lets `calls` more writes and syncs pass, then fails all until [`Self::mend`].
    pub(super) fn fail_after(&self, calls: u32, kind: io::ErrorKind) {
        self.lock().failing = Some((calls, kind));
    }

    /// Ends the failing.
    pub(super) fn mend(&self) {
        self.lock().failing = None;
    }

    fn lock(&self) -> MutexGuard<'_, Platter> {
        self.0.lock().unwrap()
    }
}

impl Platter {
    fn may_write(&mut self) -> io::Result<()> {
        match &mut self.failing {
            None => Ok(()),
            Some((0, kind)) => Err((*kind).into()),
            Some((calls, _)) => {
                *calls -= 1;
                Ok(())
            }
        }
    }
}

#[derive(Debug)]
struct Handle {
    disk: SimulatedDisk,
    life: u32,
}

impl Handle {
    fn platter(&self) -> io::Result<MutexGuard<'_, Platter>> {
        let platter = self.disk.lock();
        if platter.life == self.life {
            Ok(platter)
        } else {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }
}

impl StorageBackend for Handle {
    fn len(&self) -> io::Result<u64> {
        Ok(self.platter()?.seen.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let platter = self.platter()?;
        let start = usize::try_from(offset).unwrap();
        let bytes = platter.seen.get(start..start + out.len());
        out.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut platter = self.platter()?;
        platter.may_write()?;
        platter.seen.resize(usize::try_from(len).unwrap(), 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut platter = self.platter()?;
        platter.may_write()?;
        platter.durable = platter.seen.clone();
        platter.unsynced.clear();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut platter = self.platter()?;
        platter.may_write()?;
        let start = usize::try_from(offset).unwrap();
        platter.seen[start..start + data.len()].copy_from_slice(data);
        let sectors = (start / SECTOR..(start + data.len()).div_ceil(SECTOR)).map(|n| n * SECTOR);
        platter.unsynced.extend(sectors);
        Ok(())
    }
}
