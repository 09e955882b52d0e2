//! A small file that is written over in place, so that what is taken from it is gone from the disk,
//! too, wherever the file system writes to where it wrote before.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Where such a file lies.
pub(super) struct Slate(PathBuf);

impl Slate {
    pub(super) fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// What was written last; nothing where there is no file, or a kill has cut it short.
    pub(super) fn read<T: DeserializeOwned + Default>(&self) -> io::Result<T> {
        match fs::read(&self.0) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(T::default()),
            Err(error) => Err(error),
        }
    }

    /// Writes over all that was there, durably. The file never becomes shorter: what is cut off
    /// stays on the disk.
    pub(super) fn write<T: Serialize>(&self, content: &T) -> io::Result<()> {
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&self.0)?;
        let before = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
        let mut bytes = serde_json::to_vec(content).map_err(io::Error::other)?;
        bytes.resize(bytes.len().max(before), b' ');
        file.write_all(&bytes)?;
        file.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    #[test]
    fn what_is_taken_away_is_written_over_where_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("slate");
        let slate = Slate::at(path.clone());
        assert_eq!(slate.read::<Vec<String>>().unwrap(), Vec::<String>::new());
        slate.write(&["first", "second"]).unwrap();
        let before = fs::metadata(&path).unwrap();
        assert_eq!(before.mode() & 0o777, 0o600);
        slate.write(&["first"]).unwrap();
        let after = fs::metadata(&path).unwrap();
        assert_eq!((after.ino(), after.len()), (before.ino(), before.len()));
        assert!(!fs::read_to_string(&path).unwrap().contains("second"));
        assert_eq!(slate.read::<Vec<String>>().unwrap(), ["first"]);
    }

    #[test]
    fn what_was_cut_short_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("slate");
        fs::write(&path, "[\"first\", \"sec").unwrap();
        let slate = Slate::at(path);
        assert!(slate.read::<Vec<String>>().unwrap().is_empty());
    }
}
