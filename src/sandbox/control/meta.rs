//! What only a sandbox can do with Meta's ad accounts: see them, and have figures restated.
use http::Method;
use serde_json::json;

use super::Error;
use crate::sandbox::{Sandbox, answer::Answer, incoming::Incoming};

/// A control call about ad accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    Accounts,
    /// Restates the figures of the last 28 days, as the vendor does when it learns of conversions.
    Restate,
}

impl Route {
    /// Reads method and path below `meta`.
    pub(super) fn parse(method: &Method, segments: &[&str]) -> Option<Self> {
        match (method, segments) {
            (&Method::GET, ["accounts"]) => Some(Self::Accounts),
            (&Method::POST, ["restatements"]) => Some(Self::Restate),
            _ => None,
        }
    }
}

/// Answers a control call about ad accounts.
pub(super) fn answer(
    sandbox: &Sandbox,
    incoming: &Incoming,
    route: Route,
) -> Result<Answer, Error> {
    let meta = &mut sandbox.world().meta;
    match route {
        Route::Accounts => Ok(Answer::ok(&json!({ "items": meta.accounts() }))),
        Route::Restate if !incoming.is_json => Err(Error::NotJson),
        Route::Restate => Ok(Answer::ok(&json!({ "days": meta.restate(incoming.at) }))),
    }
}
