//! How a drift is shown, and what a sync is to do about one.

use poem_openapi::{Enum, Object};

use crate::http::Moment;
use crate::sync::{Drift, Drifted, Lost, Offer};

/// What a sync does when mapped fields of its table are lost, or others are new.
#[derive(Clone, Copy, Default, Enum)]
#[oai(rename = "SyncDrift", rename_all = "snake_case")]
pub(super) enum DriftView {
    /// Runs go on without what is lost.
    Ignore,
    /// Runs go on without what is lost, and a changed mapping waits for somebody to accept it.
    Propose,
    /// The next run changes the mapping: without what is lost, and with what is new and called like
    /// a field here that is not mapped.
    Apply,
    /// When something is lost, the schedule rests and every run fails until somebody has acted.
    #[default]
    Pause,
}

/// How a sync's mapping and its table have grown apart.
#[derive(Object)]
#[oai(rename = "SyncDrifted", skip_serializing_if_is_none)]
pub(super) struct DriftedView {
    /// When a run found that it is as it is now.
    since: Moment,
    /// Why the field that holds the key cannot be used. This always stops the sync.
    key_lost: Option<String>,
    /// The mapped fields that are lost.
    lost: Vec<LostField>,
    /// What is new there and called like a field here that is not mapped.
    offers: Vec<OfferedPair>,
    /// Whether runs fail until somebody has acted.
    stops: bool,
    /// Whether the schedule rests because of it; it goes on once this is over.
    schedule_rests: bool,
}

/// A mapped field that is gone, or that no longer takes or gives the values.
#[derive(Object)]
struct LostField {
    /// The dataset's field.
    field: String,
    /// The remote field's id.
    remote_field_id: String,
    /// The remote field's name when it was last looked at.
    remote_field_name: String,
    /// Why it is lost.
    reason: String,
}

/// A pair of fields that might be mapped as well.
#[derive(Object)]
struct OfferedPair {
    /// The dataset's field.
    field: String,
    /// The remote field's id.
    remote_field_id: String,
    /// The remote field's name.
    remote_field_name: String,
}

impl From<Drift> for DriftView {
    fn from(drift: Drift) -> Self {
        match drift {
            Drift::Ignore => Self::Ignore,
            Drift::Propose => Self::Propose,
            Drift::Apply => Self::Apply,
            Drift::Pause => Self::Pause,
        }
    }
}

impl From<DriftView> for Drift {
    fn from(view: DriftView) -> Self {
        match view {
            DriftView::Ignore => Self::Ignore,
            DriftView::Propose => Self::Propose,
            DriftView::Apply => Self::Apply,
            DriftView::Pause => Self::Pause,
        }
    }
}

impl From<Drifted> for DriftedView {
    fn from(drifted: Drifted) -> Self {
        Self {
            since: drifted.since.into(),
            key_lost: drifted.found.key,
            lost: drifted.found.lost.into_iter().map(Into::into).collect(),
            offers: drifted.found.offers.into_iter().map(Into::into).collect(),
            stops: drifted.stops,
            schedule_rests: drifted.rests,
        }
    }
}

impl From<Lost> for LostField {
    fn from(lost: Lost) -> Self {
        Self {
            field: lost.field,
            remote_field_id: lost.remote_field_id,
            remote_field_name: lost.remote_field_name,
            reason: lost.reason,
        }
    }
}

impl From<Offer> for OfferedPair {
    fn from(offer: Offer) -> Self {
        Self {
            field: offer.field,
            remote_field_id: offer.remote_field_id,
            remote_field_name: offer.remote_field_name,
        }
    }
}
