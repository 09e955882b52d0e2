//! Asks for the next pair of tokens: one request at a time, and its outcome kept before it is used.
//!
//! A provider that rotates ends the old pair the moment it makes the new one. So a request is
//! written down before it goes out, and a pair is committed before anybody calls with it. If the
//! process dies in between, or no answer comes, the note is still there at the next need: then the
//! old access token is tried, and only while it still works was nothing done and may the old
//! refresh token be shown again. Else the pair is lost, and the person must be asked anew.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use jiff::Timestamp;

use super::grant::{Grant, place};
use crate::audit::{Code, Event, Outcome};
use crate::base::{Actor, ConnectionId, Secret, Tasks, UserId, chain};
use crate::connections::row::{Stored, place as token_place};
use crate::connections::{Connection, Connections, Error, Status, token};
use crate::providers::oauth::{self, Pair};
use crate::providers::{self, Fixed, Tokens};

/// A provider that gave no tokens is not asked again before that.
const REST: Duration = Duration::from_secs(30);

/// Why there is no other token.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// There will be none: a person must be asked.
    #[error("{0}")]
    Ended(String),
    /// Not now.
    #[error("no token could be had: {0}")]
    Later(String),
}

type Renewal = Shared<BoxFuture<'static, Result<Secret, Trouble>>>;
type Key = (UserId, ConnectionId);

/// The requests that are under way, one for each connection at most.
#[derive(Default)]
pub(in crate::connections) struct Renewals {
    under_way: Mutex<HashMap<Key, Renewal>>,
    /// Until when a connection's provider is left alone.
    resting: Mutex<HashMap<Key, Timestamp>>,
    tasks: OnceLock<Tasks>,
}

impl Renewals {
    /// From now on a request is carried through even when all who wait for it go away.
    pub(in crate::connections) fn start(&self, tasks: &Tasks) {
        drop(self.tasks.set(tasks.clone()));
    }

    fn under_way(&self) -> MutexGuard<'_, HashMap<Key, Renewal>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn resting(&self) -> MutexGuard<'_, HashMap<Key, Timestamp>> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    /// Another access token in the place of `stale`: the next one, or the one that somebody else
    /// has had meanwhile. Whoever comes while a request is under way waits for its outcome.
    pub(super) async fn renew(&self, stale: &Secret, by: &Actor) -> Result<Secret, Trouble> {
        let renewals = &self.all.0.renewals;
        let renewal = {
            let mut under_way = renewals.under_way();
            if let Some(renewal) = under_way.get(&self.key) {
                renewal.clone()
            } else {
                let renewal = carry(self.all.clone(), self.key, stale.clone(), by.clone());
                let renewal = renewal.boxed().shared();
                under_way.insert(self.key, renewal.clone());
                if let Some(tasks) = renewals.tasks.get() {
                    tasks.start(renewal.clone().map(drop));
                }
                renewal
            }
        };
        renewal.await
    }

    /// Forgets what is known of a grant that was: another one takes its place.
    pub(super) fn wake(&self) {
        self.all.0.renewals.resting().remove(&self.key);
    }
}

async fn carry(all: Connections, key: Key, stale: Secret, by: Actor) -> Result<Secret, Trouble> {
    let outcome = renewed(&all, key, &stale, &by).await;
    let renewals = &all.0.renewals;
    renewals.under_way().remove(&key);
    if matches!(outcome, Err(Trouble::Later(_))) {
        let until = all.0.clock.after(REST);
        renewals.resting().insert(key, until);
    }
    outcome
}

async fn renewed(
    all: &Connections,
    key: Key,
    stale: &Secret,
    by: &Actor,
) -> Result<Secret, Trouble> {
    let connection = all.at(&key)?;
    let token = connection.opened(by)?;
    let Some(grant) = connection.stored.grant.clone() else {
        return Ok(token);
    };
    if !token.matches(stale.expose()) {
        return Ok(token);
    }
    if grant.ended {
        return Err(Trouble::Ended(grant.because.unwrap_or_default()));
    }
    let rests = all.0.renewals.resting().get(&key).copied();
    if rests.is_some_and(|until| all.0.clock.now() < until) {
        return Err(Trouble::Later("it was tried a moment ago".to_owned()));
    }
    let asking = Asking {
        connection,
        grant,
        by,
    };
    if asking.grant.asked_at.is_some() && asking.look_back(&token).await? == Seen::Unproved {
        return Ok(token);
    }
    asking.ask().await
}

/// What a look back shows when the old access token still works.
#[derive(PartialEq, Eq)]
enum Seen {
    /// The provider did nothing: it would have ended the token.
    Undone,
    /// Nothing: this provider may leave the token as it is. While it works, it is used.
    Unproved,
}

/// One request for the next pair.
struct Asking<'a> {
    connection: Connection,
    grant: Grant,
    by: &'a Actor,
}

impl Asking<'_> {
    /// Finds out whether a request that nobody has heard of again was carried out.
    async fn look_back(&self, token: &Secret) -> Result<Seen, Trouble> {
        const LOST: &str = "the answer to a request for the next token was lost";
        let service = &self.connection.all.0;
        if !self.grant.lives(service.now()) {
            return Err(self.end(LOST).await);
        }
        let stored = &self.connection.stored;
        let fixed = Arc::new(Fixed(token.clone()));
        let account = (self.connection.id().to_string(), fixed as Arc<dyn Tokens>);
        let records = service.access(stored.provider, stored.endpoint, account)?;
        match records.account().await {
            Ok(_)
                if service
                    .desk(stored.provider, stored.endpoint)?
                    .ends_access() =>
            {
                Ok(Seen::Undone)
            }
            Ok(_) => Ok(Seen::Unproved),
            Err(providers::Error::Unauthorised(_)) => Err(self.end(LOST).await),
            Err(error) => Err(Trouble::Later(chain(&error).to_string())),
        }
    }

    async fn ask(&self) -> Result<Secret, Trouble> {
        let service = &self.connection.all.0;
        let key = &self.connection.key;
        let stored = &self.connection.stored;
        let Some(sealed) = &self.grant.refresh else {
            let told = "the token has come to its end, and the provider gave none to renew it with";
            return Err(self.end(told).await);
        };
        let refresh = service
            .vault
            .open(&place(key), sealed)
            .map_err(Error::Sealed)?;
        let desk = service.desk(stored.provider, stored.endpoint)?;
        self.note_begun().await?;
        match desk.refresh(&refresh).await {
            Ok(pair) => self.keep(&pair).await,
            Err(oauth::Error::Ended(told)) => Err(self.end(&told).await),
            Err(oauth::Error::JustRefreshed) => self.hear_of_another().await,
            Err(error) if error.left_it_alone() => {
                let told = error.to_string();
                self.note_undone(&told).await?;
                Err(Trouble::Later(told))
            }
            Err(error) => Err(Trouble::Later(error.to_string())),
        }
    }

    /// Writes down that a request goes out, with the use of the credential.
    async fn note_begun(&self) -> Result<(), Error> {
        let now = self.connection.all.0.now();
        let event = self
            .event(Code::CredentialUsed)
            .detail("purpose", "refresh");
        self.change(Some(&event), |stored| {
            if let Some(grant) = &mut stored.grant {
                grant.asked_at = Some(now);
            }
        })
        .await
    }

    /// Writes down that it was not carried out: what it showed is as good as before.
    async fn note_undone(&self, told: &str) -> Result<(), Error> {
        let now = self.connection.all.0.now();
        self.change(None, |stored| {
            if let Some(grant) = &mut stored.grant {
                grant.asked_at = None;
            }
            // While the token before lives, nothing is amiss with the connection.
            if !self.grant.lives(now) {
                stored.health.status = Status::Failing;
                stored.health.last_problem = Some(told.to_owned());
            }
        })
        .await
    }

    /// Commits a pair; only then is it given to anybody.
    async fn keep(&self, pair: &Pair) -> Result<Secret, Trouble> {
        let service = &self.connection.all.0;
        let key = &self.connection.key;
        let mut grant = Grant::of(pair, &service.vault, key, service.now());
        if grant.scopes.is_empty() {
            grant.scopes.clone_from(&self.grant.scopes);
        }
        // A provider that gives no other refresh token goes on taking the one before.
        grant.refresh = grant.refresh.or_else(|| self.grant.refresh.clone());
        let sealed = service.vault.seal(&token_place(key), &pair.access);
        let hint = token::hint(pair.access.expose());
        let event = self
            .event(Code::CredentialRenewed)
            .detail("token_hint", hint.as_str());
        self.change(Some(&event), |stored| {
            stored.token = sealed.clone();
            stored.token_hint.clone_from(&hint);
            stored.grant = Some(grant.clone());
            if stored.health.status == Status::Failing {
                stored.health.status = Status::Active;
                stored.health.last_problem = None;
            }
        })
        .await?;
        // Whatever is kept now is good: this pair, or what a person has put in its place.
        Ok(self.connection.all.at(key)?.opened(self.by)?)
    }

    /// The token that somebody else has had, when it is here already.
    async fn hear_of_another(&self) -> Result<Secret, Trouble> {
        let connection = self.connection.all.at(&self.connection.key)?;
        if connection.stored.token != self.connection.stored.token {
            return Ok(connection.opened(self.by)?);
        }
        // Nobody here had it. The note stays, and the next need looks back.
        Err(Trouble::Later(oauth::Error::JustRefreshed.to_string()))
    }

    /// Writes down that only a person can help.
    async fn end(&self, told: &str) -> Trouble {
        let event = self.event(Code::ReconnectNeeded).status(Outcome::Failure {
            code: "GRANT_ENDED",
            detail: told.to_owned(),
        });
        let ended = self.change(Some(&event), |stored| {
            if let Some(grant) = &mut stored.grant {
                grant.ended = true;
                grant.because = Some(told.to_owned());
                grant.asked_at = None;
            }
            stored.health.status = Status::Reconnect;
            stored.health.last_problem = Some(told.to_owned());
        });
        match ended.await {
            Ok(()) => Trouble::Ended(told.to_owned()),
            Err(error) => error.into(),
        }
    }

    fn event(&self, code: Code) -> Event {
        let hint = self.connection.stored.token_hint.as_str();
        let event = self.connection.event(code, self.by);
        event.detail("token_hint", hint)
    }

    /// Changes the stored connection as long as it holds the tokens that this request is about.
    async fn change(
        &self,
        event: Option<&Event>,
        change: impl Fn(&mut Stored),
    ) -> Result<(), Error> {
        let own = self.connection.stored.token.clone();
        let change = |stored: &mut Stored| {
            if stored.token == own {
                change(stored);
            }
        };
        self.connection.change(event, change).await.map(drop)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        match error {
            Error::UnknownConnection(_) | Error::Sealed(_) => Self::Ended(error.to_string()),
            error => Self::Later(chain(&error).to_string()),
        }
    }
}
