//! Asks for the next pair of tokens: one request at a time, and its outcome kept before it is used.
//!
//! A provider that rotates ends the old pair the moment it makes the new one. So a request is
//! written down before it goes out, and a pair is committed before anybody calls with it. If the
//! process dies in between, or no answer comes, the note is still there at the next need: then the
//! old access token is tried first, and while it works, a provider that would have ended it has
//! done nothing. Once it is dead, the provider alone knows: it is asked again with the same refresh
//! token, and only its own word ends the grant. There is nothing to be lost by that any more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use tokio::sync::oneshot;

use super::grant::Grant;
use super::renewed::{Renewed, Unkept};
use super::resting::Resting;
use crate::audit::{Code, Event, Outcome};
use crate::base::metrics::RENEWALS;
use crate::base::{Actor, ConnectionId, Secret, Tasks, UserId, chain};
use crate::connections::row::Stored;
use crate::connections::{Connection, Connections, Error, Status};
use crate::providers::oauth;
use crate::providers::{self, Alone, Fixed, Tokens};

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
pub(super) type Key = (UserId, ConnectionId);

/// The requests that are under way, one for each connection at most.
#[derive(Default)]
pub(in crate::connections) struct Renewals {
    under_way: Mutex<HashMap<Key, Renewal>>,
    resting: Resting,
    pub(super) unkept: Unkept,
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

    /// Where to start what is to go on by itself; none in a program that starts nothing.
    pub(in crate::connections) fn tasks(&self) -> Option<&Tasks> {
        self.tasks.get()
    }

    /// Carries `work` through even when who waits for it goes away. None when it broke.
    pub(super) async fn carry<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let Some(tasks) = self.tasks() else {
            return Some(work.await);
        };
        let (tell, told) = oneshot::channel();
        tasks.start(async move {
            // Whoever waited may have gone away.
            drop(tell.send(work.await));
        });
        told.await.ok()
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
                if let Some(tasks) = renewals.tasks() {
                    tasks.start(renewal.clone().map(drop));
                }
                renewal
            }
        };
        renewal.await
    }

    /// Forgets what is known of a grant that was: another one takes its place.
    pub(super) fn wake(&self) {
        self.all.0.renewals.resting.wake(&self.key);
    }
}

async fn carry(all: Connections, key: Key, stale: Secret, by: Actor) -> Result<Secret, Trouble> {
    let outcome = renewed(&all, key, &stale, &by).await;
    let renewals = &all.0.renewals;
    renewals.under_way().remove(&key);
    if let Err(Trouble::Later(told)) = &outcome {
        let clock = &all.0.clock;
        let (until, now) = (clock.after(REST), clock.now());
        renewals.resting.rest(key, (until, told), now);
    }
    outcome
}

async fn renewed(
    all: &Connections,
    key: Key,
    stale: &Secret,
    by: &Actor,
) -> Result<Secret, Trouble> {
    all.keep_what_came(&key).await?;
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
    // It was tried a moment ago.
    if let Some(told) = all.0.renewals.resting.rests(&key, all.0.clock.now()) {
        return Err(Trouble::Later(told));
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

/// What a look back shows.
#[derive(PartialEq, Eq)]
enum Seen {
    /// The provider did nothing: it would have ended the token.
    Undone,
    /// Nothing, and the token works: this provider may leave it as it is. So it is used.
    Unproved,
    /// Nothing, and the token is dead.
    Dead,
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
        let service = &self.connection.all.0;
        if !self.grant.lives(service.now()) {
            return Ok(Seen::Dead);
        }
        let stored = &self.connection.stored;
        let fixed = Arc::new(Fixed(token.clone()));
        let account = (self.connection.id().to_string(), fixed as Arc<dyn Tokens>);
        let place = (stored.provider, stored.endpoint);
        let access = service.access(place, account, Arc::new(Alone))?;
        let records = providers::open(stored.provider, access);
        let used = self.event(Code::CredentialUsed);
        service.record(used.detail("purpose", "look_back"));
        match records.account().await {
            Ok(_)
                if service
                    .desk(stored.provider, stored.endpoint)?
                    .ends_access() =>
            {
                Ok(Seen::Undone)
            }
            Ok(_) => Ok(Seen::Unproved),
            Err(providers::Error::Unauthorised(_)) => Ok(Seen::Dead),
            Err(error) => Err(Trouble::Later(chain(&error).to_string())),
        }
    }

    async fn ask(&self) -> Result<Secret, Trouble> {
        let service = &self.connection.all.0;
        let key = &self.connection.key;
        let stored = &self.connection.stored;
        let Some(refresh) = self.grant.refresh(&service.vault, key) else {
            let told = "the token has come to its end, and the provider gave none to renew it with";
            return self.end(told).await;
        };
        let refresh = refresh.map_err(Error::Sealed)?;
        let desk = service.desk(stored.provider, stored.endpoint)?;
        if !self.note_begun().await? {
            return self.another();
        }
        let answer = desk.refresh(&refresh).await;
        let outcome = answer.as_ref().map_or_else(word, |_pair| "renewed");
        RENEWALS.add([stored.provider.name().into(), outcome.into()], 1);
        match answer {
            Ok(pair) => {
                let renewed = Renewed::of(&self.connection, &self.grant, &pair, self.by);
                self.connection.all.keep(*key, renewed).await?;
                // Whatever is kept now is good: this pair, or what a person has put in its place.
                self.another()
            }
            Err(oauth::Error::Ended(told)) => self.end(&self.after_a_loss(told)).await,
            Err(oauth::Error::JustRefreshed) => self.hear_of_another().await,
            Err(error) if error.left_it_alone() => {
                let told = error.to_string();
                if self.note_undone(&told).await? {
                    Err(Trouble::Later(told))
                } else {
                    self.another()
                }
            }
            Err(error) => Err(Trouble::Later(error.to_string())),
        }
    }

    /// Writes down that a request goes out, with the use of the credential.
    async fn note_begun(&self) -> Result<bool, Error> {
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
    async fn note_undone(&self, told: &str) -> Result<bool, Error> {
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

    /// What the provider says, with what came before it.
    fn after_a_loss(&self, told: String) -> String {
        match self.grant.asked_at {
            None => told,
            Some(_) => format!("the answer to a request for the next token was lost; then: {told}"),
        }
    }

    /// The token that is kept now, as this request is not about it any more.
    fn another(&self) -> Result<Secret, Trouble> {
        let connection = self.connection.all.at(&self.connection.key)?;
        Ok(connection.opened(self.by)?)
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

    /// Writes down that only a person can help. If one has helped already, gives their token: it
    /// is not judged by what the one before has met.
    async fn end(&self, told: &str) -> Result<Secret, Trouble> {
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
            Ok(true) => Err(Trouble::Ended(told.to_owned())),
            Ok(false) => self.another(),
            Err(error) => Err(error.into()),
        }
    }

    fn event(&self, code: Code) -> Event {
        let hint = self.connection.stored.token_hint.as_str();
        let event = self.connection.event(code, self.by);
        event.detail("token_hint", hint)
    }

    /// Changes the stored connection as long as it holds the tokens that this request is about, and
    /// gives whether it does.
    async fn change(
        &self,
        event: Option<&Event>,
        change: impl Fn(&mut Stored),
    ) -> Result<bool, Error> {
        let own = &self.connection.stored.token;
        let change = |stored: &mut Stored| {
            let same = stored.token == *own;
            if same {
                change(stored);
            }
            same
        };
        let (_connection, changed) = self.connection.change_if(event, change).await?;
        Ok(changed)
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

/// What is counted of a request that gave no tokens.
fn word(error: &oauth::Error) -> &'static str {
    match error {
        oauth::Error::Ended(_) => "ended",
        oauth::Error::JustRefreshed => "just_refreshed",
        oauth::Error::Misregistered(_) | oauth::Error::Later(_) => "not_now",
        oauth::Error::Lost(_) => "lost",
    }
}
