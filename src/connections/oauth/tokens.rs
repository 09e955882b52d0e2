//! Hands a connection's access token to every call, as it is at that time.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::renewal::Trouble;
use crate::base::{Actor, ConnectionId, Secret, UserId};
use crate::connections::{Connection, Connections, Error};
use crate::providers::{self, Answer, Tokens};

/// The tokens of one connection, for as long as somebody calls its provider.
pub(in crate::connections) struct Granted {
    all: Connections,
    key: (UserId, ConnectionId),
    by: Actor,
}

impl Granted {
    pub(in crate::connections) fn new(connection: &Connection, by: &Actor) -> Self {
        Self {
            all: connection.all.clone(),
            key: connection.key,
            by: by.clone(),
        }
    }

    /// The store is asked at every call: somebody else may have renewed the token meanwhile, or
    /// put another one in its place.
    async fn now(&self) -> Result<Secret, providers::Error> {
        let connection = self.all.at(&self.key)?;
        let token = connection.opened(&self.by)?;
        let Some(grant) = &connection.stored.grant else {
            return Ok(token);
        };
        let now = self.all.0.now();
        if !grant.ended && !grant.is_due(now) {
            return Ok(token);
        }
        match connection.renew(&token, &self.by).await {
            // It is good for a little while yet.
            Err(Trouble::Later(_)) if grant.lives(now) => Ok(token),
            renewed => Ok(renewed?),
        }
    }

    async fn after(&self, stale: &Secret) -> Result<Option<Secret>, providers::Error> {
        let connection = self.all.at(&self.key)?;
        let token = connection.opened(&self.by)?;
        if !token.matches(stale.expose()) {
            return Ok(Some(token));
        }
        if connection.stored.grant.is_none() {
            return Ok(None);
        }
        Ok(Some(connection.renew(&token, &self.by).await?))
    }
}

impl Tokens for Granted {
    fn current(&self) -> Answer<'_, Secret> {
        self.now().boxed()
    }

    fn ready(&self) -> BoxFuture<'_, ()> {
        async {
            let now = self.all.0.now();
            let grant = self.all.at(&self.key).ok().and_then(|at| at.stored.grant);
            if grant.is_some_and(|grant| grant.is_due(now)) {
                // What comes of it is told to the call.
                drop(self.now().await);
            }
        }
        .boxed()
    }

    fn replace<'a>(&'a self, stale: &'a Secret) -> Answer<'a, Option<Secret>> {
        self.after(stale).boxed()
    }
}

/// Without a token no call was made.
impl From<Error> for providers::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::UnknownConnection(_) => Self::Unauthorised("the connection was deleted".into()),
            Error::Sealed(_) => Self::Unauthorised(error.to_string()),
            error => Self::NotSent(error.into()),
        }
    }
}

impl From<Trouble> for providers::Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Ended(told) => Self::Unauthorised(told),
            later @ Trouble::Later(_) => Self::NotSent(later.into()),
        }
    }
}
