//! Shows users their sessions, and ends those that they do not want any more.

use super::session::{BY_USER, Stored, Tokens};
use super::user::Accounts;
use super::{Error, Listed, Session, Sessions};
use crate::audit::{Code, Event};
use crate::base::{Actor, Scope, SessionId};
use crate::store::{self, Batch, Row, Scan, prefix};

/// An end that meets another change of the same sessions is tried so often.
const TRIES: u32 = 5;
/// No more sessions of one user are listed, or ended in one batch.
const MOST: usize = 1000;

impl Sessions {
    /// The sessions of the owner that live, in the order in which they began; 1,000 at most.
    pub fn list(&self, scope: &Scope, by: &Actor) -> Result<Vec<Listed>, Error> {
        let sessions: Vec<_> = self.living(scope)?.into_iter().filter_map(show).collect();
        let event = Event::new(Code::CredentialsRead, by).count("sessions", sessions.len() as u64);
        self.ledger.record(event);
        Ok(sessions)
    }

    /// Ends one session of the owner at once.
    pub async fn revoke(&self, scope: &Scope, id: SessionId, by: &Actor) -> Result<(), Error> {
        match self.discard(scope, |row| row.value.id == id, by).await? {
            0 => Err(Error::UnknownSession),
            _ => Ok(()),
        }
    }

    /// Ends all sessions of the owner but `this`, if it is one of them.
    pub async fn revoke_others(
        &self,
        scope: &Scope,
        this: Option<&Session>,
        by: &Actor,
    ) -> Result<(), Error> {
        let is_other = |row: &Row<Tokens>| this.is_none_or(|this| this.id != row.value.id);
        self.discard(scope, is_other, by).await.map(drop)
    }

    /// Ends those that `meant` names, and says how many they were. One that a program has carried
    /// on meanwhile under its next refresh token is found again.
    async fn discard(
        &self,
        scope: &Scope,
        meant: impl Fn(&Row<Tokens>) -> bool,
        by: &Actor,
    ) -> Result<usize, Error> {
        let mut tries = 1;
        loop {
            let mut rows = self.living(scope)?;
            rows.retain(&meant);
            if rows.is_empty() {
                return Ok(0);
            }
            match self.end_all(scope, &rows, by).await {
                Err(Error::Store(store::Error::Conflict(_))) if tries < TRIES => tries += 1,
                outcome => return outcome.map(|()| rows.len()),
            }
        }
    }

    async fn end_all(&self, scope: &Scope, rows: &[Row<Tokens>], by: &Actor) -> Result<(), Error> {
        let owner = self.ledger.store.get::<Accounts>(&scope.owner())?;
        let email = owner.map(|owner| owner.value.email.to_string());
        let event = Event::new(Code::SessionsRevoked, by)
            .user(scope.owner(), email.as_deref().unwrap_or_default())
            .count("sessions", rows.len() as u64);
        let name = |event: Event, row: &Row<Tokens>| event.entity("session", row.value.id, "");
        let event = rows.iter().fold(event, name);
        let mut batch = Batch::new(event.build(&self.ledger.clock));
        for row in rows {
            batch.delete::<Tokens>(&row.key, row.version);
        }
        self.ledger.store.commit(batch).await?;
        Ok(())
    }

    /// Those that would be let in now.
    fn living(&self, scope: &Scope) -> Result<Vec<Row<Tokens>>, Error> {
        let snapshot = self.ledger.store.snapshot()?;
        let Some(account) = snapshot.get::<Accounts>(&scope.owner())? else {
            return Ok(Vec::new());
        };
        let mine = Scan::prefix(prefix(&(scope.owner(),)), MOST).by(&BY_USER);
        let mut rows = snapshot.scan::<Tokens>(&mine)?.rows;
        let era = (!account.value.disabled).then_some(account.value.era);
        rows.retain(|row| era == Some(row.value.era) && self.lives(&row.value));
        Ok(rows)
    }
}

fn show(row: Row<Tokens>) -> Option<Listed> {
    let Stored {
        id,
        ends_at,
        seen_at,
        began,
        through,
        ..
    } = row.value;
    let began = began?;
    Some(Listed {
        id,
        began_at: began.at,
        seen_at,
        ends_at,
        ip: began.ip,
        user_agent: began.user_agent,
        through,
    })
}
