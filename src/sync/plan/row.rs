//! What is kept of a plan itself, and where it may stand.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::super::counts::Counts;
use super::super::direction::Direction;
use super::super::extent::Extent;
use super::super::job::Starter;
use super::block::{Dispute, Ways};
use crate::base::{Hex, PlanId, RunId, SyncId, UserId};
use crate::jobs::{Failure, Impossible};
use crate::store::{Collection, Entry, Index, Json};

/// The plans by owner and id.
pub(crate) struct Plans;

/// A sync's plans in the order in which they were asked for.
pub(crate) static BY_SYNC: Index = Index {
    name: "plan.sync",
    unique: false,
};

/// The plan of a sync that may still be carried out: there is one at most.
pub(crate) static OPEN: Index = Index {
    name: "plan.open",
    unique: true,
};

impl Collection for Plans {
    const NAME: &'static str = "plan";
    const INDEXES: &'static [&'static Index] = &[&BY_SYNC, &OPEN];
    type Key = (UserId, PlanId);
    type Value = Plan;

    fn entries((_, id): &Self::Key, plan: &Plan) -> Vec<Entry> {
        let mut entries = vec![Entry::new(&BY_SYNC, &(plan.sync, *id))];
        if plan.state.open() {
            entries.push(Entry::new(&OPEN, &plan.sync));
        }
        entries
    }

    fn label(_key: &Self::Key, plan: &Plan) -> String {
        format!("plan of {}", plan.sync_name)
    }
}

/// Where a plan stands. It gets from one state to another by `on` alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanState {
    /// Its job finds out what a run would do.
    Making,
    /// It waits for somebody's approval.
    Ready,
    /// It was approved, and its run is queued or under way.
    Approved,
    /// Its run has ended.
    Executed,
    /// Something came after it: another plan, another run, or other fields.
    Superseded,
    /// It could not be made.
    Failed(Failure),
}

/// What may happen to a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PlanStep {
    /// It is whole.
    Made,
    /// It cannot be made.
    Fail(Failure),
    /// Somebody has approved it, and its run is queued.
    Approve,
    /// Its run was called off before it began.
    Release,
    /// Its run has ended.
    Execute,
    /// Something came after it.
    Supersede,
}

impl PlanState {
    /// Whether it may still be carried out.
    pub fn open(&self) -> bool {
        matches!(self, Self::Making | Self::Ready | Self::Approved)
    }

    /// How it stands, in words that complete "the plan …".
    pub(super) const fn told(&self) -> &'static str {
        match self {
            Self::Making => "is still being made; wait until it is ready",
            Self::Ready => "waits for approval",
            Self::Approved => "was approved already, and its run is queued or under way",
            Self::Executed => "was carried out already; ask for another",
            Self::Superseded => "was overtaken by another plan, run or mapping; ask for another",
            Self::Failed(_) => "could not be made; ask for another",
        }
    }

    /// Its word in the API and in messages.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Making => "making",
            Self::Ready => "ready",
            Self::Approved => "approved",
            Self::Executed => "executed",
            Self::Superseded => "superseded",
            Self::Failed(_) => "failed",
        }
    }

    /// Where a plan stands after `step`: every way there is, and no other.
    pub(crate) fn on(&self, step: PlanStep) -> Result<Self, Impossible> {
        use PlanStep as S;
        match (self, step) {
            (Self::Making, S::Made) | (Self::Approved, S::Release) => Ok(Self::Ready),
            (Self::Making, S::Fail(failure)) => Ok(Self::Failed(failure)),
            (Self::Ready, S::Approve) => Ok(Self::Approved),
            (Self::Approved, S::Execute) => Ok(Self::Executed),
            (Self::Ready | Self::Approved, S::Supersede) => Ok(Self::Superseded),
            (Self::Making, S::Approve | S::Release | S::Execute | S::Supersede)
            | (Self::Ready, S::Made | S::Fail(_) | S::Release | S::Execute)
            | (Self::Approved, S::Made | S::Fail(_) | S::Approve)
            | (
                Self::Executed | Self::Superseded | Self::Failed(_),
                S::Made | S::Fail(_) | S::Approve | S::Release | S::Execute | S::Supersede,
            ) => Err(Impossible),
        }
    }
}

/// One of the fields that a plan writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its place in the mapping, by which people see it.
    pub place: usize,
    /// The dataset's field.
    pub field: String,
    /// The remote field's id.
    pub remote_field_id: String,
    /// The remote field's name.
    pub remote_field_name: String,
}

/// What a plan has come to, once it is whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// What a run would make of the records.
    pub counts: Counts,
    /// How many calls that takes.
    pub calls: u64,
    /// How many seconds that takes at the provider's pace; none when it takes calls as they come.
    pub seconds: Option<u64>,
    /// The fields that are written, in the order in which changes name them.
    pub columns: Vec<Column>,
    /// SHA-256 over everything that it lists, in hexadecimal digits.
    pub content: String,
    /// SHA-256 over the mapping that it was made with.
    pub mapping: String,
    /// SHA-256 over the remote fields as they were.
    pub schema: String,
    /// What would become of either side, if both are written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub both: Option<BothWays>,
}

/// What the run of a plan would make of two sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BothWays {
    /// What would become of records here.
    pub here: Counts,
    /// The same at the provider.
    pub there: Counts,
    /// Records that both sides have changed, and that would wait in the inbox of conflicts.
    pub asked: u64,
    /// The same that the sync's rules decide about, or somebody has decided about.
    pub settled: u64,
}

impl BothWays {
    /// Counts what becomes of one record.
    pub(crate) fn add(&mut self, ways: Ways) {
        for (counts, fate) in [(&mut self.here, ways.here), (&mut self.there, ways.there)] {
            if let Some(fate) = fate {
                counts.add(fate);
            }
        }
        match ways.dispute {
            None => {}
            Some(Dispute::Asked) => self.asked += 1,
            Some(Dispute::Settled) => self.settled += 1,
        }
    }
}

impl Made {
    /// The plan's fingerprint: SHA-256 over its content, its mapping and the remote fields.
    pub fn hash(&self) -> String {
        let parts = [&self.content, &self.mapping, &self.schema];
        let whole = parts.into_iter().fold(Sha256::new(), |hash, part| {
            hash.chain_update(part).chain_update("\n")
        });
        Hex(&<[u8; 32]>::from(whole.finalize())).to_string()
    }
}

/// A plan as it is kept; the records that it lists lie in blocks beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The sync that it is for.
    pub sync: SyncId,
    /// The sync's name when the plan was asked for.
    pub sync_name: String,
    /// Which way its sync's records go.
    #[serde(default)]
    pub direction: Direction,
    /// Who asked for it.
    pub by: Option<Starter>,
    /// The job that makes it.
    pub job: RunId,
    /// Where it stands.
    pub state: PlanState,
    /// Whether the remote records are read first, so that it compares with what is really there.
    pub read_first: bool,
    /// Which records it is about, as the sync said when it was asked for.
    #[serde(default)]
    pub scope: Extent,
    /// The run that it undoes, if that is what it is about.
    #[serde(default)]
    pub undoes: Option<RunId>,
    /// When it was asked for.
    pub queued_at: Timestamp,
    /// When it was whole.
    pub made_at: Option<Timestamp>,
    /// Until when it can be approved.
    pub expires_at: Option<Timestamp>,
    /// What it has come to.
    pub made: Option<Made>,
    /// Who approved it.
    pub approved_by: Option<Starter>,
    /// When it was approved.
    pub approved_at: Option<Timestamp>,
    /// The run that carries it out.
    pub run: Option<RunId>,
}

impl Json for Plan {}

impl Plan {
    /// Takes a step.
    pub(crate) fn step(&mut self, step: PlanStep) -> Result<(), Impossible> {
        self.state = self.state.on(step)?;
        Ok(())
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
        use PlanState as P;
        let states = [
            P::Making,
            P::Ready,
            P::Approved,
            P::Executed,
            P::Superseded,
            P::Failed(failure()),
        ];
        let steps = || {
            [
                PlanStep::Made,
                PlanStep::Fail(failure()),
                PlanStep::Approve,
                PlanStep::Release,
                PlanStep::Execute,
                PlanStep::Supersede,
            ]
        };
        let (ready, gone) = (|| Some(P::Ready), || Some(P::Superseded));
        let none = || [None, None, None, None, None, None];
        let table = [
            // made, fail, approve, release, execute, supersede
            [ready(), Some(P::Failed(failure())), None, None, None, None],
            [None, None, Some(P::Approved), None, None, gone()],
            [None, None, None, ready(), Some(P::Executed), gone()],
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
    fn the_fingerprint_depends_on_content_mapping_and_remote_fields() {
        let made = |content: &str, mapping: &str, schema: &str| Made {
            counts: Counts::default(),
            calls: 0,
            seconds: None,
            columns: Vec::new(),
            content: content.into(),
            mapping: mapping.into(),
            schema: schema.into(),
            both: None,
        };
        let hash = made("a", "b", "c").hash();
        assert_eq!(hash.len(), 64);
        for other in [
            made("x", "b", "c"),
            made("a", "x", "c"),
            made("a", "b", "x"),
        ] {
            assert_ne!(other.hash(), hash);
        }
    }
}
