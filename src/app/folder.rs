//! The data folder, which everything lies in.

use std::fs::DirBuilder;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};

use rustix::fs::{Access, access};

use super::Error;
use crate::config::Config;

/// Makes the data folder if it is not there, and makes sure that it can be written to.
pub fn make_data_folder(config: &Config) -> Result<(), Error> {
    let data = &config.server.data;
    DirBuilder::new()
        .recursive(true)
        .mode(0o750)
        .create(data)
        .map_err(|error| Error::Data(data.clone(), error))?;
    if let Err(error) = access(data, Access::WRITE_OK | Access::EXEC_OK) {
        return Err(Error::ReadOnly(data.clone(), error.into()));
    }
    let mode = std::fs::metadata(data).map_or(0, |about| about.mode() & 0o7777);
    if mode & 0o007 != 0 {
        let shown = data.display();
        tracing::warn!(
            "the data folder {shown} is open to everybody on this machine (mode {mode:04o}); run: \
             chmod o-rwx {shown}"
        );
    }
    Ok(())
}
