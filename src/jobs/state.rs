//! Says where a job may stand, and how it gets from there to elsewhere: the one table of both.

use serde::{Deserialize, Serialize};

/// Where a job stands. It gets from one state to another by `on` alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for its turn.
    Queued,
    /// Is being executed, or was when the appliance stopped and goes on at its next start.
    Running(Phase),
    /// Was carried through; single records may have been refused.
    Done,
    /// Ended before its end. What it had written stays.
    Failed(Failure),
    /// Was called off before its end. What it had written stays.
    Cancelled,
}

/// What a running job is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Reads what it needs to begin: the remote table's fields, or the file that comes in.
    Reading,
    /// Finds out what became of writes whose answer never came.
    Settling,
    /// Reads the remote table's records, so that a plan knows them.
    Listing,
    /// Finds out what a run would do.
    Planning,
    /// Writes records.
    Writing,
}

/// Why a job could not be carried through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// A word for programs, such as `unauthorised`.
    pub code: String,
    /// A sentence for people: what happened and what to do.
    pub message: String,
}

/// How a job comes to its end when it is not carried through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ending {
    /// It cannot go on.
    Failed(Failure),
    /// Somebody has called it off.
    Cancelled,
}

/// What may happen to a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The scheduler takes it up, for the first time or again.
    Claim,
    /// It turns to something else.
    Enter(Phase),
    /// It was carried through.
    Finish,
    /// It comes to another end.
    End(Ending),
}

/// A step that a job cannot take from where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the job has ended, or has not begun")]
pub(crate) struct Impossible;

impl State {
    /// Whether it will not change any more.
    pub fn ended(&self) -> bool {
        matches!(self, Self::Done | Self::Failed(_) | Self::Cancelled)
    }

    /// Its name, whatever else is known of it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running(_) => "running",
            Self::Done => "done",
            Self::Failed(_) => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Where a job stands after `step`: every way there is, and no other.
    pub(crate) fn on(&self, step: Step) -> Result<Self, Impossible> {
        use Ending as E;
        match (self, step) {
            (Self::Queued | Self::Running(_), Step::Claim) => Ok(Self::Running(Phase::Reading)),
            (Self::Running(_), Step::Enter(phase)) => Ok(Self::Running(phase)),
            (Self::Running(_), Step::Finish) => Ok(Self::Done),
            (Self::Running(_), Step::End(E::Failed(failure))) => Ok(Self::Failed(failure)),
            (Self::Queued | Self::Running(_), Step::End(E::Cancelled)) => Ok(Self::Cancelled),
            (Self::Queued, Step::Enter(_) | Step::Finish | Step::End(E::Failed(_)))
            | (
                Self::Done | Self::Failed(_) | Self::Cancelled,
                Step::Claim | Step::Enter(_) | Step::Finish | Step::End(_),
            ) => Err(Impossible),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure() -> Failure {
        Failure {
            code: "gone".into(),
            message: "It is gone.".into(),
        }
    }

    #[test]
    fn every_state_answers_every_step_as_the_table_says() {
        let (reading, writing) = (Phase::Reading, Phase::Writing);
        let running = || State::Running(Phase::Settling);
        let states = [
            State::Queued,
            running(),
            State::Done,
            State::Failed(failure()),
            State::Cancelled,
        ];
        let steps = || {
            [
                Step::Claim,
                Step::Enter(writing),
                Step::Finish,
                Step::End(Ending::Failed(failure())),
                Step::End(Ending::Cancelled),
            ]
        };
        let none = || [None, None, None, None, None];
        let table = [
            // claim, enter, finish, fail, cancel
            [
                Some(State::Running(reading)),
                None,
                None,
                None,
                Some(State::Cancelled),
            ],
            [
                Some(State::Running(reading)),
                Some(State::Running(writing)),
                Some(State::Done),
                Some(State::Failed(failure())),
                Some(State::Cancelled),
            ],
            none(),
            none(),
            none(),
        ];
        for (state, row) in states.iter().zip(table) {
            for (step, wanted) in steps().into_iter().zip(row) {
                let told = format!("{state:?} on {step:?}");
                assert_eq!(state.on(step).ok(), wanted, "{told}");
            }
        }
    }

    #[test]
    fn what_has_ended_stays_as_it_is() {
        let ended = [State::Done, State::Failed(failure()), State::Cancelled];
        assert!(ended.iter().all(State::ended));
        assert!(!State::Queued.ended() && !State::Running(Phase::Writing).ended());
    }
}
