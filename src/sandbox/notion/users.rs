//! The calls about users.
use serde_json::json;

use super::{
    id::of_path,
    people::{USERS, find},
    refusal::Refusal,
    vendor::bytes,
};
use crate::sandbox::incoming::Incoming;

/// The integration itself.
pub(super) fn me() -> Vec<u8> {
    bytes(&USERS[0].json())
}

pub(super) fn one(id: &str) -> Result<Vec<u8>, Refusal> {
    let id = of_path("user", id)?;
    let user = find(id).ok_or_else(|| Refusal::not_found("user", id))?;
    Ok(bytes(&user.json()))
}

/// Everybody; there are fewer than fit into one answer, so no cursor was ever given out.
pub(super) fn list(incoming: &Incoming) -> Result<Vec<u8>, Refusal> {
    if let Some(cursor) = incoming.parameter("start_cursor") {
        return Err(Refusal::bad_cursor(cursor));
    }
    let results: Vec<_> = USERS.iter().map(super::people::User::json).collect();
    Ok(bytes(&json!({
        "object": "list",
        "results": results,
        "next_cursor": null,
        "has_more": false,
        "type": "user",
        "user": {},
    })))
}
