//! Whole histories of a sync, each decided by one seed and replayed by it.
//!
//! A seed draws the records, what people change here and colleagues at the vendor, what becomes of
//! each call, when disks fail and the power is cut, when runs are asked for, planned, approved,
//! cancelled and tried again. Everything happens on one thread, under a clock that moves when
//! nobody has anything left to do, on disks in memory that lose what was not synced; the vendor is
//! the sandbox itself. When all trouble is over and the runs have ended, `check` looks whether
//! anything was lost, doubled or miscounted.
//!
//! A seed that fails is replayed alone, with everything that happens, by
//!
//! ```text
//! WEIGHBRIDGE_SEED=1234 cargo nextest run --test it simulation::one --no-capture
//! ```
//!
//! one of a pull or a two-way sync with `WEIGHBRIDGE_DIRECTION=pull` or `two_way` as well, and one
//! at Notion or Zapier with `WEIGHBRIDGE_FAR=notion` or `zapier`. `WEIGHBRIDGE_SEEDS` says how many
//! seeds the other tests live, and `WEIGHBRIDGE_SEED` the first of them.

mod book;
mod both;
mod check;
mod colleague;
mod delivered;
mod dice;
mod far;
mod folder;
mod kept;
mod machine;
mod network;
mod people;
mod pulled;
mod table;
mod trace;
mod trouble;
mod vendor;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use weighbridge::sync::Direction;

use far::Far;
use world::Course;

/// Lives so many seeds, on every core, and tells the first that fails.
fn survive(course: Course, seeds: u64) {
    let first = asked("WEIGHBRIDGE_SEED").map_or(0, |first| first.parse().unwrap());
    let (next, failed) = (AtomicU64::new(first), AtomicU64::new(u64::MAX));
    let end = first + seeds;
    let began = Instant::now();
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= end || failed.load(Ordering::Relaxed) < seed {
                return;
            }
            if catch_unwind(AssertUnwindSafe(|| world::live(course, seed, false))).is_err() {
                failed.fetch_min(seed, Ordering::Relaxed);
                eprintln!("seed {seed} failed");
            }
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(work))));
    let seed = failed.load(Ordering::Relaxed);
    assert!(
        seed == u64::MAX,
        "replay it with: WEIGHBRIDGE_FAR={} WEIGHBRIDGE_DIRECTION={} WEIGHBRIDGE_SEED={seed} cargo \
         nextest run --test it simulation::one --no-capture",
        course.0.kind().name(),
        course.1.name()
    );
    eprintln!("{seeds} seeds in {:?}", began.elapsed());
}

/// A word of the environment, which says what a test is to do.
#[expect(
    clippy::disallowed_methods,
    reason = "this is no setting of the appliance"
)]
fn asked(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// How many seeds are lived: `few` in every build, more when somebody takes the time.
fn seeds(few: u64) -> u64 {
    match asked("WEIGHBRIDGE_SEEDS") {
        Some(seeds) => seeds.parse().unwrap(),
        None if asked("WEIGHBRIDGE_LONG").is_some() => 10_000,
        None => few,
    }
}

#[test]
fn whatever_happens_nothing_is_lost_doubled_or_miscounted() {
    let course = (Far::Airtable, Direction::Push);
    survive(course, seeds(1_000));
}

#[test]
fn whatever_happens_a_pull_loses_doubles_and_miscounts_nothing() {
    let course = (Far::Airtable, Direction::Pull);
    survive(course, seeds(600));
}

#[test]
fn whatever_happens_at_notion_nothing_is_lost_doubled_or_miscounted() {
    let course = (Far::Notion, Direction::Push);
    survive(course, seeds(100));
}

#[test]
fn whatever_happens_a_pull_from_notion_loses_doubles_and_miscounts_nothing() {
    let course = (Far::Notion, Direction::Pull);
    survive(course, seeds(100));
}

#[test]
fn whatever_happens_both_sides_of_a_two_way_sync_end_alike() {
    let course = (Far::Airtable, Direction::TwoWay);
    survive(course, seeds(500));
}

#[test]
fn whatever_happens_at_notion_both_sides_of_a_two_way_sync_end_alike() {
    let course = (Far::Notion, Direction::TwoWay);
    survive(course, seeds(50));
}

#[test]
fn whatever_happens_no_delivery_to_a_hook_is_lost_untold_or_sent_twice_unasked() {
    let course = (Far::Zapier, Direction::Push);
    survive(course, seeds(500));
}

#[test]
fn one_seed_has_one_history() {
    let courses = [
        (Far::Airtable, Direction::Push),
        (Far::Airtable, Direction::Pull),
        (Far::Airtable, Direction::TwoWay),
        (Far::Notion, Direction::Push),
        (Far::Notion, Direction::Pull),
        (Far::Notion, Direction::TwoWay),
        (Far::Zapier, Direction::Push),
    ];
    for course in courses {
        for seed in 0..10 {
            let live = || world::live(course, seed, false);
            let (far, direction) = course;
            assert_eq!(live(), live(), "seed {seed} {} {far:?}", direction.name());
        }
    }
}

/// Lives the seed of the environment, and tells everything that happens.
#[test]
fn one() {
    let seed = asked("WEIGHBRIDGE_SEED");
    let seed = seed.map_or(0, |seed| seed.parse().unwrap());
    let direction = match asked("WEIGHBRIDGE_DIRECTION").as_deref() {
        Some("pull") => Direction::Pull,
        Some("two_way") => Direction::TwoWay,
        _ => Direction::Push,
    };
    let far = match asked("WEIGHBRIDGE_FAR").as_deref() {
        Some("notion") => Far::Notion,
        Some("zapier") => Far::Zapier,
        _ => Far::Airtable,
    };
    let (lines, digest) = world::live((far, direction), seed, true);
    eprintln!("seed {seed}: {lines} lines, {digest}");
}
