//! One's own sessions.

use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::{Done, Tag};
use crate::app::App;
use crate::auth::{Listed, Sessions, Through};
use crate::base::SessionId;
use crate::http::caller::Person;
use crate::http::{ApiError, Moment};

pub(super) struct Resource {
    sessions: Sessions,
}

/// One of the user's sessions.
#[derive(Object)]
#[oai(rename = "ListedSession", skip_serializing_if_is_none)]
struct ListedView {
    /// The session's id, as in the audit log.
    id: SessionId,
    /// Whether it is the one that asks.
    current: bool,
    /// When it began.
    created_at: Moment,
    /// When it was last used, to the minute.
    last_seen_at: Moment,
    /// When it ends, used or not.
    expires_at: Moment,
    /// The address from which the user signed in.
    #[oai(validator(max_length = 45))]
    ip: Option<String>,
    /// Whether a browser holds it, or a program that signed in with a password.
    through: Through,
    /// What the browser or the program called itself.
    #[oai(validator(max_length = 256))]
    user_agent: Option<String>,
}

/// The user's sessions.
#[derive(Object)]
struct SessionList {
    /// In the order in which they began; 1,000 at most.
    items: Vec<ListedView>,
}

#[OpenApi(tag = "Tag::Session")]
impl Resource {
    /// Lists one's own sessions.
    #[oai(path = "/auth/sessions", method = "get", operation_id = "listSessions")]
    async fn list(&self, person: Person) -> Result<Json<SessionList>, ApiError> {
        let (by, scope) = person.owner()?;
        let current = person.session().map(|session| session.id);
        let sessions = self.sessions.list(&scope, &by)?.into_iter();
        let items = sessions.map(|session| ListedView::of(session, current));
        Ok(Json(SessionList {
            items: items.collect(),
        }))
    }

    /// Ends all of one's own sessions but the one that asks.
    ///
    /// Tokens go on; a change of the password ends them too.
    #[oai(
        path = "/auth/sessions",
        method = "delete",
        operation_id = "revokeOtherSessions"
    )]
    async fn revoke_others(&self, person: Person) -> Result<Done, ApiError> {
        let (by, scope) = person.owner()?;
        self.sessions
            .revoke_others(&scope, person.session(), &by)
            .await?;
        Ok(Done::Done)
    }

    /// Ends one of one's own sessions.
    #[oai(
        path = "/auth/sessions/:id",
        method = "delete",
        operation_id = "revokeSession"
    )]
    async fn revoke(&self, person: Person, id: Path<SessionId>) -> Result<Done, ApiError> {
        let (by, scope) = person.owner()?;
        self.sessions.revoke(&scope, id.0, &by).await?;
        Ok(Done::Done)
    }
}

impl Resource {
    pub(super) fn new(app: &App) -> Self {
        let sessions = app.auth.sessions.clone();
        Self { sessions }
    }
}

impl ListedView {
    fn of(session: Listed, current: Option<SessionId>) -> Self {
        Self {
            current: current == Some(session.id),
            id: session.id,
            through: session.through,
            created_at: session.began_at.into(),
            last_seen_at: session.seen_at.into(),
            expires_at: session.ends_at.into(),
            ip: session.ip.map(|ip| ip.to_canonical().to_string()),
            user_agent: session.user_agent,
        }
    }
}
