//! Makes the first account, through a link that only somebody at the machine has seen.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::session::{Opened, Through};
use super::sign_in::SignIn;
use super::user::Accounts;
use super::users::Users;
use super::{Error, Ledger, New, Role};
use crate::audit::{Code, Event};
use crate::base::{Actor, Hex, Secret, SecretBytes};
use crate::store::{self, Batch, Collection, Json, Row};

/// How long a link is good for.
const GOOD_FOR: Duration = Duration::from_mins(30);

/// The one link there is, if there is one.
pub(super) struct Links;

impl Collection for Links {
    const NAME: &'static str = "setup_link";
    type Key = ();
    type Value = Link;
}

#[derive(Serialize, Deserialize)]
pub(super) struct Link {
    /// The SHA-256 of the token.
    hash: [u8; 32],
    ends_at: Timestamp,
}

impl Json for Link {}

/// The first account's way in. Clones share the store.
#[derive(Clone)]
pub struct Setup {
    ledger: Ledger,
    users: Users,
    sign_in: SignIn,
}

impl Setup {
    pub(super) fn new(ledger: Ledger, users: Users, sign_in: SignIn) -> Self {
        Self {
            ledger,
            users,
            sign_in,
        }
    }

    /// Whether nobody has an account yet.
    pub fn is_needed(&self) -> Result<bool, Error> {
        Ok(!self.users.exist()?)
    }

    /// Makes the token of a new link, good for 30 minutes and one use. An older one is void.
    ///
    /// Errs with [`Error::SetupDone`] when there is an account.
    pub async fn make_link(&self, by: &Actor) -> Result<Secret, Error> {
        if !self.is_needed()? {
            return Err(Error::SetupDone);
        }
        let token = Secret::new(Hex(SecretBytes::<32>::random().expose()).to_string());
        let link = Link {
            hash: Sha256::digest(token.expose()).into(),
            ends_at: self.ledger.clock.after(GOOD_FOR),
        };
        let event =
            Event::new(Code::SetupLinkMade, by).entity("setup_link", "setup", "set-up link");
        let mut batch = Batch::new(event.build(&self.ledger.clock));
        batch.put::<Links>(&(), &link);
        self.ledger.store.commit(batch).await?;
        Ok(token)
    }

    /// Makes the first account and signs it in. Of several at once, one succeeds.
    pub async fn complete(
        &self,
        token: &Secret,
        mut first: New,
        by: &Actor,
    ) -> Result<Opened, Error> {
        if !self.is_needed()? {
            return Err(Error::SetupDone);
        }
        let Some(link) = self.link(token)? else {
            self.ledger.record(Event::new(Code::SetupRefused, by));
            return Err(Error::SetupLink);
        };
        first.roles = [Role::Admin, Role::Member].into();
        let (id, account) = self.users.prepare(first).await?;
        let event = Event::new(Code::SetupLinkUsed, by)
            .entity("setup_link", "setup", "set-up link")
            .user(id, account.email.as_str());
        let mut batch = Batch::new(event.build(&self.ledger.clock));
        batch.delete::<Links>(&(), link.version);
        batch.insert::<Accounts>(&id, &account);
        match self.ledger.store.commit(batch).await {
            Err(store::Error::Conflict(_)) => return Err(Error::SetupLink),
            committed => committed?,
        };
        let email = account.email.as_str();
        let whose = (id, account.era);
        self.sign_in.open(whose, Through::Browser, email, by).await
    }

    /// The link, if it is the one of `token` and still good.
    fn link(&self, token: &Secret) -> Result<Option<Row<Links>>, Error> {
        let hash: [u8; 32] = Sha256::digest(token.expose()).into();
        let now = self.ledger.clock.now();
        let row = self.ledger.store.get::<Links>(&())?;
        Ok(row.filter(|row| bool::from(row.value.hash.ct_eq(&hash)) && now < row.value.ends_at))
    }
}
