//! How soon the runs of a sync are taken up among others.

use poem_openapi::Enum;

use crate::sync::Priority;

/// How soon the runs of a sync are taken up when more wait than can be executed.
///
/// Whatever a person has asked for comes before what a schedule or the provider has; within either,
/// the higher priority comes first. A run that waits rises by one class each quarter of an hour.
#[derive(Clone, Copy, Default, Enum)]
#[oai(rename = "SyncPriority", rename_all = "snake_case")]
pub(super) enum PriorityView {
    /// After all others.
    Low,
    /// Like most.
    #[default]
    Normal,
    /// Before all others.
    High,
}

impl From<Priority> for PriorityView {
    fn from(priority: Priority) -> Self {
        match priority {
            Priority::Low => Self::Low,
            Priority::Normal => Self::Normal,
            Priority::High => Self::High,
        }
    }
}

impl From<PriorityView> for Priority {
    fn from(view: PriorityView) -> Self {
        match view {
            PriorityView::Low => Self::Low,
            PriorityView::Normal => Self::Normal,
            PriorityView::High => Self::High,
        }
    }
}
