//! What only a sandbox can do with Zapier's hooks: see what came in, and switch a Zap off.
use http::{Method, StatusCode, header};
use poem::Response;
use serde::Deserialize;
use serde_json::json;

use super::{Error, read};
use crate::sandbox::{
    Sandbox,
    answer::Answer,
    incoming::Incoming,
    zapier::{Address, Received, State},
};

/// The deliveries of one answer, and the most that may be asked for.
const PAGE: usize = 50;
const LARGEST_PAGE: usize = 500;

/// A control call about hooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    Hooks,
    /// On, off, or gone.
    Switch(Address),
    /// What came in: to one hook when `hook` names it, to all otherwise.
    Deliveries,
    /// Forgets what came in.
    Clear,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Switched {
    state: State,
}

impl Route {
    /// Reads method and path below `zapier`.
    pub(super) fn parse(method: &Method, segments: &[&str]) -> Option<Self> {
        let route = match (method, segments) {
            (&Method::GET, ["hooks"]) => Self::Hooks,
            (&Method::PATCH, ["hooks", hook @ ..]) => Self::Switch(hook.join("/").parse().ok()?),
            (&Method::GET, ["deliveries"]) => Self::Deliveries,
            (&Method::DELETE, ["deliveries"]) => Self::Clear,
            _ => return None,
        };
        Some(route)
    }
}

/// Answers a control call about hooks.
pub(super) fn answer(
    sandbox: &Sandbox,
    incoming: &Incoming,
    route: &Route,
) -> Result<Answer, Error> {
    let inbox = &mut sandbox.world().zapier;
    match route {
        Route::Hooks => return Ok(Answer::ok(&json!({ "items": inbox.hooks() }))),
        Route::Deliveries => {
            let number = |name| incoming.parameter(name).and_then(|text| text.parse().ok());
            let offset = number("offset").unwrap_or(0);
            let limit = number("limit").unwrap_or(PAGE).min(LARGEST_PAGE);
            let hook = incoming.parameter("hook");
            let total = inbox.received(hook).count();
            let items: Vec<&Received> = inbox.received(hook).skip(offset).take(limit).collect();
            return Ok(Answer::ok(&json!({ "total": total, "items": items })));
        }
        Route::Switch(hook) => {
            if !incoming.is_json {
                return Err(Error::NotJson);
            }
            let Switched { state } = read(&incoming.body)?;
            inbox.switch(hook, state);
        }
        Route::Clear => inbox.clear(),
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// All deliveries to a hook, one JSON object a line, in the order in which they came.
pub(super) fn dump(sandbox: &Sandbox, hook: &str) -> Response {
    let mut lines = Vec::new();
    for one in sandbox.world().zapier.received(Some(hook)) {
        serde_json::to_writer(&mut lines, one).expect("a delivery has text for keys");
        lines.push(b'\n');
    }
    Response::builder()
        .status(StatusCode::OK)
        .header(header::CONTENT_TYPE, "application/x-ndjson")
        .body(lines)
}
