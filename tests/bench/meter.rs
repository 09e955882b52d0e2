//! Takes time, CPU time and memory, and prints the table.

use std::fmt::{Display, Formatter, Result};
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// The figures so far.
#[derive(Default)]
pub(crate) struct Report {
    figures: Vec<Figure>,
    /// Those that are promised whatever the machine, and were missed.
    missed: Vec<String>,
}

struct Figure {
    what: String,
    target: String,
    reached: String,
}

impl Report {
    /// Adds a figure: what it is, what is aimed at, what was reached.
    pub(crate) fn add(&mut self, what: &str, target: &str, reached: impl Display) {
        eprintln!("{what}: {reached}");
        let reached = reached.to_string();
        self.figures.push(Figure {
            what: what.to_owned(),
            target: target.to_owned(),
            reached,
        });
    }

    /// Takes note that a figure falls short that no machine is too slow for.
    pub(crate) fn miss(&mut self, what: &str) {
        self.missed.push(what.to_owned());
    }

    /// What was promised and missed.
    pub(crate) fn missed(&self) -> &[String] {
        &self.missed
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let width = self
            .figures
            .iter()
            .map(|figure| figure.what.len())
            .max()
            .unwrap_or(0);
        let target = self
            .figures
            .iter()
            .map(|figure| figure.target.len())
            .max()
            .unwrap_or(0)
            .max(6);
        writeln!(f, "{:width$}  {:target$}  reached", "figure", "target")?;
        for figure in &self.figures {
            writeln!(
                f,
                "{:width$}  {:target$}  {}",
                figure.what, figure.target, figure.reached
            )?;
        }
        Ok(())
    }
}

/// Wall clock and CPU time of this process while `work` ran.
pub(crate) fn spent<T>(work: impl FnOnce() -> T) -> (T, Duration, Duration) {
    let (clock, cpu) = (Instant::now(), cpu_of("self"));
    let value = work();
    (value, clock.elapsed(), cpu_of("self").saturating_sub(cpu))
}

/// The CPU time that a process has used so far (`self` or its number), to 10 ms.
pub(crate) fn cpu_of(process: &str) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("Linux has /proc");
    let fields = stat
        .rsplit(')')
        .next()
        .expect("the name is in brackets")
        .split_whitespace();
    // Fields 14 and 15 (proc(5)) are user and system time in ticks of a hundredth of a second.
    let ticks: u64 = fields
        .skip(11)
        .take(2)
        .map(|ticks| ticks.parse::<u64>().unwrap_or(0))
        .sum();
    Duration::from_millis(ticks * 10)
}

/// How many small writes a second the disk under `folder` makes durable, one after the other.
pub(crate) fn syncs_per_second(folder: &Path) -> f64 {
    let path = folder.join("probe");
    let mut file: File = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .expect("the folder is writable");
    let began = Instant::now();
    let mut syncs = 0;
    while began.elapsed() < Duration::from_millis(500) {
        file.write_all(&[0; 512]).expect("there is room");
        file.sync_data().expect("the disk works");
        syncs += 1;
    }
    f64::from(syncs) / began.elapsed().as_secs_f64()
}

/// `count` things in `time`, as a number for each second.
pub(crate) fn rate(count: u64, time: Duration) -> String {
    format!("{:.0} /s", count as f64 / time.as_secs_f64())
}

/// `time` shared by `count` things, in microseconds.
pub(crate) fn each(count: u64, time: Duration) -> String {
    format!("{:.2} µs", time.as_secs_f64() * 1e6 / count as f64)
}
