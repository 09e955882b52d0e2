//! Records that others send to a secret address: `POST /in/{secret}`.
//!
//! The address is the credential, so it stands nowhere but in the request: the log and the book
//! show its path without it. Whoever tries addresses that lead nowhere is counted by their own,
//! like everybody without an account.

use std::borrow::Cow;

use poem::http::{HeaderMap, StatusCode};
use poem::{Endpoint, Request, Response};
use serde_json::json;

use super::caller::Visitor;
use super::error::{ApiError, Code};
use crate::app::App;
use crate::auth::{Permission, Users, permissions};
use crate::base::metrics::ARRIVALS;
use crate::base::{Actor, Party};
use crate::inlets::{Arrival, Inlet, Inlets};
use crate::limits::{Key, Limits, Policy};

/// Where all secret addresses lie.
const ROOT: &str = "/in/";
/// So many hexadecimal digits are taken for a secret, wherever they stand.
const SECRET_DIGITS: usize = 32;
/// The largest body.
const LARGEST: usize = 256 << 10;
/// The longest id of what comes in.
const LONGEST_ID: usize = 255;

/// A path as it may be shown: of a secret address no more than that it is one, though somebody has
/// put it together wrongly.
pub(crate) fn shown(path: &str) -> Cow<'_, str> {
    let mut at = 0;
    for segment in path.split('/') {
        let digits = segment.bytes().take_while(u8::is_ascii_hexdigit);
        if digits.count() >= SECRET_DIGITS {
            return Cow::Owned(format!("{}***", &path[..at]));
        }
        at += segment.len() + 1;
        if segment.eq_ignore_ascii_case("in") && at <= path.len() {
            return Cow::Owned(format!("{}***", &path[..at]));
        }
    }
    Cow::Borrowed(path)
}

/// Takes records in.
pub(crate) struct Inbound {
    inlets: Inlets,
    limits: Limits,
    users: Users,
}

impl Inbound {
    pub(crate) fn new(app: &App) -> Self {
        Self {
            inlets: app.inlets.clone(),
            limits: app.limits.clone(),
            users: app.auth.users.clone(),
        }
    }

    async fn take(&self, mut request: Request) -> Result<Response, ApiError> {
        let secret = request
            .uri()
            .path()
            .strip_prefix(ROOT)
            .unwrap_or_default()
            .to_owned();
        let visitor = request.extensions().get::<Visitor>().cloned();
        let visitor = visitor.ok_or_else(|| ApiError::internal("nobody has called"))?;
        let inlet = self.find(&secret, &visitor.actor)?;
        self.limits
            .take(Policy::Hooks, Key::Inlet(inlet.id()), &visitor.actor)?;
        let by = self.on_behalf(&inlet, &visitor.actor)?;
        let body = request.take_body().into_bytes_limit(LARGEST).await;
        let body = body.map_err(|_too_large| {
            let detail = format!("A record that comes in has at most {LARGEST} bytes.");
            ApiError::new(Code::TooLarge, detail)
        })?;
        let headers = request.headers();
        let arrival = Arrival {
            body: &body,
            id: id_of(headers)?,
            timestamp: text(headers, "webhook-timestamp"),
            signatures: text(headers, "webhook-signature"),
        };
        let entered = inlet.take(arrival, &by).await?;
        let outcome = if entered.again {
            "again"
        } else {
            entered.written.name()
        };
        ARRIVALS.add([outcome.into()], 1);
        let told = json!({
            "key": entered.key, "written": entered.written.name(), "again": entered.again,
        });
        Ok(Response::builder()
            .status(StatusCode::OK)
            .content_type("application/json; charset=utf-8")
            .body(told.to_string()))
    }

    /// The inlet at an address. A try that finds none counts.
    fn find(&self, secret: &str, by: &Actor) -> Result<Inlet, ApiError> {
        let inlet = self.inlets.at_address(secret);
        // Many senders may share an address, as those of one service do: who calls where nothing is
        // must not keep out the others.
        let address = by.origin.as_ref().and_then(|origin| origin.ip).map(Key::of);
        if let (Err(_), Some(key)) = (&inlet, address) {
            self.limits.take(Policy::OpenCalls, key, by)?;
        }
        Ok(inlet?)
    }

    /// The inlet's owner, as far as they may write datasets now; without that, nothing is here.
    fn on_behalf(&self, inlet: &Inlet, by: &Actor) -> Result<Actor, ApiError> {
        let owner = self.users.get(inlet.owner())?;
        let may = permissions(&owner.roles).contains(&Permission::DatasetWrite);
        if owner.disabled || !may {
            return Err(ApiError::not_found("address"));
        }
        Ok(Actor {
            party: Party::User {
                id: owner.id,
                email: owner.email.to_string(),
                session: None,
                token: Some(inlet.id().to_string()),
            },
            origin: by.origin.clone(),
        })
    }
}

impl Endpoint for Inbound {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let taken = self.take(request).await;
        if let Err(refusal) = &taken {
            ARRIVALS.add([refusal.code().entry().text.into()], 1);
        }
        Ok(taken?)
    }
}

/// What tells a record that comes in from others.
fn id_of(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    let id = text(headers, "webhook-id").or_else(|| text(headers, "idempotency-key"));
    if id.is_some_and(|id| id.is_empty() || id.len() > LONGEST_ID) {
        let detail = format!("webhook-id and Idempotency-Key have 1 to {LONGEST_ID} characters.");
        return Err(ApiError::new(Code::ValidationFailed, detail));
    }
    Ok(id)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_address_is_shown_nowhere() {
        assert_eq!(shown("/in/0123456789abcdef"), "/in/***");
        assert_eq!(shown("/in/"), "/in/***");
        for (path, told) in [
            ("//in/0123456789abcdef", "//in/***"),
            ("/api/v1/in/0123456789abcdef", "/api/v1/in/***"),
            ("/IN/0123456789abcdef", "/IN/***"),
            (
                "/%69n/0123456789abcdef0123456789abcdef01234567",
                "/%69n/***",
            ),
            (
                "/pings/0123456789abcdef0123456789abcdef01234567.",
                "/pings/***",
            ),
            ("/inlets", "/inlets"),
            ("/api/v1/in", "/api/v1/in"),
        ] {
            assert_eq!(shown(path), told);
        }
    }
}
