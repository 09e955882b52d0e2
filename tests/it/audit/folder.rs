//! What the log's files let others do.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use weighbridge::audit::{Code, Error, Event};
use weighbridge::base::{Actor, Clock};

use super::open;

fn start(log: &weighbridge::audit::Log) {
    let act = Event::new(Code::Started, &Actor::system()).build(&Clock::system());
    log.append(&act).unwrap();
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[test]
fn the_folder_its_files_and_the_key_are_closed_to_others() {
    let folder = tempfile::tempdir().unwrap();
    start(&open(folder.path()).unwrap());
    let audit = folder.path().join("audit");
    assert_eq!(mode(&audit) & !0o750, 0);
    assert_eq!(mode(&folder.path().join("audit.key")), 0o600);
    for segment in fs::read_dir(&audit).unwrap() {
        assert_eq!(mode(&segment.unwrap().path()) & !0o640, 0);
    }
}

#[test]
fn a_second_writer_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let _held = open(folder.path()).unwrap();
    assert!(matches!(open(folder.path()), Err(Error::Busy(_))));
}

#[test]
fn a_log_whose_key_is_lost_is_not_carried_on_under_another() {
    let folder = tempfile::tempdir().unwrap();
    start(&open(folder.path()).unwrap());
    fs::remove_file(folder.path().join("audit.key")).unwrap();
    assert!(matches!(open(folder.path()), Err(Error::KeyForeign(_))));
}
