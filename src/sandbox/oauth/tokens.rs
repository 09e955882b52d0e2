//! The calls about tokens that were given.
use http::StatusCode;
use jiff::Timestamp;
use serde_json::json;

use super::{
    Desk,
    knobs::Knobs,
    outcome::Refusal,
    token::{Form, client},
};
use crate::sandbox::{answer::Answer, incoming::Incoming};

impl Desk {
    /// Whether a token is good.
    pub(super) fn introspect(&self, incoming: &Incoming, knobs: &Knobs, now: Timestamp) -> Answer {
        let form = Form::read(self.house, &incoming.body);
        if let Err(refusal) = client(self.house, incoming, &form, knobs) {
            return refusal.into();
        }
        let token = form.named("token").unwrap_or_default();
        let active = self.scopes(token, now).is_some();
        Answer::ok(&json!({ "active": active }))
    }

    /// Takes back the grant that a token belongs to. One that is not known is no error.
    pub(super) fn take_back(&mut self, incoming: &Incoming, knobs: &Knobs) -> Answer {
        let form = Form::read(self.house, &incoming.body);
        if let Err(refusal) = client(self.house, incoming, &form, knobs) {
            return refusal.into();
        }
        self.revoke(form.named("token").unwrap_or_default());
        Answer::json(StatusCode::OK, &json!({ "request_id": self.draw(32) }))
    }

    /// Takes back the leave that a token belongs to, whoever shows it. One that is not known, or no
    /// good any more, is an error.
    pub(super) fn end_shown(&mut self, incoming: &Incoming, now: Timestamp) -> Answer {
        let form = Form::read(self.house, &incoming.body);
        let token = form.named("token").or(incoming.parameter("token"));
        let token = token.unwrap_or_default();
        let is_over = token.starts_with("ya29.") && self.scopes(token, now).is_none();
        if is_over || !self.revoke(token) {
            return Refusal::Token.into();
        }
        Answer::json(StatusCode::OK, &json!({}))
    }
}
