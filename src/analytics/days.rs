//! Keeps the keys with which visitors are hashed who have no id of their own: one for each day of a
//! site, drawn with its first event and destroyed after its end, so that nobody, not even whoever
//! has all files, can tell afterwards who it was or that they came again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{Timestamp, ToSpan as _, civil};

use super::Error;
use super::number::SiteNumber;
use super::row::{DayKey, Days};
use super::service::Ground;
use super::site::Site;
use crate::base::{Hex, Secret, SecretBytes};
use crate::store::{self, Batch, Collection as _, Key as _, Scan};
use crate::vault::Context;

/// The keys that are in use, so that not every event opens one.
#[derive(Default)]
pub(super) struct DayKeys(Mutex<HashMap<(SiteNumber, civil::Date), Used>>);

#[derive(Clone)]
struct Used {
    key: Arc<Secret>,
    until: Timestamp,
}

impl DayKeys {
    fn used(&self) -> MutexGuard<'_, HashMap<(SiteNumber, civil::Date), Used>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Site {
    /// The key of this day's visitors.
    pub(super) async fn day_key(&self, now: Timestamp) -> Result<Arc<Secret>, Error> {
        let parts = &self.all.0;
        let day = now.to_zoned(self.zone().clone()).date();
        let place = (self.number(), day);
        if let Some(used) = parts.days.used().get(&place) {
            return Ok(Arc::clone(&used.key));
        }
        let used = self.stored_day_key(day).await?;
        parts.days.used().insert(place, used.clone());
        Ok(used.key)
    }

    /// The key as it is kept, or a new one; whoever draws it at the same time gets the same.
    async fn stored_day_key(&self, day: civil::Date) -> Result<Used, Error> {
        let parts = &self.all.0;
        let row = (self.number(), day.to_string());
        let record = row.bytes();
        let context = Context {
            kind: Days::NAME,
            record: &record,
            field: "key",
            owner: self.key.0.as_bytes(),
        };
        loop {
            if let Some(there) = parts.store.get::<Days>(&row)? {
                let key = parts.vault.open(&context, &there.value.key);
                return Ok(Used {
                    key: Arc::new(key.map_err(Error::Sealed)?),
                    until: there.value.until,
                });
            }
            let key = Secret::new(Hex(SecretBytes::<32>::random().expose()).to_string());
            let kept = DayKey {
                key: parts.vault.seal(&context, &key),
                until: self.end_of(day),
            };
            let mut batch = Batch::bookkeeping();
            batch.insert::<Days>(&row, &kept);
            match parts.store.commit(batch).await {
                Err(store::Error::Conflict(_)) => {}
                outcome => {
                    outcome?;
                    return Ok(Used {
                        key: Arc::new(key),
                        until: kept.until,
                    });
                }
            }
        }
    }

    /// The first moment after a day.
    fn end_of(&self, day: civil::Date) -> Timestamp {
        let next = day.checked_add(1.day()).unwrap_or(civil::Date::MAX);
        let midnight = next.to_zoned(self.zone().clone());
        midnight.map_or(Timestamp::MAX, |midnight| midnight.timestamp())
    }
}

impl Ground {
    /// Destroys the keys of days that are over.
    pub(super) async fn forget_days(&self) -> Result<(), Error> {
        let now = self.clock.now();
        self.days.used().retain(|_, used| used.until > now);
        let mut batch = Batch::bookkeeping();
        for row in self.store.scan::<Days>(&Scan::all(usize::MAX))?.rows {
            if row.value.until <= now {
                batch.discard::<Days>(&row.key);
            }
        }
        if !batch.is_empty() {
            self.store.commit(batch).await?;
        }
        Ok(())
    }
}
