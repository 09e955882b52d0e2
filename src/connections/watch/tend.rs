//! Begins, renews and ends the watch of one base.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tracing::warn;

use super::row::{Made, Stored, Watches, sealed_for};
use super::{Connections, Error, Place};
use crate::audit::{Code, Event, Outcome};
use crate::base::{Actor, WatchId, chain};
use crate::connections::Connection;
use crate::providers::{Alone, Records, Webhooks};
use crate::store::{self, Batch, Row};

/// A webhook is looked at and renewed so often: Airtable's live for seven days, so that six days
/// of trouble are survived.
const EVERY: Duration = Duration::from_hours(24);
/// After trouble it is looked at again so long afterwards, twice as long after each further one.
const FIRST_WAIT: Duration = Duration::from_mins(1);
/// But not longer than that.
const LONGEST_WAIT: Duration = Duration::from_hours(1);
/// A webhook that nobody waits for any more is left to its own end after so many tries to end it.
const FAREWELLS: u32 = 5;
/// A change that loses a race of our own making is tried again so often.
const TRIES: u32 = 3;

impl Connections {
    /// Does what is to be done about one watch, and keeps how it went.
    pub(super) async fn tend(&self, row: Row<Watches>, is_wanted: bool) {
        let place = &row.key;
        let outcome = if is_wanted {
            self.go_on(&row).await
        } else {
            self.stop_watching(&row).await
        };
        let Err(error) = outcome else {
            return;
        };
        warn!(connection.id = %place.1, base = place.2, error = %chain(&error), "whether changes of base {} are told is looked at again later", place.2);
        let kept = match error {
            // It is gone with its credential: nobody can be asked any more.
            Error::UnknownConnection(_) => {
                self.forget(&row, Outcome::failed("CONNECTION_GONE")).await
            }
            _ if !is_wanted && row.value.farewells + 1 >= FAREWELLS => {
                self.forget(&row, Outcome::failed("LEFT_TO_ITS_END")).await
            }
            error => {
                let farewells = if is_wanted {
                    0
                } else {
                    row.value.farewells + 1
                };
                self.keep_trouble(&row, farewells, &told(&error)).await
            }
        };
        if let Err(error) = kept {
            warn!(connection.id = %place.1, error = %chain(&error), "how the watch of base {} stands was not kept", place.2);
        }
    }

    /// Renews the webhook, or makes one where there is none that tells this appliance of changes.
    async fn go_on(&self, row: &Row<Watches>) -> Result<(), Error> {
        let (base, known) = (&row.key.2, row.value.webhook.as_ref());
        let (connection, records) = self.remote_of(&row.key)?;
        let webhooks = webhooks(&*records)?;
        let address = self.0.registration.watch(&row.value.id);
        records.admit(base).await?;
        let there = webhooks.webhooks(base).await?;
        let is_known = |id: &str| known.is_some_and(|made| made.id == id);
        let ours = there
            .iter()
            .filter(|one| is_known(&one.id) || one.address.as_deref() == Some(address.as_str()));
        let ours: Vec<_> = ours.collect();
        let is_good = |one: &crate::providers::Webhook| {
            one.tells && one.address.as_deref() == Some(address.as_str())
        };
        if let [one] = ours[..]
            && is_known(&one.id)
            && is_good(one)
        {
            records.admit(base).await?;
            let ends_at = webhooks.renew(base, &one.id).await?;
            return self.keep_renewed(&row.key, ends_at).await;
        }
        // Ended at the provider, of an address that was, or made before a crash: its key is lost.
        for one in ours {
            records.admit(base).await?;
            webhooks.end(base, &one.id).await?;
        }
        records.admit(base).await?;
        let new = webhooks.make(base, &address).await?;
        let made = Made {
            id: new.id,
            key: self
                .0
                .vault
                .seal(&sealed_for(&row.key, &row.value.id), &new.key),
            ends_at: new.ends_at,
        };
        let event = told_of(&connection, Code::WatchBegun, base)
            .detail("webhook", made.id.as_str())
            .detail("again", known.is_some());
        let look_at = self.next_look(made.ends_at);
        self.change_watch(&row.key, Some(event), |stored| {
            stored.webhook = Some(made.clone());
            // Of what changed until now nobody was told.
            stored.unread = true;
            stored.look_at = look_at;
            (stored.failures, stored.farewells, stored.problem) = (0, 0, None);
        })
        .await
    }

    /// Ends the webhook at the provider, and forgets the watch.
    async fn stop_watching(&self, row: &Row<Watches>) -> Result<(), Error> {
        let (_, records) = self.remote_of(&row.key)?;
        self.end_webhooks(&*records, row).await?;
        self.forget(row, Outcome::Success).await
    }

    /// Ends at the provider whatever tells this appliance of changes of a base.
    pub(in crate::connections) async fn end_webhooks(
        &self,
        records: &dyn Records,
        row: &Row<Watches>,
    ) -> Result<(), Error> {
        let (base, known) = (&row.key.2, row.value.webhook.as_ref());
        let webhooks = webhooks(records)?;
        let address = self.0.registration.watch(&row.value.id);
        records.admit(base).await?;
        for one in webhooks.webhooks(base).await? {
            let is_known = known.is_some_and(|made| made.id == one.id);
            if is_known || one.address.as_deref() == Some(address.as_str()) {
                records.admit(base).await?;
                webhooks.end(base, &one.id).await?;
            }
        }
        Ok(())
    }

    /// The way to the provider; the use of its credential is in the book.
    fn remote_of(
        &self,
        (owner, connection, _): &Place,
    ) -> Result<(Connection, Arc<dyn Records>), Error> {
        let connection = self.at(&(*owner, *connection))?;
        let (records, used) = connection.remote("watch", (&Actor::system(), Arc::new(Alone)))?;
        self.0.record(used);
        Ok((connection, records))
    }

    async fn forget(&self, row: &Row<Watches>, how: Outcome) -> Result<(), Error> {
        let (owner, connection, base) = &row.key;
        let event = match self.at(&(*owner, *connection)) {
            Ok(connection) => told_of(&connection, Code::WatchEnded, base),
            Err(Error::UnknownConnection(id)) => {
                let event = Event::new(Code::WatchEnded, &Actor::system());
                event
                    .entity("connection", id, "")
                    .detail("base", base.as_str())
            }
            Err(error) => return Err(error),
        };
        let mut batch = Batch::new(event.status(how).build(&self.0.clock));
        batch.discard::<Watches>(&row.key);
        Ok(self.0.store.commit(batch).await.map(drop)?)
    }

    async fn keep_renewed(&self, place: &Place, ends_at: Option<Timestamp>) -> Result<(), Error> {
        let look_at = self.next_look(ends_at);
        self.change_watch(place, None, |stored| {
            if let Some(made) = &mut stored.webhook {
                made.ends_at = ends_at;
            }
            stored.look_at = look_at;
            (stored.failures, stored.farewells, stored.problem) = (0, 0, None);
        })
        .await
    }

    /// Keeps that the provider could not be asked. The book is told of it once.
    async fn keep_trouble(
        &self,
        row: &Row<Watches>,
        farewells: u32,
        problem: &str,
    ) -> Result<(), Error> {
        // Earlier failures do not count against a farewell: its tries are its own.
        let before = farewells.checked_sub(1).unwrap_or(row.value.failures);
        let wait = FIRST_WAIT.saturating_mul(1 << before.min(20));
        let look_at = self.0.clock.after(wait.min(LONGEST_WAIT));
        let (owner, connection, base) = &row.key;
        let event = (row.value.problem.as_deref() != Some(problem)).then(|| {
            let connection = self.at(&(*owner, *connection)).ok()?;
            let failed = Outcome::Failure {
                code: "WATCH_FAILED",
                detail: problem.to_owned(),
            };
            Some(told_of(&connection, Code::WatchFailed, base).status(failed))
        });
        self.change_watch(&row.key, event.flatten(), |stored| {
            stored.failures = stored.failures.saturating_add(1);
            stored.farewells = farewells;
            stored.problem = Some(problem.to_owned());
            stored.look_at = look_at;
        })
        .await
    }

    /// Changes a stored watch as it is now; one that is gone stays so.
    pub(super) async fn change_watch(
        &self,
        place: &Place,
        event: Option<Event>,
        change: impl Fn(&mut Stored),
    ) -> Result<(), Error> {
        for _ in 0..TRIES {
            let Some(mut row) = self.0.store.get::<Watches>(place)? else {
                return Ok(());
            };
            change(&mut row.value);
            let mut batch = match &event {
                Some(event) => Batch::new(event.clone().build(&self.0.clock)),
                None => Batch::bookkeeping(),
            };
            batch.replace::<Watches>(place, &row.value, row.version);
            match self.0.store.commit(batch).await {
                Ok(_) => return Ok(()),
                Err(store::Error::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Changed)
    }

    /// The next look: in a day, or halfway to the end where that is sooner.
    fn next_look(&self, ends_at: Option<Timestamp>) -> Timestamp {
        let (now, later) = (self.0.now(), self.0.clock.after(EVERY));
        let halfway = ends_at.map(|end| now + end.duration_since(now) / 2);
        halfway.map_or(later, |at| at.min(later))
    }
}

/// What tells of changes; none of a provider that does not.
fn webhooks(records: &dyn Records) -> Result<&dyn Webhooks, Error> {
    let missing = || crate::providers::Error::Refused("it tells of no changes".to_owned());
    Ok(records.webhooks().ok_or_else(missing)?)
}

fn told_of(connection: &Connection, code: Code, base: &str) -> Event {
    connection
        .event(code, &Actor::system())
        .detail("base", base)
}

/// What went wrong, in one sentence for people.
pub(in crate::connections) fn told(error: &Error) -> String {
    match error {
        Error::Provider(error) => error.sentence(),
        error => error.to_string(),
    }
}

impl super::super::oauth::Registration {
    /// The address that a provider is given for a watch.
    fn watch(&self, id: &WatchId) -> String {
        format!("{}/pings/{id}", self.address)
    }
}
