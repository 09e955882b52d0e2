//! Keeps who is signed in: a secret in the browser's cookie, its hash here.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tracing::warn;

use super::access::Signer;
use super::token;
use super::user::Accounts;
use super::{Account, Error, Ledger};
use crate::audit::{Code, Event};
use crate::base::{Actor, Hex, Secret, SecretBytes, SessionId, Tasks, UserId};
use crate::config;
use crate::store::{
    Batch, Bytes, Collection, Entry, Index, Json, Kept, OnDelete, Reference, Row, Scan,
};

/// A session's use is noted when the last note is older than that.
const NOTED_EVERY: Duration = Duration::from_mins(1);
/// How often sessions that have ended are cleared away, and how many in one batch.
pub(super) const SWEPT_EVERY: Duration = Duration::from_hours(1);
pub(super) const SWEPT_AT_ONCE: usize = 1000;

/// Sessions, by the SHA-256 of their token.
pub(super) struct Tokens;

static BY_END: Index = Index {
    name: "session.ends_at",
    unique: false,
};

/// A user's sessions in the order in which they began.
pub(super) static BY_USER: Index = Index {
    name: "session.user",
    unique: true,
};

impl Collection for Tokens {
    const NAME: &'static str = "session";
    const INDEXES: &'static [&'static Index] = &[&BY_END, &BY_USER];
    const REFERS: bool = true;
    type Key = Bytes;
    type Value = Stored;

    fn entries(_key: &Bytes, value: &Stored) -> Vec<Entry> {
        let mut entries = vec![Entry::new(&BY_END, &value.ends_at)];
        // A session of a version that kept no beginning has no such entry until its next use.
        if value.began.is_some() {
            entries.push(Entry::new(&BY_USER, &(value.user, value.id)));
        }
        entries
    }

    fn references(_key: &Bytes, value: &Stored) -> Vec<Reference> {
        vec![Reference::to::<Accounts>(&value.user, OnDelete::Cascade)]
    }
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Stored {
    pub(super) id: SessionId,
    pub(super) user: UserId,
    pub(super) era: u64,
    pub(super) ends_at: Timestamp,
    pub(super) seen_at: Timestamp,
    #[serde(default)]
    pub(super) began: Option<Beginning>,
    #[serde(default)]
    pub(super) through: Through,
}

impl Json for Stored {}

/// Through what somebody signed in: what holds the session's secret, and where it is good.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, poem_openapi::Enum,
)]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum Through {
    /// A browser, whose cookie holds it.
    #[default]
    Browser,
    /// A program, whose refresh token it is.
    Program,
}

/// When and from where somebody signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Beginning {
    pub(super) at: Timestamp,
    pub(super) ip: Option<IpAddr>,
    pub(super) user_agent: Option<String>,
}

/// A session that a request has shown to hold.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its name in the book; tells nothing of the token.
    pub id: SessionId,
    /// Who signed in.
    pub user: UserId,
    /// When it ends, used or not.
    pub ends_at: Timestamp,
    /// What a page must show to prove that it may read the session's answers.
    pub csrf: Secret,
    /// The token's hash, under which the session is kept.
    key: Bytes,
}

/// A session just begun, with the secret that only the cookie will hold.
pub struct Opened {
    /// The session.
    pub session: Session,
    /// The secret.
    pub token: Secret,
}

/// One of a user's sessions, as they see it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its name in the book.
    pub id: SessionId,
    /// When it began.
    pub began_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// When it ends, used or not.
    pub ends_at: Timestamp,
    /// From which address they signed in.
    pub ip: Option<IpAddr>,
    /// What the browser or the program called itself.
    pub user_agent: Option<String>,
    /// Through what they signed in.
    pub through: Through,
}

/// Who is signed in. Clones share the store.
#[derive(Clone)]
pub struct Sessions {
    pub(super) ledger: Ledger,
    idle: Duration,
    absolute: Duration,
    /// The accounts of those who called lately.
    accounts: Arc<Kept<Arc<Account>>>,
    pub(super) signer: Signer,
}

impl Sessions {
    /// Sessions that last as long as `settings` say.
    pub(super) fn new(settings: &config::Auth, ledger: Ledger, signer: Signer) -> Self {
        Self {
            ledger,
            idle: settings.session_idle,
            absolute: settings.session_absolute,
            accounts: Arc::default(),
            signer,
        }
    }

    /// The session of `token` and the account it belongs to; `None` when it has ended.
    ///
    /// Notes, about once a minute, that the session is in use.
    pub async fn identify(&self, token: &str) -> Result<Option<(Session, Arc<Account>)>, Error> {
        let key = key_of(token);
        let snapshot = self.ledger.store.snapshot()?;
        let Some(row) = snapshot.get::<Tokens>(&key)? else {
            return Ok(None);
        };
        let user = &row.value.user;
        let share = |row: Row<Accounts>| Ok::<_, Error>(Arc::new(row.value));
        let Some(account) = snapshot.get_kept(user, &self.accounts, share)? else {
            return Ok(None);
        };
        drop(snapshot);
        let current = !account.disabled && account.era == row.value.era;
        if !current || row.value.through != Through::Browser || !self.lives(&row.value) {
            return Ok(None);
        }
        let session = show(&row.value, key, token);
        self.note(row).await;
        Ok(Some((session, account)))
    }

    /// Ends a session.
    pub async fn end(&self, session: &Session, by: &Actor) -> Result<(), Error> {
        let mut batch = Batch::new(Event::new(Code::SignedOut, by).build(&self.ledger.clock));
        batch.discard::<Tokens>(&session.key);
        self.ledger.store.commit(batch).await?;
        Ok(())
    }

    /// Adds a new session to a batch, for `user` under the era of their account.
    pub(super) fn open(
        &self,
        (user, era): (UserId, u64),
        through: Through,
        by: &Actor,
        batch: &mut Batch,
    ) -> Opened {
        let token = match through {
            Through::Browser => Secret::new(Hex(SecretBytes::<32>::random().expose()).to_string()),
            Through::Program => token::draw(token::REFRESH),
        };
        let now = self.ledger.clock.now();
        let stored = Stored {
            id: SessionId::new(&self.ledger.clock),
            user,
            era,
            ends_at: self.ledger.clock.after(self.absolute),
            seen_at: now,
            began: Some(beginning(by, now)),
            through,
        };
        let key = key_of(token.expose());
        batch.insert::<Tokens>(&key, &stored);
        Opened {
            session: show(&stored, key, token.expose()),
            token,
        }
    }

    /// Lets one session live on when an account's `era` rises and ends all others.
    pub(super) fn carry_over(
        &self,
        session: &Session,
        era: u64,
        batch: &mut Batch,
    ) -> Result<(), Error> {
        if let Some(row) = self.ledger.store.get::<Tokens>(&session.key)? {
            let carried = Stored { era, ..row.value };
            batch.replace::<Tokens>(&session.key, &carried, row.version);
        }
        Ok(())
    }

    /// Starts clearing away, every hour, the sessions that have ended.
    pub fn start(&self, tasks: &Tasks) {
        let (sessions, stop) = (self.clone(), tasks.stopping());
        tasks.start(async move {
            let wait = || sessions.ledger.clock.sleep(SWEPT_EVERY);
            while stop.run_until_cancelled(wait()).await.is_some() {
                let swept = async {
                    sessions.sweep().await?;
                    sessions.forget_spent().await
                };
                if let Err(error) = swept.await {
                    warn!(error = %crate::base::chain(&error), "ended sessions were not cleared away");
                }
            }
        });
    }

    async fn sweep(&self) -> Result<(), Error> {
        let ended = Scan::all(SWEPT_AT_ONCE)
            .by(&BY_END)
            .to(crate::store::prefix(&self.ledger.clock.now()));
        let rows = self.ledger.store.scan::<Tokens>(&ended)?.rows;
        if rows.is_empty() {
            return Ok(());
        }
        let mut batch = Batch::bookkeeping();
        for row in &rows {
            batch.discard::<Tokens>(&row.key);
        }
        self.ledger.store.commit(batch).await?;
        let event = Event::new(Code::SessionExpired, &Actor::system());
        self.ledger
            .record(event.count("sessions", rows.len() as u64));
        Ok(())
    }

    /// Whether it has neither come to its end nor been left unused. A clock that was set back
    /// before its last use ends it too, so that no step of the clock prolongs a session.
    pub(super) fn lives(&self, stored: &Stored) -> bool {
        let now = self.ledger.clock.now();
        let unused = now.duration_since(stored.seen_at).unsigned_abs();
        now < stored.ends_at && unused < self.idle
    }

    pub(super) async fn note(&self, row: Row<Tokens>) {
        let now = self.ledger.clock.now();
        if now.duration_since(row.value.seen_at).unsigned_abs() < NOTED_EVERY {
            return;
        }
        let seen_at = row.value.seen_at;
        let seen = Stored {
            seen_at: now,
            began: row
                .value
                .began
                .or_else(|| Some(Beginning::unknown(seen_at))),
            ..row.value
        };
        let mut batch = Batch::bookkeeping();
        batch.replace::<Tokens>(&row.key, &seen, row.version);
        // Another request of the session was quicker, or the store cannot write: the session
        // holds all the same, and the next request notes it.
        if let Err(error) = self.ledger.store.commit(batch).await {
            tracing::debug!(error = %crate::base::chain(&error), "a session's use was not noted");
        }
    }
}

impl Beginning {
    /// Of a session that a version without beginnings opened.
    fn unknown(at: Timestamp) -> Self {
        Self {
            at,
            ip: None,
            user_agent: None,
        }
    }
}

fn beginning(by: &Actor, at: Timestamp) -> Beginning {
    let origin = by.origin.as_ref();
    Beginning {
        at,
        ip: origin.and_then(|origin| origin.ip),
        user_agent: origin.and_then(|origin| origin.user_agent.clone()),
    }
}

fn show(stored: &Stored, key: Bytes, token: &str) -> Session {
    Session {
        id: stored.id,
        user: stored.user,
        ends_at: stored.ends_at,
        csrf: csrf_of(token),
        key,
    }
}

pub(super) fn key_of(token: &str) -> Bytes {
    Bytes(Sha256::digest(token).to_vec())
}

/// Follows from the session's token, and leads to no other session's nor back to the token.
fn csrf_of(token: &str) -> Secret {
    let mut hash = Sha256::new_with_prefix("weighbridge csrf\0");
    hash.update(token);
    Secret::new(Hex(&hash.finalize()).to_string())
}

#[cfg(test)]
impl Session {
    /// A session with the given CSRF token, which nothing else knows of.
    pub(crate) fn sample(csrf: &str) -> Self {
        Self {
            id: SessionId::from_bytes([1; 16]),
            user: UserId::from_bytes([2; 16]),
            ends_at: Timestamp::MAX,
            csrf: Secret::new(csrf),
            key: Bytes(Vec::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_not_kept_and_its_csrf_token_is_its_own() {
        let token = "aa".repeat(32);
        let key = key_of(&token);
        assert!(
            !key.0
                .windows(4)
                .any(|bytes| token.as_bytes().starts_with(bytes))
        );
        assert!(!csrf_of(&token).matches(csrf_of("another").expose()));
    }
}
