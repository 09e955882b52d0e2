//! Many records at once: changes in one batch, and reading by keys.

use std::collections::HashSet;

use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object, OpenApi};
use serde_json::{Value, json};

use super::Tag;
use super::records::RecordView;
use crate::app::App;
use crate::auth::Permission;
use crate::base::{DatasetId, Precondition};
use crate::datasets::{Applied, Datasets, Error, Fate, MANY, Mode, Operation, Together, What};
use crate::fields::Selection;
use crate::http::error::{Code, FieldFault};
use crate::http::written::Written;
use crate::http::{ApiError, Caller, Members};

pub(super) struct Resource {
    datasets: Datasets,
}

/// Changes of records that are carried out at once.
#[derive(Object)]
#[oai(deny_unknown_fields, example)]
struct RecordBatch {
    /// What becomes of the others when one cannot be carried out.
    #[oai(default)]
    mode: ModeView,
    /// The changes: 1 to 500, each of another record.
    #[oai(validator(min_items = 1, max_items = 500))]
    operations: Vec<OperationView>,
}

/// What becomes of the other changes when one cannot be carried out.
#[derive(Clone, Copy, Default, Enum)]
#[oai(rename = "RecordBatchMode", rename_all = "snake_case")]
enum ModeView {
    /// None is carried out, and the answer is an error that names what is wrong.
    #[default]
    AllOrNothing,
    /// The others are carried out; what became of each stands in the answer.
    Each,
}

/// One change of a record.
#[derive(Object)]
#[oai(
    rename = "RecordOperation",
    deny_unknown_fields,
    skip_serializing_if_is_none
)]
struct OperationView {
    /// What is done.
    op: Verb,
    /// The record's key.
    key: String,
    /// The values by the fields' names; a deletion has none.
    fields: Option<Members>,
    /// Only if the record is at this version.
    version: Option<u64>,
    /// Only if there is no such record yet.
    #[oai(default)]
    absent: bool,
}

/// What is done to a record.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename = "RecordVerb", rename_all = "snake_case")]
enum Verb {
    /// It is written; fields that are left away become absent. One that is not there is created.
    Put,
    /// Some of its fields are changed; null makes one absent.
    Patch,
    /// It is deleted.
    Delete,
}

/// What became of the changes.
#[derive(Object)]
struct RecordBatchResult {
    /// In the order of the operations.
    results: Vec<ResultView>,
    /// How many records were created.
    created: u64,
    /// How many were changed.
    changed: u64,
    /// How many were as wanted already.
    unchanged: u64,
    /// How many were deleted.
    deleted: u64,
    /// How many changes were not carried out.
    refused: u64,
}

/// What became of one change.
#[derive(Object)]
#[oai(rename = "RecordOperationResult", skip_serializing_if_is_none)]
struct ResultView {
    /// The record's key.
    key: String,
    /// What became of it.
    outcome: FateView,
    /// The record's version now; absent when it was deleted or the change refused.
    version: Option<u64>,
    /// Why the change was not carried out.
    problem: Option<ItemProblem>,
}

/// What became of a record.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename = "RecordFate", rename_all = "snake_case")]
enum FateView {
    /// It was not there, and is.
    Created,
    /// It is another than before.
    Changed,
    /// It is as it was.
    Unchanged,
    /// It is gone.
    Deleted,
    /// The change was not carried out.
    Refused,
}

/// Why one change was not carried out.
#[derive(Object)]
#[oai(rename = "RecordOperationProblem")]
struct ItemProblem {
    /// The kind of error, as in the catalogue.
    code: String,
    /// What is wrong, and what would be right.
    detail: String,
    /// Each field that is not acceptable.
    fields: Vec<FieldFault>,
}

/// Which records are wanted.
#[derive(Object)]
#[oai(deny_unknown_fields, example)]
struct RecordLookup {
    /// The keys: 1 to 500. One that comes again is answered once.
    #[oai(validator(min_items = 1, max_items = 500))]
    keys: Vec<String>,
}

/// The records under some keys.
#[derive(Debug, Object)]
struct RecordsFound {
    /// Those that are there, in the order of the keys.
    items: Vec<RecordView>,
    /// The keys under which there is none.
    missing: Vec<String>,
}

#[OpenApi(tag = "Tag::Records")]
impl Resource {
    /// Changes many records at once.
    ///
    /// Up to 500 operations are carried out in one batch, which is one line of the book with
    /// counts and a digest: all or none of them, or with the mode `each` those that can be. The
    /// body has the size limit of every request. `Idempotency-Key` makes it safe to send again.
    #[oai(
        path = "/datasets/:id/batch",
        method = "post",
        operation_id = "changeRecords"
    )]
    async fn change(
        &self,
        #[oai(scope = "Permission::DatasetWrite")] caller: Caller,
        id: Path<DatasetId>,
        body: Json<RecordBatch>,
    ) -> Result<Json<RecordBatchResult>, ApiError> {
        let (by, scope) = caller.owner()?;
        let dataset = self.datasets.open(&scope, id.0)?;
        let (keys, operations) = read(body.0.operations)?;
        let together = match body.0.mode {
            ModeView::AllOrNothing => Together::AllOrNothing,
            ModeView::Each => Together::Each,
        };
        let applied = dataset.apply(operations, together, &by).await?;
        shown(keys, applied).map(Json)
    }

    /// Shows many records by their keys.
    #[oai(
        path = "/datasets/:id/lookup",
        method = "post",
        operation_id = "lookUpRecords"
    )]
    async fn look_up(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        id: Path<DatasetId>,
        body: Json<RecordLookup>,
    ) -> Result<Written<RecordsFound>, ApiError> {
        let (by, scope) = caller.owner()?;
        let dataset = self.datasets.open(&scope, id.0)?;
        let mut seen = HashSet::new();
        let mut keys = body.0.keys;
        keys.retain(|key| seen.insert(key.clone()));
        let (mut items, mut missing) = (Vec::new(), Vec::new());
        for (key, record) in dataset.find(keys, &by).await? {
            match record {
                Some(record) => items.push(record),
                None => missing.push(key),
            }
        }
        let mut out = Vec::with_capacity(64 + items.len() * 512);
        out.extend_from_slice(b"{\"items\":");
        RecordView::write_all(dataset.schema(), &Selection::default(), &items, &mut out);
        out.extend_from_slice(b",\"missing\":");
        out.extend_from_slice(json!(missing).to_string().as_bytes());
        out.push(b'}');
        Ok(Written::new(out))
    }
}

impl Resource {
    pub(super) fn new(app: &App) -> Self {
        let datasets = app.datasets.clone();
        Self { datasets }
    }
}

/// The keys, and what is to be done; errs when an operation contradicts itself or another.
fn read(operations: Vec<OperationView>) -> Result<(Vec<String>, Vec<Operation>), ApiError> {
    if operations.len() > MANY {
        let message = format!("{MANY} at most");
        return Err(ApiError::invalid("operations", message));
    }
    let mut seen = HashSet::new();
    let mut read = Vec::with_capacity(operations.len());
    for (at, operation) in operations.into_iter().enumerate() {
        let wrong = |member: &str, message: &str| {
            let path = format!("operations[{at}].{member}");
            Err(ApiError::invalid(path, message))
        };
        if !seen.insert(operation.key.clone()) {
            return wrong("key", "stands in an operation before this one");
        }
        let only_if = match (operation.version, operation.absent) {
            (None, false) => Precondition::None,
            (Some(version), false) => Precondition::At(vec![version]),
            (None, true) if operation.op == Verb::Put => Precondition::Absent,
            (_, true) => return wrong("absent", "is for a put without a version"),
        };
        let what = match (operation.op, operation.fields) {
            (Verb::Put, Some(fields)) => What::Write(Mode::Replace, body(fields)),
            (Verb::Patch, Some(fields)) => What::Write(Mode::Merge, body(fields)),
            (Verb::Delete, None) => What::Remove,
            (Verb::Delete, Some(_)) => return wrong("fields", "a deletion has none"),
            (Verb::Put | Verb::Patch, None) => return wrong("fields", "is missing"),
        };
        read.push(Operation {
            key: operation.key,
            what,
            only_if,
        });
    }
    let keys = read.iter().map(|one| one.key.clone()).collect();
    Ok((keys, read))
}

fn body(Members(members): Members) -> Vec<u8> {
    Value::Object(members).to_string().into_bytes()
}

fn shown(keys: Vec<String>, applied: Applied) -> Result<RecordBatchResult, ApiError> {
    if !applied.carried_out {
        return Err(refusal(&keys, applied.fates));
    }
    let fates = keys.into_iter().zip(applied.fates);
    let results: Vec<_> = fates.map(|(key, fate)| ResultView::of(key, fate)).collect();
    let count = |outcome| results.iter().filter(|one| one.outcome == outcome).count() as u64;
    Ok(RecordBatchResult {
        created: count(FateView::Created),
        changed: count(FateView::Changed),
        unchanged: count(FateView::Unchanged),
        deleted: count(FateView::Deleted),
        refused: count(FateView::Refused),
        results,
    })
}

/// One error for all that stood in the way, each with its place.
fn refusal(keys: &[String], fates: Vec<Result<Fate, Error>>) -> ApiError {
    let problems = fates.into_iter().enumerate().filter_map(|(at, fate)| {
        let problem = ApiError::from(fate.err()?);
        Some((at, problem))
    });
    let problems: Vec<_> = problems.collect();
    let outdated = problems
        .iter()
        .any(|(_, problem)| problem.code() == Code::PreconditionFailed);
    let code = if outdated {
        Code::PreconditionFailed
    } else {
        Code::ValidationFailed
    };
    let detail = "Nothing was carried out; operations and fields say what stands in the way.";
    let mut error = ApiError::new(code, detail);
    let mut operations = Vec::new();
    for (at, problem) in problems {
        let place = format!("operations[{at}]");
        for fault in problem.fields() {
            error = error.field(format!("{place}.fields.{}", fault.path), &fault.message);
        }
        if problem.fields().is_empty() {
            error = error.field(format!("{place}.key"), problem.detail());
        }
        operations.push(json!({
            "index": at, "key": keys[at], "code": problem.code().entry().text,
            "detail": problem.detail(),
        }));
    }
    error.member("operations", operations.into())
}

impl ResultView {
    fn of(key: String, fate: Result<Fate, Error>) -> Self {
        let (outcome, version, problem) = match fate {
            Ok(Fate::Created(version)) => (FateView::Created, Some(version.0), None),
            Ok(Fate::Changed(version)) => (FateView::Changed, Some(version.0), None),
            Ok(Fate::Unchanged(version)) => (FateView::Unchanged, Some(version.0), None),
            Ok(Fate::Deleted) => (FateView::Deleted, None, None),
            Err(error) => (
                FateView::Refused,
                None,
                Some(ItemProblem::of(&error.into())),
            ),
        };
        Self {
            key,
            outcome,
            version,
            problem,
        }
    }
}

impl ItemProblem {
    fn of(error: &ApiError) -> Self {
        Self {
            code: error.code().entry().text.to_owned(),
            detail: error.detail().to_owned(),
            fields: error.fields().to_vec(),
        }
    }
}

impl Example for RecordBatch {
    fn example() -> Self {
        let operation = |op, key: &str, fields: Value| OperationView {
            op,
            key: key.to_owned(),
            fields: match fields {
                Value::Object(members) => Some(Members(members)),
                _ => None,
            },
            version: None,
            absent: false,
        };
        let mut patch = operation(Verb::Patch, "00R", json!({"city": "Livingston"}));
        patch.version = Some(4711);
        Self {
            mode: ModeView::AllOrNothing,
            operations: vec![
                operation(Verb::Put, "00M", json!({"name": "Thigpen", "state": "MS"})),
                patch,
                operation(Verb::Delete, "00V", Value::Null),
            ],
        }
    }
}

impl Example for RecordLookup {
    fn example() -> Self {
        Self {
            keys: ["00M", "00R"].map(str::to_owned).into(),
        }
    }
}
