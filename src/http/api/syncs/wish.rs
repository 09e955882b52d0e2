//! What somebody wants of a sync, and what is proposed to them.

use poem_openapi::Object;

use super::view::ApprovalView;
use crate::base::{ConnectionId, DatasetId};
use crate::sync::{Approval, Change, New, Proposal, Target, Wish};

/// A field of the dataset and the remote field that it is to fill.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub(super) struct FieldPair {
    /// The dataset's field.
    #[oai(validator(max_length = 120))]
    field: String,
    /// The remote field's id.
    #[oai(validator(max_length = 100))]
    remote_field_id: String,
}

/// A sync to be made.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub(super) struct NewSync {
    /// What to call it: 1 to 120 characters, no other sync's name in any case.
    #[oai(validator(max_length = 200))]
    name: String,
    /// The dataset whose records are written.
    dataset_id: DatasetId,
    /// The connection through which they are written.
    connection_id: ConnectionId,
    /// The provider's id of the base.
    #[oai(validator(max_length = 100))]
    base_id: String,
    /// The provider's id of the table.
    #[oai(validator(max_length = 100))]
    table_id: String,
    /// Which field goes where. The key field may be left out.
    #[oai(validator(max_items = 500))]
    mapping: Vec<FieldPair>,
    /// The remote field that holds the key: writable, text or a number.
    #[oai(validator(max_length = 100))]
    remote_key_field_id: String,
    /// Whether the provider may convert values and add missing options of a select field.
    #[oai(default)]
    typecast: bool,
    /// Whether runs need a plan that somebody has approved.
    #[oai(default)]
    approval: ApprovalView,
}

/// What is to be changed; what is left away stays as it is.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub(super) struct SyncChange {
    /// What to call it.
    #[oai(validator(max_length = 200))]
    name: Option<String>,
    /// Which field goes where.
    #[oai(validator(max_items = 500))]
    mapping: Option<Vec<FieldPair>>,
    /// The remote field that holds the key.
    #[oai(validator(max_length = 100))]
    remote_key_field_id: Option<String>,
    /// Whether the provider may convert values and add missing options.
    typecast: Option<bool>,
    /// Whether runs need a plan that somebody has approved.
    approval: Option<ApprovalView>,
}

/// A dataset and a table for which a mapping is wanted.
#[derive(Object)]
#[oai(deny_unknown_fields)]
#[expect(
    clippy::struct_field_names,
    reason = "the members' names are the API's"
)]
pub(super) struct SyncTarget {
    /// The dataset.
    dataset_id: DatasetId,
    /// The connection.
    connection_id: ConnectionId,
    /// The provider's id of the base.
    #[oai(validator(max_length = 100))]
    base_id: String,
    /// The provider's id of the table.
    #[oai(validator(max_length = 100))]
    table_id: String,
}

/// A mapping to begin with.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct MappingProposal {
    /// The pairs, in the order of the dataset's fields.
    mapping: Vec<ProposedPair>,
    /// The remote field for the key, if one can hold it.
    remote_key_field_id: Option<String>,
    /// The dataset's fields that have no counterpart.
    unmapped_fields: Vec<String>,
    /// What should be known before agreeing.
    problems: Vec<String>,
}

/// Where a field might go, and why.
#[derive(Object)]
pub(super) struct ProposedPair {
    /// The dataset's field.
    field: String,
    /// The remote field's id.
    remote_field_id: String,
    /// Why these two: `same name`, `like name`, `primary field` or `same kind`.
    reason: String,
}

impl From<FieldPair> for (String, String) {
    fn from(pair: FieldPair) -> Self {
        (pair.field, pair.remote_field_id)
    }
}

impl From<NewSync> for New {
    fn from(new: NewSync) -> Self {
        Self {
            name: new.name,
            target: Target {
                dataset: new.dataset_id,
                connection: new.connection_id,
                base: new.base_id,
                table: new.table_id,
            },
            wish: Wish {
                pairs: new.mapping.into_iter().map(Into::into).collect(),
                remote_key_field_id: new.remote_key_field_id,
            },
            typecast: new.typecast,
            approval: new.approval.into(),
        }
    }
}

impl From<SyncChange> for Change {
    fn from(change: SyncChange) -> Self {
        let pairs = change.mapping;
        Self {
            name: change.name,
            pairs: pairs.map(|pairs| pairs.into_iter().map(Into::into).collect()),
            remote_key_field_id: change.remote_key_field_id,
            typecast: change.typecast,
            approval: change.approval.map(Approval::from),
        }
    }
}

impl From<SyncTarget> for Target {
    fn from(target: SyncTarget) -> Self {
        Self {
            dataset: target.dataset_id,
            connection: target.connection_id,
            base: target.base_id,
            table: target.table_id,
        }
    }
}

impl From<Proposal> for MappingProposal {
    fn from(proposal: Proposal) -> Self {
        let pairs = proposal.pairs.into_iter().map(|pair| ProposedPair {
            field: pair.field,
            remote_field_id: pair.remote_field_id,
            reason: pair.reason.name().to_owned(),
        });
        Self {
            mapping: pairs.collect(),
            remote_key_field_id: proposal.remote_key_field_id,
            unmapped_fields: proposal.unmapped,
            problems: proposal.problems,
        }
    }
}
