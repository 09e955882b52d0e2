//! The audit log's folder on a simulated disk.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::sync::{Arc, Mutex, MutexGuard};

use rand::rngs::StdRng;
use redb::StorageBackend as _;
use weighbridge::audit::{Disk, SegmentName, Segments, Tail};

use crate::store::disk::{Device, Handle, Power, SimulatedDisk};

/// The folder. Clones are the same folder.
#[derive(Clone)]
pub(super) struct Folder {
    device: Device,
    files: Arc<Mutex<Files>>,
}

#[derive(Default)]
struct Files {
    segments: BTreeMap<SegmentName, SimulatedDisk>,
    keys: Option<Vec<u8>>,
}

impl Folder {
    pub(super) fn on(device: &Device) -> Self {
        Self {
            device: device.clone(),
            files: Arc::default(),
        }
    }

    /// The folder as a process sees it that lives from now until the power is cut.
    pub(super) fn mount(&self, power: &Power) -> Mount {
        Mount {
            folder: self.clone(),
            power: power.clone(),
            life: power.life(),
        }
    }

    /// What a cut of the power that has happened does to the files.
    pub(super) fn lose_unsynced(&self, rng: &mut StdRng) {
        for file in self.files().segments.values() {
            file.lose_unsynced(rng);
        }
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap()
    }
}

/// The folder in one life of the process.
pub(super) struct Mount {
    folder: Folder,
    power: Power,
    life: u32,
}

impl Mount {
    fn files(&self) -> io::Result<MutexGuard<'_, Files>> {
        if self.power.life() == self.life {
            Ok(self.folder.files())
        } else {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    fn changing(&self) -> io::Result<MutexGuard<'_, Files>> {
        let files = self.files()?;
        self.folder.device.step()?;
        Ok(files)
    }
}

impl Segments for Mount {
    fn names(&self) -> io::Result<Vec<SegmentName>> {
        Ok(self.files()?.segments.keys().cloned().collect())
    }

    fn read(&self, name: &SegmentName, offset: u64) -> io::Result<Box<dyn Read + Send>> {
        let files = self.files()?;
        let file = files.segments.get(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(Cursor::new(file.open().rest(offset)?)))
    }

    fn length(&self, name: &SegmentName) -> io::Result<Option<u64>> {
        let files = self.files()?;
        let file = files.segments.get(name);
        file.map(|file| file.open().len()).transpose()
    }
}

impl Disk for Mount {
    fn append_to(&self, name: &SegmentName) -> io::Result<Box<dyn Tail>> {
        let mut files = self.changing()?;
        let fresh = || SimulatedDisk::on(&self.folder.device);
        let file = files.segments.entry(name.clone()).or_insert_with(fresh);
        Ok(Box::new(End(file.open())))
    }

    fn load_keys(&self) -> io::Result<Option<Vec<u8>>> {
        Ok(self.files()?.keys.clone())
    }

    fn save_keys(&self, keys: &[u8]) -> io::Result<()> {
        self.changing()?.keys = Some(keys.to_vec());
        Ok(())
    }
}

struct End(Handle);

impl Tail for End {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let end = self.0.len()?;
        self.0.set_len(end + bytes.len() as u64)?;
        self.0.write(end, bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync_data()
    }
}
