//! Signing in of programs: access tokens for minutes, refresh tokens for the next ones.

use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::session::{Credentials, secret};
use super::{Done, Tag};
use crate::app::App;
use crate::auth::{Auth, Granted, Through};
use crate::base::Secret;
use crate::http::caller::Visitor;
use crate::http::{ApiError, Code, Moment};
use crate::limits::{Key, Limits, Policy};

pub(super) struct Resource {
    auth: Auth,
    limits: Limits,
}

/// What a program is given.
#[derive(Object)]
#[oai(rename = "Grant")]
struct GrantView {
    /// To be sent in the header `Authorization`, after `Bearer `.
    #[oai(validator(max_length = 1024))]
    access_token: String,
    /// `Bearer`.
    #[oai(validator(max_length = 6))]
    token_type: String,
    /// In how many seconds the access token ends.
    expires_in: u32,
    /// To be exchanged for the next tokens, once.
    #[oai(validator(max_length = 64))]
    refresh_token: String,
    /// When the session ends, used or not.
    session_expires_at: Moment,
}

/// A refresh token.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct RefreshToken {
    /// The one that came last.
    #[oai(validator(max_length = 1024))]
    refresh_token: String,
}

#[OpenApi(tag = "Tag::Tokens")]
impl Resource {
    /// Signs a program in.
    ///
    /// The access token allows all that the user may do, but for what needs a person: tokens,
    /// sessions and the password. Whoever is unknown, wrong, held back after failures or disabled
    /// gets the same answer.
    #[oai(path = "/auth/token", method = "post", operation_id = "signInProgram")]
    async fn sign_in(
        &self,
        by: Visitor,
        body: Json<Credentials>,
    ) -> Result<Json<GrantView>, ApiError> {
        let password = secret(body.0.password);
        let opened = self
            .auth
            .sign_in
            .attempt(&body.0.email, &password, Through::Program, &by.actor)
            .await?;
        // Those who share an address do not use up each other's attempts.
        if let Some(address) = by.actor.origin.as_ref().and_then(|origin| origin.ip) {
            self.limits
                .give_back(Policy::Authentication, Key::of(address));
        }
        Ok(Json(self.auth.sessions.grant(&opened).into()))
    }

    /// Exchanges a refresh token for new tokens.
    ///
    /// It is used up by that. One that comes a second time ends the session it belongs to.
    #[oai(
        path = "/auth/token/refresh",
        method = "post",
        operation_id = "refreshToken"
    )]
    async fn refresh(
        &self,
        by: Visitor,
        body: Json<RefreshToken>,
    ) -> Result<Json<GrantView>, ApiError> {
        let token = Secret::new(body.0.refresh_token);
        let granted = self.auth.sessions.refresh(&token, &by.actor).await?;
        Ok(Json(granted.ok_or_else(refused)?.into()))
    }

    /// Signs a program out.
    ///
    /// Takes a refresh token of its session, used or not. One that is none changes nothing, and is
    /// answered alike.
    #[oai(
        path = "/auth/token/revoke",
        method = "post",
        operation_id = "revokeRefreshToken"
    )]
    async fn revoke(&self, by: Visitor, body: Json<RefreshToken>) -> Result<Done, ApiError> {
        let token = Secret::new(body.0.refresh_token);
        self.auth.sessions.revoke_refresh(&token, &by.actor).await?;
        Ok(Done::Done)
    }
}

fn refused() -> ApiError {
    ApiError::new(Code::RefreshRefused, Code::RefreshRefused.entry().remedy)
}

impl Resource {
    pub(super) fn new(app: &App) -> Self {
        Self {
            auth: app.auth.clone(),
            limits: app.limits.clone(),
        }
    }
}

impl From<Granted> for GrantView {
    fn from(granted: Granted) -> Self {
        Self {
            access_token: granted.access.expose().to_owned(),
            token_type: "Bearer".to_owned(),
            expires_in: u32::try_from(granted.lives.as_secs()).unwrap_or(u32::MAX),
            refresh_token: granted.refresh.expose().to_owned(),
            session_expires_at: granted.ends_at.into(),
        }
    }
}
