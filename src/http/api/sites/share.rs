//! With whom sites are shared.

use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Enum, Object, OpenApi};

use super::super::shares::grantee;
use super::super::{Done, Made, Tag};
use crate::analytics::Analytics;
use crate::app::App;
use crate::auth::{Permission, Users};
use crate::base::{SiteId, UserId};
use crate::datasets::{Access, Level, Share};
use crate::http::page::Pages;
use crate::http::tag::{self, Tagged};
use crate::http::{ApiError, Caller, Moment};

/// How far somebody may go whom a site is shared with; each includes those before it.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "SiteShareLevel", rename_all = "snake_case")]
enum LevelView {
    /// See how it fares and how it is set up, without what is secret.
    View,
    /// Change it, its keys and what is kept of it, and bring events of the past.
    Edit,
}

/// How far the caller may go with a site; each includes those before it.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "SiteAccess", rename_all = "snake_case")]
pub(super) enum AccessView {
    /// By a share: see how it fares.
    View,
    /// By a share: change it too.
    Edit,
    /// As its owner: share and delete it too.
    Owner,
}

/// Somebody whom a site is shared with.
#[derive(Object)]
#[oai(rename = "SiteShare")]
struct ShareView {
    /// The user's id.
    user_id: UserId,
    /// The user's address.
    email: String,
    /// How far they may go.
    level: LevelView,
    /// When it was first shared with them.
    created_at: Moment,
    /// When the level was last changed.
    updated_at: Moment,
    /// Rises with every change of the level; in quotes it is the `ETag`.
    version: u64,
}

/// One part of the list of those whom a site is shared with.
#[derive(Object)]
#[oai(rename = "SiteShareList", skip_serializing_if_is_none)]
struct ShareList {
    /// In the order in which their accounts were made.
    items: Vec<ShareView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

/// Somebody whom a site is to be shared with.
#[derive(Object)]
#[oai(rename = "NewSiteShare", deny_unknown_fields)]
struct NewShare {
    /// The address with which they sign in.
    #[oai(validator(max_length = 254))]
    email: String,
    /// How far they may go.
    level: LevelView,
}

/// What is to be changed of a share.
#[derive(Object)]
#[oai(rename = "SiteShareChange", deny_unknown_fields)]
struct ShareChange {
    /// How far they may go from now on.
    level: LevelView,
}

pub(in crate::http::api) struct SiteShares {
    sites: Analytics,
    users: Users,
    pages: Pages,
}

#[OpenApi(tag = "Tag::Analytics")]
impl SiteShares {
    /// Lists with whom one's own site is shared.
    #[oai(
        path = "/sites/:id/shares",
        method = "get",
        operation_id = "listSiteShares"
    )]
    async fn list(
        &self,
        #[oai(scope = "Permission::SiteShare")] caller: Caller,
        id: Path<SiteId>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<ShareList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let part = (page.limit, page.after.as_ref());
        let (shares, next) = self.sites.open(&scope, id.0)?.shares(part, &by)?;
        Ok(Json(ShareList {
            items: shares.into_iter().map(ShareView::from).collect(),
            next: next.map(|cursor| cursor.encode()),
        }))
    }

    /// Shares one's own site with another user.
    ///
    /// The user is named by the exact address with which they sign in. An address that nobody has,
    /// and one of somebody who may not see sites, are told as such. The share ends by itself with
    /// the site.
    #[oai(
        path = "/sites/:id/shares",
        method = "post",
        operation_id = "shareSite"
    )]
    async fn create(
        &self,
        #[oai(scope = "Permission::SiteShare")] caller: Caller,
        id: Path<SiteId>,
        body: Json<NewShare>,
    ) -> Result<Made<ShareView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let site = self.sites.open_to(&scope, id.0, Access::Owner)?;
        let grantee = grantee(&self.users, &body.0.email, Permission::SiteRead)?;
        let share = site.share(grantee, body.0.level.into(), &by).await?;
        Ok(Made::Made(Json(ShareView::from(share))))
    }

    /// Changes how far somebody may go with a shared site.
    ///
    /// It holds from their next request on.
    #[oai(
        path = "/sites/:id/shares/:user",
        method = "patch",
        operation_id = "updateSiteShare"
    )]
    async fn update(
        &self,
        #[oai(scope = "Permission::SiteShare")] caller: Caller,
        id: Path<SiteId>,
        /// The id of the user whom the site is shared with.
        user: Path<UserId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<ShareChange>,
    ) -> Result<Tagged<Json<ShareView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let only_if = tag::if_match(if_match.0.as_deref());
        let site = self.sites.open(&scope, id.0)?;
        let share = site.change_share(user.0, body.0.level.into(), &only_if, &by);
        let view = ShareView::from(share.await?);
        Ok(Tagged::at(view.version, Json(view)))
    }

    /// Takes a shared site away from somebody.
    ///
    /// It holds for their next request, and for a file of events that they are sending.
    #[oai(
        path = "/sites/:id/shares/:user",
        method = "delete",
        operation_id = "withdrawSiteShare"
    )]
    async fn withdraw(
        &self,
        #[oai(scope = "Permission::SiteShare")] caller: Caller,
        id: Path<SiteId>,
        /// The id of the user whom the site is shared with.
        user: Path<UserId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        let only_if = tag::if_match(if_match.0.as_deref());
        let site = self.sites.open(&scope, id.0)?;
        site.withdraw(user.0, &only_if, &by).await?;
        Ok(Done::Done)
    }

    /// Gives up a site that somebody shares with the caller.
    #[oai(
        path = "/sites/:id/access",
        method = "delete",
        operation_id = "leaveSite"
    )]
    async fn leave(
        &self,
        #[oai(scope = "Permission::SiteRead")] caller: Caller,
        id: Path<SiteId>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        self.sites.open(&scope, id.0)?.leave(&by).await?;
        Ok(Done::Done)
    }
}

impl SiteShares {
    pub(in crate::http::api) fn new(app: &App, pages: Pages) -> Self {
        Self {
            sites: app.analytics.clone(),
            users: app.auth.users.clone(),
            pages,
        }
    }
}

impl From<LevelView> for Level {
    fn from(level: LevelView) -> Self {
        match level {
            LevelView::View => Self::View,
            LevelView::Edit => Self::Edit,
        }
    }
}

impl From<Level> for LevelView {
    fn from(level: Level) -> Self {
        match level {
            Level::View | Level::Use => Self::View,
            Level::Edit => Self::Edit,
        }
    }
}

impl From<Access> for AccessView {
    fn from(access: Access) -> Self {
        match access {
            Access::View | Access::Use => Self::View,
            Access::Edit => Self::Edit,
            Access::Owner => Self::Owner,
        }
    }
}

impl From<Share> for ShareView {
    fn from(share: Share) -> Self {
        Self {
            user_id: share.user,
            email: share.email,
            level: share.level.into(),
            created_at: share.created_at.into(),
            updated_at: share.updated_at.into(),
            version: share.version.0,
        }
    }
}
