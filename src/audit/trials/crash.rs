//! Kills, torn writes, full and failing disks.

use std::io::ErrorKind;
use std::time::Duration;

use proptest::prelude::*;

use super::super::memory::Fault;
use super::super::segment::SegmentName;
use super::*;
use crate::base::WitnessError;

const SMALL: u64 = 2500; // two or three lines

fn kill(at: usize, torn: usize) -> Fault {
    Fault {
        at,
        torn,
        lasts: true,
        kind: ErrorKind::Other,
    }
}

#[test]
fn a_kill_between_any_two_steps_loses_nothing_that_was_acknowledged() {
    for torn in [0, 9, 100_000] {
        for at in 0.. {
            let (disk, clock) = (MemoryDisk::default(), clock());
            let log = Log::on_memory(&disk, &clock, SMALL);
            disk.fail(kill(at, torn));
            let kept: Vec<_> = (1..8).filter(|n| attest(&log, &clock, *n)).collect();
            let done = !disk.failed();
            drop(log);
            disk.heal();
            disk.crash(torn);
            let log = Log::on_memory(&disk, &clock, SMALL);
            assert!(
                attest(&log, &clock, 99),
                "step {at}: nothing can be written any more"
            );
            let report = check(&disk);
            assert!(report.holds(), "step {at}, {torn} torn: {report}");
            let lines = shown(&log);
            assert_eq!(lines.len() as u64, report.last_seq, "step {at}: a gap");
            for n in kept {
                assert_eq!(times_shown(&lines, n), 1, "step {at}: act {n}");
            }
            if done {
                break;
            }
        }
    }
}

#[test]
fn after_a_fault_the_log_comes_back_by_itself_without_what_it_refused() {
    for torn in [0, 9, 100_000] {
        for at in 0.. {
            let (disk, clock) = (MemoryDisk::default(), clock());
            let log = Log::on_memory(&disk, &clock, SMALL);
            disk.fail(Fault {
                lasts: false,
                ..kill(at, torn)
            });
            let mut refused = Vec::new();
            for n in 1..8 {
                if !attest(&log, &clock, n) {
                    refused.push(n);
                }
                clock.advance(Duration::from_secs(2));
            }
            let done = !disk.failed();
            disk.heal();
            assert!(attest(&log, &clock, 99));
            let report = check(&disk);
            assert!(report.holds(), "step {at}, {torn} torn: {report}");
            let lines = shown(&log);
            for n in 1..8 {
                let times = usize::from(!refused.contains(&n));
                assert_eq!(times_shown(&lines, n), times, "step {at}: act {n}");
            }
            drop(log);
            let reopened = Log::on_memory(&disk, &clock, SMALL);
            assert_eq!(shown(&reopened), lines);
            if done {
                break;
            }
        }
    }
}

#[test]
fn a_tail_torn_at_any_byte_is_kept_and_named() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let log = Log::on_memory(&disk, &clock, 1 << 20);
    (1..4).for_each(|n| assert!(attest(&log, &clock, n)));
    drop(log);
    let name = disk.segments().remove(0);
    let whole = disk.bytes(&name);
    let last = whole[..whole.len() - 1]
        .iter()
        .rposition(|b| *b == b'\n')
        .unwrap()
        + 1;
    for end in last + 1..whole.len() {
        let disk = disk.copy();
        disk.put(&name, whole[..end].to_vec());
        let log = Log::on_memory(&disk, &clock, 1 << 20);
        assert!(attest(&log, &clock, 9));
        let report = check(&disk);
        assert!(report.holds(), "cut at {end}: {report}");
        let torn = format!("{} bytes from offset {last}", end - last);
        assert!(
            report.notes.iter().any(|note| note.contains(&torn)),
            "{report}"
        );
        assert_eq!(disk.bytes(&name).len(), end, "the torn bytes were touched");
    }
}

/// Found by the simulation: a crash had lost all of a segment but its name, the log went on in the
/// segment before, and readers looked for its lines in the empty one.
#[test]
fn a_segment_that_a_crash_left_empty_hides_no_lines() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let log = Log::on_memory(&disk, &clock, 1 << 20);
    (1..4).for_each(|n| assert!(attest(&log, &clock, n)));
    let next = SegmentName {
        first: check(&disk).last_seq + 1,
        attempt: 0,
    };
    drop(log);
    disk.put(&next, Vec::new());
    let log = Log::on_memory(&disk, &clock, 1 << 20);
    (4..7).for_each(|n| assert!(attest(&log, &clock, n)));
    assert_eq!(shown(&log).len() as u64, check(&disk).last_seq);
    (1..7).for_each(|n| assert_eq!(times_shown(&shown(&log), n), 1, "act {n}"));
}

/// Found by the simulation: a segment could not be begun on a disk that was full, and after a cut
/// of the power it was room that nothing had been written to. Readers looked there for the lines
/// that the segment before went on with.
#[test]
fn a_segment_that_was_never_begun_hides_no_lines() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let log = Log::on_memory(&disk, &clock, 1 << 20);
    (1..4).for_each(|n| assert!(attest(&log, &clock, n)));
    let tried = SegmentName {
        first: check(&disk).last_seq - 1,
        attempt: 0,
    };
    drop(log);
    disk.put(&tried, vec![0; 1400]);
    let log = Log::on_memory(&disk, &clock, 1 << 20);
    (4..7).for_each(|n| assert!(attest(&log, &clock, n)));
    let report = check(&disk);
    assert!(report.holds(), "{report}");
    assert_eq!(shown(&log).len() as u64, report.last_seq);
    (1..7).for_each(|n| assert_eq!(times_shown(&shown(&log), n), 1, "act {n}"));
}

#[test]
fn a_full_disk_is_told_apart_and_reads_are_kept_or_counted() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let log = Log::on_memory(&disk, &clock, 1 << 30);
    assert!(attest(&log, &clock, 1));
    disk.fail(Fault {
        kind: ErrorKind::StorageFull,
        ..kill(0, 0)
    });
    let refused = log.attest(&[(2, &act(&clock, 2))]);
    assert!(matches!(refused, Err(WitnessError::Full(_))), "{refused:?}");
    (10..5010).for_each(|n| log.record(act(&clock, n)));
    disk.heal();
    clock.advance(Duration::from_secs(2));
    log.flush().unwrap();
    let lines = shown(&log);
    assert_eq!(times_shown(&lines, 10), 1);
    assert_eq!(times_shown(&lines, 5009), 0);
    let lost = lines
        .iter()
        .find(|line| line.contains("log_acts_lost"))
        .unwrap();
    assert!(lost.contains("\"counts\":{\"acts\":904}"), "{lost}");
    assert!(check(&disk).holds());
}

#[test]
fn a_failing_disk_is_not_tried_again_at_once() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let log = Log::on_memory(&disk, &clock, 1 << 20);
    disk.fail(kill(4, 0));
    for n in 1..50 {
        attest(&log, &clock, n);
    }
    assert!(disk.segments().len() <= 2, "each try has left a file");
}

#[test]
fn acts_that_were_not_committed_are_closed_once() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let log = Log::on_memory(&disk, &clock, 1 << 20);
    assert!(attest(&log, &clock, 6));
    let (seven, eight) = (act(&clock, 7), act(&clock, 8));
    let last = log.attest(&[(7, &seven), (8, &eight)]).unwrap();
    drop(log);
    for _ in 0..2 {
        let log = Log::on_memory(&disk, &clock, 1 << 20);
        assert_eq!(log.reconcile(6).unwrap(), 8);
        log.record(act(&clock, 50));
        log.flush().unwrap();
    }
    let void = format!("\"void_lines\":[{},{last}]", last - 1);
    assert_eq!(text(&disk).matches(&void).count(), 1);
    assert!(check(&disk).holds());
}

#[test]
fn acts_that_were_committed_are_not_closed() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let log = Log::on_memory(&disk, &clock, SMALL);
    (1..9).for_each(|n| assert!(attest(&log, &clock, n)));
    drop(log);
    let log = Log::on_memory(&disk, &clock, SMALL);
    assert_eq!(log.reconcile(8).unwrap(), 8);
    assert_eq!(text(&disk).matches("log_act_void").count(), 0);
}

#[test]
fn an_old_key_is_gone_once_the_next_segment_is_open() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let log = Log::on_memory(&disk, &clock, SMALL);
    (1..9).for_each(|n| assert!(attest(&log, &clock, n)));
    let keys = super::super::keys::Keys::load(&disk, &super::super::memory::Turned);
    let keys = keys.unwrap().unwrap();
    assert!(keys.next.is_none());
    let newest = super::super::seal::Signer::new(&keys.current).key_id;
    let bytes = disk.bytes(disk.segments().last().unwrap());
    assert!(String::from_utf8(bytes).unwrap().contains(&newest));
}

#[test]
fn a_new_day_opens_a_new_segment() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let log = Log::on_memory(&disk, &clock, 1 << 20);
    assert!(attest(&log, &clock, 1) && attest(&log, &clock, 2));
    clock.advance(Duration::from_hours(24));
    assert!(attest(&log, &clock, 3));
    assert_eq!(disk.segments().len(), 2);
    assert!(check(&disk).holds());
}

/// What may happen to a log.
#[derive(Clone, Debug)]
enum Happening {
    Record,
    Attest,
    Flush,
    Later(u64),
    Fault(usize, usize),
    Crash(usize),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        4 => Just(Happening::Record),
        6 => Just(Happening::Attest),
        2 => Just(Happening::Flush),
        1 => (1..90_000_u64).prop_map(Happening::Later),
        1 => (0..6_usize, 0..900_usize).prop_map(|(at, torn)| Happening::Fault(at, torn)),
        1 => (0..900_usize).prop_map(Happening::Crash),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_happens_the_log_holds_and_has_what_it_acknowledged(
        happenings in proptest::collection::vec(happening(), 1..60)
    ) {
        let (disk, clock) = (MemoryDisk::default(), clock());
        let mut log = Log::on_memory(&disk, &clock, SMALL);
        let mut kept = Vec::new();
        for (n, happening) in (1..).zip(happenings) {
            match happening {
                Happening::Record => log.record(act(&clock, n)),
                Happening::Attest => kept.extend(attest(&log, &clock, n).then_some(n)),
                Happening::Flush => drop(log.flush()),
                Happening::Later(seconds) => clock.advance(Duration::from_secs(seconds)),
                Happening::Fault(at, torn) => disk.fail(Fault { lasts: false, ..kill(at, torn) }),
                Happening::Crash(torn) => {
                    drop(log);
                    disk.heal();
                    disk.crash(torn);
                    log = Log::on_memory(&disk, &clock, SMALL);
                }
            }
        }
        disk.heal();
        clock.advance(Duration::from_secs(2));
        prop_assert!(log.close().is_ok());
        prop_assert!(log.append(&act(&clock, 0)).is_ok());
        let report = check(&disk);
        prop_assert!(report.holds(), "{report}");
        let lines = shown(&log);
        prop_assert_eq!(lines.len() as u64, report.last_seq);
        for n in kept {
            prop_assert_eq!(times_shown(&lines, n), 1);
        }
    }
}
