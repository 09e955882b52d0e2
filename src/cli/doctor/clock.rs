//! Whether the clock can be believed: sessions, tokens, certificates and the book live by it.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};

use super::Check;
use crate::base::Clock;
use crate::config::Config;

/// This version was written after that.
const WRITTEN: Timestamp = Timestamp::constant(1_795_000_000, 0);
/// What was written last may seem newer by so much.
const SLACK: SignedDuration = SignedDuration::from_secs(5);
/// systemd-timesyncd makes it once it has heard from a time server.
const HEARD: &str = "/run/systemd/timesync/synchronized";

pub(super) fn check(config: &Config, clock: &Clock) -> Check {
    let newest = [config.server.store_file(), config.audit.folder.clone()];
    let newest = newest.iter().filter_map(|path| written(path)).max();
    Check::group(
        "Clock",
        vec![
            judge(clock.now(), newest),
            time_server(Path::new(HEARD).exists()),
        ],
    )
}

/// When a file, or the newest in a folder, was written.
fn written(path: &Path) -> Option<Timestamp> {
    let inside = fs::read_dir(path).into_iter().flatten().flatten();
    let paths = inside.map(|entry| entry.path()).chain([path.to_owned()]);
    let times = paths.filter_map(|path| fs::metadata(path).ok()?.modified().ok());
    let newest: SystemTime = times.max()?;
    newest.try_into().ok()
}

fn judge(now: Timestamp, newest: Option<Timestamp>) -> Check {
    let name = "time";
    let remedy = "Set the clock, and let a time server keep it.";
    if now < WRITTEN {
        let detail = format!("{now} is before this version was written");
        return Check::failed(name, detail).remedy(remedy);
    }
    match newest {
        Some(newest) if newest.duration_since(now) > SLACK => {
            let detail = format!("{now} is before what was written last, at {newest}");
            Check::failed(name, detail).remedy(remedy)
        }
        _ => Check::ok(name, now.to_string()),
    }
}

fn time_server(heard: bool) -> Check {
    if heard {
        Check::ok("time server", "the clock is kept by one")
    } else {
        Check::not_checked(
            "time server",
            "unknown; systemd-timesyncd has not set the clock",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::verdict::Verdict;
    use super::*;

    #[test]
    fn a_clock_that_stands_before_what_has_happened_is_wrong() {
        let now = WRITTEN + SignedDuration::from_hours(1000);
        let ahead = |seconds| Some(now + SignedDuration::from_secs(seconds));
        for (at, newest, expected) in [
            (now, None, Verdict::Ok),
            (now, ahead(-60), Verdict::Ok),
            (now, ahead(4), Verdict::Ok),
            (now, ahead(6), Verdict::Failed),
            (
                WRITTEN - SignedDuration::from_secs(1),
                None,
                Verdict::Failed,
            ),
        ] {
            assert_eq!(judge(at, newest).verdict, expected, "{at} {newest:?}");
        }
    }
}
