//! The process's own figures, as Linux tells them (proc(5)).

use std::fs;

use rustix::process::{Resource, getrlimit};

use crate::base::metrics::{
    BUILD, PROCESS_CPU, PROCESS_FDS, PROCESS_MAX_FDS, PROCESS_RESIDENT, PROCESS_START,
    PROCESS_THREADS, PROCESS_VIRTUAL,
};

/// What /proc/self/stat says, in ticks, pages and bytes.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    cpu_ticks: u64,
    threads: u64,
    start_ticks: u64,
    virtual_bytes: u64,
    resident_pages: u64,
}

/// Measures what can be found out; where there is no such file, the figure is absent.
pub(super) fn measure() {
    BUILD.set([env!("CARGO_PKG_VERSION").into()], 1.0);
    if let Ok(open) = fs::read_dir("/proc/self/fd") {
        PROCESS_FDS.count([], open.count() as u64);
    }
    if let Some(most) = getrlimit(Resource::Nofile).current {
        PROCESS_MAX_FDS.count([], most);
    }
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let Some(stat) = parse(&stat) else { return };
    let ticks = figure(rustix::param::clock_ticks_per_second());
    let page = rustix::param::page_size() as u64;
    PROCESS_CPU.set([], figure(stat.cpu_ticks) / ticks);
    PROCESS_THREADS.count([], stat.threads);
    PROCESS_VIRTUAL.count([], stat.virtual_bytes);
    PROCESS_RESIDENT.count([], stat.resident_pages * page);
    let boot = fs::read_to_string("/proc/stat").unwrap_or_default();
    if let Some(boot) = boot_seconds(&boot) {
        PROCESS_START.set([], figure(boot) + figure(stat.start_ticks) / ticks);
    }
}

/// The name in the second field may hold anything; the others begin after its last bracket.
fn parse(stat: &str) -> Option<Stat> {
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    // Numbers as in proc(5), where the first of these fields, the state, is number 3.
    let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
    Some(Stat {
        cpu_ticks: field(14)? + field(15)?,
        threads: field(20)?,
        start_ticks: field(22)?,
        virtual_bytes: field(23)?,
        resident_pages: field(24)?,
    })
}

fn boot_seconds(stat: &str) -> Option<u64> {
    let mut lines = stat.lines();
    lines.find_map(|line| line.strip_prefix("btime ")?.trim().parse().ok())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "seconds and hundredths of them are wanted"
)]
fn figure(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_found_behind_any_name() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194304 100 0 0 0 31 11 0 0 20 0 9 0 555 4096 12 1";
        let expected = Stat {
            cpu_ticks: 42,
            threads: 9,
            start_ticks: 555,
            virtual_bytes: 4096,
            resident_pages: 12,
        };
        assert_eq!(parse(stat), Some(expected));
        assert_eq!(parse("7 (a) S 1"), None);
        assert_eq!(
            boot_seconds("cpu 1 2\nbtime 1700000000\n"),
            Some(1_700_000_000)
        );
    }
}
