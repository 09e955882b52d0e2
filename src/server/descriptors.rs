//! Lets the process open as many files as the system allows it.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the number of files that may be open to the hard limit: each connection is one, and the
/// usual soft limit of 1,024 is kept only for programs that use `select`.
pub(super) fn raise() {
    let allowed = getrlimit(Resource::Nofile);
    let wanted = Rlimit {
        current: allowed.maximum,
        maximum: allowed.maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, wanted) {
        tracing::warn!(%error, "could not raise the number of files that may be open");
    }
}
