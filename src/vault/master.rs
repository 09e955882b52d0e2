//! The master key's file: made once, read once, never looser than its owner's eyes.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Result as IoResult, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::{Zeroize as _, Zeroizing};

use super::Error;
use super::key_box::SealedBox;
use super::seal::SealingKey;
use crate::audit::KeyBox;
use crate::base::{Hex, SecretBytes};
use crate::config::MasterKey;

/// The master key, in memory. It seals nothing itself: each use has a key derived from it.
pub struct Master {
    key: SecretBytes<32>,
    made: bool,
}

impl Master {
    /// Reads the master key, or makes it when nothing was ever sealed with it.
    ///
    /// `witnesses` are the files whose existence shows that there was a key: with one of them
    /// there and the key gone, a new one would only hide the loss. Errs too when others could read
    /// the key. A new key is durable before this returns.
    pub fn open(place: &MasterKey, witnesses: &[&Path]) -> Result<Self, Error> {
        match place {
            MasterKey::Credential(path) => match read(path, Modes::Granted)? {
                Some(key) => Ok(Self { key, made: false }),
                None => Err(Error::NoCredential(path.clone())),
            },
            MasterKey::File(path) => match read(path, Modes::Private)? {
                Some(key) => Ok(Self { key, made: false }),
                None => make(path, witnesses),
            },
        }
    }

    /// Whether this start made the key, so that its owner must be told to keep a copy.
    pub fn is_new(&self) -> bool {
        self.made
    }

    /// A name for the key that tells nothing of it: two keys with one fingerprint are the same.
    pub fn fingerprint(&self) -> String {
        Hex(&self.derive("fingerprint")[..8]).to_string()
    }

    /// The box in which the audit log keeps its private keys.
    pub fn key_box(&self) -> Arc<dyn KeyBox> {
        Arc::new(SealedBox::new(self.sealing_key("audit key box")))
    }

    /// The key that seals data keys.
    pub(super) fn wrapping_key(&self) -> SealingKey {
        self.sealing_key("data keys")
    }

    fn sealing_key(&self, purpose: &str) -> SealingKey {
        SealingKey::new(0, &SecretBytes::new(*self.derive(purpose)))
    }

    fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.expose())
            .expect("HMAC takes keys of any length");
        mac.update(b"weighbridge master key 1\0");
        mac.update(purpose.as_bytes());
        Zeroizing::new(mac.finalize().into_bytes().into())
    }
}

/// What modes a key file may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Modes {
    /// Nobody but the owner, as we make it.
    Private,
    /// systemd grants its credentials by an access list, which shows as the group's read bit.
    Granted,
}

impl Modes {
    const fn forbidden(self) -> u32 {
        match self {
            Self::Private => 0o077,
            Self::Granted => 0o037,
        }
    }
}

fn read(path: &Path, modes: Modes) -> Result<Option<SecretBytes<32>>, Error> {
    let failed = |error| Error::Io(path.to_owned(), error);
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let about = file.metadata().map_err(failed)?;
    if !about.is_file() {
        return Err(Error::NotAKey(path.to_owned()));
    }
    let mode = about.mode() & 0o7777;
    if mode & modes.forbidden() != 0 {
        return Err(Error::Loose {
            path: path.to_owned(),
            mode,
        });
    }
    let uid = about.uid();
    if uid != 0 && uid != rustix::process::geteuid().as_raw() {
        return Err(Error::Foreign {
            path: path.to_owned(),
            uid,
        });
    }
    // One more than a key with its line's end, to notice what is longer; nothing grows, so nothing
    // is left behind in memory.
    let mut text = Zeroizing::new([0; 67]);
    let length = fill(&mut file, text.as_mut_slice()).map_err(failed)?;
    match Hex::read::<32>(text[..length].trim_ascii_end()) {
        Some(mut key) => {
            let secret = SecretBytes::new(key);
            key.zeroize();
            Ok(Some(secret))
        }
        None => Err(Error::NotAKey(path.to_owned())),
    }
}

fn fill(file: &mut File, buffer: &mut [u8]) -> IoResult<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match file.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

fn make(path: &Path, witnesses: &[&Path]) -> Result<Master, Error> {
    if let Some(witness) = witnesses.iter().find(|file| file.exists()) {
        return Err(Error::Missing {
            key: path.to_owned(),
            witness: (*witness).to_owned(),
        });
    }
    let key = SecretBytes::random();
    write(path, &key).map_err(|error| Error::Io(path.to_owned(), error))?;
    Ok(Master { key, made: true })
}

/// Writes the key beside its place and links it in whole, so that a kill leaves all of it or none,
/// and one that has come there meanwhile is not overwritten.
fn write(path: &Path, key: &SecretBytes<32>) -> IoResult<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".new");
    let draft = PathBuf::from(draft);
    match std::fs::remove_file(&draft) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    let text = Zeroizing::new(format!("{}\n", Hex(key.expose())));
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::hard_link(&draft, path)?;
    std::fs::remove_file(&draft)?;
    match path.parent() {
        Some(folder) if folder != Path::new("") => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, read_to_string, set_permissions};
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        (folder, path)
    }

    fn open(path: &Path) -> Result<Master, Error> {
        Master::open(&MasterKey::File(path.to_owned()), &[])
    }

    #[test]
    fn the_first_start_makes_a_key_that_the_second_finds() {
        let (_folder, path) = folder();
        let first = open(&path).unwrap();
        let second = open(&path).unwrap();
        assert!(first.is_new() && !second.is_new());
        assert_eq!(first.fingerprint(), second.fingerprint());
    }

    #[test]
    fn a_new_key_is_for_its_owner_alone_and_leaves_no_draft() {
        let (folder, path) = folder();
        open(&path).unwrap();
        assert_eq!(path.metadata().unwrap().mode() & 0o7777, 0o600);
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn a_draft_that_a_kill_left_behind_is_no_hindrance() {
        let (_folder, path) = folder();
        std::fs::write(path.with_extension("key.new"), "half").unwrap();
        assert!(open(&path).unwrap().is_new());
    }

    #[test]
    fn every_mode_that_shows_the_key_to_others_is_refused() {
        let (_folder, path) = folder();
        open(&path).unwrap();
        for mode in [
            0o601, 0o602, 0o604, 0o610, 0o620, 0o640, 0o644, 0o660, 0o666, 0o777,
        ] {
            set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            let refused =
                matches!(open(&path), Err(Error::Loose { mode: found, .. }) if found == mode);
            assert!(refused, "mode {mode:o}");
        }
        for mode in [0o400, 0o600, 0o700] {
            set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert!(open(&path).is_ok(), "mode {mode:o}");
        }
    }

    #[test]
    fn a_credential_of_systemd_may_be_read_by_its_group_alone() {
        let (_folder, path) = folder();
        open(&path).unwrap();
        let place = MasterKey::Credential(path.clone());
        set_permissions(&path, Permissions::from_mode(0o440)).unwrap();
        assert!(Master::open(&place, &[]).is_ok());
        set_permissions(&path, Permissions::from_mode(0o444)).unwrap();
        assert!(matches!(
            Master::open(&place, &[]),
            Err(Error::Loose { .. })
        ));
    }

    #[test]
    fn a_credential_is_never_made() {
        let (_folder, path) = folder();
        let opened = Master::open(&MasterKey::Credential(path.clone()), &[]);
        assert!(matches!(opened, Err(Error::NoCredential(_))));
        assert!(!path.exists());
    }

    #[test]
    fn a_lost_key_is_not_replaced_by_a_new_one() {
        let (folder, path) = folder();
        let store = folder.path().join("store.redb");
        std::fs::write(&store, "sealed").unwrap();
        let opened = Master::open(&MasterKey::File(path.clone()), &[&store]);
        assert!(matches!(opened, Err(Error::Missing { witness, .. }) if witness == store));
        assert!(!path.exists());
    }

    #[test]
    fn a_file_that_is_no_key_is_refused_and_left_alone() {
        let (_folder, path) = folder();
        let texts = [
            "",
            "abc",
            &"A".repeat(64),
            &"a".repeat(63),
            &"a".repeat(65),
            &"a".repeat(9999),
        ];
        for text in texts {
            std::fs::write(&path, text).unwrap();
            set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
            assert!(matches!(open(&path), Err(Error::NotAKey(_))), "{text:?}");
            assert_eq!(read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn the_fingerprint_does_not_show_the_key() {
        let (_folder, path) = folder();
        let master = open(&path).unwrap();
        let key = read_to_string(&path).unwrap();
        assert!(!key.contains(&master.fingerprint()));
    }
}
