//! How the book is shown.

use poem_openapi::{Enum, Object};

use super::line::Line;
use crate::audit::{Checkpoint, Ended, Mark, Order, Progress, Standing, Verdict};
use crate::http::Moment;

/// One part of the book.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct AuditPage {
    /// Lines in the OCSF 1.8.0 schema, each as it stands in the book.
    pub(super) items: Vec<Line>,
    /// Where the search goes on; absent when there is nothing more to look at.
    pub(super) next: Option<String>,
    /// How far this call has looked; absent when there was nothing to look at.
    pub(super) scanned_to: Option<LineView>,
    /// How many lines it has passed, those of segments of another time included.
    pub(super) scanned_lines: u64,
    /// How many bytes of the book it has read.
    pub(super) scanned_bytes: u64,
}

/// A line's place.
#[derive(Object)]
#[oai(rename = "AuditLine")]
pub(super) struct LineView {
    /// The line's number.
    sequence: u64,
    /// When its act was.
    time: Moment,
}

/// In which order lines come.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "AuditOrder", rename_all = "snake_case")]
pub(super) enum OrderView {
    /// The newest first.
    Newest,
    /// The oldest first.
    Oldest,
}

/// How an act ended.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "AuditOutcome", rename_all = "snake_case")]
pub(super) enum OutcomeView {
    /// As it was meant.
    Success,
    /// Refused or failed.
    Failure,
    /// Nobody knows.
    Unknown,
}

/// The book's signed word on how far it goes. Kept elsewhere, it proves that nothing was cut off.
#[derive(Object)]
#[oai(rename = "Checkpoint")]
pub(super) struct CheckpointView {
    /// The book's name.
    log: String,
    /// The number of the line that is signed.
    seq: u64,
    /// That line's hash.
    hash: String,
    /// When it was signed.
    time: Moment,
    /// The public key of the line's segment.
    key: String,
    /// The Ed25519 signature.
    signature: String,
}

/// How the book stands.
#[derive(Object)]
#[oai(rename = "AuditChain", skip_serializing_if_is_none)]
pub(super) struct ChainView {
    /// How many lines there are, and the number of the newest.
    lines: u64,
    /// How many segments hold them.
    segments: u64,
    /// How many bytes.
    bytes: u64,
    /// When the first line was written.
    first_time: Option<Moment>,
    /// When the newest line was written.
    last_time: Option<Moment>,
    /// The hash of the newest line.
    hash: String,
    /// The newest checkpoint that stands in the book.
    signed: Option<CheckpointView>,
    /// The verification that is under way.
    verifying: Option<VerifyingView>,
    /// What the last verification has found; absent before the first.
    verdict: Option<VerdictView>,
}

/// A verification that is under way.
#[derive(Object)]
#[oai(rename = "AuditVerification")]
struct VerifyingView {
    /// When it began.
    begun_at: Moment,
    /// Up to which line it goes.
    sequence: u64,
    /// How many bytes it has read.
    read_bytes: u64,
    /// How many there are.
    bytes: u64,
}

/// What a verification has found.
#[derive(Object)]
#[oai(rename = "AuditVerdict", skip_serializing_if_is_none)]
struct VerdictView {
    /// Whether every line is as it was written.
    outcome: VerdictWord,
    /// When it ended.
    time: Moment,
    /// Up to which line it went.
    sequence: u64,
    /// How many lines it has read.
    lines: u64,
    /// How many segments.
    segments: u64,
    /// How many bytes.
    bytes: u64,
    /// What is wrong, the first place first; 16 places at most.
    findings: Vec<FindingView>,
    /// How many places more are wrong.
    more: u64,
    /// Why the book could not be read to its end.
    unread: Option<String>,
}

/// A verdict in one word.
#[derive(Enum)]
#[oai(rename = "AuditVerdictOutcome", rename_all = "snake_case")]
enum VerdictWord {
    /// Every line is as it was written.
    Intact,
    /// Something was changed, removed, moved or cut off.
    Broken,
    /// The files could not be read.
    Unreadable,
}

/// A place where the book is not as it was written.
#[derive(Object)]
#[oai(rename = "AuditFinding", skip_serializing_if_is_none)]
struct FindingView {
    /// The segment's file.
    file: String,
    /// The line in it, counted from 1.
    line: u64,
    /// The line's number in the book, where it is known.
    sequence: Option<u64>,
    /// What is wrong.
    what: String,
}

impl From<Mark> for LineView {
    fn from(mark: Mark) -> Self {
        Self {
            sequence: mark.sequence,
            time: mark.time.into(),
        }
    }
}

impl From<OrderView> for Order {
    fn from(order: OrderView) -> Self {
        match order {
            OrderView::Newest => Self::Newest,
            OrderView::Oldest => Self::Oldest,
        }
    }
}

impl From<OutcomeView> for Ended {
    fn from(outcome: OutcomeView) -> Self {
        match outcome {
            OutcomeView::Success => Self::Success,
            OutcomeView::Failure => Self::Failure,
            OutcomeView::Unknown => Self::Unknown,
        }
    }
}

impl From<Checkpoint> for CheckpointView {
    fn from(checkpoint: Checkpoint) -> Self {
        Self {
            log: checkpoint.log,
            seq: checkpoint.seq,
            hash: checkpoint.hash,
            time: checkpoint.time.into(),
            key: checkpoint.key.to_string(),
            signature: checkpoint.signature,
        }
    }
}

impl From<Standing> for ChainView {
    fn from(standing: Standing) -> Self {
        Self {
            lines: standing.newest.seq,
            segments: standing.segments,
            bytes: standing.bytes,
            first_time: standing.first_time.map(Moment),
            last_time: standing.last_time.map(Moment),
            hash: standing.newest.hash,
            signed: standing.signed.map(Into::into),
            verifying: standing.checking.map(Into::into),
            verdict: standing.verdict.map(Into::into),
        }
    }
}

impl From<Progress> for VerifyingView {
    fn from(progress: Progress) -> Self {
        Self {
            begun_at: progress.begun_at.into(),
            sequence: progress.sequence,
            read_bytes: progress.read_bytes,
            bytes: progress.bytes,
        }
    }
}

impl From<Verdict> for VerdictView {
    fn from(verdict: Verdict) -> Self {
        let outcome = match (verdict.is_intact(), &verdict.unread) {
            (true, _) => VerdictWord::Intact,
            (false, Some(_)) => VerdictWord::Unreadable,
            (false, None) => VerdictWord::Broken,
        };
        let findings = verdict.findings.into_iter().map(|place| FindingView {
            file: place.file,
            line: place.line,
            sequence: place.sequence,
            what: place.what,
        });
        Self {
            outcome,
            time: verdict.time.into(),
            sequence: verdict.sequence,
            lines: verdict.lines,
            segments: verdict.segments,
            bytes: verdict.bytes,
            findings: findings.collect(),
            more: verdict.more,
            unread: verdict.unread,
        }
    }
}
