//! Everything that can be done to a log's files, and whether it is found.

use super::super::chain::{Links, hash};
use super::super::keys::Keys;
use super::super::memory::Turned;
use super::super::seal::{Checkpoint, Signer, opening_message};
use super::super::segment::{FirstLine, SegmentName};
use super::super::verify::Fault;
use super::*;
use crate::base::Hex;

/// A log of three segments, with so many acts in each.
fn log_of_three(acts: u64) -> (MemoryDisk, Log, Clock) {
    log_of(3, acts)
}

fn log_of(segments: u64, acts: u64) -> (MemoryDisk, Log, Clock) {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let log = Log::on_memory(&disk, &clock, 1 << 20);
    for day in 0..segments {
        for n in 0..acts {
            assert!(attest(&log, &clock, day * acts + n + 1));
        }
        clock.advance(std::time::Duration::from_hours(24));
    }
    assert_eq!(disk.segments().len() as u64, segments);
    assert!(check(&disk).holds());
    (disk, log, clock)
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes
        .split_inclusive(|b| *b == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

fn against(disk: &MemoryDisk, checkpoint: &Checkpoint) -> Report {
    let options = Options {
        checkpoint: Some(checkpoint.clone()),
        ..Options::default()
    };
    verify_on(disk, &options).unwrap()
}

/// The place of the first finding.
fn place(report: &Report) -> Option<(SegmentName, u64)> {
    let first = report.findings.first()?;
    Some((first.file.clone(), first.line))
}

#[test]
fn every_flipped_bit_is_found_at_its_line() {
    let (disk, _log, _clock) = log_of(2, 1);
    let names = disk.segments();
    let options = Options {
        threads: Some(1),
        ..Options::default()
    };
    let flip_all = |name: &SegmentName| {
        let disk = disk.copy();
        let good = disk.bytes(name);
        let mut line = 1;
        for byte in 0..good.len() {
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[byte] ^= 1 << bit;
                disk.put(name, bad);
                let found = place(&verify_on(&disk, &options).unwrap());
                assert_eq!(found, Some((name.clone(), line)), "byte {byte} bit {bit}");
            }
            line += u64::from(good[byte] == b'\n');
        }
    };
    std::thread::scope(|scope| {
        for name in &names {
            let flip_all = &flip_all;
            scope.spawn(move || flip_all(name));
        }
    });
}

#[test]
fn a_deleted_a_doubled_and_a_moved_line_are_found_at_their_place() {
    let (disk, log, _clock) = log_of_three(5);
    let checkpoint = log.checkpoint();
    for name in disk.segments() {
        let good = lines(&disk.bytes(&name));
        for n in 0..good.len() {
            let (mut deleted, mut doubled, mut moved) = (good.clone(), good.clone(), good.clone());
            deleted.remove(n);
            doubled.insert(n, good[n].clone());
            let other = if n == 0 { good.len() - 1 } else { n - 1 };
            moved.swap(n, other);
            for (bad, at) in [(deleted, n), (doubled, n + 1), (moved, n.min(other))] {
                let disk = disk.copy();
                disk.put(&name, bad.concat());
                let report = against(&disk, &checkpoint);
                let (file, line) = place(&report).expect("the change was overlooked");
                let at_end = n + 1 == good.len();
                assert!(
                    at_end || (file == name && line == at as u64 + 1),
                    "{n}: {report}"
                );
            }
        }
    }
}

#[test]
fn a_missing_an_exchanged_and_an_emptied_segment_are_found() {
    let (disk, log, _clock) = log_of_three(3);
    let checkpoint = log.checkpoint();
    let names = disk.segments();
    for (n, name) in names.iter().enumerate() {
        let (gone, emptied) = (disk.copy(), disk.copy());
        gone.remove(name);
        emptied.put(name, Vec::new());
        assert!(!against(&gone, &checkpoint).holds());
        assert!(!against(&emptied, &checkpoint).holds());
        let exchanged = disk.copy();
        let other = &names[(n + 1) % 3];
        exchanged.put(name, disk.bytes(other));
        exchanged.put(other, disk.bytes(name));
        let report = check(&exchanged);
        let found = report
            .findings
            .iter()
            .any(|f| matches!(f.what, Fault::Misnamed(_)));
        assert!(found, "{report}");
    }
    let gone = disk.copy();
    gone.remove(&names[1]);
    assert_eq!(
        check(&gone).findings[0].what,
        Fault::SegmentMissing(names[1].clone())
    );
}

#[test]
fn a_cut_tail_is_found_against_a_checkpoint_and_admitted_to_be_unseen_without() {
    let (disk, log, _clock) = log_of_three(4);
    let checkpoint = log.checkpoint();
    let name = disk.segments().pop().unwrap();
    let good = lines(&disk.bytes(&name));
    for left in 1..good.len() {
        let disk = disk.copy();
        disk.put(&name, good[..left].concat());
        let blind = check(&disk);
        assert!(blind.holds());
        assert!(
            blind
                .notes
                .iter()
                .any(|note| note.contains("No checkpoint"))
        );
        let report = against(&disk, &checkpoint);
        assert_eq!(
            report.findings[0].what,
            Fault::Cut(checkpoint.seq),
            "{report}"
        );
    }
    assert!(against(&disk, &checkpoint).holds());
}

/// Changes a line and rehashes everything after it, as somebody without any key can.
fn rewrite(disk: &MemoryDisk, resign: Option<&Signer>) {
    let mut prev: Option<([u8; 32], [u8; 32])> = None;
    let mut changed = false;
    for name in disk.segments() {
        let mut written = Vec::new();
        for line in lines(&disk.bytes(&name)) {
            let mut text = String::from_utf8(line).unwrap();
            if text.contains("\"act-2.\"") && !changed {
                text = text.replace("\"act-2.\"", "\"act-X.\"");
                changed = true;
            }
            if let (Some((old, new)), true) = (prev, changed) {
                text = text.replace(&Hex(&old).to_string(), &Hex(&new).to_string());
                text = signed_anew(text, resign);
            }
            let end = text.rfind(",\"hash\":\"").unwrap();
            let fresh = hash(&text.as_bytes()[..end]);
            let old: [u8; 32] = Hex::read(&text.as_bytes()[end + 9..end + 73]).unwrap();
            text.replace_range(end + 9..end + 73, &Hex(&fresh).to_string());
            prev = Some((old, fresh));
            written.push(text);
        }
        disk.put(&name, written.concat().into_bytes());
    }
}

/// An opening whose signature is made anew with a stolen key; any other line as it is.
fn signed_anew(text: String, resign: Option<&Signer>) -> String {
    let line = text.trim_end().as_bytes();
    let links = Links::read(line).unwrap();
    let end = links.hashed;
    let rehashed = format!("{}{}\"}}}}}}", &text[..end + 9], Hex(&hash(&line[..end])));
    let (Some(signer), Some(first)) = (resign, FirstLine::read(rehashed.as_bytes())) else {
        return text;
    };
    let log = String::from_utf8_lossy(links.log);
    let message = opening_message(&log, links.seq, &links.prev, &first.opening);
    text.replace(&first.opening.signature, &signer.sign(&message))
}

#[test]
fn lines_hashed_anew_are_found_at_the_next_opening() {
    let (disk, _log, _clock) = log_of_three(4);
    rewrite(&disk, None);
    let report = check(&disk);
    let second = disk.segments().remove(1);
    assert_eq!(place(&report), Some((second, 1)), "{report}");
    assert_eq!(report.findings[0].what, Fault::Signature);
}

#[test]
fn lines_sealed_anew_with_the_current_key_are_found_at_the_next_opening() {
    let (disk, _log, _clock) = log_of_three(4);
    let keys = Keys::load(&disk, &Turned).unwrap().unwrap();
    rewrite(&disk, Some(&Signer::new(&keys.current)));
    let report = check(&disk);
    let second = disk.segments().remove(1);
    assert_eq!(place(&report), Some((second, 1)), "{report}");
    assert_eq!(report.findings[0].what, Fault::Signature);
}

#[test]
fn the_newest_segment_rewritten_with_its_key_is_found_against_a_checkpoint() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let log = Log::on_memory(&disk, &clock, 1 << 20);
    (1..5).for_each(|n| assert!(attest(&log, &clock, n)));
    let checkpoint = log.checkpoint();
    rewrite(&disk, None);
    assert!(check(&disk).holds(), "the log alone cannot show it");
    let report = against(&disk, &checkpoint);
    assert_eq!(report.findings[0].what, Fault::Rewritten, "{report}");
}

#[test]
fn a_checkpoint_of_another_log_and_an_altered_one_are_refused() {
    let (disk, log, _clock) = log_of_three(3);
    let (_, foreign, _) = log_of_three(3);
    let altered = Checkpoint {
        seq: 3,
        ..log.checkpoint()
    };
    for checkpoint in [foreign.checkpoint(), altered] {
        let report = against(&disk, &checkpoint);
        assert_eq!(report.findings[0].what, Fault::ForeignCheckpoint);
    }
}

#[test]
fn a_log_begun_anew_does_not_pass_for_the_one_whose_first_key_is_known() {
    let (disk, ..) = log_of_three(3);
    let (other, ..) = log_of_three(3);
    let known = check(&disk).first_key;
    let options = Options {
        first_key: known,
        ..Options::default()
    };
    assert!(verify_on(&disk, &options).unwrap().holds());
    let report = verify_on(&other, &options).unwrap();
    assert_eq!(report.findings[0].what, Fault::FirstKey);
}

#[test]
fn altered_torn_bytes_are_found() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let log = Log::on_memory(&disk, &clock, 1 << 20);
    assert!(attest(&log, &clock, 1));
    drop(log);
    let name = disk.segments().remove(0);
    let mut bytes = [&disk.bytes(&name)[..], b"{\"torn"].concat();
    disk.put(&name, bytes.clone());
    let log = Log::on_memory(&disk, &clock, 1 << 20);
    assert!(attest(&log, &clock, 2));
    assert!(check(&disk).holds());
    *bytes.last_mut().unwrap() = b'X';
    disk.put(&name, bytes);
    assert!(matches!(
        check(&disk).findings[0].what,
        Fault::VoidChanged(_)
    ));
}

#[test]
fn nothing_but_a_signed_opening_may_call_bytes_torn() {
    let (disk, _log, _clock) = log_of_three(3);
    let name = disk.segments().pop().unwrap();
    let opening = String::from_utf8(disk.bytes(&name)).unwrap();
    let claim = format!(
        "\"void\":[{{\"file\":\"{}\",\"offset\":0,\"length\":1,\"sha256\":\"00\"}}],\"signature\"",
        disk.segments()[1]
    );
    disk.put(
        &name,
        opening.replacen("\"signature\"", &claim, 1).into_bytes(),
    );
    let report = check(&disk);
    assert_eq!(report.segments, 3, "{report}");
    assert_eq!(place(&report), Some((name, 1)));
}

#[test]
fn an_empty_folder_is_not_a_log_that_holds() {
    assert!(!check(&MemoryDisk::default()).holds());
}

#[test]
fn hostile_texts_neither_split_nor_forge_a_line() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let log = Log::on_memory(&disk, &clock, 1 << 20);
    let real = text(&disk);
    for hostile in [
        "a\r\nb",
        "\u{2028}\u{0}\u{1b}[2J",
        "\"}}}\n{\"time\":1",
        &real,
        &"x".repeat(1 << 20),
    ] {
        let event = Event::new(Code::ConnectionUpdated, &Actor::system())
            .entity("connection", hostile, hostile)
            .comment(hostile)
            .detail("name", hostile);
        log.append(&event.build(&clock)).unwrap();
    }
    let report = check(&disk);
    assert!(report.holds(), "{report}");
    assert_eq!(report.lines, 6);
    assert_eq!(text(&disk).lines().count(), 6);
}

/// A restart used to take an altered line for the torn end of a crash, and wrote down that all
/// after it was void: who altered a line could so make good ones disappear from the log.
#[test]
fn a_restart_does_not_void_what_comes_after_a_line_that_was_altered_long_ago() {
    let (disk, log, clock) = log_of(1, 40);
    drop(log);
    let name = disk.segments()[0].clone();
    let mut bytes = disk.bytes(&name);
    let lines = lines(&bytes);
    let place = lines[0].len() + lines[1].len() / 2;
    bytes[place] ^= 1;
    disk.put(&name, bytes);
    let log = Log::on_memory(&disk, &clock, 1 << 20);
    assert_eq!(log.reconcile(40).unwrap(), 40);
    assert!(attest(&log, &clock, 41));
    let report = check(&disk);
    assert!(report.lines > lines.len() as u64, "{report}");
    assert_eq!(self::place(&report), Some((name, 2)));
}
