//! Names things: one type for each kind of id, all of them UUIDs that rise with time.

use std::fmt::{Debug, Display, Formatter, Result as Shown};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

use super::Clock;

/// A text that is not an id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an id; an id looks like 0199a3c4-7b10-7000-8000-0123456789ab")]
pub struct BadId(String);

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id (UUID version 7, RFC 9562): later ones sort after earlier ones, to the millisecond.
            pub fn new(clock: &Clock) -> Self {
                Self(rising(clock))
            }

            /// Sorts before every id that is made at `at` or later, and after all earlier ones.
            pub fn first_at(at: jiff::Timestamp) -> Self {
                let millis = u64::try_from(at.as_millisecond()).unwrap_or_default();
                let mut bytes = [0; 16];
                bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
                Self::from_bytes(bytes)
            }

            /// When it was made, to the millisecond.
            pub fn made_at(&self) -> jiff::Timestamp {
                let mut millis = [0; 8];
                millis[2..].copy_from_slice(&self.as_bytes()[..6]);
                let millis = i64::from_be_bytes(millis);
                jiff::Timestamp::from_millisecond(millis).unwrap_or(jiff::Timestamp::MAX)
            }

            /// The 16 bytes, whose order is the order of time.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// The id that [`Self::as_bytes`] gave.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl Display for $name {
            fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
                Display::fmt(&self.0, f)
            }
        }

        impl Debug for $name {
            fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
                Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                // Only the hyphenated form: one thing has one name.
                match Uuid::try_parse(text) {
                    Ok(id) if text.len() == 36 => Ok(Self(id)),
                    _ => Err(BadId(text.chars().take(64).collect())),
                }
            }
        }
    )+};
}

ids! {
    /// A person.
    UserId
    /// A signed-in browser; the secret that proves it is another.
    SessionId
    /// A personal token of a user's programs; the secret that proves it is another.
    TokenId
    /// A table of records.
    DatasetId
    /// One import of a file into a dataset.
    ImportId
    /// One file with the records of a dataset.
    ExportId
    /// A secret address through which others write records; the secret is another.
    InletId
    /// An address that is told what becomes of a dataset's records.
    HookId
    /// A marketing property whose events are counted.
    SiteId
    /// What events are sent with; the key itself is another.
    WriteKeyId
    /// What is kept below a site under a name, such as a segment.
    KeptId
    /// A site's link to an ad account whose figures are fetched.
    FeedId
    /// What shows a site's overview without an account; the address itself is another.
    LinkId
    /// An event that its sender gave no id of its own.
    EventId
    /// One user's access to one provider account.
    ConnectionId
    /// That a provider tells by itself of what changes in a base.
    WatchId
    /// An agreement between a dataset and a remote table.
    SyncId
    /// One execution of a sync.
    RunId
    /// Any job: that of its run, import or export.
    JobId
    /// What a run of a sync would do, written down beforehand.
    PlanId
    /// One request to the appliance; the answer, the log and the book all carry it.
    RequestId
}

impl JobId {
    /// The id right behind this one; none behind the last there can be.
    pub fn next(self) -> Option<Self> {
        let next = u128::from_be_bytes(*self.as_bytes()).checked_add(1)?;
        Some(Self::from_bytes(next.to_be_bytes()))
    }
}

impl HookId {
    /// The id right behind this one; none behind the last there can be.
    pub fn next(self) -> Option<Self> {
        JobId::from_bytes(*self.as_bytes())
            .next()
            .map(|next| Self::from_bytes(*next.as_bytes()))
    }
}

/// The ids of those things that are jobs.
macro_rules! jobs {
    ($($name:ident)+) => {$(
        impl From<$name> for JobId {
            fn from(id: $name) -> Self {
                Self::from_bytes(*id.as_bytes())
            }
        }

        impl From<JobId> for $name {
            fn from(id: JobId) -> Self {
                Self::from_bytes(*id.as_bytes())
            }
        }
    )+};
}

jobs! { RunId ImportId ExportId }

fn rising(clock: &Clock) -> Uuid {
    let millis = u64::try_from(clock.now().as_millisecond()).unwrap_or_default();
    Builder::from_unix_timestamp_millis(millis, &clock.chance()).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_comes_back_from_its_text() {
        let id = UserId::new(&Clock::system());
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn ids_rise_with_time_differ_within_it_and_repeat_with_their_seed() {
        let ids = |seed| {
            let clock = Clock::seeded(jiff::Timestamp::UNIX_EPOCH, seed);
            let first = UserId::new(&clock);
            clock.advance(std::time::Duration::from_millis(1));
            [first, UserId::new(&clock), UserId::new(&clock)]
        };
        let [first, second, third] = ids(7);
        assert!(first < second && second != third);
        assert_eq!(ids(7), [first, second, third]);
        assert_ne!(ids(8)[0], first);
        assert_eq!(first.0.get_version_num(), 7);
    }

    #[test]
    fn a_moment_has_its_place_among_ids() {
        let clock = Clock::manual(jiff::Timestamp::constant(1_800_000_000, 0));
        let (id, now) = (UserId::new(&clock), clock.now());
        let later = now + std::time::Duration::from_millis(1);
        assert!(UserId::first_at(now) < id && id < UserId::first_at(later));
    }

    #[test]
    fn other_spellings_of_an_id_are_refused() {
        let id = UserId::new(&Clock::system());
        assert!(id.to_string().replace('-', "").parse::<UserId>().is_err());
        assert!("../../etc/passwd".parse::<UserId>().is_err());
    }
}
