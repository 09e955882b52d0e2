//! What providers tell by themselves: `POST /pings/{watch}`.
//!
//! The address of a watch says which base it is about, and the signature that the provider has sent
//! it; it is no secret. That of a subscription, which a person gives the provider by hand, is one
//! until the provider has sent the token that it signs with. Whatever was not signed by the provider
//! is answered as if nobody listened here, and counts by the address that it came from. A
//! notification that comes again is no harm: it says that there is something to be read, and a sync
//! that is due already is due once.

use poem::http::StatusCode;
use poem::{Endpoint, Request, Response};

use super::caller::Visitor;
use super::error::{ApiError, Code};
use crate::app::App;
use crate::base::Actor;
use crate::base::metrics::PINGS;
use crate::connections::{Arrived, Connections, Heard, Via};
use crate::limits::{Key, Limits, Policy};
use crate::sync::Syncs;

/// Where the addresses of all watches lie.
const ROOT: &str = "/pings/";
/// The largest body at the address of a watch: a notification holds a few ids.
const LARGEST: usize = 8 << 10;
/// The largest at that of a subscription: Notion gathers the ids of all that has changed.
const LARGEST_GATHERED: usize = 64 << 10;

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
        let largest = if Connections::is_subscription(last_part(&request)) {
            LARGEST_GATHERED
        } else {
            LARGEST
        };
        let body = request.take_body().into_bytes_limit(largest).await;
        let body = body.map_err(|_too_large| {
            let detail = format!("A notification has at most {largest} bytes.");
            ApiError::new(Code::TooLarge, detail)
        })?;
        match self.arrived(&request, &body, &visitor.actor).await? {
            Arrived::Change(heard) => self.hear(&heard, &visitor.actor).await?,
            Arrived::Token => PINGS.add(["token".into()], 1),
            Arrived::Nothing => PINGS.add(["coalesced".into()], 1),
        }
        // Airtable takes nothing but 200 or 204 for an answer.
        Ok(Response::builder().status(StatusCode::NO_CONTENT).finish())
    }

    /// Makes due what waits for a change.
    async fn hear(&self, heard: &Heard, by: &Actor) -> Result<(), ApiError> {
        // Notion sends one event for every page, and would send again later what is turned away,
        // and start runs then: what it has signed is taken, however much comes.
        if let Via::Watch(id, _) = heard.via {
            self.limits.take(Policy::OpenCalls, Key::Watch(id), by)?;
        }
        Ok(self.syncs.hear(heard, by).await?)
    }

    /// What was told, if a provider has told it. What none has counts.
    async fn arrived(
        &self,
        request: &Request,
        body: &[u8],
        by: &Actor,
    ) -> Result<Arrived, ApiError> {
        let id = last_part(request);
        let header = |name: &str| request.header(name);
        let arrived = if Connections::is_subscription(id) {
            self.connections.receive(id, (header, body), by).await
        } else {
            self.connections.hear(id, header, body).map(Arrived::Change)
        };
        // All of a provider's notifications may come from one address: what strangers send by it
        // must not keep out what is signed.
        let address = by.origin.as_ref().and_then(|origin| origin.ip).map(Key::of);
        if let (Err(_), Some(key)) = (&arrived, address) {
            self.limits.take(Policy::OpenCalls, key, by)?;
        }
        Ok(arrived?)
    }
}

/// What stands behind the root.
fn last_part(request: &Request) -> &str {
    request.uri().path().strip_prefix(ROOT).unwrap_or_default()
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
