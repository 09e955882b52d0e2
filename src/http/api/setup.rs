//! The first account of a new appliance.

use poem_openapi::payload::Json;
use poem_openapi::types::Password;
use poem_openapi::{ApiResponse, Object, OpenApi};

use super::session::{Cookies, SessionView, secret};
use super::{Made, Tag};
use crate::app::App;
use crate::auth::{New, Setup};
use crate::base::Secret;
use crate::http::caller::Visitor;
use crate::http::leave::Desk;
use crate::http::{ApiError, Caller, Invitation, public_url, setup_url};

pub(super) struct Resource {
    setup: Setup,
    cookies: Cookies,
    invitation: Invitation,
    url: String,
}

/// Whether a first account is to be made.
#[derive(Object)]
#[oai(rename = "SetupState")]
struct SetupView {
    /// Whether nobody has an account yet.
    needed: bool,
}

/// The way to the first account.
#[derive(Object)]
struct SetupLink {
    /// The page to open, with its one-time token.
    url: String,
}

/// The first account.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct FirstAccount {
    /// What the set-up link carries behind `#token=`.
    #[oai(validator(max_length = 200))]
    token: String,
    /// The e-mail address to sign in with.
    #[oai(validator(max_length = 254))]
    email: String,
    /// What people call the one who sets up.
    #[oai(validator(max_length = 200))]
    name: String,
    /// At least 15 characters.
    #[oai(validator(max_length = 4096))]
    password: Password,
}

#[derive(ApiResponse)]
enum SetUp {
    /// The account is made and signed in; the session's cookie is set.
    #[oai(status = 201)]
    SetUp(Json<SessionView>, #[oai(header = "Set-Cookie")] String),
}

#[OpenApi(tag = "Tag::Setup")]
impl Resource {
    /// Says whether a first account is to be made.
    #[oai(path = "/setup", method = "get", operation_id = "getSetup")]
    async fn show(&self) -> Result<Json<SetupView>, ApiError> {
        let needed = self.setup.is_needed()?;
        Ok(Json(SetupView { needed }))
    }

    /// Makes the first account and signs it in.
    ///
    /// The link is shown where the appliance was started, and good for 30 minutes and one use.
    #[oai(path = "/setup", method = "post", operation_id = "completeSetup")]
    async fn complete(&self, by: Visitor, body: Json<FirstAccount>) -> Result<SetUp, ApiError> {
        let first = New {
            email: body.0.email,
            name: body.0.name,
            roles: [].into(),
            password: secret(body.0.password),
        };
        let token = Secret::new(body.0.token);
        let opened = self.setup.complete(&token, first, &by.actor).await?;
        self.invitation.withdraw();
        let (session, cookie) = self.cookies.welcome(&opened, &by.actor)?;
        Ok(SetUp::SetUp(Json(session), cookie))
    }

    /// Makes a new set-up link; an older one is void.
    ///
    /// This can be done only at the machine, through the local socket.
    #[oai(path = "/setup/link", method = "post", operation_id = "makeSetupLink")]
    async fn make_link(
        &self,
        #[oai(scope = "Desk::Machine")] caller: Caller,
    ) -> Result<Made<SetupLink>, ApiError> {
        let by = caller.by();
        let token = self.setup.make_link(&by).await?;
        let link = setup_url(&self.url, &token);
        self.invitation.renew(&link);
        let url = link.expose().to_owned();
        Ok(Made::Made(Json(SetupLink { url })))
    }
}

impl Resource {
    pub(super) fn new(app: &App) -> Self {
        Self {
            setup: app.auth.setup.clone(),
            cookies: Cookies::new(app),
            invitation: Invitation::of(&app.config),
            url: public_url(&app.config, app.config.server.listen),
        }
    }
}
