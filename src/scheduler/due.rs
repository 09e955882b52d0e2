//! Decides which runs may be executed now.

use crate::sync::Active;

/// Runs that may be executed at a time: each holds a stretch of records in memory.
const AT_ONCE: usize = 8;

/// Those of `active` that may be taken up beside those that are being executed: first those that
/// somebody waits for, and otherwise in their order.
///
/// No two runs write to the same remote table at a time: they would take each other's records for
/// a stranger's.
pub(super) fn due(active: &[Active], executing: &[Active]) -> Vec<Active> {
    let mut taken = executing.to_vec();
    let mut due = Vec::new();
    let (awaited, others): (Vec<&Active>, Vec<&Active>) =
        active.iter().partition(|run| run.interactive);
    for run in awaited.into_iter().chain(others) {
        let held = taken
            .iter()
            .any(|other| other.run == run.run || other.table == run.table);
        if !held && taken.len() < AT_ONCE {
            taken.push(run.clone());
            due.push(run.clone());
        }
    }
    due
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Clock, RunId, UserId};

    fn run(table: &str) -> Active {
        let clock = Clock::system();
        Active {
            owner: UserId::new(&clock),
            run: RunId::new(&clock),
            table: ("app".into(), table.into()),
            interactive: true,
        }
    }

    #[test]
    fn runs_to_different_tables_go_side_by_side() {
        let active = [run("a"), run("b")];
        assert_eq!(due(&active, &[]), active);
    }

    #[test]
    fn a_run_waits_while_another_writes_to_its_table() {
        let active = [run("a"), run("a")];
        assert_eq!(due(&active, &[]), active[..1]);
        assert_eq!(due(&active[1..], &active[..1]), []);
    }

    #[test]
    fn a_run_that_is_being_executed_is_not_taken_up_twice() {
        let active = [run("a")];
        assert_eq!(due(&active, &active), []);
    }

    #[test]
    fn a_run_that_somebody_waits_for_comes_before_one_that_was_scheduled() {
        let scheduled = Active {
            interactive: false,
            ..run("a")
        };
        let active = [scheduled, run("a")];
        assert_eq!(due(&active, &[]), active[1..]);
        assert_eq!(
            due(&active, &active[1..]),
            [],
            "what is under way is not interrupted"
        );
        assert_eq!(due(&active[..1], &[]), active[..1]);
    }

    #[test]
    fn a_crowd_is_executed_in_turns() {
        let active: Vec<_> = (0..20).map(|n| run(&n.to_string())).collect();
        assert_eq!(due(&active, &[]), active[..AT_ONCE]);
    }
}
