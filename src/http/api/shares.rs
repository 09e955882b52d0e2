//! With whom datasets are shared.

use std::collections::HashMap;

use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::{Done, Made, Tag};
use crate::app::App;
use crate::auth::{self, Permission, Users};
use crate::base::{DatasetId, UserId};
use crate::datasets::{Access, Datasets, Grantee, Level, Share};
use crate::http::page::Pages;
use crate::http::tag::{self, Tagged};
use crate::http::{ApiError, Caller, Moment};
use crate::sync::Syncs;

pub(super) struct Resource {
    datasets: Datasets,
    users: Users,
    syncs: Syncs,
    pages: Pages,
}

/// Somebody whom a dataset is shared with.
#[derive(Object)]
#[oai(rename = "DatasetShare")]
struct ShareView {
    /// The user's id.
    user_id: UserId,
    /// The user's address.
    email: String,
    /// How far they may go: `view` to see and export records, `use` to make syncs too, `edit` to
    /// write records too.
    level: Level,
    /// How many syncs of theirs take records from the dataset.
    syncs: u64,
    /// When it was first shared with them.
    created_at: Moment,
    /// When the level was last changed.
    updated_at: Moment,
    /// Rises with every change of the level; in quotes it is the `ETag`.
    version: u64,
}

/// One part of the list of those whom a dataset is shared with.
#[derive(Object)]
#[oai(rename = "DatasetShareList", skip_serializing_if_is_none)]
struct ShareList {
    /// In the order in which their accounts were made.
    items: Vec<ShareView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

/// Somebody whom a dataset is to be shared with.
#[derive(Object)]
#[oai(rename = "NewDatasetShare", deny_unknown_fields)]
struct NewShare {
    /// The address with which they sign in.
    #[oai(validator(max_length = 254))]
    email: String,
    /// How far they may go.
    level: Level,
}

/// What is to be changed of a share.
#[derive(Object)]
#[oai(rename = "DatasetShareChange", deny_unknown_fields)]
struct ShareChange {
    /// How far they may go from now on.
    level: Level,
}

#[OpenApi(tag = "Tag::Datasets")]
impl Resource {
    /// Lists with whom one's own dataset is shared.
    #[oai(
        path = "/datasets/:id/shares",
        method = "get",
        operation_id = "listDatasetShares"
    )]
    async fn list(
        &self,
        #[oai(scope = "Permission::DatasetShare")] caller: Caller,
        id: Path<DatasetId>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<ShareList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let dataset = self.datasets.open(&scope, id.0)?;
        let (shares, next) = dataset.shares(page.limit, page.after.as_ref(), &by)?;
        let syncs = self.syncs_of(id.0)?;
        let view = |share| ShareView::of(share, &syncs);
        Ok(Json(ShareList {
            items: shares.into_iter().map(view).collect(),
            next: next.map(|cursor| cursor.encode()),
        }))
    }

    /// Shares one's own dataset with another user.
    ///
    /// The user is named by the exact address with which they sign in. Those who share are
    /// colleagues: an address that nobody has, and one of somebody who may not see datasets, are
    /// told as such. The share ends by itself with the dataset.
    #[oai(
        path = "/datasets/:id/shares",
        method = "post",
        operation_id = "shareDataset"
    )]
    async fn create(
        &self,
        #[oai(scope = "Permission::DatasetShare")] caller: Caller,
        id: Path<DatasetId>,
        body: Json<NewShare>,
    ) -> Result<Made<ShareView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let dataset = self.datasets.open(&scope, id.0)?;
        dataset.demand(Access::Owner)?;
        let grantee = grantee(&self.users, &body.0.email, Permission::DatasetRead)?;
        let share = dataset.share(grantee, body.0.level, &by).await?;
        let syncs = self.syncs_of(id.0)?;
        Ok(Made::Made(Json(ShareView::of(share, &syncs))))
    }

    /// Changes how far somebody may go with a shared dataset.
    ///
    /// It holds from their next request on; a run of theirs that may not go on ends before its next
    /// call.
    #[oai(
        path = "/datasets/:id/shares/:user",
        method = "patch",
        operation_id = "updateDatasetShare"
    )]
    async fn update(
        &self,
        #[oai(scope = "Permission::DatasetShare")] caller: Caller,
        id: Path<DatasetId>,
        /// The id of the user whom the dataset is shared with.
        user: Path<UserId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<ShareChange>,
    ) -> Result<Tagged<Json<ShareView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let only_if = tag::if_match(if_match.0.as_deref());
        let dataset = self.datasets.open(&scope, id.0)?;
        let share = dataset.change_share(user.0, body.0.level, &only_if, &by);
        let view = ShareView::of(share.await?, &self.syncs_of(id.0)?);
        Ok(Tagged::at(view.version, Json(view)))
    }

    /// Takes a shared dataset away from somebody.
    ///
    /// It holds at once: for their next request, for a file that is being sent to them, and for a
    /// run of theirs, which ends before its next call. Their syncs stay, and do nothing.
    #[oai(
        path = "/datasets/:id/shares/:user",
        method = "delete",
        operation_id = "withdrawDatasetShare"
    )]
    async fn withdraw(
        &self,
        #[oai(scope = "Permission::DatasetShare")] caller: Caller,
        id: Path<DatasetId>,
        /// The id of the user whom the dataset is shared with.
        user: Path<UserId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        let only_if = tag::if_match(if_match.0.as_deref());
        let dataset = self.datasets.open(&scope, id.0)?;
        dataset.withdraw(user.0, &only_if, &by).await?;
        Ok(Done::Done)
    }

    /// Gives up a dataset that somebody shares with the caller.
    #[oai(
        path = "/datasets/:id/access",
        method = "delete",
        operation_id = "leaveDataset"
    )]
    async fn leave(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        id: Path<DatasetId>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        self.datasets.open(&scope, id.0)?.leave(&by).await?;
        Ok(Done::Done)
    }
}

impl Resource {
    pub(super) fn new(app: &App, pages: Pages) -> Self {
        Self {
            datasets: app.datasets.clone(),
            users: app.auth.users.clone(),
            syncs: app.syncs.clone(),
            pages,
        }
    }

    /// How many syncs each user has made from a dataset of somebody else.
    fn syncs_of(&self, id: DatasetId) -> Result<HashMap<UserId, u64>, ApiError> {
        let mut syncs = HashMap::new();
        for borrower in self.syncs.borrowers(id)? {
            *syncs.entry(borrower.user).or_default() += 1;
        }
        Ok(syncs)
    }
}

impl ShareView {
    fn of(share: Share, syncs: &HashMap<UserId, u64>) -> Self {
        Self {
            user_id: share.user,
            email: share.email,
            level: share.level,
            syncs: syncs.get(&share.user).copied().unwrap_or_default(),
            created_at: share.created_at.into(),
            updated_at: share.updated_at.into(),
            version: share.version.0,
        }
    }
}

/// The user who signs in with an address, if a share is of use to them: their roles let them see what
/// is shared.
pub(super) fn grantee(users: &Users, email: &str, needed: Permission) -> Result<Grantee, ApiError> {
    let user = match users.named(email) {
        Ok(user) if !user.disabled => user,
        Ok(_) | Err(auth::Error::UnknownUser | auth::Error::BadEmail(_)) => {
            return Err(ApiError::invalid(
                "email",
                "nobody signs in with this address",
            ));
        }
        Err(error) => return Err(error.into()),
    };
    if !auth::permissions(&user.roles).contains(&needed) {
        let message = format!("this user has no role that gives the permission {needed}");
        return Err(ApiError::invalid("email", message));
    }
    let email = user.email.to_string();
    Ok(Grantee { id: user.id, email })
}
