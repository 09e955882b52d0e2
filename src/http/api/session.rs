//! Signing in and out.

use std::time::Duration;

use poem_openapi::payload::Json;
use poem_openapi::types::Password;
use poem_openapi::{ApiResponse, Object, OpenApi};

use super::users::UserView;
use super::{Done, Tag};
use crate::app::App;
use crate::auth::{Auth, Opened, Permission, Through, Users, permissions};
use crate::base::{Actor, Secret};
use crate::http::caller::Person;
use crate::http::caller::Visitor;
use crate::http::cookie::SessionCookie;
use crate::http::{ApiError, Moment};
use crate::limits::{Key, Limits, Policy};

pub(super) struct Resource {
    auth: Auth,
    cookies: Cookies,
}

/// Turns an opened session into its answer.
pub(super) struct Cookies {
    users: Users,
    limits: Limits,
    cookie: SessionCookie,
    lasts: Duration,
}

/// Who is signed in.
#[derive(Object)]
#[oai(rename = "Session")]
pub(super) struct SessionView {
    /// The one who signed in.
    user: UserView,
    /// Everything that their roles allow, such as `dataset:read`.
    permissions: Vec<String>,
    /// To be sent in the header `x-csrf-token` with everything but GET and HEAD.
    csrf_token: String,
    /// When the session ends, used or not.
    expires_at: Moment,
}

/// Who wants to sign in.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub(super) struct Credentials {
    /// The e-mail address, in any case.
    #[oai(validator(max_length = 254))]
    pub(super) email: String,
    /// The password.
    #[oai(validator(max_length = 4096))]
    pub(super) password: Password,
}

/// A change of one's own password.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct PasswordChange {
    /// The present password.
    #[oai(validator(max_length = 4096))]
    current: Password,
    /// The new one: at least 15 characters.
    #[oai(validator(max_length = 4096))]
    new: Password,
}

#[derive(ApiResponse)]
enum SignedIn {
    /// A session has begun; its cookie is set.
    #[oai(status = 200)]
    SignedIn(Json<SessionView>, #[oai(header = "Set-Cookie")] String),
}

#[derive(ApiResponse)]
enum SignedOut {
    /// The session has ended; its cookie is taken back.
    #[oai(status = 204)]
    SignedOut(#[oai(header = "Set-Cookie")] String),
}

#[OpenApi(tag = "Tag::Session")]
impl Resource {
    /// Signs in.
    ///
    /// Whoever is unknown, wrong, held back after failures or disabled gets the same answer.
    #[oai(path = "/auth/login", method = "post", operation_id = "signIn")]
    async fn sign_in(&self, by: Visitor, body: Json<Credentials>) -> Result<SignedIn, ApiError> {
        let password = secret(body.0.password);
        let opened = self
            .auth
            .sign_in
            .attempt(&body.0.email, &password, Through::Browser, &by.actor)
            .await?;
        let (session, cookie) = self.cookies.welcome(&opened, &by.actor)?;
        Ok(SignedIn::SignedIn(Json(session), cookie))
    }

    /// Signs out.
    #[oai(path = "/auth/logout", method = "post", operation_id = "signOut")]
    async fn sign_out(&self, person: Person) -> Result<SignedOut, ApiError> {
        if let Some(session) = person.session() {
            self.auth.sessions.end(session, person.actor()).await?;
        }
        Ok(SignedOut::SignedOut(self.cookies.cookie.clear()))
    }

    /// Shows who is signed in.
    #[oai(path = "/auth/session", method = "get", operation_id = "getSession")]
    async fn show(&self, person: Person) -> Result<Json<SessionView>, ApiError> {
        let session = person.session().ok_or_else(ApiError::not_signed_in)?;
        Ok(Json(SessionView {
            user: self.auth.users.get(session.user)?.into(),
            permissions: names(person.permissions()),
            csrf_token: session.csrf.expose().to_owned(),
            expires_at: session.ends_at.into(),
        }))
    }

    /// Changes one's own password. All other sessions of the user end, and all tokens.
    #[oai(
        path = "/auth/password",
        method = "put",
        operation_id = "changePassword"
    )]
    async fn change_password(
        &self,
        person: Person,
        body: Json<PasswordChange>,
    ) -> Result<Done, ApiError> {
        let session = person.session().ok_or_else(ApiError::not_signed_in)?;
        let (current, new) = (secret(body.0.current), secret(body.0.new));
        let by: &Actor = person.actor();
        self.auth
            .users
            .change_password(session, &current, &new, by)
            .await?;
        self.cookies.give_back(by);
        Ok(Done::Done)
    }
}

impl Resource {
    pub(super) fn new(app: &App) -> Self {
        Self {
            auth: app.auth.clone(),
            cookies: Cookies::new(app),
        }
    }
}

impl Cookies {
    pub(super) fn new(app: &App) -> Self {
        Self {
            users: app.auth.users.clone(),
            limits: app.limits.clone(),
            cookie: SessionCookie::new(&app.config),
            lasts: app.config.auth.session_absolute,
        }
    }

    /// Gives an attempt back that succeeded.
    fn give_back(&self, by: &Actor) {
        if let Some(address) = by.origin.as_ref().and_then(|origin| origin.ip) {
            self.limits
                .give_back(Policy::Authentication, Key::of(address));
        }
    }

    /// The view of a session just begun, and the cookie that holds its token. The attempt is
    /// given back: those who share an address do not use up each other's.
    pub(super) fn welcome(
        &self,
        opened: &Opened,
        by: &Actor,
    ) -> Result<(SessionView, String), ApiError> {
        self.give_back(by);
        let user = self.users.get(opened.session.user)?;
        let session = SessionView {
            permissions: names(&permissions(&user.roles)),
            user: user.into(),
            csrf_token: opened.session.csrf.expose().to_owned(),
            expires_at: opened.session.ends_at.into(),
        };
        Ok((session, self.cookie.set(&opened.token, self.lasts)))
    }
}

fn names<'a>(permissions: impl IntoIterator<Item = &'a Permission>) -> Vec<String> {
    let names = permissions.into_iter().map(|permission| permission.name());
    names.map(str::to_owned).collect()
}

pub(super) fn secret(password: Password) -> Secret {
    Secret::new(password.0)
}
