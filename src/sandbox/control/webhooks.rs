//! The page of an integration's webhooks at Notion, as a person fills it in.
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{Error, read};
use crate::sandbox::{
    answer::Answer,
    incoming::Incoming,
    notion::{Notion, Unfit},
};

/// What a person does there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    List,
    Create,
    /// Has the token sent once more.
    Resend(Uuid),
    /// Pastes the token that came to the address.
    Verify(Uuid),
    Delete(Uuid),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pasted {
    verification_token: String,
}

impl From<Unfit> for Error {
    fn from(unfit: Unfit) -> Self {
        Self::Bad(unfit.to_string())
    }
}

impl Route {
    /// Reads method and path below `notion/webhooks`.
    pub(super) fn parse(method: &Method, segments: &[&str]) -> Option<Self> {
        let id = |text: &str| Uuid::parse_str(text).ok();
        let route = match (method, segments) {
            (&Method::GET, []) => Self::List,
            (&Method::POST, []) => Self::Create,
            (&Method::POST, [one, "resend"]) => Self::Resend(id(one)?),
            (&Method::POST, [one, "verify"]) => Self::Verify(id(one)?),
            (&Method::DELETE, [one]) => Self::Delete(id(one)?),
            _ => return None,
        };
        Some(route)
    }

    pub(super) fn is_written(&self) -> bool {
        matches!(self, Self::Create | Self::Resend(_) | Self::Verify(_))
    }
}

pub(super) fn answer(
    notion: &mut Notion,
    incoming: &Incoming,
    route: &Route,
) -> Result<Answer, Error> {
    let missing = Error::Missing("the subscription");
    match route {
        Route::List => Ok(Answer::ok(&json!({ "items": notion.webhooks.show() }))),
        Route::Create => {
            let made = notion.subscribe(read(&incoming.body)?, incoming.at)?;
            Ok(Answer::json(StatusCode::CREATED, &made))
        }
        Route::Verify(id) => {
            let Pasted { verification_token } = read(&incoming.body)?;
            let verified = notion.verify(*id, verification_token.trim());
            Ok(Answer::ok(&verified.ok_or(missing)??))
        }
        Route::Resend(id) => {
            notion.send_token_again(*id, incoming.at).ok_or(missing)?;
            Ok(Answer::empty(StatusCode::NO_CONTENT))
        }
        Route::Delete(id) => {
            notion.unsubscribe(*id).ok_or(missing)?;
            Ok(Answer::empty(StatusCode::NO_CONTENT))
        }
    }
}
