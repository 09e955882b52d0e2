//! What both sides of two-way syncs have changed, and who is right about it.

use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object, OpenApi};

use super::Tag;
use super::runs::StarterView;
use crate::app::App;
use crate::auth::Permission;
use crate::base::{RunId, SyncId};
use crate::http::page::Pages;
use crate::http::tag::{self, Tagged};
use crate::http::{ApiError, Caller, Moment};
use crate::sync::{Choice, Clash, ConflictVerdict, Disputed, Filed, Solution, Syncs, Wanting};

pub(super) struct Resource {
    syncs: Syncs,
    pages: Pages,
}

/// A record that both sides of a two-way sync have changed.
#[derive(Object)]
#[oai(rename = "Conflict", skip_serializing_if_is_none)]
struct ConflictView {
    /// The sync.
    sync_id: SyncId,
    /// What its owner calls it.
    sync_name: String,
    /// The record's key.
    key: String,
    /// The provider's id of the remote record.
    remote_id: String,
    /// What both sides have done.
    kind: KindView,
    /// The mapped fields in the order of the mapping, those that nobody has changed too.
    fields: Vec<FieldView>,
    /// When the record was changed here last; absent when it was deleted here.
    local_changed_at: Option<Moment>,
    /// When it was changed at the provider last, at the latest; absent when the provider does not
    /// tell, or it was deleted there.
    remote_changed_at: Option<Moment>,
    /// Who was changed last and would be right by the policy `newest`, as far as that can be told.
    newer: Option<SideView>,
    /// When a run has found it.
    found_at: Moment,
    /// The run that has found it as it is shown.
    run_id: RunId,
    /// What somebody has decided; the next run does it, unless one of the sides is changed before.
    solution: Option<SolutionView>,
    /// Whether it had been solved, and one of the sides was changed before a run came to it.
    reopened: bool,
    /// Rises with every change of it; in quotes it is the `ETag`.
    version: u64,
}

/// What both sides have done with a record.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "ConflictKind", rename_all = "snake_case")]
enum KindView {
    /// Both have changed a field, and differently.
    Changed,
    /// It was changed here and deleted at the provider.
    DeletedThere,
    /// It was changed at the provider and deleted here.
    DeletedHere,
}

/// One side of a sync.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "ConflictSide", rename_all = "snake_case")]
enum SideView {
    /// The dataset.
    Local,
    /// The provider.
    Remote,
}

/// One field of a record in conflict. Values are in words, cut after 500 characters; one that is
/// absent is empty.
#[derive(Object)]
#[oai(rename = "ConflictField", skip_serializing_if_is_none)]
struct FieldView {
    /// The dataset's field.
    field: String,
    /// The remote field's id.
    remote_field_id: String,
    /// The remote field's name.
    remote_field_name: String,
    /// Whether both sides have changed it, so that somebody has to say who is right.
    disputed: bool,
    /// Whether it is known what both last agreed on.
    base_known: bool,
    /// What both last agreed on.
    base: Option<String>,
    /// What the dataset holds.
    local: Option<String>,
    /// What the provider holds.
    remote: Option<String>,
}

/// What somebody has decided about a conflict.
#[derive(Object)]
#[oai(rename = "ConflictSolution", skip_serializing_if_is_none)]
struct SolutionView {
    /// Who is right where nothing is said of a field.
    side: Option<SideView>,
    /// What was said of single fields.
    fields: Vec<FieldChoice>,
    /// Who has decided.
    by: Option<StarterView>,
    /// When.
    at: Moment,
}

/// Who is right about one field.
#[derive(Object)]
#[oai(
    rename = "ConflictChoice",
    deny_unknown_fields,
    skip_serializing_if_is_none
)]
struct FieldChoice {
    /// The dataset's field.
    #[oai(validator(max_length = 120))]
    field: String,
    /// The side that is right; absent when neither is.
    side: Option<SideView>,
    /// What both sides get when neither is right, spelt as in a CSV file; an empty text clears.
    #[oai(validator(max_length = 100000))]
    value: Option<String>,
}

/// Who is right about a conflict.
#[derive(Object)]
#[oai(
    rename = "ConflictVerdict",
    deny_unknown_fields,
    skip_serializing_if_is_none,
    example
)]
struct VerdictWish {
    /// Who is right where nothing is said of a field; needed when one side has deleted the record.
    side: Option<SideView>,
    /// Who is right about single fields.
    #[oai(default, validator(max_items = 500))]
    fields: Vec<FieldChoice>,
}

/// Who is right about all conflicts of a sync.
#[derive(Object)]
#[oai(rename = "ConflictsVerdict", deny_unknown_fields)]
struct BulkVerdict {
    /// The side.
    side: SideView,
}

/// How many conflicts were solved.
#[derive(Object)]
#[oai(rename = "ConflictsResolved")]
struct Resolved {
    /// The number of them.
    conflicts: u64,
}

/// Whether somebody has said who is right.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "ConflictState", rename_all = "snake_case")]
enum StateView {
    /// Nobody has.
    Open,
    /// Somebody has, and the next run does it.
    Solved,
}

/// One part of the list of conflicts.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct ConflictList {
    /// By sync and key.
    items: Vec<ConflictView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

#[OpenApi(tag = "Tag::Syncs")]
impl Resource {
    /// Lists conflicts.
    ///
    /// They are the records that both sides of one's two-way syncs have changed, and that wait for
    /// somebody to say who is right. Each disappears when a run has done what was decided, or finds
    /// that the sides agree. A sync keeps at most 10,000 of them.
    #[oai(path = "/conflicts", method = "get", operation_id = "listConflicts")]
    async fn list(
        &self,
        #[oai(scope = "Permission::SyncRead")] caller: Caller,
        /// Only those of one sync.
        sync_id: Query<Option<SyncId>>,
        /// Only those that are solved, or that are not.
        state: Query<Option<StateView>>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<ConflictList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let wanting = Wanting {
            sync: sync_id.0,
            solved: state.0.map(|state| matches!(state, StateView::Solved)),
        };
        let page = page.into();
        let found = self.syncs.conflicts(&scope, wanting, &page, &by).await?;
        Ok(Json(ConflictList {
            items: found
                .conflicts
                .into_iter()
                .map(ConflictView::from)
                .collect(),
            next: found.next.map(|cursor| cursor.encode()),
        }))
    }

    /// Shows the conflict about a record.
    #[oai(
        path = "/syncs/:id/conflicts/:key",
        method = "get",
        operation_id = "getConflict"
    )]
    async fn show(
        &self,
        #[oai(scope = "Permission::SyncRead")] caller: Caller,
        id: Path<SyncId>,
        /// The record's key.
        key: Path<String>,
    ) -> Result<Tagged<Json<ConflictView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let sync = self.syncs.open(&scope, id.0)?;
        let filed = sync.conflict(&key.0, &by)?;
        Ok(Tagged::at(filed.version.0, Json(filed.into())))
    }

    /// Says who is right about a record.
    ///
    /// The next run does it, if neither side has been changed by then; otherwise the conflict is
    /// open again. With `If-Match` nothing is decided about anything but what was seen.
    #[oai(
        path = "/syncs/:id/conflicts/:key/resolve",
        method = "post",
        operation_id = "resolveConflict"
    )]
    async fn resolve(
        &self,
        #[oai(scope = "Permission::SyncWrite")] caller: Caller,
        id: Path<SyncId>,
        /// The record's key.
        key: Path<String>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<VerdictWish>,
    ) -> Result<Tagged<Json<ConflictView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let sync = self.syncs.open(&scope, id.0)?;
        let filed = sync.conflict(&key.0, &by)?;
        tag::demand(&tag::if_match(if_match.0.as_deref()), filed.version.0)?;
        let solved = sync.resolve(&filed, body.0.try_into()?, &by).await?;
        Ok(Tagged::at(solved.version.0, Json(solved.into())))
    }

    /// Lets one side be right about all conflicts of a sync.
    ///
    /// Those that somebody has solved already stay as they are.
    #[oai(
        path = "/syncs/:id/conflicts/resolve",
        method = "post",
        operation_id = "resolveConflicts"
    )]
    async fn resolve_all(
        &self,
        #[oai(scope = "Permission::SyncWrite")] caller: Caller,
        id: Path<SyncId>,
        body: Json<BulkVerdict>,
    ) -> Result<Json<Resolved>, ApiError> {
        let (by, scope) = caller.owner()?;
        let sync = self.syncs.open(&scope, id.0)?;
        let conflicts = sync.resolve_all(&body.0.side.into(), &by).await?;
        Ok(Json(Resolved { conflicts }))
    }
}

impl Resource {
    pub(super) fn new(app: &App, pages: Pages) -> Self {
        let syncs = app.syncs.clone();
        Self { syncs, pages }
    }
}

impl Example for VerdictWish {
    fn example() -> Self {
        Self {
            side: Some(SideView::Local),
            fields: vec![FieldChoice {
                field: "city".into(),
                side: None,
                value: Some("Los Angeles".into()),
            }],
        }
    }
}

impl From<Filed> for ConflictView {
    fn from(filed: Filed) -> Self {
        let conflict = filed.conflict;
        Self {
            sync_id: filed.sync,
            sync_name: filed.sync_name,
            key: filed.key,
            remote_id: conflict.remote_id,
            kind: match conflict.kind {
                Clash::Changed => KindView::Changed,
                Clash::DeletedThere => KindView::DeletedThere,
                Clash::DeletedHere => KindView::DeletedHere,
            },
            fields: conflict.fields.into_iter().map(FieldView::from).collect(),
            local_changed_at: conflict.local_changed_at.map(Moment),
            remote_changed_at: conflict.remote_changed_at.map(Moment),
            newer: conflict.newer.as_ref().and_then(side),
            found_at: conflict.found_at.into(),
            run_id: conflict.run,
            solution: conflict.solution.map(SolutionView::from),
            reopened: conflict.reopened,
            version: filed.version.0,
        }
    }
}

impl From<Disputed> for FieldView {
    fn from(field: Disputed) -> Self {
        Self {
            field: field.field,
            remote_field_id: field.remote_field_id,
            remote_field_name: field.remote_field_name,
            disputed: field.disputed,
            base_known: field.base_known,
            base: field.base,
            local: field.local,
            remote: field.remote,
        }
    }
}

impl From<Solution> for SolutionView {
    fn from(solution: Solution) -> Self {
        let fields = solution
            .fields
            .into_iter()
            .map(|(field, choice)| FieldChoice {
                field,
                side: side(&choice),
                value: match choice {
                    Choice::Value(value) => Some(value),
                    Choice::Local | Choice::Remote => None,
                },
            });
        Self {
            side: solution.side.as_ref().and_then(side),
            fields: fields.collect(),
            by: solution.by.as_ref().map(StarterView::from),
            at: solution.at.into(),
        }
    }
}

impl From<SideView> for Choice {
    fn from(side: SideView) -> Self {
        match side {
            SideView::Local => Self::Local,
            SideView::Remote => Self::Remote,
        }
    }
}

fn side(choice: &Choice) -> Option<SideView> {
    match choice {
        Choice::Local => Some(SideView::Local),
        Choice::Remote => Some(SideView::Remote),
        Choice::Value(_) => None,
    }
}

impl TryFrom<VerdictWish> for ConflictVerdict {
    type Error = ApiError;

    /// Errs where neither a side nor a value is named for a field, or both.
    fn try_from(wish: VerdictWish) -> Result<Self, ApiError> {
        let mut verdict = Self {
            side: wish.side.map(Choice::from),
            ..Self::default()
        };
        for (place, choice) in wish.fields.into_iter().enumerate() {
            let made = match (choice.side, choice.value) {
                (Some(side), None) => side.into(),
                (None, Some(value)) => Choice::Value(value),
                (Some(_), Some(_)) | (None, None) => {
                    let path = format!("fields[{place}]");
                    return Err(ApiError::invalid(&path, "names either a side or a value"));
                }
            };
            if verdict.fields.insert(choice.field, made).is_some() {
                let path = format!("fields[{place}].field");
                return Err(ApiError::invalid(&path, "is named twice"));
            }
        }
        Ok(verdict)
    }
}
