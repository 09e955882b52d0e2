//! Keeps the keys with which visitors are hashed who have no id of their own: one for each day of a
//! site, drawn with its first event and destroyed after its end, so that nobody can tell afterwards
//! who it was or that they came again.
//!
//! They lie sealed in a file of their own, which is written over in place: in the store's file what
//! is removed lives on until its page is used again. A copy of the file that was made on the day
//! keeps its keys. Where the file is lost, new keys are drawn, and the day's visitors count anew.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use super::Error;
use super::number::SiteNumber;
use super::service::Ground;
use super::site::Site;
use super::slate::Slate;
use crate::base::{Hex, Secret, SecretBytes};
use crate::store::{self, Key as _};
use crate::vault::{Context, Sealed};

type Place = (SiteNumber, Date);

/// The keys that there are.
pub(super) struct DayKeys {
    slate: Slate,
    /// What stands on the slate. Whoever holds it may be writing there: no task waits for it.
    kept: Mutex<Vec<DayKey>>,
    /// Those in use, so that not every event opens one.
    used: Mutex<HashMap<Place, Arc<Secret>>>,
}

#[derive(Clone, Serialize, Deserialize)]
struct DayKey {
    site: SiteNumber,
    day: Date,
    key: Sealed,
    /// When the day ends in the site's zone, and the key with it.
    until: Timestamp,
}

impl DayKey {
    fn place(&self) -> Place {
        (self.site, self.day)
    }
}

impl DayKeys {
    /// The keys that an earlier process has left in a file.
    pub(super) fn open(path: PathBuf) -> Result<Self, Error> {
        let slate = Slate::at(path);
        let kept = slate.read().map_err(store::Error::Unavailable)?;
        Ok(Self {
            slate,
            kept: Mutex::new(kept),
            used: Mutex::default(),
        })
    }

    fn kept(&self) -> MutexGuard<'_, Vec<DayKey>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn used(&self) -> MutexGuard<'_, HashMap<Place, Arc<Secret>>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, place: Place) -> Option<Arc<Secret>> {
        self.used().get(&place).map(Arc::clone)
    }

    fn write(&self, keys: &[DayKey]) -> Result<(), Error> {
        let written = self.slate.write(&keys);
        Ok(written.map_err(store::Error::Unavailable)?)
    }

    /// Destroys keys.
    fn forget(&self, is_over: impl Fn(&DayKey) -> bool) -> Result<(), Error> {
        let mut kept = self.kept();
        let left: Vec<DayKey> = kept.iter().filter(|key| !is_over(key)).cloned().collect();
        if left.len() < kept.len() {
            self.used()
                .retain(|place, _| left.iter().any(|key| key.place() == *place));
            self.write(&left)?;
            *kept = left;
        }
        Ok(())
    }
}

impl Site {
    /// The key of this day's visitors.
    pub(super) async fn day_key(&self, now: Timestamp) -> Result<Arc<Secret>, Error> {
        let parts = &self.all.0;
        let day = now.to_zoned(self.zone().clone()).date();
        if let Some(key) = parts.days.find((self.number(), day)) {
            return Ok(key);
        }
        let site = self.clone();
        parts.blocking.run(move || site.draw_day_key(day)).await
    }

    /// The key as it is kept, or a new one; whoever draws it at the same time gets the same.
    fn draw_day_key(&self, day: Date) -> Result<Arc<Secret>, Error> {
        let parts = &self.all.0;
        let place = (self.number(), day);
        let mut kept = parts.days.kept();
        if let Some(key) = parts.days.find(place) {
            return Ok(key);
        }
        let record = (self.number(), day.to_string()).bytes();
        let context = Context {
            kind: "site_day",
            record: &record,
            field: "key",
            owner: self.key.0.as_bytes(),
        };
        let there = kept.iter().find(|key| key.place() == place);
        // One that another vault has sealed is as good as lost.
        let there = there.and_then(|there| parts.vault.open(&context, &there.key).ok());
        let key = if let Some(key) = there {
            Arc::new(key)
        } else {
            let key = Secret::new(Hex(SecretBytes::<32>::random().expose()).to_string());
            let mut more = kept.clone();
            more.retain(|key| key.place() != place);
            more.push(DayKey {
                site: self.number(),
                day,
                key: parts.vault.seal(&context, &key),
                until: self.end_of(day),
            });
            parts.days.write(&more)?;
            *kept = more;
            Arc::new(key)
        };
        parts.days.used().insert(place, Arc::clone(&key));
        Ok(key)
    }

    /// The first moment after a day.
    fn end_of(&self, day: Date) -> Timestamp {
        let next = day.checked_add(1.day()).unwrap_or(Date::MAX);
        let midnight = next.to_zoned(self.zone().clone());
        midnight.map_or(Timestamp::MAX, |midnight| midnight.timestamp())
    }
}

impl Ground {
    /// Destroys the keys of days that are over.
    pub(super) async fn forget_days(&self) -> Result<(), Error> {
        let (days, now) = (Arc::clone(&self.days), self.clock.now());
        let forget = move || days.forget(|key| key.until <= now);
        self.blocking.run(forget).await
    }

    /// Destroys the keys of a site that is gone.
    pub(super) async fn forget_days_of(&self, site: SiteNumber) -> Result<(), Error> {
        let days = Arc::clone(&self.days);
        let forget = move || days.forget(|key| key.site == site);
        self.blocking.run(forget).await
    }
}
