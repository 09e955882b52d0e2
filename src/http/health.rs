//! Says whether the appliance runs, and whether it can work.

use poem::http::StatusCode;
use poem::{Endpoint, Request, Response};

use super::error::ApiError;
use crate::app::App;

/// That the process answers at all.
pub(crate) struct Live;

impl Endpoint for Live {
    type Output = Response;

    async fn call(&self, _: Request) -> poem::Result<Response> {
        Ok(Response::builder().content_type("text/plain").body("ok\n"))
    }
}

/// Whether the store can be read, and whether it and the book can be written.
pub(crate) struct Ready(App);

impl Ready {
    pub(crate) fn new(app: &App) -> Self {
        Self(app.clone())
    }
}

impl Endpoint for Ready {
    type Output = Response;

    /// Names the trouble by the code that the refused requests get: what is here can mostly be
    /// read all the same.
    async fn call(&self, request: Request) -> poem::Result<Response> {
        let Err(trouble) = self.0.check().map_err(ApiError::from) else {
            return Live.call(request).await;
        };
        let degraded = format!("degraded: {}\n", trouble.code().entry().text);
        Ok(Response::builder()
            .status(StatusCode::SERVICE_UNAVAILABLE)
            .content_type("text/plain")
            .body(degraded))
    }
}
