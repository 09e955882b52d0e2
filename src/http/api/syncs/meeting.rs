//! How the rules of two-way syncs are shown.

use poem_openapi::Enum;

use crate::sync::{ConflictPolicy, FieldWay};

/// Who is right about a field that both sides of a sync have changed.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "SyncConflictPolicy", rename_all = "snake_case")]
pub(super) enum ConflictPolicyView {
    /// The dataset.
    Local,
    /// The provider.
    Remote,
    /// Whoever was changed last, and the dataset where the times cannot be told apart. Where the
    /// provider does not tell when a record was changed, the conflict goes to the inbox.
    Newest,
    /// The conflict goes to the inbox, and the record waits until somebody has said who is right.
    Ask,
}

/// Which way a field goes in a two-way sync.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "SyncFieldDirection", rename_all = "snake_case")]
pub(super) enum FieldDirectionView {
    /// Changes of either side come to the other.
    Both,
    /// The dataset is always right: what was changed at the provider is put back.
    Push,
    /// The provider is always right: what was changed here is put back.
    Pull,
}

impl From<ConflictPolicy> for ConflictPolicyView {
    fn from(policy: ConflictPolicy) -> Self {
        match policy {
            ConflictPolicy::Local => Self::Local,
            ConflictPolicy::Remote => Self::Remote,
            ConflictPolicy::Newest => Self::Newest,
            ConflictPolicy::Ask => Self::Ask,
        }
    }
}

impl From<ConflictPolicyView> for ConflictPolicy {
    fn from(policy: ConflictPolicyView) -> Self {
        match policy {
            ConflictPolicyView::Local => Self::Local,
            ConflictPolicyView::Remote => Self::Remote,
            ConflictPolicyView::Newest => Self::Newest,
            ConflictPolicyView::Ask => Self::Ask,
        }
    }
}

impl From<FieldWay> for FieldDirectionView {
    fn from(way: FieldWay) -> Self {
        match way {
            FieldWay::Both => Self::Both,
            FieldWay::Push => Self::Push,
            FieldWay::Pull => Self::Pull,
        }
    }
}

impl From<FieldDirectionView> for FieldWay {
    fn from(way: FieldDirectionView) -> Self {
        match way {
            FieldDirectionView::Both => Self::Both,
            FieldDirectionView::Push => Self::Push,
            FieldDirectionView::Pull => Self::Pull,
        }
    }
}
