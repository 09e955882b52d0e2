//! Looks at the certificate in the files without changing or making anything.

use std::net::IpAddr;

use jiff::Timestamp;
use rustls_pki_types::CertificateDer;
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

use super::pair::{self, Error};
use super::self_signed;
use crate::config::{CertificateFiles, Config};

/// What the certificate in the files says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// Where it lies.
    pub files: CertificateFiles,
    /// From when on it is good.
    pub not_before: Timestamp,
    /// Until when.
    pub not_after: Timestamp,
    /// The names and addresses that it is good for.
    pub names: Vec<String>,
}

/// Looks at the pair that a server would show now; none before the first start has made one.
///
/// Errs when the server would refuse it.
pub fn inspect(config: &Config) -> Result<Option<Inspection>, Error> {
    let files = match &config.tls.files {
        Some(files) => files.clone(),
        None => self_signed::files(&config.server),
    };
    let missing = !files.certificate.exists() && !files.key.exists();
    if config.tls.files.is_none() && missing {
        return Ok(None);
    }
    let pair = pair::load(&files)?;
    read(files, &pair.leaf).map(Some)
}

fn read(files: CertificateFiles, leaf: &CertificateDer<'_>) -> Result<Inspection, Error> {
    let unreadable = || Error::NoCertificate(files.certificate.clone());
    let (_, leaf) = X509Certificate::from_der(leaf).map_err(|_form| unreadable())?;
    let time = |seconds| Timestamp::from_second(seconds).map_err(|_range| unreadable());
    let validity = leaf.validity();
    let alternatives = leaf.subject_alternative_name().ok().flatten();
    let names = alternatives.map(|names| &names.value.general_names);
    Ok(Inspection {
        not_before: time(validity.not_before.timestamp())?,
        not_after: time(validity.not_after.timestamp())?,
        names: names.into_iter().flatten().filter_map(name).collect(),
        files,
    })
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => {
            let v4 = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            let address = v4.or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from));
            address.ok().map(|address| address.to_string())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Certificates;
    use super::*;

    #[test]
    fn the_own_certificate_is_described_and_before_it_is_made_there_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.server.data = folder.path().to_owned();
        config.server.hosts = vec!["box.example".to_owned()];
        assert_eq!(inspect(&config).unwrap(), None);
        assert!(!folder.path().join("tls").exists());
        Certificates::open(&config).unwrap();
        let found = inspect(&config).unwrap().unwrap();
        assert!(found.not_before < found.not_after);
        for name in ["box.example", "localhost", "127.0.0.1", "::1"] {
            assert!(found.names.contains(&name.to_owned()), "{name}: {found:?}");
        }
    }
}
