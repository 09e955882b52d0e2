//! Makes tokens, recognises them, lists and revokes them.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use tracing::{debug, warn};

use super::kept::{BY_END, BY_OWNER, Kept, NewToken, Presented, Stored, Token, TokenState};
use super::text::{self, PERSONAL};
use crate::audit::{Code, Event};
use crate::auth::user::Accounts;
use crate::auth::users::printable;
use crate::auth::{Account, Error, Ledger, Permission};
use crate::base::{Actor, Cursor, Scope, Secret, Tasks, TokenId, chain};
use crate::store::{Batch, Bytes, Row, Scan, prefix};

/// A token lasts no longer.
const LONGEST_DAYS: i64 = 366;
/// A user has no more of them.
const MOST: usize = 100;
/// A token's use is noted when the last note is older than that.
const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);
/// Tokens past their date are listed for another while, then cleared away.
const LISTED_DAYS: i64 = 30;
const SWEPT_EVERY: Duration = Duration::from_hours(1);
const SWEPT_AT_ONCE: usize = 1000;

/// Everybody's tokens. Clones share the store.
#[derive(Clone)]
pub struct Tokens {
    ledger: Ledger,
}

impl Tokens {
    pub(in crate::auth) fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }

    /// The token whose text is `shown`, and what it allows; `None` when there is none or it has
    /// ended. A text with a wrong checksum costs no look into the store.
    ///
    /// Notes, about once a minute, that the token is in use.
    pub async fn identify(&self, shown: &str) -> Result<Option<Presented>, Error> {
        if !text::is_whole(PERSONAL, shown) {
            return Ok(None);
        }
        let snapshot = self.ledger.store.snapshot()?;
        let Some(row) = snapshot.get::<Kept>(&key_of(shown))? else {
            return Ok(None);
        };
        let Some(account) = snapshot.get::<Accounts>(&row.value.user)? else {
            return Ok(None);
        };
        drop(snapshot);
        let account = account.value;
        let now = self.ledger.clock.now();
        if row.value.state(era_of(&account), now) != TokenState::Active {
            return Ok(None);
        }
        let presented = Presented {
            id: row.value.id,
            user: row.value.user,
            permissions: &row.value.permissions() & &account.permissions(),
            account,
        };
        self.note(row, now).await;
        Ok(Some(presented))
    }

    /// Makes a token for the owner of `scope`, and gives its text, which is not kept.
    ///
    /// Errs when it would allow what its owner may not do, or last longer than 366 days.
    pub async fn create(
        &self,
        scope: &Scope,
        new: NewToken,
        by: &Actor,
    ) -> Result<(Token, Secret), Error> {
        let owner = scope.owner();
        let account = self.ledger.store.get::<Accounts>(&owner)?;
        let account = account.ok_or(Error::UnknownUser)?.value;
        let now = self.ledger.clock.now();
        check(&new, &account, now)?;
        let mine = Scan::prefix(prefix(&(owner,)), MOST).by(&BY_OWNER);
        if self.ledger.store.scan::<Kept>(&mine)?.rows.len() >= MOST {
            return Err(Error::TooManyTokens(MOST));
        }
        let stored = Stored {
            id: TokenId::new(&self.ledger.clock),
            user: owner,
            name: printable(&new.name)?,
            scopes: new.scopes.iter().map(ToString::to_string).collect(),
            era: account.era,
            created_at: now,
            expires_at: new.expires_at,
            used_at: None,
        };
        let text = text::draw(PERSONAL);
        let scopes: Vec<_> = stored.scopes.iter().map(String::as_str).collect();
        let event = Event::new(Code::TokenCreated, by)
            .user(owner, account.email.as_str())
            .entity("token", stored.id, &stored.name)
            .detail("scopes", scopes)
            .detail("expires_at", stored.expires_at.to_string());
        let mut batch = Batch::new(event.build(&self.ledger.clock));
        batch.insert::<Kept>(&key_of(text.expose()), &stored);
        self.ledger.store.commit(batch).await?;
        Ok((show(stored, era_of(&account), now), text))
    }

    /// At most `limit` tokens of the owner in the order in which they were made, after `cursor`.
    pub fn page(
        &self,
        scope: &Scope,
        limit: usize,
        cursor: Option<&Cursor>,
        by: &Actor,
    ) -> Result<(Vec<Token>, Option<Cursor>), Error> {
        let snapshot = self.ledger.store.snapshot()?;
        let account = snapshot.get::<Accounts>(&scope.owner())?;
        let era = account.and_then(|row| era_of(&row.value));
        let mine = Scan::prefix(prefix(&(scope.owner(),)), limit).by(&BY_OWNER);
        let page = snapshot.scan::<Kept>(&mine.after(cursor))?;
        let now = self.ledger.clock.now();
        let rows = page.rows.into_iter();
        let tokens: Vec<_> = rows.map(|row| show(row.value, era, now)).collect();
        let event = Event::new(Code::CredentialsRead, by).count("tokens", tokens.len() as u64);
        self.ledger.record(event);
        Ok((tokens, page.next))
    }

    /// Ends a token of the owner at once.
    pub async fn revoke(&self, scope: &Scope, id: TokenId, by: &Actor) -> Result<(), Error> {
        let snapshot = self.ledger.store.snapshot()?;
        let row = snapshot.find::<Kept>(&BY_OWNER, &(scope.owner(), id))?;
        let row = row.ok_or(Error::UnknownToken)?;
        let owner = snapshot.get::<Accounts>(&scope.owner())?;
        drop(snapshot);
        let email = owner.map(|owner| owner.value.email.to_string());
        let event = Event::new(Code::TokenRevoked, by)
            .user(scope.owner(), email.as_deref().unwrap_or_default())
            .entity("token", id, &row.value.name);
        let mut batch = Batch::new(event.build(&self.ledger.clock));
        batch.discard::<Kept>(&row.key);
        self.ledger.store.commit(batch).await?;
        Ok(())
    }

    /// Starts clearing away, every hour, the tokens whose date has long come.
    pub fn start(&self, tasks: &Tasks) {
        let (tokens, stop) = (self.clone(), tasks.stopping());
        tasks.start(async move {
            let wait = || tokens.ledger.clock.sleep(SWEPT_EVERY);
            while stop.run_until_cancelled(wait()).await.is_some() {
                if let Err(error) = tokens.sweep().await {
                    warn!(error = %chain(&error), "expired tokens were not cleared away");
                }
            }
        });
    }

    async fn sweep(&self) -> Result<(), Error> {
        let long_ago = self.ledger.clock.now() - days(LISTED_DAYS);
        let expired = Scan::all(SWEPT_AT_ONCE).by(&BY_END).to(prefix(&long_ago));
        let rows = self.ledger.store.scan::<Kept>(&expired)?.rows;
        if rows.is_empty() {
            return Ok(());
        }
        let mut batch = Batch::bookkeeping();
        for row in &rows {
            batch.discard::<Kept>(&row.key);
        }
        self.ledger.store.commit(batch).await?;
        Ok(())
    }

    async fn note(&self, row: Row<Kept>, now: Timestamp) {
        let noted = row.value.used_at;
        if noted.is_some_and(|noted| now.duration_since(noted).abs() < NOTED_EVERY) {
            return;
        }
        let used = Stored {
            used_at: Some(now),
            ..row.value
        };
        let mut batch = Batch::bookkeeping();
        batch.replace::<Kept>(&row.key, &used, row.version);
        // Another request was quicker, or the store cannot write: the next request notes it.
        if let Err(error) = self.ledger.store.commit(batch).await {
            debug!(error = %chain(&error), "a token's use was not noted");
        }
    }
}

fn check(new: &NewToken, owner: &Account, now: Timestamp) -> Result<(), Error> {
    let allowed = owner.permissions();
    let refused = new.scopes.iter().find(|scope| !allowed.contains(scope));
    match refused.copied().map(Permission::name) {
        Some(name) => Err(Error::BadScopes(format!("the owner may not do {name}"))),
        None if new.scopes.is_empty() => Err(Error::BadScopes("must name at least one".into())),
        None if new.expires_at <= now => Err(Error::BadExpiry(LONGEST_DAYS)),
        None if new.expires_at > now + days(LONGEST_DAYS) => Err(Error::BadExpiry(LONGEST_DAYS)),
        None => Ok(()),
    }
}

/// The era whose tokens live; `None` while the account is kept out.
fn era_of(account: &Account) -> Option<u64> {
    (!account.disabled).then_some(account.era)
}

fn show(stored: Stored, era: Option<u64>, now: Timestamp) -> Token {
    Token {
        scopes: stored.permissions(),
        state: stored.state(era, now),
        id: stored.id,
        name: stored.name,
        created_at: stored.created_at,
        expires_at: stored.expires_at,
        used_at: stored.used_at,
    }
}

const fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count * 24)
}

fn key_of(text: &str) -> Bytes {
    Bytes(Sha256::digest(text).to_vec())
}
