//! One connection that was opened.

use std::sync::Arc;

use jiff::Timestamp;

use super::oauth::Granted;
use super::row::{Rows, Stored, place};
use super::service::{check_token, checked_name, fingerprint};
use super::{Connections, Error, GrantView, Health, token};
use crate::audit::{Code, Event};
use crate::base::{Actor, ConnectionId, Secret, UserId};
use crate::providers::{self, Access, Endpoint, Errand, Fixed, Kind, Records, Tokens};
use crate::store::{self, Batch, Dependent, Row, Version};

/// A change that loses a race of our own making is tried again so often.
const TRIES: u32 = 3;

/// One of an owner's connections.
#[derive(Clone)]
pub struct Connection {
    pub(super) all: Connections,
    pub(super) key: (UserId, ConnectionId),
    pub(super) stored: Stored,
    version: Version,
    /// Whether changes are made only while it is as it was opened.
    held: bool,
}

impl Connection {
    pub(super) fn of(all: &Connections, row: Row<Rows>) -> Self {
        Self {
            all: all.clone(),
            key: row.key,
            stored: row.value,
            version: row.version,
            held: false,
        }
    }

    /// The batch that changed it last.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The same one, which refuses to be changed when it is not as it was opened any more.
    #[must_use]
    pub fn held(self) -> Self {
        Self { held: true, ..self }
    }

    /// The id.
    pub fn id(&self) -> ConnectionId {
        self.key.1
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.stored.name
    }

    /// The provider.
    pub fn provider(&self) -> Kind {
        self.stored.provider
    }

    /// The vendor itself or the sandbox.
    pub fn endpoint(&self) -> Endpoint {
        self.stored.endpoint
    }

    /// Whether it can be used, as far as is known.
    pub fn health(&self) -> &Health {
        &self.stored.health
    }

    /// Enough of the token to tell it from another.
    pub fn token_hint(&self) -> &str {
        &self.stored.token_hint
    }

    /// What a person has allowed, when the token came by OAuth.
    pub fn grant(&self) -> Option<GrantView> {
        let provider = self.stored.provider;
        let grant = self.stored.grant.as_ref();
        grant.map(|grant| grant.view(provider))
    }

    /// When it was created.
    pub fn created_at(&self) -> Timestamp {
        self.stored.created_at
    }

    /// Writes into the book that somebody looked at it.
    pub fn note_read(&self, by: &Actor) {
        self.all.0.record(self.event(Code::ConnectionsRead, by));
    }

    /// What a deletion would meet or delete with it.
    pub fn dependents(&self, by: &Actor) -> Result<Vec<Dependent>, Error> {
        self.note_read(by);
        Ok(self.all.0.store.dependents::<Rows>(&self.key)?)
    }

    /// Gives it another name.
    pub async fn rename(&self, name: &str, by: &Actor) -> Result<Self, Error> {
        let name = checked_name(name)?;
        let event = self
            .event(Code::ConnectionUpdated, by)
            .detail("name", name.as_str());
        let change = |stored: &mut Stored| stored.name.clone_from(&name);
        self.change(Some(&event), change).await
    }

    /// Puts another token in the place of the old one, which is gone. Nobody is called.
    pub async fn replace_token(&self, token: &Secret, by: &Actor) -> Result<Self, Error> {
        check_token((self.stored.provider, self.stored.endpoint), token)?;
        let (sealed, hint) = (
            self.all.0.vault.seal(&place(&self.key), token),
            token::hint_of(self.stored.provider, token.expose()),
        );
        let event = self
            .event(Code::CredentialReplaced, by)
            .detail("token_hint", hint.as_str());
        let change = |stored: &mut Stored| {
            stored.token = sealed.clone();
            stored.token_hint.clone_from(&hint);
            stored.credential = stored.credential.next();
            stored.account = Some(fingerprint(token));
            stored.grant = None;
            stored.health = Health::default();
        };
        self.change(Some(&event), change).await
    }

    /// Deletes it with its token.
    ///
    /// Errs with the store's `Referenced` while syncs use it.
    pub async fn delete(self, by: &Actor) -> Result<(), Error> {
        let mut batch = self.deletion(by);
        batch.delete::<Rows>(&self.key, self.version);
        self.go(batch, by).await
    }

    /// Deletes it with its token and everything that uses it.
    pub async fn delete_with_dependents(self, by: &Actor) -> Result<(), Error> {
        let mut batch = self.deletion(by);
        batch.delete_all::<Rows>(&self.key, self.version);
        self.go(batch, by).await
    }

    /// Commits its deletion; then what it leaves at its provider is ended there.
    async fn go(self, mut batch: Batch, by: &Actor) -> Result<(), Error> {
        let farewell = self.farewell(&mut batch, by)?;
        self.all.0.commit(batch, &self.stored.name).await?;
        if let Some(farewell) = farewell {
            farewell.begin();
        }
        Ok(())
    }

    fn deletion(&self, by: &Actor) -> Batch {
        Batch::new(
            self.event(Code::ConnectionDeleted, by)
                .build(&self.all.0.clock),
        )
    }

    /// An event about this connection.
    pub(super) fn event(&self, code: Code, by: &Actor) -> Event {
        Event::new(code, by).entity("connection", self.id(), &self.stored.name)
    }

    /// Opens the token: the only place where one is. Whoever uses it writes that into the book.
    pub(super) fn opened(&self, by: &Actor) -> Result<Secret, Error> {
        let service = &self.all.0;
        let opened = service.vault.open(&place(&self.key), &self.stored.token);
        opened.map_err(|error| {
            service.record(self.event(Code::UnsealFailed, by));
            Error::Sealed(error)
        })
    }

    /// The way to the provider, with the event of the token's use.
    pub(super) fn remote(
        &self,
        purpose: &str,
        (by, errand): (&Actor, Arc<dyn Errand>),
    ) -> Result<(Arc<dyn Records>, Event), Error> {
        let (access, used) = self.access(purpose, (by, errand))?;
        Ok((providers::open(self.stored.provider, access), used))
    }

    /// The way to the provider, for whoever opens one of its sides, with the event of the token's
    /// use.
    pub(super) fn access(
        &self,
        purpose: &str,
        (by, errand): (&Actor, Arc<dyn Errand>),
    ) -> Result<(Access, Event), Error> {
        let service = &self.all.0;
        let token = self.opened(by)?;
        let account: (String, Arc<dyn Tokens>) = match self.stored.grant {
            None => (fingerprint(&token), Arc::new(Fixed(token))),
            // Its tokens change, and the account stays.
            Some(_) => (self.id().to_string(), Arc::new(Granted::new(self, by))),
        };
        let place = (self.stored.provider, self.stored.endpoint);
        let access = service.access(place, account, errand)?;
        let used = self
            .event(Code::CredentialUsed, by)
            .detail("purpose", purpose)
            .detail("token_hint", self.stored.token_hint.as_str());
        Ok((access, used))
    }

    /// Keeps what was learnt of its health. Without an event it is bookkeeping.
    pub(super) async fn note(
        &self,
        event: Option<&Event>,
        learn: impl Fn(&mut Health),
    ) -> Result<Self, Error> {
        let mut learnt = self.stored.health.clone();
        learn(&mut learnt);
        if event.is_none() && learnt == self.stored.health {
            return Ok(self.clone());
        }
        // A credential that was replaced meanwhile is not judged by what the old one met.
        let change = |stored: &mut Stored| {
            let same = stored.credential == self.stored.credential;
            if same {
                learn(&mut stored.health);
            }
            same || event.is_some()
        };
        let (connection, _changed) = self.change_if(event, change).await?;
        Ok(connection)
    }

    /// Changes the stored connection as it is now.
    pub(super) async fn change(
        &self,
        event: Option<&Event>,
        change: impl Fn(&mut Stored),
    ) -> Result<Self, Error> {
        let always = |stored: &mut Stored| {
            change(stored);
            true
        };
        let (connection, _changed) = self.change_if(event, always).await?;
        Ok(connection)
    }

    /// The same, unless `change` finds that it is not to be done: then nothing is written, the
    /// event neither. Gives the connection as it is now, and whether it was changed.
    pub(super) async fn change_if(
        &self,
        event: Option<&Event>,
        change: impl Fn(&mut Stored) -> bool,
    ) -> Result<(Self, bool), Error> {
        let service = &self.all.0;
        let mut tries = 1;
        loop {
            let row = service.store.get::<Rows>(&self.key)?;
            let mut row = row.ok_or(Error::UnknownConnection(self.id()))?;
            if self.held && row.version != self.version {
                return Err(Error::Changed);
            }
            if !change(&mut row.value) {
                return Ok((Self::of(&self.all, row), false));
            }
            let mut batch = match event {
                Some(event) => Batch::new(event.clone().build(&service.clock)),
                None => Batch::bookkeeping(),
            };
            batch.replace::<Rows>(&self.key, &row.value, row.version);
            match service.store.commit(batch).await {
                Ok(version) => {
                    row.version = version;
                    return Ok((Self::of(&self.all, row), true));
                }
                Err(store::Error::Conflict(_)) if tries < TRIES => tries += 1,
                Err(store::Error::Taken(_)) => return Err(Error::NameTaken(row.value.name)),
                Err(store::Error::Conflict(_)) => return Err(Error::Changed),
                Err(error) => return Err(error.into()),
            }
        }
    }
}
