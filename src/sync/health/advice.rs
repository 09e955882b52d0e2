//! What may be said of the health of something.

use jiff::Timestamp;

use crate::base::RunId;
use crate::connections::Limit;

/// Whether something does what it is for, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It does.
    Healthy,
    /// It does, and somebody should look.
    Attention,
    /// It does not.
    Failing,
}

/// What to think of something, and the one thing to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What to think.
    pub verdict: Verdict,
    /// What to do; none when it is healthy.
    pub advice: Option<Advice>,
}

/// The one thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Allow the access anew at the provider.
    Reconnect(String),
    /// Give the connection another token.
    ReplaceToken(String),
    /// Allow what is needed beside what was allowed.
    AllowMore(Vec<String>),
    /// Have the connection tested.
    Test(String),
    /// Nothing but wait.
    Wait(Timestamp),
    /// Have the provider raise a limit, or wait until it does so by itself.
    RaiseLimit(Limit, String),
    /// See what else uses the account.
    SpareQuota,
    /// Have the dataset shared again.
    ShareAgain,
    /// Look through the mapping, which its table has grown apart from.
    MapAgain(String),
    /// Look at the run that failed.
    LookAtRun(RunId, String),
    /// Look at the records that are left.
    LookAtRecords(RunId, u64),
}

impl Finding {
    pub(super) const HEALTHY: Self = Self {
        verdict: Verdict::Healthy,
        advice: None,
    };

    pub(super) fn attention(advice: Advice) -> Self {
        Self {
            verdict: Verdict::Attention,
            advice: Some(advice),
        }
    }

    pub(super) fn failing(advice: Advice) -> Self {
        Self {
            verdict: Verdict::Failing,
            advice: Some(advice),
        }
    }
}

impl Advice {
    /// What to do, in a sentence or two for people.
    pub fn sentence(&self) -> String {
        match self {
            Self::Reconnect(why) => format!("Connect it anew: {why}."),
            Self::ReplaceToken(why) => {
                format!("Give it another token: {why}.")
            }
            Self::AllowMore(scopes) => format!(
                "Connect it anew and allow {}: it was not allowed the last time.",
                scopes.join(" and ")
            ),
            Self::Test(why) => format!("Test it: {why}."),
            Self::Wait(until) => {
                format!("Wait: the provider asks to be left alone until {until}; runs go on then.")
            }
            Self::RaiseLimit(Limit::Calls, _) => {
                "Take a larger plan at the provider, or wait for the next month: this month's \
                 calls are used up."
                    .to_owned()
            }
            Self::RaiseLimit(Limit::Room, told) => format!(
                "Make room at the provider, or take a larger plan: it takes no new record ({told})."
            ),
            Self::SpareQuota => {
                "See what else calls the provider with this account: it refused calls that were \
                 within its limit, and is called more slowly since."
                    .to_owned()
            }
            Self::ShareAgain => {
                "Have its dataset shared with you again, or delete the sync.".to_owned()
            }
            Self::MapAgain(told) => {
                format!("Look through its mapping, and accept or change it: {told}.")
            }
            Self::LookAtRun(_, told) => told.clone(),
            Self::LookAtRecords(_, 1) => {
                "Look at the last run: it left a record unsettled, and says why.".to_owned()
            }
            Self::LookAtRecords(_, records) => format!(
                "Look at the last run: it left {records} records unsettled, and says of each why."
            ),
        }
    }

    /// The run to look at.
    pub fn run(&self) -> Option<RunId> {
        match self {
            Self::LookAtRun(run, _) | Self::LookAtRecords(run, _) => Some(*run),
            _ => None,
        }
    }
}
