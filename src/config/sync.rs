//! `[sync]`: runs and plans.

use std::time::Duration;

use super::reader::Section;

/// How long runs and plans are kept.
#[derive(Clone, Debug)]
pub struct Sync {
    /// Runs and plans that have ended.
    pub keep_ended: Duration,
    /// How long a plan can be approved.
    pub plan_validity: Duration,
    /// Runs of a schedule begin up to so long after their time.
    pub schedule_jitter: Duration,
    /// A pull of changes reads what was changed up to so long before the last one, once more.
    pub pull_overlap: Duration,
    /// How long a run can be undone.
    pub undo_for: Duration,
    /// How much is remembered of one run for that, in millions of bytes.
    pub undo_megabytes: u32,
    /// At least so long lies between two runs of a sync that changes at its provider ask for.
    pub change_pause: Duration,
    /// A sync counts as failing once so many of its jobs have failed one after the other.
    pub failing_after: u32,
}

const DAY: Duration = Duration::from_hours(24);

impl Sync {
    pub(super) fn read(mut from: Section<'_, '_>) -> Self {
        Self {
            keep_ended: from.key(
                "keep_ended",
                90 * DAY,
                "Runs and plans are deleted so long after their end, with what they list. The last \
                 run of each sync stays.",
            ),
            plan_validity: from.key(
                "plan_validity",
                7 * DAY,
                "A plan can be approved so long after it was made.",
            ),
            schedule_jitter: from.key(
                "schedule_jitter",
                Duration::from_secs(30),
                "A scheduled run begins up to so long after its time, each sync always as much \
                 later, so that many with the same time do not begin in one second.",
            ),
            pull_overlap: from.at_least(
                "pull_overlap",
                Duration::from_mins(10),
                Duration::from_mins(2),
                "A pull that reads nothing but what has changed also reads what was changed up to \
                 so long before the last one: providers tell times to the minute, and show what was \
                 changed a little later.",
            ),
            undo_for: from.key(
                "undo_for",
                7 * DAY,
                "A run can be undone so long after its end: until then it is remembered \
                 what each record held that it wrote.",
            ),
            undo_megabytes: from.within(
                "undo_megabytes",
                64,
                1..=10_000,
                "So many millions of bytes are remembered of one run at most. A run that writes \
                 more cannot be undone.",
            ),
            change_pause: from.at_least(
                "change_pause",
                Duration::from_secs(30),
                Duration::from_secs(1),
                "At least so long lies between two runs of a sync that changes at its provider ask \
                 for: what changes meanwhile is read together.",
            ),
            failing_after: from.within(
                "failing_after",
                3,
                1..=1_000,
                "A sync counts as failing once so many of its runs and plans have failed one after \
                 the other, until one comes through.",
            ),
        }
    }
}
