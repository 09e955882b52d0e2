//! Every kind of line is what OCSF 1.8.0 says it must be, by the judgement of others.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use weighbridge::audit::{Code, Event, KeyBox, Log, Options, Outcome, Settings, verify};
use weighbridge::base::{
    Actor, Clock, Origin, Party, RequestId, RunId, SecretBytes, UserId, Witness as _,
};

/// Keeps keys in clear: these tests are about lines.
struct Open;

impl KeyBox for Open {
    fn seal(&self, key: &SecretBytes<32>) -> Vec<u8> {
        key.expose().to_vec()
    }

    fn unseal(&self, sealed: &[u8]) -> Option<SecretBytes<32>> {
        sealed.try_into().ok().map(SecretBytes::new)
    }
}

fn origin(clock: &Clock, ip: Option<&str>) -> Origin {
    Origin {
        request: RequestId::new(clock),
        ip: ip.and_then(|ip| ip.parse().ok()),
        port: ip.map(|_| 4711),
        method: "POST".into(),
        path: "/api/v1/datasets\r\n".into(),
        user_agent: Some("\u{1b}[2J\u{2028}".into()),
    }
}

/// One of each kind that can act.
fn actors(clock: &Clock) -> Vec<Actor> {
    let user = UserId::new(clock);
    let person = Party::User {
        id: user,
        email: "admin@localhost".into(),
        session: Some("0f".into()),
    };
    let operator = Party::Operator {
        uid: 0,
        on_behalf_of: Some((user, "ada@example.org".into())),
    };
    let run = Party::Run {
        id: RunId::new(clock),
        owner: user,
    };
    [
        (person, Some(origin(clock, Some("2001:db8::1")))),
        (operator, Some(origin(clock, None))),
        (run, None),
        (
            Party::Anonymous,
            Some(origin(clock, Some("::ffff:192.0.2.7"))),
        ),
        (Party::System, None),
    ]
    .map(|(party, origin)| Actor { party, origin })
    .into()
}

/// The same code with as little and with as much as an event can say.
fn events(code: Code, by: &Actor, clock: &Clock) -> [Event; 2] {
    let full = Event::new(code, by)
        .entity("dataset", "0199a3c4", "Breweries")
        .resource("record", 7, "x", 12)
        .user(UserId::new(clock), "ada@example.org")
        .count("records", 5)
        .comment("because")
        .detail("list", vec![1, 2])
        .status(Outcome::Failure {
            code: "SOME_REASON",
            detail: "a sentence".into(),
        });
    [Event::new(code, by), full]
}

/// A log in `folder` whose segments are small, so that there are several.
fn settings(folder: &Path) -> Settings {
    Settings {
        segment_bytes: 256 << 10,
        checkpoint_lines: 100,
        ..Settings::new(folder.join("audit"), folder.join("audit.key"))
    }
}

/// Writes a log in which every code stands, said by everybody.
fn write_all(folder: &Path, clock: &Clock) {
    let log = Log::open(settings(folder), Arc::new(Open), clock.clone()).unwrap();
    // A checkpoint is the log's own to write; it does, below.
    for code in Code::ALL.iter().filter(|code| **code != Code::Checkpoint) {
        for by in actors(clock) {
            for event in events(*code, &by, clock) {
                log.record(event.build(clock));
            }
        }
    }
    let act = Event::new(Code::DatasetCreated, &Actor::system()).build(clock);
    log.attest(&[(1, &act)]).unwrap();
    log.reconcile(0).unwrap();
    log.close().unwrap();
}

#[test]
fn every_kind_of_line_is_valid_ocsf() {
    let folder = tempfile::tempdir().unwrap();
    write_all(folder.path(), &Clock::system());
    let segments = folder.path().join("audit");
    let report = verify(&segments, &Options::default()).unwrap();
    assert!(report.holds(), "{report}");

    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let venv = option_env!("WEIGHBRIDGE_VENV").map_or_else(|| here.join("target/venv"), Into::into);
    let python = venv.join("bin/python");
    assert!(
        python.exists(),
        "{} is missing: tests/ocsf/setup.sh makes it",
        python.display()
    );
    let judged = Command::new(python)
        .arg(here.join("tests/ocsf/validate.py"))
        .arg(&segments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&judged.stdout);
    assert!(
        judged.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&judged.stderr)
    );
}

#[test]
fn the_folder_is_closed_to_others_and_held_against_a_second_writer() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    write_all(folder.path(), &Clock::system());
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    let audit = folder.path().join("audit");
    assert_eq!(mode(&audit) & !0o750, 0);
    assert_eq!(mode(&folder.path().join("audit.key")), 0o600);
    for entry in std::fs::read_dir(&audit).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()) & !0o640, 0);
    }
    let open = || Log::open(settings(folder.path()), Arc::new(Open), Clock::system());
    let _held = open().unwrap();
    assert!(matches!(open(), Err(weighbridge::audit::Error::Busy(_))));
}
