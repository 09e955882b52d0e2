//! A disk in memory that loses what was not synced, fails when it is told to, and can be cut off
//! from its power at any step.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use rand::RngExt as _;
use rand::rngs::StdRng;
use redb::StorageBackend;
use weighbridge::store::Disk;

/// The size of what a disk writes at once.
const SECTOR: usize = 512;

/// What disks hang on. Clones are the same power.
#[derive(Clone, Debug, Default)]
pub(crate) struct Power(Arc<AtomicU32>);

impl Power {
    /// How often it was cut; a handle of an earlier life is dead.
    pub(crate) fn life(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }

    /// Cuts it: nothing reaches a disk any more by a handle that was opened before.
    pub(crate) fn cut(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// The device that some files lie on, and what is wrong with it. Clones are the same device.
#[derive(Clone, Debug, Default)]
pub(crate) struct Device {
    power: Power,
    trouble: Arc<Mutex<Option<(u32, Trouble)>>>,
}

/// What happens after so many more writes and syncs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trouble {
    /// Each fails in this way until the device is mended.
    Fails(io::ErrorKind),
    /// The power is cut before the next.
    Dies,
}

impl Device {
    pub(crate) fn on(power: &Power) -> Self {
        let trouble = Arc::default();
        let power = power.clone();
        Self { power, trouble }
    }

    /// Lets `calls` more writes and syncs pass, and then has trouble.
    pub(crate) fn after(&self, calls: u32, trouble: Trouble) {
        *self.trouble.lock().unwrap() = Some((calls, trouble));
    }

    /// Ends the trouble.
    pub(crate) fn mend(&self) {
        *self.trouble.lock().unwrap() = None;
    }

    /// Takes one step of those who write.
    pub(crate) fn step(&self) -> io::Result<()> {
        match &mut *self.trouble.lock().unwrap() {
            None => Ok(()),
            Some((0, Trouble::Fails(kind))) => Err((*kind).into()),
            Some((0, Trouble::Dies)) => {
                self.power.cut();
                Err(io::ErrorKind::BrokenPipe.into())
            }
            Some((calls, _)) => {
                *calls -= 1;
                Ok(())
            }
        }
    }
}

/// A file on such a device. Clones are the same file.
#[derive(Clone, Debug, Default)]
pub(crate) struct SimulatedDisk {
    device: Device,
    platter: Arc<Mutex<Platter>>,
}

#[derive(Debug, Default)]
struct Platter {
    /// What is read, synced or not.
    seen: Vec<u8>,
    /// What a power cut leaves for sure.
    durable: Vec<u8>,
    /// The sectors written since the last sync.
    unsynced: Vec<usize>,
}

impl SimulatedDisk {
    pub(crate) fn on(device: &Device) -> Self {
        let platter = Arc::default();
        let device = device.clone();
        Self { device, platter }
    }

    /// The disk as the store takes it.
    pub(crate) fn disk(&self) -> Disk {
        let file = self.clone();
        Disk::Simulated(Arc::new(move || Ok(Box::new(file.open()))))
    }

    /// A handle that works until the power is cut.
    pub(crate) fn open(&self) -> Handle {
        Handle {
            file: self.clone(),
            life: self.device.power.life(),
        }
    }

    /// Cuts the power: of what was not synced, each sector is there or not.
    pub(crate) fn cut_power(&self, rng: &mut StdRng) {
        self.device.power.cut();
        self.device.mend();
        self.lose_unsynced(rng);
    }

    /// What a cut of the power that has happened does to this file.
    pub(crate) fn lose_unsynced(&self, rng: &mut StdRng) {
        let mut platter = self.lock();
        let kept_share = [0.0, 0.3, 0.7, 1.0][rng.random_range(0..4)];
        let length = platter.seen.len().max(platter.durable.len());
        platter.durable.resize(length, 0);
        let mut unsynced = std::mem::take(&mut platter.unsynced);
        unsynced.sort_unstable();
        unsynced.dedup();
        for start in unsynced {
            if rng.random_bool(kept_share) {
                platter.write_through(start);
            }
        }
        platter.seen = platter.durable.clone();
    }

    /// Lets `calls` more writes and syncs pass, then fails all until [`Self::mend`].
    pub(crate) fn fail_after(&self, calls: u32, kind: io::ErrorKind) {
        self.device.after(calls, Trouble::Fails(kind));
    }

    /// Ends the failing.
    pub(crate) fn mend(&self) {
        self.device.mend();
    }

    fn lock(&self) -> MutexGuard<'_, Platter> {
        self.platter.lock().unwrap()
    }
}

impl Platter {
    /// Makes the sector at `start` durable.
    fn write_through(&mut self, start: usize) {
        let end = (start + SECTOR).min(self.seen.len());
        if start < end {
            self.durable[start..end].copy_from_slice(&self.seen[start..end]);
        }
    }
}

/// An opened file.
#[derive(Debug)]
pub(crate) struct Handle {
    file: SimulatedDisk,
    life: u32,
}

impl Handle {
    /// Everything from `offset` on.
    pub(crate) fn rest(&self, offset: u64) -> io::Result<Vec<u8>> {
        let platter = self.platter()?;
        let start = usize::try_from(offset).unwrap().min(platter.seen.len());
        Ok(platter.seen[start..].to_vec())
    }

    fn platter(&self) -> io::Result<MutexGuard<'_, Platter>> {
        if self.file.device.power.life() == self.life {
            Ok(self.file.lock())
        } else {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    fn changing(&self) -> io::Result<MutexGuard<'_, Platter>> {
        let platter = self.platter()?;
        self.file.device.step()?;
        Ok(platter)
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
        let mut platter = self.changing()?;
        platter.seen.resize(usize::try_from(len).unwrap(), 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut platter = self.changing()?;
        let length = platter.seen.len();
        platter.durable.resize(length, 0);
        for start in std::mem::take(&mut platter.unsynced) {
            platter.write_through(start);
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut platter = self.changing()?;
        let start = usize::try_from(offset).unwrap();
        platter.seen[start..start + data.len()].copy_from_slice(data);
        let sectors = (start / SECTOR..(start + data.len()).div_ceil(SECTOR)).map(|n| n * SECTOR);
        platter.unsynced.extend(sectors);
        Ok(())
    }
}
