//! A certificate that the appliance signs for itself, so that even the first start is encrypted.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};

use super::pair::Error;
use crate::config::{CertificateFiles, Server};

/// Where Linux tells the machine's name.
const HOST_NAME: &str = "/proc/sys/kernel/hostname";

/// The files of our own certificate, in the data folder; they are made when one is missing.
pub(super) fn ensure(server: &Server) -> Result<CertificateFiles, Error> {
    let (files, folder) = (files(server), folder(server));
    if !(files.certificate.exists() && files.key.exists()) {
        let (certificate, key) = sign(names(server)).map_err(Error::Unmade)?;
        let made = DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder);
        made.map_err(|error| Error::Unwritten(folder, error))?;
        keep(&files.key, &key, 0o600)?;
        keep(&files.certificate, &certificate, 0o600)?;
    }
    Ok(files)
}

/// Where our own certificate lies, whether it is there or not.
pub(super) fn files(server: &Server) -> CertificateFiles {
    let folder = folder(server);
    CertificateFiles {
        certificate: folder.join("certificate.pem"),
        key: folder.join("key.pem"),
    }
}

fn folder(server: &Server) -> PathBuf {
    server.data.join("tls")
}

/// Every name by which the appliance may be called.
fn names(server: &Server) -> Vec<String> {
    let machine = fs::read_to_string(HOST_NAME).unwrap_or_default();
    let public = server.public_url.as_ref().and_then(|url| url.host_str());
    let known = ["localhost", "127.0.0.1", "::1", machine.trim()];
    let mut names: Vec<String> = known
        .into_iter()
        .chain(public.map(|host| host.trim_matches(['[', ']'])))
        .chain(server.hosts.iter().map(String::as_str))
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    names
}

/// A certificate for `names` and its private key, both as PEM.
///
/// It is good far into the future: who trusts it trusts this one certificate, not its maker.
fn sign(names: Vec<String>) -> Result<(String, String), rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut wanted = CertificateParams::new(names)?;
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, "Weighbridge");
    wanted.distinguished_name = subject;
    Ok((wanted.self_signed(&key)?.pem(), key.serialize_pem()))
}

/// Writes a file whole or not at all, readable as `mode` says from its first byte on.
fn keep(path: &Path, text: &str, mode: u32) -> Result<(), Error> {
    let write = || -> io::Result<()> {
        let part = path.with_extension("part");
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(mode)
            .open(&part)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&part, path)
    };
    write().map_err(|error| Error::Unwritten(path.to_owned(), error))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::Certificates;
    use super::*;
    use crate::config::Config;

    fn config(data: &Path) -> Config {
        let mut config = Config::default();
        config.server.data = data.to_owned();
        config.server.hosts = vec!["box.example".to_owned(), "localhost".to_owned()];
        config
    }

    #[test]
    fn the_first_start_makes_a_certificate_whose_key_is_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let first = Certificates::open(&config(folder.path())).unwrap();
        let key = folder.path().join("tls/key.pem");
        assert_eq!(
            fs::metadata(key).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let again = Certificates::open(&config(folder.path())).unwrap();
        assert_eq!(first.fingerprint(), again.fingerprint());
    }

    #[test]
    fn the_certificate_is_good_for_the_configured_names_once_each() {
        let names = names(&config(Path::new("/nowhere")).server);
        assert!(names.contains(&"box.example".to_owned()));
        assert_eq!(names.iter().filter(|name| *name == "localhost").count(), 1);
    }

    #[test]
    fn a_bad_file_leaves_the_old_certificate_in_place() {
        let folder = tempfile::tempdir().unwrap();
        let certificates = Certificates::open(&config(folder.path())).unwrap();
        let before = certificates.fingerprint();
        for bad in ["", "no PEM at all"] {
            fs::write(certificates.certificate(), bad).unwrap();
            assert!(certificates.reload().is_err());
            assert_eq!(certificates.fingerprint(), before);
        }
    }

    #[test]
    fn another_pair_is_taken_up_and_a_key_of_another_pair_is_refused() {
        let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let certificates = Certificates::open(&config(first.path())).unwrap();
        let before = certificates.fingerprint();
        let other = ensure(&config(second.path()).server).unwrap();
        let copy = |from: &PathBuf, to: &str| fs::copy(from, first.path().join(to)).unwrap();
        copy(&other.certificate, "tls/certificate.pem");
        assert!(matches!(certificates.reload(), Err(Error::Unusable(..))));
        assert_eq!(certificates.fingerprint(), before);
        copy(&other.key, "tls/key.pem");
        certificates.reload().unwrap();
        assert_ne!(certificates.fingerprint(), before);
    }
}
