//! What a connection's owner does with its subscription.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::row::{Stored, Subscriptions, sealed_for};
use crate::audit::Code;
use crate::base::{Actor, Hex, Secret, SecretBytes, WatchId};
use crate::connections::{Connection, Error};
use crate::store::{self, Batch, Row};

/// How far a subscription has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The provider is to send the token to the address.
    Waiting,
    /// No token came in time.
    Expired,
    /// The token has come, and is to be pasted at the provider.
    Verifying,
    /// The provider tells of changes.
    Active,
}

/// How a subscription stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionView {
    /// How far it has come.
    pub step: Step,
    /// How the secret part of its address begins.
    pub hint: String,
    /// When its address was drawn.
    pub drawn_at: Timestamp,
    /// Until when the address waits for the token.
    pub waits_until: Timestamp,
    /// When the token came.
    pub token_came_at: Option<Timestamp>,
    /// Whether somebody has seen the token since it came.
    pub is_token_shown: bool,
    /// When the first event came that was signed with it.
    pub active_since: Option<Timestamp>,
    /// When the last one came, to the minute.
    pub last_event_at: Option<Timestamp>,
    /// When something came last that was not signed with it, to the minute.
    pub last_refused_at: Option<Timestamp>,
}

impl SubscriptionView {
    /// Whether what came last was not signed as it should be.
    pub fn is_refusing(&self) -> bool {
        let refused = |at| self.last_event_at.is_none_or(|good| at > good);
        self.step == Step::Active && self.last_refused_at.is_some_and(refused)
    }
}

/// An address that was drawn just now: it is shown this once.
#[derive(Debug)]
pub struct Drawn {
    /// All of it.
    pub address: Secret,
    /// How the subscription stands.
    pub view: SubscriptionView,
}

/// What is kept of the secret part of an address.
pub(super) fn fingerprint(secret: &str) -> String {
    Hex(&Sha256::digest(secret.as_bytes())).to_string()
}

impl Connection {
    /// Whether a person sets up by hand, at the provider, that it tells of changes.
    pub fn is_told_by_hand(&self) -> bool {
        self.stored.provider.is_told_by_hand()
    }

    /// How its provider is had to tell of changes by hand; none while nobody has begun to.
    pub fn subscription(&self, by: &Actor) -> Result<Option<SubscriptionView>, Error> {
        self.note_read(by);
        let row = self.subscription_row()?;
        Ok(row.map(|row| row.value.view(self.all.0.now())))
    }

    /// Draws an address to be given to the provider. The one before leads nowhere at once.
    pub async fn subscribe(&self, by: &Actor) -> Result<Drawn, Error> {
        self.by_hand()?;
        self.watchable().map_err(Error::NoWatch)?;
        let service = &self.all.0;
        // 160 bits, which nobody guesses.
        let secret = Hex(SecretBytes::<20>::random().expose()).to_string();
        let fresh = Stored {
            id: WatchId::new(&service.clock),
            door: fingerprint(&secret),
            hint: format!("{}…", &secret[..4]),
            drawn_at: service.now(),
            key: None,
            last_event_at: None,
            last_refused_at: None,
        };
        let before = self.subscription_row()?;
        let act = self
            .event(Code::SubscriptionDrawn, by)
            .detail("hint", fresh.hint.as_str())
            .detail("again", before.is_some());
        let mut batch = Batch::new(act.build(&service.clock));
        match &before {
            Some(row) => batch.replace::<Subscriptions>(&self.key, &fresh, row.version),
            None => batch.insert::<Subscriptions>(&self.key, &fresh),
        };
        self.commit_subscription(batch).await?;
        let address = &service.registration.address;
        Ok(Drawn {
            address: Secret::new(format!("{address}/pings/{secret}")),
            view: fresh.view(service.now()),
        })
    }

    /// Shows the token that came to the address, once, to whoever is to paste it at the provider.
    ///
    /// Errs with `NoToken` while none came, once it was shown, and once the provider tells of
    /// changes.
    pub async fn show_token(&self, by: &Actor) -> Result<Secret, Error> {
        self.by_hand()?;
        let service = &self.all.0;
        let mut row = self.subscription_row()?.ok_or(Error::NoToken)?;
        let key = row.value.key.as_mut().ok_or(Error::NoToken)?;
        if key.is_shown || key.active_since.is_some() {
            return Err(Error::NoToken);
        }
        let opened = service
            .vault
            .open(&sealed_for(&self.key, &row.value.id), &key.sealed);
        let token = opened.map_err(Error::Sealed)?;
        key.is_shown = true;
        let act = self.event(Code::SubscriptionTokenShown, by);
        let mut batch = Batch::new(act.build(&service.clock));
        batch.replace::<Subscriptions>(&self.key, &row.value, row.version);
        self.commit_subscription(batch).await?;
        Ok(token)
    }

    /// Ends the subscription: its address leads nowhere any more, and the token is forgotten.
    pub async fn unsubscribe(&self, by: &Actor) -> Result<(), Error> {
        self.by_hand()?;
        let row = self.subscription_row()?.ok_or(Error::NoSubscription)?;
        let act = self.event(Code::SubscriptionEnded, by);
        let mut batch = Batch::new(act.build(&self.all.0.clock));
        batch.delete::<Subscriptions>(&self.key, row.version);
        self.commit_subscription(batch).await
    }

    /// Errs where no person sets up by hand that the provider tells of changes.
    fn by_hand(&self) -> Result<(), Error> {
        let is_so = self.is_told_by_hand();
        is_so.then_some(()).ok_or(Error::NotByHand)
    }

    fn subscription_row(&self) -> Result<Option<Row<Subscriptions>>, Error> {
        Ok(self.all.0.store.get::<Subscriptions>(&self.key)?)
    }

    pub(super) async fn commit_subscription(&self, batch: Batch) -> Result<(), Error> {
        match self.all.0.store.commit(batch).await {
            Ok(_version) => Ok(()),
            Err(store::Error::Conflict(_)) => Err(Error::Changed),
            Err(error) => Err(error.into()),
        }
    }
}
