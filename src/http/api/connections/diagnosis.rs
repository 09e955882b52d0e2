//! Looks at everything between here and a provider.

use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Enum, Object, OpenApi};

use crate::app::App;
use crate::auth::Permission;
use crate::base::ConnectionId;
use crate::connections::{Check, Connections, Found};
use crate::http::api::Tag;
use crate::http::{ApiError, Caller};
use crate::sync::Syncs;

pub(crate) struct Resource {
    connections: Connections,
    syncs: Syncs,
}

/// How a step came out.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "DiagnosisVerdict", rename_all = "snake_case")]
enum VerdictView {
    /// As it should be.
    Ok,
    /// It could not, or need not, be looked at.
    NotChecked,
    /// It works, and somebody should know something.
    Attention,
    /// It does not work.
    Failed,
}

/// One step of the way.
#[derive(Object)]
#[oai(rename = "DiagnosisCheck", skip_serializing_if_is_none)]
struct CheckView {
    /// What was looked at: `dns`, `tcp`, `tls`, `http`, `clock`, `credential`, `scopes`, `quota`.
    name: String,
    /// How it came out.
    verdict: VerdictView,
    /// What was found.
    detail: String,
    /// What to do about it.
    remedy: Option<String>,
    /// How long it took, in milliseconds.
    took_ms: Option<u64>,
}

/// What was found on the way to a provider.
#[derive(Object)]
#[oai(rename = "Diagnosis")]
struct DiagnosisView {
    /// The worst of all steps.
    verdict: VerdictView,
    /// The steps, in the order of the way.
    checks: Vec<CheckView>,
}

#[OpenApi(tag = "Tag::Connections")]
impl Resource {
    /// Goes the whole way to a connection's provider, and says where it breaks.
    ///
    /// Its name, a connection, encryption, an answer, how far the clocks are apart, the credential,
    /// what it allows, and how calls go out. The account is called once, as by a test; nothing is
    /// changed there, and no credential is shown.
    #[oai(
        path = "/connections/:id/diagnosis",
        method = "post",
        operation_id = "diagnoseConnection"
    )]
    async fn diagnose(
        &self,
        #[oai(scope = "Permission::ConnectionWrite")] caller: Caller,
        id: Path<ConnectionId>,
    ) -> Result<Json<DiagnosisView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let connection = self.connections.open(&scope, id.0)?;
        let bases = self.syncs.bases(&scope, id.0)?;
        let checks = connection.diagnose(&bases, &by).await?;
        let checked = checks.iter().map(|check| check.found);
        let worst = checked.filter(|found| *found != Found::NotChecked).max();
        Ok(Json(DiagnosisView {
            verdict: worst.unwrap_or(Found::NotChecked).into(),
            checks: checks.into_iter().map(CheckView::from).collect(),
        }))
    }
}

impl Resource {
    pub(crate) fn new(app: &App) -> Self {
        Self {
            connections: app.connections.clone(),
            syncs: app.syncs.clone(),
        }
    }
}

impl From<Check> for CheckView {
    fn from(check: Check) -> Self {
        let took = check.took.map(|took| took.as_millis());
        Self {
            name: check.name.to_owned(),
            verdict: check.found.into(),
            detail: check.detail,
            remedy: check.remedy.map(str::to_owned),
            took_ms: took.map(|took| u64::try_from(took).unwrap_or(u64::MAX)),
        }
    }
}

impl From<Found> for VerdictView {
    fn from(found: Found) -> Self {
        match found {
            Found::Ok => Self::Ok,
            Found::NotChecked => Self::NotChecked,
            Found::Attention => Self::Attention,
            Found::Failed => Self::Failed,
        }
    }
}
