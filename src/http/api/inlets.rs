//! Secret addresses through which others write records.

use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Enum, Object, OpenApi};

use super::{Done, Made, Tag};
use crate::app::App;
use crate::auth::Permission;
use crate::base::{DatasetId, InletId};
use crate::http::page::Pages;
use crate::http::{ApiError, Caller, Moment};
use crate::inlets::{Inlet, Inlets, New, Opened, Signing};

pub(super) struct Resource {
    inlets: Inlets,
    pages: Pages,
}

/// Whether what comes in has to be signed.
#[derive(Clone, Copy, Default, Enum)]
#[oai(rename = "InletSigning", rename_all = "snake_case")]
enum SigningView {
    /// A signature is checked where there is one.
    #[default]
    Optional,
    /// What is not signed is refused.
    Required,
}

/// A secret address, without its secret.
#[derive(Object)]
#[oai(rename = "Inlet", skip_serializing_if_is_none)]
struct InletView {
    /// The inlet's id, as in the audit log.
    id: InletId,
    /// What its owner calls it.
    name: String,
    /// The dataset that records go into.
    dataset_id: DatasetId,
    /// How the secret part of the address begins.
    hint: String,
    /// Whether what comes in has to be signed.
    signing: SigningView,
    /// When it was made.
    created_at: Moment,
    /// When its present address was drawn.
    drawn_at: Moment,
    /// When something came in last, to the minute; absent while nothing did.
    used_at: Option<Moment>,
}

/// One part of the inlets.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct InletList {
    /// In the order in which they were made.
    items: Vec<InletView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

/// An inlet to be made.
#[derive(Object)]
#[oai(rename = "NewInlet", deny_unknown_fields)]
struct NewView {
    /// What to call it: 1 to 120 characters, no other inlet's name in any case.
    #[oai(validator(max_length = 200))]
    name: String,
    /// The dataset that records go into; one of one's own.
    dataset_id: DatasetId,
    /// Whether what comes in has to be signed.
    #[oai(default)]
    signing: SigningView,
}

/// An inlet whose address was drawn just now.
#[derive(Object)]
#[oai(rename = "MadeInlet")]
struct MadeView {
    /// Where records are sent, below the appliance's own address; shown this once.
    #[oai(validator(max_length = 64))]
    path: String,
    /// What signatures are made with (Standard Webhooks, `whsec_`); shown this once.
    #[oai(validator(max_length = 64))]
    signing_key: String,
    /// The inlet.
    inlet: InletView,
}

#[OpenApi(tag = "Tag::Datasets")]
impl Resource {
    /// Lists one's own inlets.
    #[oai(path = "/inlets", method = "get", operation_id = "listInlets")]
    async fn list(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<InletList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let part = (page.limit, page.after.as_ref());
        let (inlets, next) = self.inlets.list(&scope, part, &by)?;
        Ok(Json(InletList {
            items: inlets.iter().map(InletView::from).collect(),
            next: next.map(|cursor| cursor.encode()),
        }))
    }

    /// Makes a secret address for a dataset.
    ///
    /// Whoever has it may create and change records of the dataset, and do nothing else. It and the
    /// signing key are in this answer and nowhere else.
    #[oai(path = "/inlets", method = "post", operation_id = "createInlet")]
    async fn create(
        &self,
        #[oai(scope = "Permission::DatasetShare")] caller: Caller,
        body: Json<NewView>,
    ) -> Result<Made<MadeView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let new = New {
            name: body.0.name,
            dataset: body.0.dataset_id,
            signing: match body.0.signing {
                SigningView::Optional => Signing::Optional,
                SigningView::Required => Signing::Required,
            },
        };
        let opened = self.inlets.create(&scope, new, &by).await?;
        Ok(Made::Made(Json(opened.into())))
    }

    /// Draws another address and another signing key for an inlet.
    ///
    /// The old ones are good no more at once.
    #[oai(
        path = "/inlets/:id/rotate",
        method = "post",
        operation_id = "rotateInlet"
    )]
    async fn rotate(
        &self,
        #[oai(scope = "Permission::DatasetShare")] caller: Caller,
        id: Path<InletId>,
    ) -> Result<Made<MadeView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let opened = self.inlets.open(&scope, id.0)?.rotate(&by).await?;
        Ok(Made::Made(Json(opened.into())))
    }

    /// Revokes an inlet; its address leads nowhere any more.
    #[oai(path = "/inlets/:id", method = "delete", operation_id = "revokeInlet")]
    async fn revoke(
        &self,
        #[oai(scope = "Permission::DatasetShare")] caller: Caller,
        id: Path<InletId>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        self.inlets.open(&scope, id.0)?.revoke(&by).await?;
        Ok(Done::Done)
    }
}

impl Resource {
    pub(super) fn new(app: &App, pages: Pages) -> Self {
        let inlets = app.inlets.clone();
        Self { inlets, pages }
    }
}

impl From<&Inlet> for InletView {
    fn from(inlet: &Inlet) -> Self {
        Self {
            id: inlet.id(),
            name: inlet.name().to_owned(),
            dataset_id: inlet.dataset(),
            hint: inlet.hint().to_owned(),
            signing: match inlet.signing() {
                Signing::Optional => SigningView::Optional,
                Signing::Required => SigningView::Required,
            },
            created_at: inlet.created_at().into(),
            drawn_at: inlet.drawn_at().into(),
            used_at: inlet.used_at().map(Moment),
        }
    }
}

impl From<Opened> for MadeView {
    fn from(opened: Opened) -> Self {
        Self {
            path: format!("/in/{}", opened.address.expose()),
            signing_key: opened.signing_key.expose().to_owned(),
            inlet: (&opened.inlet).into(),
        }
    }
}
