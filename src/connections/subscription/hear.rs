//! Takes in what comes to the address of a subscription.

use jiff::SignedDuration;

use super::open::fingerprint;
use super::row::{BY_DOOR, Key, Stored, Subscriptions, sealed_for};
use super::{Connections, Error, Step, is_new};
use crate::audit::{Code, Event, Outcome};
use crate::base::{Actor, Secret};
use crate::connections::Connection;
use crate::connections::watch::{Heard, Via};
use crate::providers::Told;
use crate::store::{Batch, Bytes, Row};

/// A write that loses a race is tried again so often.
const TRIES: u32 = 3;
/// A token that nobody has been shown and that comes once more before this is no news.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);
/// The digits of an address's secret part.
const DIGITS: usize = 40;

/// What came to the address of a subscription.
#[derive(Debug)]
pub enum Arrived {
    /// The token that the provider signs with from now on.
    Token,
    /// Something has changed.
    Change(Heard),
    /// Something that no record shows.
    Nothing,
}

impl Connections {
    /// Whether the last part of an address looks like that of a subscription.
    pub fn is_subscription(secret: &str) -> bool {
        secret.len() == DIGITS && secret.bytes().all(|byte| byte.is_ascii_hexdigit())
    }

    /// Takes in what came to the address of a subscription. `header` gives the value of a header.
    ///
    /// The first token that comes is kept while the address waits for one; it alone may come
    /// unsigned. Errs with `UnknownWatch` for an address that leads nowhere, and for whatever was
    /// not signed with the token alike.
    pub async fn receive<'a>(
        &self,
        secret: &str,
        (header, body): (impl Fn(&str) -> Option<&'a str>, &[u8]),
        by: &Actor,
    ) -> Result<Arrived, Error> {
        for _ in 0..TRIES {
            match self.try_receive(secret, (&header, body), by).await {
                Err(Error::Changed) => {}
                outcome => return outcome,
            }
        }
        Err(Error::Changed)
    }

    async fn try_receive<'a>(
        &self,
        secret: &str,
        (header, body): (&impl Fn(&str) -> Option<&'a str>, &[u8]),
        by: &Actor,
    ) -> Result<Arrived, Error> {
        let door = Bytes(fingerprint(secret).into_bytes());
        let row = self.0.store.find::<Subscriptions>(&BY_DOOR, &door)?;
        let row = row.ok_or(Error::UnknownWatch)?;
        let connection = match self.at(&row.key) {
            Err(Error::UnknownConnection(_)) => return Err(Error::UnknownWatch),
            opened => opened?,
        };
        let provider = connection.provider();
        let signature = provider.signature().and_then(header);
        match (provider.told(body), self.key_of(&row)?) {
            (Told::Key(token), None) => connection.keep_token(row, &token, by).await,
            (Told::Key(token), Some(key)) if is_sent_again(&row.value, &token, &key) => {
                connection.keep_sent_again(row, by).await
            }
            (told, Some(key))
                if signature.is_some_and(|it| provider.has_signed(&key, it, body)) =>
            {
                connection.heard(row, told).await
            }
            (_, _) => {
                connection.note_refused(row, by).await?;
                Err(Error::UnknownWatch)
            }
        }
    }

    fn key_of(&self, row: &Row<Subscriptions>) -> Result<Option<Secret>, Error> {
        let Some(key) = &row.value.key else {
            return Ok(None);
        };
        let place = sealed_for(&row.key, &row.value.id);
        let opened = self.0.vault.open(&place, &key.sealed);
        opened.map(Some).map_err(Error::Sealed)
    }
}

/// Whether a token is the one that came before, asked for once more before it was any use.
fn is_sent_again(stored: &Stored, token: &Secret, key: &Secret) -> bool {
    let waits = stored
        .key
        .as_ref()
        .is_some_and(|key| key.active_since.is_none());
    waits && key.matches(token.expose())
}

impl Connection {
    /// Keeps the first token that comes while the address waits for one.
    async fn keep_token(
        &self,
        mut row: Row<Subscriptions>,
        token: &Secret,
        by: &Actor,
    ) -> Result<Arrived, Error> {
        let service = &self.all.0;
        let now = service.now();
        if row.value.view(now).step != Step::Waiting {
            self.note_refused(row, by).await?;
            return Err(Error::UnknownWatch);
        }
        let sealed = service
            .vault
            .seal(&sealed_for(&row.key, &row.value.id), token);
        row.value.key = Some(Key {
            sealed,
            came_at: now,
            is_shown: false,
            active_since: None,
        });
        let act = self.event(Code::SubscriptionTokenCame, by);
        self.replace(&row, Some(act)).await?;
        Ok(Arrived::Token)
    }

    /// Whoever had the provider send the token once more has not seen it, or has lost it.
    async fn keep_sent_again(
        &self,
        mut row: Row<Subscriptions>,
        by: &Actor,
    ) -> Result<Arrived, Error> {
        let now = self.all.0.now();
        let key = row.value.key.as_ref();
        let is_there = |key: &Key| !key.is_shown && now.duration_since(key.came_at) < PAUSE;
        if key.is_some_and(is_there) {
            return Ok(Arrived::Token); // nothing would change but the book
        }
        if let Some(key) = &mut row.value.key {
            (key.is_shown, key.came_at) = (false, now);
        }
        let act = self.event(Code::SubscriptionTokenCame, by);
        self.replace(&row, Some(act)).await?;
        Ok(Arrived::Token)
    }

    /// Notes something that was signed. The first such proves that the provider tells of changes.
    async fn heard(&self, mut row: Row<Subscriptions>, told: Told) -> Result<Arrived, Error> {
        let now = self.all.0.now();
        let was_refusing = row.value.view(now).is_refusing();
        let is_news = is_new(row.value.last_event_at, now) || was_refusing;
        let key = row.value.key.as_mut();
        let first = key.filter(|key| key.active_since.is_none());
        let act = first.map(|key| {
            key.active_since = Some(now);
            key.is_shown = true;
            self.event(Code::SubscriptionActive, &Actor::system())
        });
        if act.is_some() || is_news {
            row.value.last_event_at = Some(now);
            self.replace(&row, act).await?;
        }
        Ok(match told {
            Told::Change(change) => Arrived::Change(Heard {
                owner: row.key.0,
                connection: (row.key.1, self.name().to_owned()),
                change,
                via: Via::Subscription,
            }),
            Told::Nothing | Told::Key(_) => Arrived::Nothing,
        })
    }

    /// Keeps that something came that was not signed, once a minute.
    async fn note_refused(&self, mut row: Row<Subscriptions>, by: &Actor) -> Result<(), Error> {
        let now = self.all.0.now();
        if !is_new(row.value.last_refused_at, now) {
            return Ok(());
        }
        row.value.last_refused_at = Some(now);
        let refused = Outcome::failed("NOT_SIGNED");
        let act = self.event(Code::SubscriptionRefused, by).status(refused);
        self.replace(&row, Some(act)).await
    }

    async fn replace(&self, row: &Row<Subscriptions>, act: Option<Event>) -> Result<(), Error> {
        let service = &self.all.0;
        let mut batch = match act {
            Some(act) => Batch::new(act.build(&service.clock)),
            None => Batch::bookkeeping(),
        };
        batch.replace::<Subscriptions>(&row.key, &row.value, row.version);
        self.commit_subscription(batch).await
    }
}
