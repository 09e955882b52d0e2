//! Whether the configuration can be used, and who may change it.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::Check;
use crate::config::{Faults, Loaded};

const NAME: &str = "Configuration";

/// Every fault of a configuration that cannot be used.
pub(super) fn faulty(faults: &Faults) -> Check {
    let lines = faults.faults.iter().map(|fault| faults.line(fault));
    let checks = lines.map(|line| Check::failed("fault", line));
    Check::group(NAME, checks.collect())
}

/// A configuration that was loaded from `file`, if there is one.
pub(super) fn check(file: Option<&Path>, loaded: &Loaded) -> Check {
    let mut checks = vec![match file {
        None => Check::ok(
            "file",
            "none; the defaults and the environment are in force",
        ),
        Some(file) => match std::fs::metadata(file) {
            Ok(about) => judge(file, about.mode(), about.uid()),
            Err(error) => Check::failed("file", format!("{}: {error}", file.display())),
        },
    }];
    let warnings = loaded.warnings.iter();
    checks.extend(warnings.map(|warning| Check::warning("value", warning.to_string())));
    Check::group(NAME, checks)
}

/// Whoever may change the file may have the appliance listen, trust and write where they like.
fn judge(file: &Path, mode: u32, uid: u32) -> Check {
    let shown = file.display();
    if mode & 0o002 != 0 {
        let detail = format!(
            "{shown} may be changed by everybody (mode {:04o})",
            mode & 0o7777
        );
        return Check::failed("file", detail).remedy(format!("chmod o-w {shown}"));
    }
    if uid != 0 && uid != rustix::process::geteuid().as_raw() {
        let detail = format!("{shown} belongs to user {uid}, who may change it");
        return Check::warning("file", detail).remedy(format!("chown root {shown}"));
    }
    Check::ok("file", shown.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::verdict::Verdict;
    use super::*;

    #[test]
    fn a_file_that_everybody_may_change_is_a_fault() {
        let me = rustix::process::geteuid().as_raw();
        let file = Path::new("/etc/weighbridge/config.toml");
        for (mode, uid, expected) in [
            (0o640, 0, Verdict::Ok),
            (0o644, me, Verdict::Ok),
            (0o646, 0, Verdict::Failed),
            (0o640, me + 7, Verdict::Warning),
        ] {
            assert_eq!(judge(file, mode, uid).verdict, expected, "{mode:o} {uid}");
        }
    }
}
