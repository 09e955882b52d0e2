//! Keeps the log in files, one a day.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::base::Clock;

/// Writes each line to the file of its day (UTC), and keeps so many of them.
///
/// A file that was moved away or removed is not written on: the next line begins another, so that
/// others may rotate the files too, and need tell nobody.
pub(super) struct Daily {
    folder: PathBuf,
    keep: usize,
    clock: Clock,
    open: Option<Open>,
}

/// The file of a day.
struct Open {
    day: Date,
    file: File,
    /// A line was cut, as by a full disk: what comes next must not be taken for its end.
    torn: bool,
}

impl Daily {
    /// Makes the folder if it is not there, and opens today's file. Nobody else can read either: a
    /// log tells who did what.
    pub(super) fn open(folder: &Path, keep: u32, clock: Clock) -> io::Result<Self> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        let mut daily = Self {
            folder: folder.to_owned(),
            keep: keep as usize,
            clock,
            open: None,
        };
        daily.turn_to_today()?;
        Ok(daily)
    }

    /// The file to write into now.
    fn turn_to_today(&mut self) -> io::Result<&mut Open> {
        let day = self.clock.now().to_zoned(TimeZone::UTC).date();
        let path = self.folder.join(name(day));
        let open = self.open.take();
        let same = open.filter(|open| open.day == day && open.lies_at(&path));
        let open = if let Some(open) = same {
            open
        } else {
            let open = Open::new(day, &path)?;
            self.prune();
            open
        };
        Ok(self.open.insert(open))
    }

    /// Removes the oldest files when there are more than are to be kept. A folder that cannot be
    /// read now is read tomorrow.
    fn prune(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return;
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut ours: Vec<_> = names.filter(|name| is_ours(name)).collect();
        ours.sort_unstable();
        let old = ours.len().saturating_sub(self.keep);
        for name in &ours[..old] {
            // One that is gone, or cannot be removed, is no reason to stop logging.
            let _stays = fs::remove_file(self.folder.join(name));
        }
    }
}

impl Write for Daily {
    /// Writes all of `line`, whose end must be its own: several at once, or a part of one, would
    /// not be told apart from a line that was cut.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.turn_to_today()?.write(line)?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.open.as_mut().map_or(Ok(()), |open| open.file.flush())
    }
}

impl Open {
    fn new(day: Date, path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(path)?;
        let torn = ends_within_a_line(&mut file)?;
        Ok(Self { day, file, torn })
    }

    /// Whether the file is still the one at `path`.
    fn lies_at(&self, path: &Path) -> bool {
        let same = |a: fs::Metadata, b: fs::Metadata| (a.dev(), a.ino()) == (b.dev(), b.ino());
        match (self.file.metadata(), fs::metadata(path)) {
            (Ok(ours), Ok(there)) => same(ours, there),
            _ => false,
        }
    }

    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.torn {
            self.append(b"\n")?;
        }
        self.append(line)
    }

    /// Notices when only a part of `bytes` could be written.
    fn append(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.file.write(bytes) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => {
                    bytes = &bytes[written..];
                    self.torn = !bytes.is_empty();
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn ends_within_a_line(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

fn name(day: Date) -> String {
    format!("weighbridge.{day}.log")
}

fn is_ours(name: &str) -> bool {
    let day = name.strip_prefix("weighbridge.");
    let day = day.and_then(|rest| rest.strip_suffix(".log"));
    day.is_some_and(|day| day.parse::<Date>().is_ok())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    fn daily(folder: &Path, keep: u32) -> (Daily, Clock) {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        (Daily::open(folder, keep, clock.clone()).unwrap(), clock)
    }

    fn read(folder: &Path, name: &str) -> String {
        fs::read_to_string(folder.join(name)).unwrap()
    }

    #[test]
    fn folder_and_files_are_for_their_owner_alone() {
        let above = tempfile::tempdir().unwrap();
        let folder = above.path().join("logs");
        let (mut daily, _) = daily(&folder, 3);
        daily.write_all(b"a\n").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&folder.join("weighbridge.1970-01-01.log")), 0o600);
    }

    #[test]
    fn each_day_has_its_file_and_no_more_are_kept_than_were_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("weighbridge.notes.log"), "another's").unwrap();
        let (mut daily, clock) = daily(folder.path(), 2);
        for line in [b"one\n", b"two\n", b"few\n"] {
            daily.write_all(line).unwrap();
            clock.advance(DAY);
        }
        assert!(!folder.path().join("weighbridge.1970-01-01.log").exists());
        assert_eq!(read(folder.path(), "weighbridge.1970-01-02.log"), "two\n");
        assert_eq!(read(folder.path(), "weighbridge.1970-01-03.log"), "few\n");
        assert_eq!(read(folder.path(), "weighbridge.notes.log"), "another's");
    }

    /// It was written on into the moved file, so that the new one stayed empty.
    #[test]
    fn a_file_that_was_moved_away_is_left_and_another_begun() {
        let folder = tempfile::tempdir().unwrap();
        let (mut daily, _) = daily(folder.path(), 5);
        daily.write_all(b"before\n").unwrap();
        let file = folder.path().join("weighbridge.1970-01-01.log");
        fs::rename(&file, folder.path().join("moved")).unwrap();
        daily.write_all(b"after\n").unwrap();
        assert_eq!(read(folder.path(), "moved"), "before\n");
        assert_eq!(read(folder.path(), "weighbridge.1970-01-01.log"), "after\n");
    }

    /// After a full disk, the next line was glued onto the one that was cut.
    #[test]
    fn a_line_that_was_cut_ends_before_the_next_begins() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("weighbridge.1970-01-01.log");
        fs::write(&file, "{\"cut").unwrap();
        let (mut daily, _) = daily(folder.path(), 5);
        daily.write_all(b"{}\n").unwrap();
        daily.open.as_mut().unwrap().torn = true;
        daily.write_all(b"{}\n").unwrap();
        daily.write_all(b"{}\n").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "{\"cut\n{}\n\n{}\n{}\n");
    }
}
