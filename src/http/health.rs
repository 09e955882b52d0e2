//! Says whether the appliance runs, and whether it can work.

use poem::{Endpoint, Request, Response};

use super::error::ApiError;
use crate::app::App;
use crate::auth::Users;

/// That the process answers at all.
pub(crate) struct Live;

impl Endpoint for Live {
    type Output = Response;

    async fn call(&self, _: Request) -> poem::Result<Response> {
        Ok(Response::builder().content_type("text/plain").body("ok\n"))
    }
}

/// Whether the store can be read.
pub(crate) struct Ready(Users);

impl Ready {
    pub(crate) fn new(app: &App) -> Self {
        Self(app.auth.users.clone())
    }
}

impl Endpoint for Ready {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        self.0.exist().map_err(ApiError::from)?;
        Live.call(request).await
    }
}
