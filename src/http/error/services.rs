//! Says what each service's errors are for a client.

use std::io::ErrorKind;

use poem::http::header;
use poem_openapi::Object;
use poem_openapi::types::ToJSON as _;
use serde_json::json;

use super::super::meter::whole_seconds;
use super::api_error::ApiError;
use super::catalogue::Code;
use crate::base::{UserId, WitnessError};
use crate::{
    analytics, app, audit, auth, connections, datasets, export, feeds, hooks, inlets, links,
    receipts, scheduler, store, sync,
};

/// Something that depends on another thing: it stands in the way of its deletion, or goes with it.
#[derive(Debug, Object)]
#[oai(rename = "Dependent")]
pub(crate) struct DependentView {
    /// What it is: `sync`, `feed`, `export`, or `dataset_share` for a user whom it is shared with.
    kind: String,
    /// Its id.
    id: String,
    /// What people call it.
    name: String,
}

impl From<&store::Dependent> for DependentView {
    fn from(one: &store::Dependent) -> Self {
        // Every key of a parent ends in its own id; that of its owner may stand before it.
        let id = one.key.last_chunk().copied().map(UserId::from_bytes);
        Self {
            kind: one.collection.to_owned(),
            id: id.map(|id| id.to_string()).unwrap_or_default(),
            name: one.label.clone(),
        }
    }
}

impl From<sync::Borrower> for DependentView {
    fn from(one: sync::Borrower) -> Self {
        Self {
            kind: "sync".to_owned(),
            id: one.sync.to_string(),
            name: one.name,
        }
    }
}

impl From<auth::Error> for ApiError {
    fn from(error: auth::Error) -> Self {
        use auth::Error as E;
        match error {
            E::Refused => Self::new(Code::SignInFailed, Code::SignInFailed.entry().remedy),
            E::WrongPassword => Self::invalid("current", error.to_string()),
            E::HeldBack(wait) => {
                let seconds = whole_seconds(wait);
                let detail = format!("{error}; try again in {seconds} s.");
                Self::new(Code::RateLimited, detail)
                    .header(header::RETRY_AFTER, &seconds.to_string())
            }
            E::Weak(weakness) => Self::invalid("password", weakness.to_string()),
            E::BadEmail(bad) => Self::invalid("email", bad.to_string()),
            E::BadName => Self::invalid("name", error.to_string()),
            E::NoRole => Self::invalid("roles", error.to_string()),
            E::EmailTaken(_) | E::LastAdmin | E::TooManyTokens(_) => {
                Self::new(Code::Conflict, error.to_string())
            }
            E::UnknownUser => Self::not_found("user"),
            E::Precondition => Self::precondition_failed(),
            E::UnknownToken => Self::not_found("token"),
            E::UnknownSession => Self::not_found("session"),
            E::BadScopes(_) => Self::invalid("scopes", error.to_string()),
            E::BadExpiry(_) => Self::invalid("expires_at", error.to_string()),
            E::SetupDone => Self::new(Code::SetupDone, Code::SetupDone.entry().remedy),
            E::SetupLink => Self::new(
                Code::SetupLinkInvalid,
                Code::SetupLinkInvalid.entry().remedy,
            ),
            E::Store(error) => error.into(),
            E::Hash(_) | E::Key(_) => Self::internal(error),
        }
    }
}

impl From<receipts::Error> for ApiError {
    fn from(error: receipts::Error) -> Self {
        error.0.into()
    }
}

impl From<datasets::Error> for ApiError {
    fn from(error: datasets::Error) -> Self {
        use datasets::{Error as E, QueryError as Q};
        match error {
            // Whoever has it no more is answered like those who never had.
            E::UnknownDataset(_) | E::Withdrawn(_) => Self::not_found("dataset"),
            E::NotAllowed { .. } => Self::new(Code::Forbidden, error.to_string()),
            E::UnknownShare => Self::not_found("share"),
            E::OwnShare => Self::invalid("email", error.to_string()),
            E::UnknownRecord(_) => Self::not_found("record"),
            E::UnknownImport(_) => Self::not_found("import"),
            E::Exists(_) => Self::new(Code::PreconditionFailed, error.to_string()),
            E::UnknownExport(_) => Self::not_found("export"),
            E::Precondition => Self::precondition_failed(),
            E::NameTaken(_)
            | E::SharedAlready(_)
            | E::Changed
            | E::TookTooLong
            | E::Busy
            | E::Ended
            | E::NotEnded
            | E::NotDone(_)
            | E::TooManyExports
            | E::Accepted => Self::new(Code::Conflict, error.to_string()),
            E::BadName => Self::invalid("name", error.to_string()),
            E::BadSchema(faults) => {
                let faults = faults.0.into_iter();
                Self::all_invalid(faults.map(|(path, fault)| (path, fault.to_string())))
            }
            E::BadKeyField => Self::invalid("key_field", error.to_string()),
            E::DoesNotFit { .. } => Self::invalid("fields", error.to_string()),
            E::BadRecord(faults) => Self::all_invalid(faults.into_iter().map(|fault| {
                let path = fault.field.unwrap_or_else(|| "fields".to_owned());
                (path, fault.reason.to_string())
            })),
            E::BadJson(_) => Self::new(Code::BadJson, error.to_string()),
            E::BadFilter(_) | E::UnknownNames(_) | E::BadQuery(Q::UnknownSort(_)) => {
                Self::new(Code::BadQuery, error.to_string())
            }
            E::BadQuery(Q::ScanTooLarge { .. }) => Self::new(Code::ScanTooLarge, error.to_string()),
            E::SelectionTooLarge => Self::invalid("selection", error.to_string()),
            E::UnknownFields(unknown) => Self::invalid("fields", unknown.to_string()),
            E::BadCursor(error) => error.into(),
            E::Refused(_) => Self::new(Code::ImportRefused, error.to_string()),
            E::Spool(ref io) => match io.kind() {
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                    Self::hidden(Code::StorageFull, error)
                }
                _ => Self::hidden(Code::StorageUnavailable, error),
            },
            E::Store(error) => error.into(),
        }
    }
}

impl From<store::Error> for ApiError {
    fn from(error: store::Error) -> Self {
        use store::Error as E;
        match error {
            E::Conflict(_) => Self::new(Code::Conflict, Code::Conflict.entry().remedy),
            E::Taken(what) => Self::new(Code::Conflict, format!("{what} is taken already.")),
            E::Dangling(what) => Self::new(Code::Conflict, format!("The {what} is gone.")),
            E::Referenced(dependents) => Self::referenced(&dependents),
            E::Full | E::Audit(WitnessError::Full(_)) => Self::hidden(Code::StorageFull, error),
            E::Audit(WitnessError::Io(_)) => Self::hidden(Code::AuditUnavailable, error),
            E::Unavailable(_) => Self::hidden(Code::StorageUnavailable, error),
            E::Locked(_) | E::NoSuchSchema { .. } | E::Newer { .. } | E::Damaged(_) => {
                Self::internal(error)
            }
        }
    }
}

impl From<WitnessError> for ApiError {
    fn from(error: WitnessError) -> Self {
        match error {
            WitnessError::Full(_) => Self::hidden(Code::StorageFull, error),
            WitnessError::Io(_) => Self::hidden(Code::AuditUnavailable, error),
        }
    }
}

impl From<scheduler::Error> for ApiError {
    fn from(error: scheduler::Error) -> Self {
        match error {
            scheduler::Error::Sync(error) => error.into(),
            scheduler::Error::Dataset(error) => error.into(),
            scheduler::Error::Hook(error) => error.into(),
            scheduler::Error::Feed(error) => error.into(),
            scheduler::Error::BadCursor(error) => error.into(),
        }
    }
}

impl From<app::Error> for ApiError {
    fn from(error: app::Error) -> Self {
        use app::Error as E;
        match error {
            E::Store(error) => error.into(),
            E::Witness(error) => error.into(),
            E::Auth(error) => error.into(),
            E::Analytics(error) => error.into(),
            E::Jobs(error) => error.into(),
            E::Data(..)
            | E::ReadOnly(..)
            | E::KeysDiffer { .. }
            | E::Vault(_)
            | E::Audit(_)
            | E::Net(_)
            | E::Sandbox(_) => Self::internal(error),
        }
    }
}

impl From<inlets::Error> for ApiError {
    fn from(error: inlets::Error) -> Self {
        use inlets::Error as E;
        let told = error.to_string();
        match error {
            E::UnknownInlet(_) => Self::not_found("inlet"),
            E::NoAddress => Self::not_found("address"),
            E::BadName => Self::invalid("name", told),
            E::BadBody(_) => Self::invalid("body", told),
            E::NameTaken(_) | E::TooMany(_) | E::Changed | E::Sealed(_) => {
                Self::new(Code::Conflict, told)
            }
            E::BadSignature(_) => Self::new(Code::SignatureInvalid, told),
            E::IdReused => Self::new(Code::IdempotencyKeyReused, told),
            // Only a request's body can name what does not exist: an inlet keeps its dataset.
            E::Dataset(datasets::Error::UnknownDataset(_)) => Self::invalid("dataset_id", told),
            E::Dataset(error) => error.into(),
            E::Store(error) => error.into(),
        }
    }
}

impl From<export::Error> for ApiError {
    fn from(error: export::Error) -> Self {
        use export::Error as E;
        match error {
            E::Asking(error) => error.into(),
            E::Workbook(_) | E::Pages(_) => Self::internal(error),
        }
    }
}

impl From<analytics::Error> for ApiError {
    fn from(error: analytics::Error) -> Self {
        use analytics::Error as E;
        let told = error.to_string();
        match error {
            E::UnknownSite(_) => Self::not_found("site"),
            E::UnknownShare => Self::not_found("share"),
            E::OwnShare => Self::invalid("email", told),
            E::Precondition => Self::precondition_failed(),
            E::UnknownKey(_) => Self::not_found("write key"),
            E::UnknownKept(word) => Self::not_found(word),
            E::NoKey => Self::new(Code::WriteKeyRefused, Code::WriteKeyRefused.entry().remedy),
            E::NotAllowed { .. } | E::NotThisWay(_) | E::NotFromThere(_) => {
                Self::new(Code::Forbidden, told)
            }
            E::BadName => Self::invalid("name", told),
            E::BadDomain(_) => Self::invalid("domain", told),
            E::BadCurrency(_) => Self::invalid("currency", told),
            E::BadZone(_) => Self::invalid("time_zone", told),
            E::BadOrigin(_) | E::Origins(_) => Self::invalid("origins", told),
            E::NameTaken(_)
            | E::Settled(_)
            | E::TooMany(_)
            | E::TooManyKeys(_)
            | E::KeptNameTaken(..)
            | E::TooManyKept(..)
            | E::SharedAlready(_)
            | E::TookTooLong
            | E::Changed => Self::new(Code::Conflict, told),
            E::BadPeriod(_) => Self::new(Code::BadQuery, told),
            E::BadQuestion(bad) => Self::invalid(bad.path(), told),
            E::Below(member, error) => Self::from(*error).below(&member),
            E::BadRetention(member, _) => Self::invalid(format!("retention.{member}"), told),
            E::BadRules(bad) => Self::invalid(bad.path(), told),
            E::BadGoal(bad) => Self::invalid(bad.path(), told),
            E::BadVisitor => Self::invalid("visitor", told),
            E::TooWide => Self::invalid("dimensions", told),
            E::TooManyPaths | E::EventsGone(_) => Self::invalid("from", told),
            E::BadBody(_) => Self::new(Code::BadJson, told),
            E::BadFile(_) => Self::new(Code::ImportRefused, told),
            E::TooManyEvents(_) | E::TooLarge(_) => Self::new(Code::TooLarge, told),
            E::Stopped => Self::hidden(Code::StorageUnavailable, error),
            E::Sealed(_) => Self::internal(error),
            E::Book(error) => error.into(),
            E::Store(error) => error.into(),
        }
    }
}

impl From<links::Error> for ApiError {
    fn from(error: links::Error) -> Self {
        use links::Error as E;
        let told = error.to_string();
        match error {
            E::UnknownLink(_) => Self::not_found("link"),
            E::NoLink => Self::new(Code::LinkNotFound, told),
            E::PasswordNeeded | E::PasswordWrong => Self::new(Code::LinkPassword, told),
            E::Limited(refused) => refused.into(),
            E::BadName => Self::invalid("name", told),
            E::BadEnd => Self::invalid("ends_at", told),
            E::BadPassword => Self::invalid("password", told),
            E::SectionTwice(_) => Self::invalid("sections", told),
            E::NameTaken(_) | E::TooMany(_) | E::Changed => Self::new(Code::Conflict, told),
            E::Site(error) => error.into(),
            E::Feeds(error) => error.into(),
            E::Auth(error) => error.into(),
            E::Store(error) => error.into(),
        }
    }
}

impl From<feeds::Error> for ApiError {
    fn from(error: feeds::Error) -> Self {
        use feeds::Error as E;
        let told = error.to_string();
        match error {
            E::UnknownFeed(_) => Self::not_found("feed"),
            E::UnknownAccount(_) | E::BadZone(_) => Self::invalid("account_id", told),
            E::Taken | E::TooMany(_) | E::Paused | E::Changed => Self::new(Code::Conflict, told),
            // Only a request's body can name what does not exist: a feed keeps its connection.
            E::Connection(connections::Error::UnknownConnection(_)) => {
                Self::invalid("connection_id", told)
            }
            E::Site(error) => error.into(),
            E::Connection(error) => error.into(),
            E::Store(error) => error.into(),
        }
    }
}

impl From<hooks::Error> for ApiError {
    fn from(error: hooks::Error) -> Self {
        use hooks::Error as E;
        let told = error.to_string();
        match error {
            E::UnknownHook(_) => Self::not_found("hook"),
            E::UnknownLetter(_) => Self::not_found("dead letter"),
            E::BadAddress(_) => Self::invalid("url", told),
            E::BadName => Self::invalid("name", told),
            E::TooMany(_) | E::Changed | E::Stopped | E::Sealed(_) => {
                Self::new(Code::Conflict, told)
            }
            // Only a request's body can name what does not exist: a hook keeps its dataset.
            E::Dataset(datasets::Error::UnknownDataset(_)) => Self::invalid("dataset_id", told),
            E::Dataset(error) => error.into(),
            E::Store(error) => error.into(),
        }
    }
}

impl From<connections::Error> for ApiError {
    fn from(error: connections::Error) -> Self {
        use connections::Error as E;
        match error {
            E::UnknownConnection(_) => Self::not_found("connection"),
            E::BadName => Self::invalid("name", error.to_string()),
            E::UnknownWatch => Self::not_found("address"),
            E::NoSubscription => Self::not_found("subscription"),
            E::NotByHand | E::NoToken => Self::new(Code::Conflict, error.to_string()),
            E::NoWatch(reason) => Self::new(Code::Conflict, reason.to_string()),
            E::BadToken(_) | E::HookGone => Self::invalid("token", error.to_string()),
            E::NoAdvertising(_) => Self::invalid("connection_id", error.to_string()),
            E::NoSandbox | E::NoClient(_) => Self::invalid("endpoint", error.to_string()),
            E::UnknownAuthorization => Self::invalid("state", error.to_string()),
            E::Denied | E::NotAuthorized(_) => {
                Self::new(Code::AuthorizationFailed, error.to_string())
            }
            E::NameTaken(_) | E::Changed | E::Sealed(_) => {
                Self::new(Code::Conflict, error.to_string())
            }
            // The path named it: nothing is amiss with the provider.
            E::Provider(error @ connections::ProviderError::Gone(_)) => {
                Self::new(Code::NotFound, error.to_string())
            }
            E::Provider(error) => error.into(),
            E::Audit(error) => error.into(),
            E::Store(error) => error.into(),
        }
    }
}

impl From<connections::ProviderError> for ApiError {
    fn from(error: connections::ProviderError) -> Self {
        let told = json!({"type": error.word(), "message": error.sentence()});
        Self::new(Code::ProviderFailed, error.to_string()).member("provider", told)
    }
}

impl From<sync::Error> for ApiError {
    fn from(error: sync::Error) -> Self {
        use sync::Error as E;
        let told = error.to_string();
        match error {
            E::UnknownSync(_) => Self::not_found("sync"),
            E::UnknownRun(_) => Self::not_found("run"),
            E::UnknownPlan(_) => Self::not_found("plan"),
            E::NotReady(..) | E::Expired(_) => Self::new(Code::PlanOutdated, told),
            E::ApprovalRequired => Self::new(Code::ApprovalRequired, told),
            E::Precondition => Self::precondition_failed(),
            E::NoSchedule => Self::not_found("schedule"),
            E::NoDrift => Self::not_found("drift"),
            E::UnknownLetter => Self::not_found("dead letter"),
            E::UnknownConflict(_) => Self::not_found("conflict"),
            E::Invalid(faults) => {
                let faults = faults.into_iter();
                Self::all_invalid(faults.map(|fault| (fault.path, fault.message)))
            }
            E::NameTaken(_)
            | E::Busy
            | E::KeyLost(_)
            | E::Moved
            | E::Ended(_)
            | E::DatasetUnavailable(_)
            | E::NotEnded(_)
            | E::NothingLeft(_)
            | E::NotUndoable(..) => Self::new(Code::Conflict, told),
            E::UnknownTable(_) => Self::invalid("table_id", told),
            // Only a request's body can name what does not exist: a sync keeps what it joins.
            E::Dataset(datasets::Error::UnknownDataset(_)) => Self::invalid("dataset_id", told),
            E::Connection(connections::Error::UnknownConnection(_)) => {
                Self::invalid("connection_id", told)
            }
            E::Connection(connections::Error::Provider(
                gone @ connections::ProviderError::Gone(_),
            )) => Self::invalid("base_id", gone.to_string()),
            E::BadCursor(error) => error.into(),
            E::Dataset(error) => error.into(),
            E::Connection(error) => error.into(),
            E::Store(error) => error.into(),
        }
    }
}

impl From<audit::Error> for ApiError {
    fn from(error: audit::Error) -> Self {
        Self::hidden(Code::AuditUnavailable, error)
    }
}

impl ApiError {
    /// A deletion that others stand in the way of.
    fn referenced(dependents: &[store::Dependent]) -> Self {
        let names: Vec<_> = dependents.iter().map(|one| one.label.as_str()).collect();
        let detail = format!("These depend on it: {}.", names.join(", "));
        let list = dependents
            .iter()
            .map(|one| DependentView::from(one).to_json());
        let list = list.map(Option::unwrap_or_default);
        Self::new(Code::Referenced, detail).member("dependents", list.collect())
    }
}
