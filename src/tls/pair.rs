//! A certificate chain with its key, read from PEM files and checked.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};

use crate::config::CertificateFiles;

/// Why there is no certificate to show.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file is not there, or no PEM.
    #[error("could not read {0}")]
    Unreadable(PathBuf, #[source] pem::Error),
    /// A file holds no certificate.
    #[error("{0} holds no certificate")]
    NoCertificate(PathBuf),
    /// The chain and the key do not belong together, or are of a kind that is not known.
    #[error("{} and {} cannot be used together", .0.certificate.display(), .0.key.display())]
    Unusable(CertificateFiles, #[source] rustls::Error),
    /// No certificate could be made.
    #[error("could not make a certificate")]
    Unmade(#[source] rcgen::Error),
    /// The certificate that was made could not be kept.
    #[error("could not write {0}")]
    Unwritten(PathBuf, #[source] std::io::Error),
}

/// A chain and a key that fit, ready for use.
pub(super) struct Pair {
    pub(super) config: Arc<ServerConfig>,
    /// SHA-256 of the first certificate: upper-case pairs of digits with colons.
    pub(super) fingerprint: String,
    /// The server's own certificate.
    pub(super) leaf: CertificateDer<'static>,
}

/// Reads both files; errs when they do not belong together.
pub(super) fn load(files: &CertificateFiles) -> Result<Pair, Error> {
    let unreadable = |path: &PathBuf, error| Error::Unreadable(path.clone(), error);
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unreadable(&files.certificate, error))?;
    let key =
        PrivateKeyDer::from_pem_file(&files.key).map_err(|error| unreadable(&files.key, error))?;
    let first = chain
        .first()
        .ok_or_else(|| Error::NoCertificate(files.certificate.clone()))?;
    let (fingerprint, leaf) = (fingerprint(first), first.clone());
    let config = configuration(chain, key)
        .map_err(|error| Error::Unusable(files.clone(), error))?
        .into();
    Ok(Pair {
        config,
        fingerprint,
        leaf,
    })
}

/// TLS 1.2 and 1.3, whose suites in rustls all have forward secrecy and authenticated encryption.
fn configuration(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let digest = Sha256::digest(certificate);
    let pairs: Vec<String> = digest.iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}
