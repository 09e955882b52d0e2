//! What providers tell by themselves: `POST /pings/{watch}`.
//!
//! The address says which base it is about, and the signature that the provider has sent it; it is
//! no secret. Whatever was not signed by the provider is answered as if nobody listened here, and
//! counts by the address that it came from. A notification that comes again is no harm: it says
//! that there is something to be read, and a sync that is due already is due once.

use poem::http::StatusCode;
use poem::{Endpoint, Request, Response};

use super::caller::Visitor;
use super::error::{ApiError, Code};
use crate::app::App;
use crate::base::Actor;
use crate::base::metrics::PINGS;
use crate::connections::{Connections, Heard};
use crate::limits::{Key, Limits, Policy};
use crate::sync::Syncs;

/// Where the addresses of all watches lie.
const ROOT: &str = "/pings/";
/// The largest body: a notification holds a few ids.
const LARGEST: usize = 8 << 10;

/// Takes notifications in.
pub(crate) struct Pings {
    connections: Connections,
    syncs: Syncs,
    limits: Limits,
}

impl Pings {
    pub(crate) fn new(app: &App) -> Self {
        Self {
            connections: app.connections.clone(),
            syncs: app.syncs.clone(),
            limits: app.limits.clone(),
        }
    }

    async fn take(&self, mut request: Request) -> Result<Response, ApiError> {
        let visitor = request.extensions().get::<Visitor>().cloned();
        let visitor = visitor.ok_or_else(|| ApiError::internal("nobody has called"))?;
        let body = request.take_body().into_bytes_limit(LARGEST).await;
        let body = body.map_err(|_too_large| {
            let detail = format!("A notification has at most {LARGEST} bytes.");
            ApiError::new(Code::TooLarge, detail)
        })?;
        let heard = self.heard(&request, &body, &visitor.actor)?;
        self.limits
            .take(Policy::OpenCalls, Key::Watch(heard.id), &visitor.actor)?;
        self.syncs.hear(&heard, &visitor.actor).await?;
        // Airtable takes nothing but 200 or 204 for an answer.
        Ok(Response::builder().status(StatusCode::NO_CONTENT).finish())
    }

    /// What was told, if a provider has told it. What none has counts.
    fn heard(&self, request: &Request, body: &[u8], by: &Actor) -> Result<Heard, ApiError> {
        let id = request.uri().path().strip_prefix(ROOT).unwrap_or_default();
        let heard = self.connections.hear(id, |name| request.header(name), body);
        // All of a provider's notifications may come from one address: what strangers send by it
        // must not keep out what is signed.
        let address = by.origin.as_ref().and_then(|origin| origin.ip).map(Key::of);
        if let (Err(_), Some(key)) = (&heard, address) {
            self.limits.take(Policy::OpenCalls, key, by)?;
        }
        Ok(heard?)
    }
}

impl Endpoint for Pings {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let taken = self.take(request).await;
        if taken.is_err() {
            PINGS.add(["refused".into()], 1);
        }
        Ok(taken?)
    }
}
