//! Every kind of line is what OCSF 1.8.0 says it must be, by the judgement of others.

use std::path::Path;
use std::process::Command;

use weighbridge::audit::{Code, Event, Options, Outcome, verify};
use weighbridge::base::{
    Actor, Clock, Origin, Party, RequestId, RunId, TokenId, UserId, Witness as _,
};

use super::open;

fn origin(clock: &Clock, ip: Option<&str>) -> Origin {
    Origin {
        request: RequestId::new(clock),
        ip: ip.and_then(|ip| ip.parse().ok()),
        port: ip.map(|_| 4711),
        method: "POST".into(),
        path: "/api/v1/datasets\r\n".into(),
        user_agent: Some("\u{1b}[2J\u{2028}".into()),
        receipt: None,
    }
}

/// One of each kind that can act.
fn actors(clock: &Clock) -> Vec<Actor> {
    let user = UserId::new(clock);
    let person = Party::User {
        id: user,
        email: "admin@localhost".into(),
        session: Some("0f".into()),
        token: None,
    };
    let program = Party::User {
        id: user,
        email: "admin@localhost".into(),
        session: None,
        token: Some(TokenId::new(clock).to_string()),
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
        (program, Some(origin(clock, Some("192.0.2.7")))),
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

/// Writes a log in which every code stands, said by everybody.
fn write_all(folder: &Path, clock: &Clock) {
    let log = open(folder).unwrap();
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
    let venv = std::env::var_os("WEIGHBRIDGE_VENV")
        .map_or_else(|| here.join("target/venv"), std::path::PathBuf::from);
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
