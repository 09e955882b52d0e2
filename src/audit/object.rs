//! Writes users, actors, places and requests as OCSF's objects.

use serde_json::{Value, json};

use super::json::cut;
use crate::base::{Origin, Party, UserId};

/// Names, ids and what a client calls itself are cut at this many characters.
pub(super) const NAME_CHARS: usize = 256;
/// Paths, comments and reasons are cut at this many characters.
pub(super) const TEXT_CHARS: usize = 1024;

/// The appliance as OCSF's `product`.
pub(super) fn product() -> Value {
    json!({
        "name": "Weighbridge",
        "vendor_name": "Weighbridge",
        "version": env!("CARGO_PKG_VERSION"),
    })
}

/// A user; without an id, somebody who is not known here.
pub(super) fn user(id: Option<UserId>, email: &str) -> Value {
    let name = cut(email, NAME_CHARS);
    match id {
        Some(id) => json!({"uid": id.to_string(), "name": name}),
        None => json!({ "name": name }),
    }
}

/// The user object of the one who acts.
pub(super) fn party_user(party: &Party) -> Value {
    match party {
        Party::User { id, email, .. } => user(Some(*id), email),
        Party::Operator { uid, .. } => json!({"uid": format!("os:{uid}"), "name": "operator"}),
        Party::Run { owner, .. } => json!({"uid": owner.to_string()}),
        Party::Anonymous => json!({"name": "anonymous"}),
        Party::System => json!({"name": "system"}),
    }
}

/// Who acts, with the session or the program that they act through.
pub(super) fn actor(party: &Party) -> Value {
    let user = party_user(party);
    match party {
        Party::User {
            session: Some(session),
            ..
        } => json!({"user": user, "session": {"uid": cut(session, NAME_CHARS)}}),
        Party::User { .. } | Party::Anonymous => json!({ "user": user }),
        Party::Operator { .. } => json!({"user": user, "app_name": "weighbridge command line"}),
        Party::Run { id, .. } => {
            json!({"user": user, "app_name": "weighbridge run", "app_uid": id.to_string()})
        }
        Party::System => json!({"user": user, "app_name": "weighbridge"}),
    }
}

/// Where a request came from.
pub(super) fn endpoint(origin: &Origin) -> Value {
    match (origin.ip, origin.port) {
        (Some(ip), Some(port)) => json!({"ip": ip.to_canonical().to_string(), "port": port}),
        (Some(ip), None) => json!({"ip": ip.to_canonical().to_string()}),
        (None, _) => json!({"name": "local socket"}),
    }
}

/// What was asked for.
pub(super) fn request(origin: &Origin) -> Value {
    let mut request = json!({
        "uid": origin.request.to_string(),
        "http_method": cut(&origin.method, NAME_CHARS),
        "url": {"path": cut(&origin.path, TEXT_CHARS)},
    });
    if let Some(agent) = &origin.user_agent {
        request["user_agent"] = cut(agent, NAME_CHARS).into();
    }
    request
}
