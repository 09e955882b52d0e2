//! Recognises programs by their access tokens, and exchanges refresh tokens for new ones.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::jwt::{self, Claims};
use super::spent::{BY_END, Spent, Used};
use crate::audit::{Code, Event};
use crate::auth::session::{BY_USER, SWEPT_AT_ONCE, Stored, Through, Tokens, key_of};
use crate::auth::token::{REFRESH, draw, is_whole};
use crate::auth::user::Accounts;
use crate::auth::{Account, Error, Opened, Sessions};
use crate::base::{Actor, Hex, Secret, SecretBytes, SessionId, UserId};
use crate::store::{self, Batch, Row, Scan, prefix};

/// A change that meets another one of the same session is tried so often.
const TRIES: u32 = 5;
/// How long an access token lives.
const LIVES: SignedDuration = SignedDuration::from_mins(15);

/// What a program is given for its password or its refresh token.
pub struct Granted {
    /// To be sent with every request.
    pub access: Secret,
    /// How long it can be.
    pub lives: Duration,
    /// Gives the next of both, once.
    pub refresh: Secret,
    /// When the session ends, used or not.
    pub ends_at: Timestamp,
}

/// A program that a request has shown to be.
pub struct Program {
    /// Its session.
    pub session: SessionId,
    /// The name of its access token.
    pub token: String,
    /// Who signed it in.
    pub user: UserId,
    /// Their account.
    pub account: Account,
}

impl Sessions {
    /// The program that an access token belongs to; `None` when the token is none of ours or has
    /// expired, or its session has ended.
    pub async fn identify_program(&self, shown: &str) -> Result<Option<Program>, Error> {
        let now = self.ledger.clock.now().as_second();
        let Some(claims) = jwt::verify(self.signer.key(), shown, now) else {
            return Ok(None);
        };
        let snapshot = self.ledger.store.snapshot()?;
        let row = snapshot.find::<Tokens>(&BY_USER, &(claims.sub, claims.sid))?;
        let account = snapshot.get::<Accounts>(&claims.sub)?;
        drop(snapshot);
        let (Some(row), Some(account)) = (row, account) else {
            return Ok(None);
        };
        if !self.is_programs(&row.value, &account.value) {
            return Ok(None);
        }
        self.note(row).await;
        Ok(Some(Program {
            session: claims.sid,
            token: claims.jti,
            user: claims.sub,
            account: account.value,
        }))
    }

    /// The first tokens of a session that a program has just begun.
    pub fn grant(&self, opened: &Opened) -> Granted {
        let session = &opened.session;
        self.granted(
            (session.user, session.id),
            session.ends_at,
            opened.token.clone(),
        )
    }

    /// New tokens for a refresh token, which is used up by that; `None` when it is none.
    ///
    /// One that was used before is in two hands: its session ends, whoever came first.
    pub async fn refresh(&self, shown: &Secret, by: &Actor) -> Result<Option<Granted>, Error> {
        let mut tries = 1;
        loop {
            // A use noted, or the same token shown, at the same moment: look again.
            match self.try_refresh(shown, by).await {
                Err(Error::Store(store::Error::Conflict(_))) if tries < TRIES => tries += 1,
                outcome => return outcome,
            }
        }
    }

    /// Ends the session of a refresh token, used or not. One that is none changes nothing.
    pub async fn revoke_refresh(&self, shown: &Secret, by: &Actor) -> Result<(), Error> {
        let key = key_of(shown.expose());
        let snapshot = self.ledger.store.snapshot()?;
        let current = snapshot.get::<Tokens>(&key)?.map(|row| row.value);
        let current = current.filter(|stored| stored.through == Through::Program);
        let used = snapshot.get::<Spent>(&key)?.map(|row| row.value);
        drop(snapshot);
        let place = current.map(|stored| (stored.user, stored.id));
        match place.or(used.map(|used| (used.user, used.session))) {
            Some(place) => self.end_family(place, Code::SignedOut, by).await,
            None => Ok(()),
        }
    }

    async fn try_refresh(&self, shown: &Secret, by: &Actor) -> Result<Option<Granted>, Error> {
        let key = key_of(shown.expose());
        let whole = is_whole(REFRESH, shown.expose());
        let snapshot = self.ledger.store.snapshot()?;
        if whole && let Some(row) = snapshot.get::<Tokens>(&key)? {
            let account = snapshot.get::<Accounts>(&row.value.user)?;
            drop(snapshot);
            if let Some(account) = account
                && self.is_programs(&row.value, &account.value)
            {
                return self.rotate(row, &account.value, by).await.map(Some);
            }
        } else if whole && let Some(used) = snapshot.get::<Spent>(&key)? {
            drop(snapshot);
            let place = (used.value.user, used.value.session);
            self.end_family(place, Code::RefreshReused, by).await?;
            return Ok(None);
        }
        self.ledger.record(Event::new(Code::TokenRefused, by));
        Ok(None)
    }

    async fn rotate(
        &self,
        row: Row<Tokens>,
        account: &Account,
        by: &Actor,
    ) -> Result<Granted, Error> {
        let stored = Stored {
            seen_at: self.ledger.clock.now(),
            ..row.value
        };
        let used = Used {
            user: stored.user,
            session: stored.id,
            ends_at: stored.ends_at,
        };
        let fresh = draw(REFRESH);
        let event = Event::new(Code::TokenRefreshed, by)
            .user(stored.user, account.email.as_str())
            .detail("session", stored.id.to_string());
        let mut batch = Batch::new(event.build(&self.ledger.clock));
        batch.delete::<Tokens>(&row.key, row.version);
        batch.insert::<Spent>(&row.key, &used);
        batch.insert::<Tokens>(&key_of(fresh.expose()), &stored);
        self.ledger.store.commit(batch).await?;
        Ok(self.granted((stored.user, stored.id), stored.ends_at, fresh))
    }

    /// Ends a session, whichever refresh token it has come to.
    async fn end_family(
        &self,
        place: (UserId, SessionId),
        code: Code,
        by: &Actor,
    ) -> Result<(), Error> {
        let mut tries = 1;
        loop {
            let snapshot = self.ledger.store.snapshot()?;
            let account = snapshot.get::<Accounts>(&place.0)?;
            let email = account.map(|row| row.value.email.to_string());
            let event = Event::new(code, by)
                .user(place.0, email.as_deref().unwrap_or_default())
                .detail("session", place.1.to_string());
            let Some(row) = snapshot.find::<Tokens>(&BY_USER, &place)? else {
                self.ledger.record(event);
                return Ok(());
            };
            drop(snapshot);
            let mut batch = Batch::new(event.build(&self.ledger.clock));
            batch.delete::<Tokens>(&row.key, row.version);
            match self.ledger.store.commit(batch).await {
                Err(store::Error::Conflict(_)) if tries < TRIES => tries += 1,
                outcome => return Ok(outcome.map(drop)?),
            }
        }
    }

    /// Clears away what is remembered of sessions that have come to their end.
    pub(in crate::auth) async fn forget_spent(&self) -> Result<(), Error> {
        let ended = Scan::all(SWEPT_AT_ONCE)
            .by(&BY_END)
            .to(prefix(&self.ledger.clock.now()));
        let rows = self.ledger.store.scan::<Spent>(&ended)?.rows;
        if rows.is_empty() {
            return Ok(());
        }
        let mut batch = Batch::bookkeeping();
        for row in &rows {
            batch.discard::<Spent>(&row.key);
        }
        self.ledger.store.commit(batch).await?;
        Ok(())
    }

    fn is_programs(&self, stored: &Stored, account: &Account) -> bool {
        let current = !account.disabled && account.era == stored.era;
        current && stored.through == Through::Program && self.lives(stored)
    }

    fn granted(
        &self,
        (user, session): (UserId, SessionId),
        ends_at: Timestamp,
        refresh: Secret,
    ) -> Granted {
        let now = self.ledger.clock.now();
        let ends = (now + LIVES).min(ends_at);
        let jti = Hex(SecretBytes::<16>::random().expose()).to_string();
        let times = (now.as_second(), ends.as_second());
        let claims = Claims::new(user, session, jti, times);
        Granted {
            access: jwt::sign(self.signer.key(), &claims),
            lives: ends.duration_since(now).unsigned_abs(),
            refresh,
            ends_at,
        }
    }
}
