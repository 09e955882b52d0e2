//! Whether there is room, and whether what is written stays.

use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use super::{Check, size};
use crate::base::Clock;
use crate::config::Config;

/// Below this the store refuses to write.
const LEAST: u64 = 4 << 20;
/// Below this somebody should make room.
const ENOUGH: u64 = 1 << 30;
/// Each change waits for the disk several times.
const SLOW: Duration = Duration::from_millis(100);

pub(super) fn check(config: &Config, clock: &Clock) -> Check {
    let folder = existing(&config.server.data);
    let room = match rustix::fs::statvfs(folder) {
        Ok(room) => judge_room(room.f_bavail.saturating_mul(room.f_frsize), folder),
        Err(error) => Check::failed("room", format!("{}: {error}", folder.display())),
    };
    let sync = if folder == config.server.data {
        judge_sync(&sync(folder, clock))
    } else {
        Check::not_checked("durable writes", "the data folder is not there yet")
    };
    Check::group("Disk", vec![room, sync])
}

/// The folder, or the nearest above it that is there.
fn existing(folder: &Path) -> &Path {
    let mut above = folder.ancestors();
    above.find(|path| path.exists()).unwrap_or(folder)
}

fn judge_room(free: u64, folder: &Path) -> Check {
    let detail = format!("{} are free at {}", size(free), folder.display());
    if free < LEAST {
        Check::failed("room", detail).remedy("Make room: below 4 MiB nothing can be changed.")
    } else if free < ENOUGH {
        Check::warning("room", detail).remedy("Make room before it runs out.")
    } else {
        Check::ok("room", detail)
    }
}

/// How long it takes to make one page durable, in a file without a name, of which nothing stays.
fn sync(folder: &Path, clock: &Clock) -> io::Result<Duration> {
    let mut file = tempfile::tempfile_in(folder)?;
    let begun = clock.elapsed();
    file.write_all(&[0; 4096])?;
    file.sync_all()?;
    Ok(clock.elapsed().saturating_sub(begun))
}

fn judge_sync(took: &io::Result<Duration>) -> Check {
    let name = "durable writes";
    match took {
        Err(error) => Check::failed(name, format!("a page could not be made durable: {error}"))
            .remedy("Look into the kernel's log for errors of the disk, and at the folder's mode."),
        Ok(took) => {
            let detail = format!(
                "a page was durable after {:.1} ms",
                took.as_secs_f64() * 1000.0
            );
            if *took > SLOW {
                Check::warning(name, detail).remedy("Each change waits for that several times.")
            } else {
                Check::ok(name, detail)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::verdict::Verdict;
    use super::*;

    #[test]
    fn room_and_durable_writes_are_judged_by_what_the_store_needs() {
        for (free, expected) in [
            (LEAST - 1, Verdict::Failed),
            (LEAST, Verdict::Warning),
            (ENOUGH, Verdict::Ok),
        ] {
            assert_eq!(judge_room(free, Path::new("/")).verdict, expected, "{free}");
        }
        for (took, expected) in [
            (Err(io::ErrorKind::PermissionDenied.into()), Verdict::Failed),
            (Ok(SLOW * 2), Verdict::Warning),
            (Ok(SLOW / 2), Verdict::Ok),
        ] {
            assert_eq!(judge_sync(&took).verdict, expected, "{took:?}");
        }
    }
}
