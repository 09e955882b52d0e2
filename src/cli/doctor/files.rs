//! Whether the data folder and the keys are there, and are nobody else's.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::Check;
use crate::audit::{Error, check_key_file};
use crate::base::chain;
use crate::config::{Config, MasterKey};
use crate::vault::Master;

pub(super) fn check(config: &Config) -> Check {
    let server = &config.server;
    let begun = server.store_file().exists();
    let audit_key = server.audit_key();
    Check::group(
        "Files",
        vec![
            private("data folder", &server.data, 0o007, begun),
            master_key(&config.vault.master_key, &audit_key, begun),
            private("audit key", &audit_key, 0o077, begun),
        ],
    )
}

/// Something of the service's own. Before the first start it need not be there.
fn private(name: &str, path: &Path, forbidden: u32, begun: bool) -> Check {
    match fs::metadata(path) {
        Ok(about) => judge((name, path), about.mode(), about.uid(), forbidden),
        Err(error) if error.kind() == ErrorKind::NotFound && !begun => Check::not_checked(
            name,
            format!("{} is made at the first start", path.display()),
        ),
        Err(error) => {
            let remedy = match error.kind() {
                ErrorKind::NotFound => "Put it back from a backup.",
                ErrorKind::PermissionDenied => {
                    "Run the doctor as root or as the service's own user, who may read it."
                }
                _ => "Look into the kernel's log.",
            };
            Check::failed(name, format!("{}: {error}", path.display())).remedy(remedy)
        }
    }
}

fn judge((name, path): (&str, &Path), mode: u32, uid: u32, forbidden: u32) -> Check {
    let shown = path.display();
    let mode = mode & 0o7777;
    let me = rustix::process::geteuid().as_raw();
    if mode & forbidden != 0 {
        return Check::failed(name, format!("{shown} is open to others (mode {mode:04o})"))
            .remedy(format!("chmod {:04o} {shown}", mode & !forbidden));
    }
    if uid != me {
        return Check::warning(
            name,
            format!("{shown} belongs to user {uid}; this is user {me}"),
        )
        .remedy("Run the doctor as the service's own user to see what that user sees.");
    }
    Check::ok(name, format!("{shown} (mode {mode:04o})"))
}

/// Reads the key as a start would, but makes none.
fn master_key(place: &MasterKey, audit_key: &Path, begun: bool) -> Check {
    let path = place.path();
    let name = "master key";
    if matches!(place, MasterKey::File(_)) && !path.exists() {
        let shown = path.display();
        return if begun {
            Check::failed(
                name,
                format!("{shown} is missing, and the store was sealed with it"),
            )
            .remedy("Put your copy of the key back (mode 0600).")
        } else {
            Check::not_checked(name, format!("{shown} is made at the first start"))
        };
    }
    let master = match Master::open(place, &[]) {
        Ok(master) => master,
        Err(error) => return Check::failed(name, chain(&error).to_string()),
    };
    // A key that can be read may still be another appliance's.
    if let Err(Error::KeyRefused) = check_key_file(audit_key, &*master.key_box()) {
        let (key, sealed) = (path.display(), audit_key.display());
        let detail = format!("{key} is not the key that {sealed} was sealed with");
        return Check::failed(name, detail)
            .remedy("Put back the two that belong together, from a backup of one moment.");
    }
    Check::ok(
        name,
        format!("{}, fingerprint {}", path.display(), master.fingerprint()),
    )
}

#[cfg(test)]
mod tests {
    use super::super::verdict::Verdict;
    use super::*;

    #[test]
    fn what_is_open_to_others_fails_and_the_remedy_closes_it() {
        let me = rustix::process::geteuid().as_raw();
        let judged = |mode, uid| judge(("key", Path::new("/k")), mode, uid, 0o077);
        assert_eq!(judged(0o100_600, me).verdict, Verdict::Ok);
        assert_eq!(judged(0o100_600, me + 7).verdict, Verdict::Warning);
        let open = judged(0o100_644, me);
        assert_eq!(open.verdict, Verdict::Failed);
        assert_eq!(open.remedy.as_deref(), Some("chmod 0600 /k"));
    }
}
