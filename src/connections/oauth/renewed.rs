//! A pair of tokens that a provider has given: it is kept, whatever the store says at first.
//!
//! The provider has ended the pair before it. So one that cannot be committed stays in memory, and
//! is tried again at every need and by a task of its own, until the store has taken it or a person
//! has put something else in its place. Until then nobody calls with it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::grant::Grant;
use super::renewal::Key;
use crate::audit::{Code, Event};
use crate::base::{Actor, chain};
use crate::connections::row::{Stored, place};
use crate::connections::{Connection, Connections, Error, Status, token};
use crate::providers::oauth::Pair;
use crate::vault::Sealed;

/// After the first failure the store is tried again so soon, and then half as often each time.
const SOON: Duration = Duration::from_secs(1);
/// It is never left alone for longer.
const LATE: Duration = Duration::from_secs(30);

/// A pair, sealed for its connection.
pub(super) struct Renewed {
    /// The access token that it follows.
    follows: Sealed,
    token: Sealed,
    hint: String,
    grant: Grant,
    event: Event,
}

/// The pairs that the store has not taken yet, one for each connection at most.
#[derive(Default)]
pub(super) struct Unkept(Mutex<HashMap<Key, Arc<Renewed>>>);

impl Unkept {
    fn all(&self) -> MutexGuard<'_, HashMap<Key, Arc<Renewed>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget(&self, key: &Key, renewed: &Arc<Renewed>) {
        let mut all = self.all();
        if all.get(key).is_some_and(|own| Arc::ptr_eq(own, renewed)) {
            all.remove(key);
        }
    }
}

impl Renewed {
    /// What is to be kept of a pair that follows `before`.
    pub(super) fn of(connection: &Connection, before: &Grant, pair: &Pair, by: &Actor) -> Self {
        let service = &connection.all.0;
        let key = &connection.key;
        let mut grant = Grant::of(pair, &service.vault, key, service.now());
        if grant.scopes.is_empty() {
            grant.scopes.clone_from(&before.scopes);
        }
        // A provider that gives no other refresh token goes on taking the one before, until its end.
        if grant.refresh.is_none() {
            grant.refresh.clone_from(&before.refresh);
            grant.renewable_until = grant.renewable_until.or(before.renewable_until);
        }
        let hint = token::hint(pair.access.expose());
        let event = connection.event(Code::CredentialRenewed, by);
        Self {
            follows: connection.stored.token.clone(),
            token: service.vault.seal(&place(key), &pair.access),
            grant,
            event: event.detail("token_hint", hint.as_str()),
            hint,
        }
    }

    /// Commits it, unless something else stands in the place of the token that it follows.
    async fn commit(&self, connection: &Connection) -> Result<(), Error> {
        let change = |stored: &mut Stored| {
            let follows = stored.token == self.follows;
            if follows {
                stored.token = self.token.clone();
                stored.token_hint.clone_from(&self.hint);
                stored.grant = Some(self.grant.clone());
                if stored.health.status == Status::Failing {
                    stored.health.status = Status::Active;
                    stored.health.last_problem = None;
                }
            }
            follows
        };
        let event = Some(&self.event);
        connection.change_if(event, change).await.map(drop)
    }
}

impl Connections {
    /// Commits a pair that has just come. If that cannot be now, it is tried again until it can,
    /// and this errs with the reason.
    pub(super) async fn keep(&self, key: Key, renewed: Renewed) -> Result<(), Error> {
        let renewals = &self.0.renewals;
        renewals.unkept.all().insert(key, Arc::new(renewed));
        let kept = self.keep_what_came(&key).await;
        if let (Err(error), Some(tasks)) = (&kept, renewals.tasks()) {
            warn!(connection.id = %key.1, error = %chain(error),
                "new tokens of a connection could not be kept yet; they are held in memory");
            tasks.start(self.clone().keep_trying(key, tasks.stopping()));
        }
        kept
    }

    /// Commits the pair that could not be committed when it came, if there is one.
    pub(super) async fn keep_what_came(&self, key: &Key) -> Result<(), Error> {
        let unkept = &self.0.renewals.unkept;
        let came = unkept.all().get(key).cloned();
        let Some(renewed) = came else { return Ok(()) };
        let kept = match self.at(key) {
            Ok(connection) => renewed.commit(&connection).await,
            Err(error) => Err(error),
        };
        match kept {
            // Nobody can use the tokens of a connection that is gone.
            Ok(()) | Err(Error::UnknownConnection(_)) => {}
            Err(error) => return Err(error),
        }
        unkept.forget(key, &renewed);
        Ok(())
    }

    async fn keep_trying(self, key: Key, stop: CancellationToken) {
        let mut wait = SOON;
        loop {
            let sleep = self.0.clock.sleep(wait);
            let last = stop.run_until_cancelled(sleep).await.is_none();
            match self.keep_what_came(&key).await {
                Ok(()) => {
                    info!(connection.id = %key.1, "new tokens of a connection are kept now");
                    return;
                }
                Err(error) if last => {
                    error!(connection.id = %key.1, error = %chain(&error),
                        "new tokens of a connection are lost: the store takes none, and the appliance stops");
                    return;
                }
                Err(_again) => wait = (wait * 2).min(LATE),
            }
        }
    }
}
