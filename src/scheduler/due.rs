//! Decides which jobs may be executed now.

use super::work::Work;

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

/// Those of `active` that may be taken up beside those that are being executed: first those that
/// somebody waits for, and otherwise in their order.
///
/// No two runs write to the same remote table at a time: they would take each other's records for
/// a stranger's. Of those that are being executed, `waiting` wait for a provider to let them go on.
pub(super) fn due(active: &[Work], executing: &[Work], waiting: usize) -> Vec<Work> {
    let most = AT_ONCE + waiting.min(MOST_WAITING);
    let mut taken = executing.to_vec();
    let mut due = Vec::new();
    let (awaited, others): (Vec<&Work>, Vec<&Work>) =
        active.iter().partition(|work| work.is_awaited());
    for work in awaited.into_iter().chain(others) {
        if has_room(work, &taken, most) && !is_held(work, &taken) {
            taken.push(work.clone());
            due.push(work.clone());
        }
    }
    due
}

fn has_room(work: &Work, taken: &[Work], most: usize) -> bool {
    let hooks = taken.iter().filter(|other| matches!(other, Work::Hook(_)));
    let hooks = hooks.count();
    match work {
        Work::Hook(_) => hooks < HOOKS_AT_ONCE,
        Work::Run(_) | Work::Export(_) => taken.len() - hooks < most,
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
                Work::Run(_) | Work::Hook(_) => None,
            });
            let askers: Vec<_> = exports.collect();
            askers.len() >= EXPORTS_AT_ONCE || askers.contains(&export.by)
        }
        Work::Hook(hook) => {
            let same =
                |other: &&Work| matches!(other, Work::Hook(other) if other.owner == hook.owner);
            taken.iter().filter(same).count() >= HOOKS_OF_ONE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::due as due_beside;
    use super::*;
    use crate::base::{Clock, ExportId, HookId, RunId, UserId};
    use crate::datasets::DueExport;
    use crate::hooks::Due;
    use crate::sync::Active;

    fn due(active: &[Work], executing: &[Work]) -> Vec<Work> {
        due_beside(active, executing, 0)
    }

    fn active(table: &str, interactive: bool) -> Work {
        let clock = Clock::system();
        Work::Run(Active {
            owner: UserId::new(&clock),
            run: RunId::new(&clock),
            table: ("app".into(), table.into()),
            interactive,
        })
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
        assert_eq!(due_beside(rest, first, 0), []);
        assert_eq!(due_beside(rest, first, 3), rest[..3]);
        let executing = &runs[..40];
        assert_eq!(
            due_beside(&runs[40..], executing, 40),
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
                other @ (Work::Run(_) | Work::Hook(_)) => other,
            })
            .collect();
        let all = [&mine[..], &[export()]].concat();
        assert_eq!(due(&all, &[]), [all[0].clone(), all[5].clone()]);
    }
}
