//! What only a sandbox can do with the accounts of Google Ads: see them, and have figures restated.
use http::Method;
use serde_json::json;

use super::Error;
use crate::sandbox::{Sandbox, answer::Answer, incoming::Incoming};

/// A control call about accounts of Google Ads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    Accounts,
    /// Restates the figures of the last 30 days, as the vendor does when it learns of conversions.
    Restate,
}

impl Route {
    /// Reads method and path below `google`.
    pub(super) fn parse(method: &Method, segments: &[&str]) -> Option<Self> {
        match (method, segments) {
            (&Method::GET, ["accounts"]) => Some(Self::Accounts),
            (&Method::POST, ["restatements"]) => Some(Self::Restate),
            _ => None,
        }
    }
}

/// Answers a control call about accounts of Google Ads.
pub(super) fn answer(
    sandbox: &Sandbox,
    incoming: &Incoming,
    route: Route,
) -> Result<Answer, Error> {
    let google = &mut sandbox.world().google;
    match route {
        Route::Accounts => Ok(Answer::ok(&json!({ "items": google.customers() }))),
        Route::Restate if !incoming.is_json => Err(Error::NotJson),
        Route::Restate => Ok(Answer::ok(&json!({ "days": google.restate(incoming.at) }))),
    }
}
