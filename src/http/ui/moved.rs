//! Leads from an address that people type to the one that is meant.

use poem::http::{HeaderValue, StatusCode, header};
use poem::{Endpoint, Request, Response};

/// The address where it is instead.
pub(crate) struct Moved(pub(crate) &'static str);

impl Endpoint for Moved {
    type Output = Response;

    async fn call(&self, _: Request) -> poem::Result<Response> {
        let mut response = Response::from(StatusCode::PERMANENT_REDIRECT);
        let there = HeaderValue::from_static(self.0);
        response.headers_mut().insert(header::LOCATION, there);
        Ok(response)
    }
}
