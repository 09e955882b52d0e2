//! Tells which key of the configuration to correct when the certificate cannot be used.

use super::failure::Failure;
use crate::config::Config;
use crate::tls::{self, inspect};

/// Errs when the operator's own certificate cannot be shown; the appliance's own is made when it
/// is needed.
pub(super) fn check(config: &Config) -> Result<(), Failure> {
    if !config.tls.enabled || config.tls.files.is_none() {
        return Ok(());
    }
    match inspect(config) {
        Ok(_inspected) => Ok(()),
        Err(error) => Err(unusable(config, error)),
    }
}

/// The failure of a certificate: the configuration's, when the operator has named the files.
pub(super) fn unusable(config: &Config, error: tls::Error) -> Failure {
    let Some(files) = &config.tls.files else {
        return Failure::of(error);
    };
    let key = match &error {
        tls::Error::Unreadable(path, _) if *path == files.key => "tls.key",
        _ => "tls.certificate",
    };
    Failure::Setting(key, Box::new(error))
}
