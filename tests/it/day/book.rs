//! The book of that day: every code that somebody outside can cause, each line as OCSF has it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use weighbridge::audit::Code;

use super::Day;

/// The codes that the day does not hold, and why.
const ABSENT: [(Code, &str); 29] = [
    (
        Code::StoreMigrated,
        "the store begins with this version's schema",
    ),
    (Code::SessionExpired, "sessions are swept every hour"),
    (
        Code::RequestBroke,
        "the appliance would have to be at fault",
    ),
    (
        Code::RunPaused,
        "no run is under way when the appliance stops",
    ),
    (Code::ScheduleMissed, "hours would have to go by"),
    (
        Code::ImportCancelled,
        "whoever sends a file would have to pause: `import`",
    ),
    (
        Code::ExportCancelled,
        "a file is made faster than it is called off: `exports`",
    ),
    (
        Code::ExportFailed,
        "the dataset would have to change while a file waits: `exports`",
    ),
    (
        Code::ExportsSwept,
        "what was made long ago is swept every hour: `exports`",
    ),
    (
        Code::EventsExported,
        "a user makes one file on this day: `analytics::takeout`",
    ),
    (
        Code::HookStopped,
        "a hook would have to fail for three days: `hooks::told`",
    ),
    (
        Code::HookRefused,
        "a hook would have to refuse a record for hours: `hooks::letters`",
    ),
    (
        Code::HookResent,
        "a hook would have to refuse a record for hours: `hooks::letters`",
    ),
    (
        Code::HookDiscarded,
        "a hook would have to refuse a record for hours: `hooks::letters`",
    ),
    (
        Code::HookBehind,
        "very much would have to wait for a hook: `hooks::letters`",
    ),
    (Code::RunsSwept, "what ended long ago is swept every hour"),
    (
        Code::SiteExpired,
        "what is to go is looked for every hour: `analytics::privacy`",
    ),
    (
        Code::StoreReopened,
        "the disk must fail: `faults::disk_errors`",
    ),
    (
        Code::TokenKeyMade,
        "the key that signs access tokens is set",
    ),
    (Code::UnsealFailed, "the store must have been altered"),
    (Code::JobFailed, "the appliance would have to be at fault"),
    (
        Code::SchemaDrifted,
        "a remote table would have to lose a field: `sync::drift`",
    ),
    (
        Code::DriftEnded,
        "a remote table would have to lose a field: `sync::drift`",
    ),
    (
        Code::LogRecovered,
        "the disk must fail: `faults::disk_errors`",
    ),
    (
        Code::ActNotCommitted,
        "the disk must fail: `faults::disk_errors`",
    ),
    (
        Code::WatchFailed,
        "the vendor would have to be in trouble: `sync::watch`",
    ),
    (
        Code::ChangeUnheeded,
        "a plan would have to wait: `sync::watch`",
    ),
    (Code::ActsLost, "the log must fail for long"),
    (Code::LogBroken, "the files must have been altered"),
];

/// Runs the judge of OCSF over a folder of segments.
fn judge(segments: &Path) -> Result<(), String> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let venv = std::env::var_os("WEIGHBRIDGE_VENV")
        .map_or_else(|| here.join("target/venv"), std::path::PathBuf::from);
    let judged = Command::new(venv.join("bin/python"))
        .arg(here.join("tests/ocsf/validate.py"))
        .arg(segments)
        .output()
        .map_err(|error| format!("{error}: tests/ocsf/setup.sh makes {}", venv.display()))?;
    let said = String::from_utf8_lossy(&judged.stdout).into_owned();
    if judged.status.success() {
        return Ok(());
    }
    Err(said + &String::from_utf8_lossy(&judged.stderr))
}

#[tokio::test]
async fn a_day_holds_every_code_that_somebody_outside_can_cause_as_valid_ocsf() {
    let mut day = Day::new();
    day.live().await;
    let segments = day.home.data.join("audit");
    day.home.verify(&segments);
    assert_eq!(judge(&segments), Ok(()));

    let codes = day.home.book();
    let codes = codes
        .iter()
        .map(|line| line["metadata"]["event_code"].as_str().unwrap());
    let seen: BTreeSet<String> = codes.map(str::to_owned).collect();
    let absent = ABSENT.iter().map(|(code, _)| code.row().text.to_owned());
    let absent: BTreeSet<String> = absent.collect();
    let all: BTreeSet<String> = Code::ALL
        .iter()
        .map(|code| code.row().text.to_owned())
        .collect();
    let wanted: BTreeSet<String> = all.difference(&absent).cloned().collect();
    assert_eq!(seen, wanted);
    let published = day.home.run(&["audit", "codes"]);
    let published = String::from_utf8(published.stdout).unwrap();
    for code in &seen {
        assert!(
            published.contains(&format!("| {code} |")),
            "{code} is not published"
        );
    }
}
