//! The way of every request, from its id to its answer.

use std::sync::Arc;

use percent_encoding::{CONTROLS, utf8_percent_encode};
use poem::error::MethodNotAllowedError;
use poem::http::{HeaderName, HeaderValue};
use poem::{Endpoint, EndpointExt as _, Request, Response, Route, get, post};
use tracing::{error, info};

use super::caller::Visitor;
use super::doorman::Doorman;
use super::error::{ApiError, Code};
use super::measure::{Requests, Route as Reached};
use super::openapi::Offer;
use super::{
    api, body, cors, headers, health, host, inbound, measure, meter, openapi, origin, packed,
    pings, ui,
};
use crate::analytics::Analytics;
use crate::app::App;
use crate::audit::{self, Event, Log, Outcome};
use crate::base::{Actor, Clock, Peer, RequestId, chain};
use crate::limits::{Limits, Standing};

/// The header that names a request in its answer.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Everything that the appliance answers over HTTP.
pub fn endpoint(app: &App) -> impl Endpoint<Output = Response> + 'static {
    let offer = Offer::of(app);
    let routes = Route::new()
        .nest("/api/v1", api::service(app))
        .at(
            "/api/v1/openapi.json",
            get(openapi::Published(offer.clone())),
        )
        .at(cors::SCRIPT, get(ui::Script::new()))
        .at("/in/:secret", post(inbound::Inbound::new(app)))
        .at("/pings/:watch", post(pings::Pings::new(app)))
        .at("/healthz/live", get(health::Live))
        .at("/healthz/ready", get(health::Ready::new(app)))
        .at("/errors", get(ui::Catalogue))
        .at("/errors/", get(ui::Moved("/errors")))
        .at("/errors/:code", get(ui::Catalogue))
        .at("/handbook", get(ui::Moved("/handbook/index")))
        .at("/handbook/*page", get(ui::Handbook))
        .at("/*path", get(ui::Files));
    Chain {
        names: host::names(&app.config.server),
        doorman: Doorman::new(&app.config, app.auth.clone()),
        limits: app.limits.clone(),
        body_limit: u64::from(app.config.limits.body_kib) * 1024,
        offer,
        requests: Requests::default(),
        audit: app.audit.clone(),
        sites: app.analytics.clone(),
        clock: app.clock.clone(),
        routes: routes.map_to_response(),
    }
}

struct Chain<E> {
    names: Vec<String>,
    doorman: Doorman,
    limits: Limits,
    body_limit: u64,
    offer: Offer,
    requests: Requests,
    audit: Log,
    sites: Analytics,
    clock: Clock,
    routes: E,
}

impl<E: Endpoint<Output = Response>> Endpoint for Chain<E> {
    type Output = Response;

    /// Outside everything: the request's id, the security headers, packing, errors as answers, the
    /// log.
    async fn call(&self, request: Request) -> poem::Result<Response> {
        let begun = self.clock.elapsed();
        let id = RequestId::new(&self.clock);
        let tls = matches!(
            request.extensions().get(),
            Some(Peer::Network { tls: true, .. })
        );
        let method = request.method().clone();
        // Some clients send text as it is, and some of it would act on whoever reads the log.
        let path = inbound::shown(request.uri().path());
        let path = utf8_percent_encode(&path, CONTROLS).to_string();
        let wish = packed::Wish::of(&request);
        let opening = cors::Opening::of(&request, &self.sites);
        let mut reached = Reached::default();
        let outcome = self.pass(request, id, &mut reached).await;
        let response = outcome.unwrap_or_else(|error| {
            if let Some(cause) = std::error::Error::source(&error) {
                error!(request.id = %id, cause = %chain(cause), "request {id} failed");
            }
            error.answer(id)
        });
        let mut response = wish.grant(response);
        headers::secure(response.headers_mut(), tls);
        opening.tell(response.headers_mut());
        if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        let elapsed = self.clock.elapsed().saturating_sub(begun);
        self.requests
            .answered(&method, reached, response.status(), elapsed);
        let elapsed_ms = elapsed.as_millis();
        let status = response.status().as_u16();
        info!(request.id = %id, %method, path, status, elapsed_ms, "{method} {path} was answered {status}");
        Ok(response)
    }
}

impl<E: Endpoint<Output = Response>> Chain<E> {
    /// Size → who it is → whether it means us → how much they may ask for → whether they meant it
    /// → the route → whether they may → whether it was done already → the handler.
    async fn pass(
        &self,
        mut request: Request,
        id: RequestId,
        reached: &mut Reached,
    ) -> Result<Response, ApiError> {
        body::bound(&mut request, self.body_limit)?;
        let came_from = self.doorman.origin(&request, id);
        let visitor = self.doorman.identify(&request, came_from).await?;
        let by = Arc::clone(&visitor.actor);
        let told = cors::told(request.uri().path(), &by);
        let entered = self.enter(&request, &visitor);
        let counted = matches!(entered, Ok(Some(_)));
        let outcome = match entered {
            Ok(standing) => self.admit(request, visitor, standing, reached).await,
            Err(error) => Err(error),
        };
        // What the book is told has counted, or a flood of refusals would fill the disk.
        if let Err(error) = &outcome
            && let Some(code) = event_of(error.code())
            && (counted
                || meter::has_counted(error)
                || meter::counts_otherwise(&self.limits, &by, &told))
        {
            self.tell(code, error, &told);
        }
        outcome
    }

    fn enter(&self, request: &Request, visitor: &Visitor) -> Result<Option<Standing>, ApiError> {
        let (method, path) = (request.method(), request.uri().path());
        host::check(request, &self.names)?;
        let standing = meter::take(&self.limits, method, path, &visitor.actor)?;
        if let Some(code) = visitor.refused {
            measure::refused(code);
        }
        if let (Some(_), Some(code)) = (&standing, visitor.refused) {
            let event = Event::new(code, &visitor.actor);
            self.audit.record(event.build(&self.clock));
        }
        Ok(standing)
    }

    async fn admit(
        &self,
        request: Request,
        visitor: Visitor,
        standing: Option<Standing>,
        reached: &mut Reached,
    ) -> Result<Response, ApiError> {
        if cors::asks_beforehand(&request) {
            return Ok(cors::told_beforehand());
        }
        // No browser sends a token by itself, as it does a cookie; a write key is none.
        let (method, path) = (request.method(), request.uri().path());
        if !cors::brings_events(method, path) && !visitor.actor.is_program() {
            origin::check(&request, visitor.session.as_deref())?;
        }
        let outcome = self.carry_out(request, visitor, reached).await;
        match standing {
            Some(standing) => meter::tell(&standing, outcome),
            None => outcome,
        }
    }

    /// The route, and what the visitor may do where it leads: see [`super::operation`].
    async fn carry_out(
        &self,
        mut request: Request,
        visitor: Visitor,
        reached: &mut Reached,
    ) -> Result<Response, ApiError> {
        let path = request.uri().path().to_owned();
        request.extensions_mut().insert(visitor);
        let answered = self.routes.call(request).await;
        *reached = Reached::of(&answered);
        match answered {
            Err(error) if error.is::<MethodNotAllowedError>() => {
                Err(ApiError::method_not_allowed(&self.offer.methods_at(&path)))
            }
            outcome => outcome.map_err(ApiError::from),
        }
    }

    /// Writes refusals and breakdowns into the book.
    fn tell(&self, code: audit::Code, error: &ApiError, by: &Actor) {
        let event = Event::new(code, by).status(Outcome::Failure {
            code: error.code().entry().text,
            detail: error.detail().to_owned(),
        });
        self.audit.record(event.build(&self.clock));
    }
}

/// The event for an error; `None` for those which whoever refused has written already, and for
/// those that are no violation.
fn event_of(code: Code) -> Option<audit::Code> {
    match code {
        Code::Forbidden => Some(audit::Code::AccessRefused),
        Code::CsrfFailed => Some(audit::Code::CsrfRefused),
        Code::BadJson
        | Code::BadQuery
        | Code::BadPath
        | Code::BadHost
        | Code::Misdirected
        | Code::TooLarge
        | Code::UnsupportedMediaType
        | Code::ValidationFailed
        | Code::UnknownField => Some(audit::Code::InputRefused),
        Code::Internal => Some(audit::Code::RequestBroke),
        _ => None,
    }
}
