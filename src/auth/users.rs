//! Makes accounts and changes them.

use std::ops::ControlFlow;

use super::history::{self, Histories, History};
use super::session::Sessions;
use super::sign_in::fingerprint;
use super::user::{Accounts, BY_EMAIL};
use super::{Account, Change, Email, Error, Hasher, Ledger, New, Role, Session, User, strength};
use crate::audit::{Code, Event, Outcome};
use crate::base::{Actor, Cursor, Secret, UserId};
use crate::store::{self, Batch, Row, Scan, Snapshot};

/// The accounts. Clones share the store.
#[derive(Clone)]
pub struct Users {
    ledger: Ledger,
    hasher: Hasher,
    sessions: Sessions,
}

impl Users {
    pub(super) fn new(ledger: Ledger, hasher: Hasher, sessions: Sessions) -> Self {
        Self {
            ledger,
            hasher,
            sessions,
        }
    }

    /// Whether there is any account.
    pub fn exist(&self) -> Result<bool, Error> {
        Ok(!self
            .ledger
            .store
            .scan::<Accounts>(&Scan::all(1))?
            .rows
            .is_empty())
    }

    /// One user.
    pub fn get(&self, id: UserId) -> Result<User, Error> {
        let snapshot = self.ledger.store.snapshot()?;
        let row = snapshot.get(&id)?.ok_or(Error::UnknownUser)?;
        show(&snapshot, row)
    }

    /// One user, for somebody who looks at them.
    pub fn read(&self, id: UserId, by: &Actor) -> Result<User, Error> {
        let user = self.get(id)?;
        let event = Event::new(Code::UsersRead, by).count("users", 1);
        self.ledger.record(event.detail("user", id.to_string()));
        Ok(user)
    }

    /// The user of an address.
    pub fn named(&self, email: &str) -> Result<User, Error> {
        let snapshot = self.ledger.store.snapshot()?;
        let row = find(&snapshot, email)?.ok_or(Error::UnknownUser)?;
        show(&snapshot, row)
    }

    /// The first users that were made, `limit` at most, for the appliance's own use: nobody looks
    /// at them.
    pub fn first(&self, limit: usize) -> Result<Vec<User>, Error> {
        let snapshot = self.ledger.store.snapshot()?;
        let page = snapshot.scan::<Accounts>(&Scan::all(limit))?;
        let rows = page.rows.into_iter();
        rows.map(|row| show(&snapshot, row)).collect()
    }

    /// At most `limit` users in the order in which they were made, after `cursor`.
    pub fn page(
        &self,
        limit: usize,
        cursor: Option<&Cursor>,
        by: &Actor,
    ) -> Result<(Vec<User>, Option<Cursor>), Error> {
        let snapshot = self.ledger.store.snapshot()?;
        let page = snapshot.scan::<Accounts>(&Scan::all(limit).after(cursor))?;
        let users: Result<Vec<_>, _> = page
            .rows
            .into_iter()
            .map(|row| show(&snapshot, row))
            .collect();
        let users = users?;
        let event = Event::new(Code::UsersRead, by).count("users", users.len() as u64);
        self.ledger.record(event);
        Ok((users, page.next))
    }

    /// Makes an account.
    pub async fn create(&self, new: New, by: &Actor) -> Result<User, Error> {
        let (id, account) = self.prepare(new).await?;
        let event = Event::new(Code::UserCreated, by)
            .user(id, account.email.as_str())
            .detail("roles", names(&account));
        let mut batch = Batch::new(event.build(&self.ledger.clock));
        batch.insert::<Accounts>(&id, &account);
        self.commit_new(batch, &account.email).await?;
        self.get(id)
    }

    /// A checked account with its password hashed, in no batch yet.
    pub(super) async fn prepare(&self, new: New) -> Result<(UserId, Account), Error> {
        let email: Email = new.email.parse()?;
        let name = printable(&new.name)?;
        if new.roles.is_empty() {
            return Err(Error::NoRole);
        }
        strength::check(new.password.expose(), email.as_str(), &name)?;
        let account = Account {
            password: self.hasher.hash(&new.password).await?,
            email,
            name,
            roles: new.roles,
            disabled: false,
            created_at: self.ledger.clock.now(),
            era: 0,
        };
        Ok((UserId::new(&self.ledger.clock), account))
    }

    /// Commits a batch that inserts the account of `email`.
    pub(super) async fn commit_new(&self, batch: Batch, email: &Email) -> Result<(), Error> {
        match self.ledger.store.commit(batch).await {
            Err(store::Error::Taken(_)) => Err(Error::EmailTaken(email.to_string())),
            other => Ok(other.map(drop)?),
        }
    }

    /// Changes an account. New roles, a new password and disabling end the user's sessions and
    /// tokens.
    ///
    /// Errs with [`Error::LastAdmin`] when nobody would be left who manages users.
    pub async fn change(&self, id: UserId, change: Change, by: &Actor) -> Result<User, Error> {
        let row = self.ledger.store.get(&id)?.ok_or(Error::UnknownUser)?;
        if !change.only_if.holds(Some(row.version.0)) {
            return Err(Error::Precondition);
        }
        let changed = self.apply(&row, &change).await?;
        if row.value.manages_users() && !changed.manages_users() && !self.has_other_admin(id)? {
            return Err(Error::LastAdmin);
        }
        let event = Event::new(code_of(&change), by)
            .user(id, changed.email.as_str())
            .detail("roles", names(&changed))
            .detail("disabled", changed.disabled)
            .detail("sessions_ended", changed.era != row.value.era);
        let mut batch = Batch::new(event.build(&self.ledger.clock));
        batch.replace::<Accounts>(&id, &changed, row.version);
        if change.password.is_some() || change.disabled == Some(false) {
            self.forgive(&changed.email, &mut batch)?;
        }
        self.ledger.store.commit(batch).await?;
        self.get(id)
    }

    /// Sets one's own password. All sessions end but the one it was done in, and all tokens.
    ///
    /// A wrong present password counts like a sign-in that failed: whoever has found a session
    /// guesses no faster than a stranger.
    pub async fn change_password(
        &self,
        session: &Session,
        current: &Secret,
        new: &Secret,
        by: &Actor,
    ) -> Result<(), Error> {
        let row = self.ledger.store.get::<Accounts>(&session.user)?;
        let row = row.ok_or(Error::UnknownUser)?;
        let email = row.value.email.as_str();
        let refused = |word| {
            let event = Event::new(Code::PasswordChangeFailed, by).status(Outcome::failed(word));
            self.ledger.record(event);
        };
        strength::check(new.expose(), email, &row.value.name)?;
        if let Some(wait) = history::count(&self.ledger, email).await? {
            refused("ACCOUNT_LOCKED_OUT");
            return Err(Error::HeldBack(wait));
        }
        let stored = Some(row.value.password.as_str());
        if !self.hasher.verify(current, stored).await? {
            refused("INVALID_CREDENTIALS");
            return Err(Error::WrongPassword);
        }
        let mut account = row.value;
        self.set_password(&mut account, new).await?;
        let event = Event::new(Code::PasswordChanged, by);
        let mut batch = Batch::new(event.build(&self.ledger.clock));
        batch.replace::<Accounts>(&session.user, &account, row.version);
        self.forgive(&account.email, &mut batch)?;
        self.sessions.carry_over(session, account.era, &mut batch)?;
        self.ledger.store.commit(batch).await?;
        Ok(())
    }

    /// Ends every session and every token of a user at once.
    pub async fn end_sessions(&self, id: UserId, by: &Actor) -> Result<(), Error> {
        let row = self.ledger.store.get::<Accounts>(&id)?;
        let row = row.ok_or(Error::UnknownUser)?;
        let mut account = row.value;
        account.era += 1;
        let event = Event::new(Code::UserSessionsEnded, by).user(id, account.email.as_str());
        let mut batch = Batch::new(event.build(&self.ledger.clock));
        batch.replace::<Accounts>(&id, &account, row.version);
        self.ledger.store.commit(batch).await?;
        Ok(())
    }

    async fn apply(&self, row: &Row<Accounts>, change: &Change) -> Result<Account, Error> {
        let mut account = row.value.clone();
        if let Some(name) = &change.name {
            account.name = printable(name)?;
        }
        if let Some(roles) = &change.roles {
            if roles.is_empty() {
                return Err(Error::NoRole);
            }
            account.roles.clone_from(roles);
        }
        if let Some(disabled) = change.disabled {
            account.disabled = disabled;
        }
        if account.roles != row.value.roles || account.disabled != row.value.disabled {
            account.era += 1;
        }
        if let Some(password) = &change.password {
            self.set_password(&mut account, password).await?;
        }
        Ok(account)
    }

    async fn set_password(&self, account: &mut Account, password: &Secret) -> Result<(), Error> {
        strength::check(password.expose(), account.email.as_str(), &account.name)?;
        account.password = self.hasher.hash(password).await?;
        account.era += 1;
        Ok(())
    }

    /// Lets the address try again at once.
    fn forgive(&self, email: &Email, batch: &mut Batch) -> Result<(), Error> {
        let key = fingerprint(email.as_str());
        if let Some(history) = self.ledger.store.get::<Histories>(&key)? {
            batch.put::<Histories>(&key, &History::forgiven(history.value));
        }
        Ok(())
    }

    fn has_other_admin(&self, id: UserId) -> Result<bool, Error> {
        let mut found = false;
        self.ledger
            .store
            .snapshot()?
            .walk::<Accounts>(&Scan::all(usize::MAX), |_, row| {
                found = row.key != id && row.value.manages_users();
                Ok(if found {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                })
            })?;
        Ok(found)
    }
}

/// The account of an address, whatever its case.
pub(super) fn find(snapshot: &Snapshot, email: &str) -> Result<Option<Row<Accounts>>, Error> {
    Ok(snapshot.find(&BY_EMAIL, &email.trim().to_lowercase())?)
}

fn show(snapshot: &Snapshot, row: Row<Accounts>) -> Result<User, Error> {
    let history = snapshot.get::<Histories>(&fingerprint(row.value.email.as_str()))?;
    Ok(User {
        id: row.key,
        email: row.value.email,
        name: row.value.name,
        roles: row.value.roles,
        disabled: row.value.disabled,
        created_at: row.value.created_at,
        last_sign_in_at: history.and_then(|history| history.value.succeeded_at),
        version: row.version.0,
    })
}

/// The event that says most about a change.
fn code_of(change: &Change) -> Code {
    match change {
        Change { roles: Some(_), .. } => Code::RolesChanged,
        Change {
            disabled: Some(true),
            ..
        } => Code::UserDisabled,
        Change {
            disabled: Some(false),
            ..
        } => Code::UserEnabled,
        Change {
            password: Some(_), ..
        } => Code::PasswordReset,
        Change { .. } => Code::UserUpdated,
    }
}

fn names(account: &Account) -> Vec<&'static str> {
    account.roles.iter().copied().map(Role::name).collect()
}

pub(super) fn printable(name: &str) -> Result<String, Error> {
    let name = name.trim();
    let length = name.chars().count();
    if (1..=120).contains(&length) && !name.contains(char::is_control) {
        return Ok(name.to_owned());
    }
    Err(Error::BadName)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_names_the_weightiest_change() {
        let change = Change {
            name: Some("Ada".into()),
            disabled: Some(true),
            ..Change::default()
        };
        assert_eq!(code_of(&change), Code::UserDisabled);
        let roles = Change {
            roles: Some([Role::Admin].into()),
            ..change
        };
        assert_eq!(code_of(&roles), Code::RolesChanged);
    }

    #[test]
    fn names_that_cannot_be_printed_are_refused() {
        for name in ["", "   ", "Ada\nLovelace", &"x".repeat(121)] {
            assert!(printable(name).is_err(), "{name:?}");
        }
        assert_eq!(printable(" Ada ").unwrap(), "Ada");
    }
}
