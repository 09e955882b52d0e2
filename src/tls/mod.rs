//! Loads or makes the certificate that the server shows.
//!
//! A changed certificate is taken up while connections stand; a bad one leaves the old in place.

mod inspect;
mod pair;
mod self_signed;
mod watch;

use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio_rustls::TlsAcceptor;

use crate::config::{CertificateFiles, Config};

pub use inspect::{Inspection, inspect};
pub use pair::Error;

/// The certificate in force, which can be exchanged while it is in use. Clones share it.
#[derive(Clone)]
pub struct Certificates {
    files: CertificateFiles,
    current: Arc<ArcSwap<pair::Pair>>,
}

impl Certificates {
    /// Loads the operator's certificate, or our own, which is made when it is not there yet.
    pub fn open(config: &Config) -> Result<Self, Error> {
        let files = match &config.tls.files {
            Some(files) => files.clone(),
            None => self_signed::ensure(&config.server)?,
        };
        let pair = pair::load(&files)?;
        Ok(Self {
            files,
            current: Arc::new(ArcSwap::from_pointee(pair)),
        })
    }

    /// Where the certificate lies, for clients that pin it.
    pub fn certificate(&self) -> &PathBuf {
        &self.files.certificate
    }

    /// SHA-256 of the server's own certificate, as browsers show it.
    pub fn fingerprint(&self) -> String {
        self.current.load().fingerprint.clone()
    }

    /// What makes TLS of a connection that was accepted now.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.current.load().config))
    }

    /// Loads the files again. Errs without changing anything when they are no good.
    pub fn reload(&self) -> Result<(), Error> {
        let pair = pair::load(&self.files)?;
        self.current.store(Arc::new(pair));
        Ok(())
    }
}
