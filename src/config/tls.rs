//! `[tls]`: the certificate that the appliance shows.

use std::path::PathBuf;

use super::fault::Reason;
use super::reader::Section;

/// How connections are encrypted.
#[derive(Clone, Debug)]
pub struct Tls {
    /// Whether they are at all.
    pub enabled: bool,
    /// The operator's own certificate; without one, the appliance signs its own.
    pub files: Option<CertificateFiles>,
}

/// PEM files of the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The chain, the server's own certificate first.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

impl Tls {
    pub(super) fn read(mut from: Section<'_, '_>) -> Self {
        let enabled = from.key(
            "enabled",
            true,
            "Whether connections are encrypted. Turn it off only behind a proxy on the same \
             machine.",
        );
        let certificate = from.key(
            "certificate",
            None,
            "PEM file with the certificate chain, the server's own first. Without one the \
             appliance signs a certificate for itself at the first start.",
        );
        let key = from.key(
            "key",
            None,
            "PEM file with the certificate's private key. A changed file is taken up at once; a \
             bad one leaves the old certificate in place.",
        );
        Self {
            enabled,
            files: pair(&mut from, certificate, key),
        }
    }
}

fn pair(
    from: &mut Section<'_, '_>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
) -> Option<CertificateFiles> {
    let (set, missing) = match (certificate, key) {
        (Some(certificate), Some(key)) => return Some(CertificateFiles { certificate, key }),
        (None, None) => return None,
        (Some(_), None) => ("certificate", "it needs tls.key beside it"),
        (None, Some(_)) => ("key", "it needs tls.certificate beside it"),
    };
    let key = from.path(set);
    from.refuse(set, Reason::Contradiction { key, rule: missing });
    None
}
