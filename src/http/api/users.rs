//! Everybody's accounts.

use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::Password;
use poem_openapi::{Object, OpenApi};

use super::session::secret;
use super::{Done, Made, Tag};
use crate::app::App;
use crate::auth::{Change, New, Permission, Role, User, Users};
use crate::base::UserId;
use crate::http::page::Pages;
use crate::http::tag::{self, Tagged};
use crate::http::{ApiError, Caller, Moment};

pub(super) struct Resource {
    users: Users,
    pages: Pages,
}

/// A user.
#[derive(Object)]
#[oai(rename = "User", skip_serializing_if_is_none)]
pub(super) struct UserView {
    /// The user's id.
    id: UserId,
    /// The e-mail address to sign in with.
    email: String,
    /// What people call the user.
    name: String,
    /// What the user may do.
    roles: Vec<Role>,
    /// Whether the user is kept out.
    disabled: bool,
    /// When the account was made.
    created_at: Moment,
    /// When the user last signed in.
    last_sign_in_at: Option<Moment>,
    /// Rises with every change of the account; in quotes it is the `ETag`.
    version: u64,
}

/// One part of the list of users.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct UserList {
    /// In the order in which they were made.
    items: Vec<UserView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

/// An account to be made.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewUser {
    /// The e-mail address to sign in with; nobody else may have it.
    #[oai(validator(max_length = 254))]
    email: String,
    /// What people call the user.
    #[oai(validator(max_length = 200))]
    name: String,
    /// What the user may do; at least one role.
    #[oai(validator(max_items = 4))]
    roles: Vec<Role>,
    /// The first password: at least 15 characters.
    #[oai(validator(max_length = 4096))]
    password: Password,
}

/// What is to be changed; what is left away stays as it is.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct UserChange {
    /// What people call the user.
    #[oai(validator(max_length = 200))]
    name: Option<String>,
    /// What the user may do; ends the user's sessions and tokens.
    #[oai(validator(max_items = 4))]
    roles: Option<Vec<Role>>,
    /// Whether the user is kept out; ends the user's sessions and tokens.
    disabled: Option<bool>,
    /// A new password; ends the user's sessions and tokens.
    #[oai(validator(max_length = 4096))]
    password: Option<Password>,
}

#[OpenApi(tag = "Tag::Users")]
impl Resource {
    /// Lists the users.
    #[oai(path = "/users", method = "get", operation_id = "listUsers")]
    async fn list(
        &self,
        #[oai(scope = "Permission::UserManage")] caller: Caller,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<UserList>, ApiError> {
        let by = caller.by();
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let (users, next) = self.users.page(page.limit, page.after.as_ref(), &by)?;
        Ok(Json(UserList {
            items: users.into_iter().map(UserView::from).collect(),
            next: next.map(|cursor| cursor.encode()),
        }))
    }

    /// Makes an account.
    #[oai(path = "/users", method = "post", operation_id = "createUser")]
    async fn create(
        &self,
        #[oai(scope = "Permission::UserManage")] caller: Caller,
        body: Json<NewUser>,
    ) -> Result<Made<UserView>, ApiError> {
        let by = caller.by();
        let new = New {
            email: body.0.email,
            name: body.0.name,
            roles: body.0.roles.into_iter().collect(),
            password: secret(body.0.password),
        };
        let user = self.users.create(new, &by).await?;
        Ok(Made::Made(Json(user.into())))
    }

    /// Shows a user.
    #[oai(path = "/users/:id", method = "get", operation_id = "getUser")]
    async fn show(
        &self,
        #[oai(scope = "Permission::UserManage")] caller: Caller,
        id: Path<UserId>,
    ) -> Result<Tagged<Json<UserView>>, ApiError> {
        let by = caller.by();
        let user = self.users.read(id.0, &by)?;
        Ok(Tagged::at(user.version, Json(user.into())))
    }

    /// Changes an account.
    ///
    /// New roles, a new password and disabling end the user's sessions and tokens at once. The last
    /// user who can manage users keeps that role. A token cannot change the account it is of.
    #[oai(path = "/users/:id", method = "patch", operation_id = "updateUser")]
    async fn update(
        &self,
        #[oai(scope = "Permission::UserManage")] caller: Caller,
        id: Path<UserId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<UserChange>,
    ) -> Result<Tagged<Json<UserView>>, ApiError> {
        let by = caller.by();
        caller.spares_itself(id.0)?;
        let change = Change {
            name: body.0.name,
            roles: body.0.roles.map(|roles| roles.into_iter().collect()),
            disabled: body.0.disabled,
            password: body.0.password.map(secret),
            only_if: tag::if_match(if_match.0.as_deref()),
        };
        let user = self.users.change(id.0, change, &by).await?;
        Ok(Tagged::at(user.version, Json(user.into())))
    }

    /// Ends all sessions and tokens of a user.
    ///
    /// The user can sign in again; `updateUser` keeps somebody out.
    #[oai(
        path = "/users/:id/sessions",
        method = "delete",
        operation_id = "endUserSessions"
    )]
    async fn end_sessions(
        &self,
        #[oai(scope = "Permission::UserManage")] caller: Caller,
        id: Path<UserId>,
    ) -> Result<Done, ApiError> {
        let by = caller.by();
        caller.spares_itself(id.0)?;
        self.users.end_sessions(id.0, &by).await?;
        Ok(Done::Done)
    }
}

impl Resource {
    pub(super) fn new(app: &App, pages: Pages) -> Self {
        let users = app.auth.users.clone();
        Self { users, pages }
    }
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            email: user.email.to_string(),
            name: user.name,
            roles: user.roles.into_iter().collect(),
            disabled: user.disabled,
            created_at: user.created_at.into(),
            last_sign_in_at: user.last_sign_in_at.map(Moment),
            version: user.version,
        }
    }
}
