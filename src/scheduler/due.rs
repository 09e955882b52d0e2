//! Decides which jobs may be executed now.

use std::cmp::Reverse;

use jiff::{SignedDuration, Timestamp};

use super::work::Work;
use crate::sync::Priority;

/// Jobs that may be executed at a time: each holds a stretch of records in memory.
const AT_ONCE: usize = 8;
/// Runs that wait until a provider lets them go on make room for so many others: what they hold in
/// memory stays.
const MOST_WAITING: usize = 24;
/// Of them exports, which have the disk to themselves for a while.
const EXPORTS_AT_ONCE: usize = 2;
/// Hooks that may be told at a time, beside the others: one that does not answer holds up none but
/// its like.
const HOOKS_AT_ONCE: usize = 4;
/// Of them hooks of one owner, or whoever has many slow ones keeps all others waiting.
const HOOKS_OF_ONE: usize = 2;

/// Feeds that may be fetched at a time, beside the others: each waits for its provider most of the
/// time.
const FEEDS_AT_ONCE: usize = 4;

/// A job that waits rises by one class each time so long has passed: one of low priority comes
/// before every run of a schedule that is queued half an hour after it.
const RISES_EVERY: SignedDuration = SignedDuration::from_mins(15);

/// Those of `active` that may be taken up beside those that are being executed: first those that
/// somebody waits for; among them, and among the others, first those of a higher priority, to which
/// jobs rise as they wait; and among those of the same in the order in which they were asked for.
///
/// No two runs write to the same remote table at a time: they would take each other's records for
/// a stranger's. Of those that are being executed, `waiting` wait for a provider to let them go on.
pub(super) fn due(
    active: &[Work],
    executing: &[Work],
    waiting: usize,
    now: Timestamp,
) -> Vec<Work> {
    let most = AT_ONCE + waiting.min(MOST_WAITING);
    let mut taken = executing.to_vec();
    let mut due = Vec::new();
    let mut queue: Vec<&Work> = active.iter().collect();
    queue.sort_by_key(|work| Reverse((work.is_awaited(), risen(work, now))));
    for work in queue {
        if has_room(work, &taken, most) && !is_held(work, &taken) {
            taken.push(work.clone());
            due.push(work.clone());
        }
    }
    due
}

/// The priority that a job has come to by waiting. Hooks and feeds come in an order of their own,
/// and are as old as whoever made them.
fn risen(work: &Work, now: Timestamp) -> Priority {
    if matches!(work, Work::Hook(_) | Work::Feed(_)) {
        return Priority::Normal;
    }
    let waited = now.duration_since(work.asked_at());
    match (work.priority(), waited.as_secs() / RISES_EVERY.as_secs()) {
        (priority, ..=0) => priority,
        (Priority::Low, 1) => Priority::Normal,
        _ => Priority::High,
    }
}

fn has_room(work: &Work, taken: &[Work], most: usize) -> bool {
    let hooks = taken.iter().filter(|other| matches!(other, Work::Hook(_)));
    let hooks = hooks.count();
    let feeds = taken.iter().filter(|other| matches!(other, Work::Feed(_)));
    let feeds = feeds.count();
    match work {
        Work::Hook(_) => hooks < HOOKS_AT_ONCE,
        Work::Feed(_) => feeds < FEEDS_AT_ONCE,
        Work::Run(_) | Work::Export(_) => taken.len() - hooks - feeds < most,
    }
}

/// Whether a job has to wait for one of those that are taken up.
fn is_held(work: &Work, taken: &[Work]) -> bool {
    if taken.iter().any(|other| other.id() == work.id()) {
        return true;
    }
    match work {
        Work::Run(run) => taken
            .iter()
            .any(|other| matches!(other, Work::Run(other) if other.table == run.table)),
        // One at a time for each who asks, or whoever asks for many keeps all others waiting.
        Work::Export(export) => {
            let exports = taken.iter().filter_map(|other| match other {
                Work::Export(other) => Some(other.by),
                Work::Run(_) | Work::Hook(_) | Work::Feed(_) => None,
            });
            let askers: Vec<_> = exports.collect();
            askers.len() >= EXPORTS_AT_ONCE || askers.contains(&export.by)
        }
        Work::Hook(hook) => {
            let same =
                |other: &&Work| matches!(other, Work::Hook(other) if other.owner == hook.owner);
            taken.iter().filter(same).count() >= HOOKS_OF_ONE
        }
        Work::Feed(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::due as due_beside;
    use super::*;
    use crate::base::{Clock, ExportId, HookId, RunId, UserId};
    use crate::datasets::DueExport;
    use crate::hooks::Due;
    use crate::sync::Active;

    fn due(active: &[Work], executing: &[Work]) -> Vec<Work> {
        due_then(active, executing, 0)
    }

    fn due_then(active: &[Work], executing: &[Work], waiting: usize) -> Vec<Work> {
        due_beside(active, executing, waiting, Clock::system().now())
    }

    fn active(table: &str, interactive: bool) -> Work {
        let clock = Clock::system();
        Work::Run(Active {
            owner: UserId::new(&clock),
            run: RunId::new(&clock),
            table: ("app".into(), table.into()),
            interactive,
            priority: Priority::default(),
        })
    }

    /// A run that a schedule has queued at this minute.
    fn scheduled(table: &str, priority: Priority, minute: u64) -> Work {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        clock.advance(Duration::from_mins(minute));
        let Work::Run(run) = active(table, false) else {
            unreachable!("it is a run")
        };
        Work::Run(Active {
            run: RunId::new(&clock),
            priority,
            ..run
        })
    }

    /// Which of two runs is taken up that write to the same table, at this minute.
    fn first(runs: &[Work], minute: i64) -> Work {
        let now = Timestamp::from_second(minute * 60).unwrap();
        let [first] = due_beside(runs, &[], 0, now).try_into().unwrap();
        first
    }

    #[test]
    fn a_run_of_a_higher_priority_goes_first_unless_somebody_waits_for_another() {
        let classes = [Priority::Low, Priority::Normal, Priority::High];
        let runs = classes.map(|priority| scheduled("a", priority, 0));
        assert_eq!(first(&runs, 1), runs[2]);
        assert_eq!(first(&runs[..2], 1), runs[1]);
        let same = [0, 1].map(|minute| scheduled("a", Priority::High, minute));
        assert_eq!(first(&same, 2), same[0], "the one asked for first");
        let awaited = [runs[2].clone(), run("a")];
        assert_eq!(first(&awaited, 1), awaited[1]);
    }

    #[test]
    fn a_run_of_low_priority_does_not_wait_for_ever() {
        let low = scheduled("a", Priority::Low, 0);
        // Others come and come.
        let taken_before = |priority, minute: u64| {
            let other = scheduled("a", priority, minute);
            first(&[low.clone(), other.clone()], minute.cast_signed()) == other
        };
        assert!(taken_before(Priority::Normal, 14) && taken_before(Priority::High, 14));
        assert!(!taken_before(Priority::Normal, 15));
        assert!(taken_before(Priority::High, 29));
        assert!(!taken_before(Priority::High, 30));
    }

    fn run(table: &str) -> Work {
        active(table, true)
    }

    fn export() -> Work {
        let clock = Clock::system();
        Work::Export(DueExport {
            by: UserId::new(&clock),
            export: ExportId::new(&clock),
        })
    }

    fn hook() -> Work {
        let clock = Clock::system();
        Work::Hook(Due {
            owner: UserId::new(&clock),
            hook: HookId::new(&clock),
        })
    }

    #[test]
    fn hooks_that_do_not_answer_hold_up_no_run_and_runs_hold_up_no_hook() {
        let hooks: Vec<_> = (0..20).map(|_| hook()).collect();
        assert_eq!(due(&hooks, &[]), hooks[..HOOKS_AT_ONCE]);
        let runs: Vec<_> = (0..AT_ONCE).map(|n| run(&n.to_string())).collect();
        assert_eq!(due(&runs, &hooks[..HOOKS_AT_ONCE]), runs);
        assert_eq!(due(&hooks, &runs), hooks[..HOOKS_AT_ONCE]);
        assert_eq!(due(&hooks[..1], &hooks[..1]), []);
    }

    #[test]
    fn feeds_that_wait_for_their_provider_hold_up_no_run_and_runs_hold_up_no_feed() {
        let clock = Clock::system();
        let feed = || {
            Work::Feed(crate::feeds::Due {
                owner: UserId::new(&clock),
                site: crate::base::SiteId::new(&clock),
                feed: crate::base::FeedId::new(&clock),
            })
        };
        let feeds: Vec<_> = (0..20).map(|_| feed()).collect();
        assert_eq!(due(&feeds, &[]), feeds[..FEEDS_AT_ONCE]);
        let runs: Vec<_> = (0..AT_ONCE).map(|n| run(&n.to_string())).collect();
        assert_eq!(due(&runs, &feeds[..FEEDS_AT_ONCE]), runs);
        assert_eq!(due(&feeds, &runs), feeds[..FEEDS_AT_ONCE]);
        assert_eq!(due(&feeds[..1], &feeds[..1]), []);
    }

    #[test]
    fn a_hook_that_was_made_long_ago_goes_before_no_other() {
        let young: Vec<_> = (0..HOOKS_AT_ONCE).map(|_| hook()).collect();
        let made = Clock::manual(Timestamp::UNIX_EPOCH);
        let old = Work::Hook(Due {
            owner: UserId::new(&made),
            hook: HookId::new(&made),
        });
        let all: Vec<_> = young.iter().cloned().chain([old]).collect();
        assert_eq!(due(&all, &[]), young);
    }

    #[test]
    fn the_hooks_of_one_owner_have_two_places_however_many_are_due() {
        let clock = Clock::system();
        let owner = UserId::new(&clock);
        let mine: Vec<_> = (0..4)
            .map(|_| HookId::new(&clock))
            .map(|hook| Work::Hook(Due { owner, hook }))
            .collect();
        assert_eq!(due(&mine, &[]), mine[..HOOKS_OF_ONE]);
        assert_eq!(due(&mine[2..], &mine[..2]), []);
        assert_eq!(due(&mine[1..], &mine[..1]), mine[1..2]);
        let all = [&mine[..], &[hook(), hook()]].concat();
        let expected = [&mine[..HOOKS_OF_ONE], &all[4..]].concat();
        assert_eq!(due(&all, &[]), expected, "others have theirs");
    }

    #[test]
    fn runs_to_different_tables_go_side_by_side() {
        let active = [run("a"), run("b")];
        assert_eq!(due(&active, &[]), active);
    }

    /// Eight syncs of one integration that was told to wait for a day held up all others.
    #[test]
    fn runs_that_wait_for_their_provider_hold_up_no_others() {
        let runs: Vec<_> = (0..60).map(|n| run(&n.to_string())).collect();
        let (first, rest) = runs.split_at(AT_ONCE);
        assert_eq!(due_then(rest, first, 0), []);
        assert_eq!(due_then(rest, first, 3), rest[..3]);
        let executing = &runs[..40];
        assert_eq!(
            due_then(&runs[40..], executing, 40),
            [],
            "memory has an end"
        );
    }

    #[test]
    fn a_run_waits_while_another_writes_to_its_table() {
        let active = [run("a"), run("a")];
        assert_eq!(due(&active, &[]), active[..1]);
        assert_eq!(due(&active[1..], &active[..1]), []);
    }

    #[test]
    fn a_job_that_is_being_executed_is_not_taken_up_twice() {
        for active in [[run("a")], [export()]] {
            assert_eq!(due(&active, &active), []);
        }
    }

    #[test]
    fn a_job_that_somebody_waits_for_comes_before_one_that_was_scheduled() {
        let active = [active("a", false), run("a")];
        assert_eq!(due(&active, &[]), active[1..]);
        assert_eq!(
            due(&active, &active[1..]),
            [],
            "what is under way is not interrupted"
        );
        assert_eq!(due(&active[..1], &[]), active[..1]);
        let crowd: Vec<_> = (0..AT_ONCE)
            .map(|n| self::active(&n.to_string(), false))
            .collect();
        let all = [&crowd[..], &[export()]].concat();
        assert_eq!(due(&all, &[])[0], all[AT_ONCE]);
    }

    #[test]
    fn a_crowd_is_executed_in_turns() {
        let active: Vec<_> = (0..20).map(|n| run(&n.to_string())).collect();
        assert_eq!(due(&active, &[]), active[..AT_ONCE]);
    }

    #[test]
    fn exports_leave_room_for_runs() {
        let exports: Vec<_> = (0..20).map(|_| export()).collect();
        assert_eq!(due(&exports, &[]), exports[..EXPORTS_AT_ONCE]);
        assert_eq!(due(&exports[2..], &exports[..1]), exports[2..3]);
        assert_eq!(due(&[run("a")], &exports[..EXPORTS_AT_ONCE]).len(), 1);
    }

    #[test]
    fn whoever_asks_for_many_exports_keeps_nobody_waiting() {
        let mine: Vec<_> = std::iter::repeat_n(export(), 5)
            .map(|export| match export {
                Work::Export(export) => Work::Export(DueExport {
                    export: ExportId::new(&Clock::system()),
                    ..export
                }),
                other @ (Work::Run(_) | Work::Hook(_) | Work::Feed(_)) => other,
            })
            .collect();
        let all = [&mine[..], &[export()]].concat();
        assert_eq!(due(&all, &[]), [all[0].clone(), all[5].clone()]);
    }
}
