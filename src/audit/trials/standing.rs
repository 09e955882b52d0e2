//! The verdict of the running appliance on its own log.

use super::pages::long_log;
use super::*;

#[test]
fn a_log_that_is_written_on_is_intact_up_to_where_the_check_began() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let (log, newest) = long_log(&disk, &clock);
    let check = log.begin_check().unwrap();
    assert!(log.begin_check().is_none(), "one at a time");
    for n in 200..300 {
        assert!(attest(&log, &clock, n));
    }
    let standing = log.standing().unwrap();
    assert_eq!(standing.checking.unwrap().sequence, newest);
    assert!(standing.verdict.is_none());
    let verdict = check.run(&Actor::system()).unwrap();
    assert!(verdict.is_intact(), "{verdict:?}");
    assert_eq!((verdict.sequence, verdict.lines), (newest, newest));
    let standing = log.standing().unwrap();
    assert_eq!(standing.checking, None);
    assert_eq!(standing.verdict, Some(verdict.clone()));
    assert!(standing.signed.unwrap().seq > newest);
    // Another start of the appliance finds the verdict in the log.
    log.close().unwrap();
    let again = Log::on_memory(&disk, &clock, 30_000);
    assert_eq!(again.standing().unwrap().verdict, Some(verdict));
}

#[test]
fn a_changed_line_and_a_cut_tail_are_named() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let (log, newest) = long_log(&disk, &clock);
    let name = disk.segments()[1].clone();
    let whole = disk.bytes(&name);
    let text = String::from_utf8(whole.clone()).unwrap();
    disk.put(&name, text.replacen("act-", "axt-", 1).into_bytes());
    let verdict = log.begin_check().unwrap().run(&Actor::system()).unwrap();
    assert!(!verdict.is_intact());
    assert_eq!(verdict.findings[0].file, name.to_string());
    assert_eq!(verdict.findings[0].sequence, Some(name.first + 1));
    disk.put(&name, whole);

    let name = disk.segments().pop().unwrap();
    let bytes = disk.bytes(&name);
    let kept = bytes[..bytes.len() - 1].iter().rposition(|b| *b == b'\n');
    disk.put(&name, bytes[..=kept.unwrap()].to_vec());
    let verdict = log.begin_check().unwrap().run(&Actor::system()).unwrap();
    let what = &verdict.findings[0].what;
    assert!(what.contains(&format!("before line {newest}")), "{what}");
}

#[test]
fn a_check_is_dropped_when_the_log_is_closed() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let (log, _) = long_log(&disk, &clock);
    let check = log.begin_check().unwrap();
    log.close().unwrap();
    assert_eq!(check.run(&Actor::system()), None);
    assert!(log.standing().unwrap().checking.is_none());
}
