//! Writes users, actors, places and requests as OCSF's objects.

use super::json::{Members, cut};
use crate::base::{Origin, Party, UserId};

/// What acts are about, by the names that the layers above give them; a test gathers those.
pub const OBJECT_TYPES: [&str; 24] = [
    "connection",
    "dataset",
    "export",
    "feed",
    "hook",
    "import",
    "inlet",
    "key",
    "master_key",
    "plan",
    "record",
    "run",
    "session",
    "setup_link",
    "site",
    "site_goal",
    "site_key",
    "site_link",
    "site_note",
    "site_report",
    "site_segment",
    "sync",
    "token",
    "user",
];

/// Names, ids and what a client calls itself are cut at this many characters.
pub(super) const NAME_CHARS: usize = 256;
/// Paths, comments and reasons are cut at this many characters.
pub(super) const TEXT_CHARS: usize = 1024;

/// The appliance as OCSF's `product`, in JSON.
pub(super) const PRODUCT: &str = concat!(
    r#"{"name":"Weighbridge","vendor_name":"Weighbridge","version":""#,
    env!("CARGO_PKG_VERSION"),
    r#""}"#
);

/// A user; without an id, somebody who is not known here.
pub(super) fn user(id: Option<UserId>, email: &str) -> Members {
    let mut user = Members::default();
    if let Some(id) = id {
        user.shown("uid", id);
    }
    user.text("name", cut(email, NAME_CHARS));
    user
}

/// The user object of the one who acts.
pub(super) fn party_user(party: &Party) -> Members {
    let mut user = Members::default();
    match party {
        Party::User {
            id, email, token, ..
        } => {
            user = self::user(Some(*id), email);
            match token {
                Some(token) => user.text("credential_uid", cut(token, NAME_CHARS)),
                None => &mut user,
            }
        }
        Party::Operator { uid, .. } => user
            .shown("uid", format_args!("os:{uid}"))
            .text("name", "operator"),
        Party::Run { owner, .. } => user.shown("uid", owner),
        Party::Anonymous => user.text("name", "anonymous"),
        Party::System => user.text("name", "system"),
    };
    user
}

/// Who acts, with the session or the program that they act through.
pub(super) fn actor(party: &Party) -> Members {
    let mut actor = Members::default();
    actor.object("user", &party_user(party));
    match party {
        Party::User {
            session: Some(session),
            ..
        } => {
            let mut through = Members::default();
            through.text("uid", cut(session, NAME_CHARS));
            actor.object("session", &through)
        }
        Party::User { .. } | Party::Anonymous => &mut actor,
        Party::Operator { .. } => actor.text("app_name", "weighbridge command line"),
        Party::Run { id, .. } => actor
            .text("app_name", "weighbridge run")
            .shown("app_uid", id),
        Party::System => actor.text("app_name", "weighbridge"),
    };
    actor
}

/// Where a request came from.
pub(super) fn endpoint(party: &Party, origin: &Origin) -> Members {
    let mut endpoint = Members::default();
    match (origin.ip, party) {
        (Some(ip), _) => endpoint.shown("ip", ip.to_canonical()),
        (None, Party::Operator { .. }) => endpoint.text("name", "local socket"),
        (None, _) => endpoint.text("name", "not kept"),
    };
    if let (Some(_), Some(port)) = (origin.ip, origin.port) {
        endpoint.number("port", port);
    }
    endpoint
}

/// The methods that OCSF 1.8.0 has words for; a line with another would not be valid. Nothing of
/// ours answers another but by refusing it.
const METHODS: [&str; 9] = [
    "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE",
];

/// What was asked for.
pub(super) fn request(origin: &Origin) -> Members {
    let mut url = Members::default();
    url.text("path", cut(&origin.path, TEXT_CHARS));
    let mut request = Members::default();
    request.shown("uid", origin.request).object("url", &url);
    if METHODS.contains(&origin.method.as_str()) {
        request.text("http_method", &origin.method);
    }
    if let Some(agent) = &origin.user_agent {
        request.text("user_agent", cut(agent, NAME_CHARS));
    }
    request
}
