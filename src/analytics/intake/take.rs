//! Takes one body of events: reads it while it comes, and keeps at its end what can be counted.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::super::Error;
use super::super::event::Event;
use super::super::key::{Kind, WriteKey};
use super::super::row::{At, Keys, Seen, StoredKey};
use super::super::site::Site;
use super::check::{Checks, Reach, Refused};
use super::reason::{Fault, Reason};
use super::sender::{Consent, Sender};
use super::split::{Broken, LARGEST, Piece, Splitter};
use crate::base::metrics::EVENTS;
use crate::base::{Actor, Hex, Secret, SecretBytes, UserId, WriteKeyId};
use crate::store::{self, Batch};

/// When something came in last is noted to the minute.
const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// The most bytes of a body that is sent with a key of a kind: what browsers may send while a page
/// goes, and what servers send in a batch.
pub const fn largest(kind: Kind) -> usize {
    match kind {
        Kind::Public => 64 << 10,
        Kind::Secret => 10 << 20,
    }
}

/// The most events of such a body.
pub const fn most(kind: Kind) -> usize {
    match kind {
        Kind::Public => 100,
        Kind::Secret => 10_000,
    }
}

/// A body of events on its way in.
pub struct Intake {
    key: WriteKey,
    checks: Checks,
    splitter: Splitter,
    events: Vec<Event>,
    refused: Vec<Fault>,
    bytes: usize,
}

/// What became of a body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// So many events are counted now; for a public key, also those that were before.
    pub accepted: u32,
    /// So many were counted before, by their ids; for a public key none.
    pub doubled: u32,
    /// Those that are not counted.
    pub refused: Vec<Fault>,
}

impl From<Broken> for Error {
    fn from(broken: Broken) -> Self {
        Self::BadBody(broken.0.to_owned())
    }
}

impl Intake {
    pub(super) fn new(
        site: Site,
        key: WriteKey,
        sender: Sender,
        (now, day): (Timestamp, Arc<Secret>),
    ) -> Self {
        let splitter = Splitter::new(sender.written);
        let clock = site.all.0.clock.clone();
        Self {
            checks: Checks {
                site,
                kind: key.kind(),
                origins: key.origins().to_vec(),
                reach: Reach::Week,
                sender,
                now,
                day,
                late: Secret::new(Hex(SecretBytes::<32>::random().expose()).to_string()),
                clock,
                kept_since: None,
            },
            key,
            splitter,
            events: Vec::new(),
            refused: Vec::new(),
            bytes: 0,
        }
    }

    /// Whose the site is: they must be allowed to change it for anything to come in.
    pub fn owner(&self) -> UserId {
        self.checks.site.owner()
    }

    /// The key that it is sent with.
    pub fn key(&self) -> WriteKeyId {
        self.key.id()
    }

    /// Who sends with such a key.
    pub fn kind(&self) -> Kind {
        self.key.kind()
    }

    /// Whether a visitor's browser sends it, or a server for one who does not want to be counted.
    pub fn comes_from_visitor(&self) -> bool {
        self.kind() == Kind::Public || self.checks.sender.consent == Consent::Refused
    }

    /// Reads the next part of the body. Errs with `BadBody` on what is no JSON as a whole or too
    /// large, and with `TooManyEvents`; then nothing of the body is kept.
    pub fn read(&mut self, part: &[u8]) -> Result<(), Error> {
        self.bytes += part.len();
        let largest = largest(self.kind());
        if self.bytes > largest {
            return Err(Error::TooLarge(largest));
        }
        let Self {
            checks,
            splitter,
            events,
            refused,
            ..
        } = self;
        splitter.push(part, |piece| sort(checks, (events, refused), piece))
    }

    /// Keeps what can be counted, durably.
    pub async fn finish(mut self, by: &Actor) -> Result<Taken, Error> {
        let Self {
            checks,
            splitter,
            events,
            refused,
            ..
        } = &mut self;
        splitter.end(|piece| sort(checks, (events, refused), piece))?;
        let parts = Arc::clone(&checks.site.all.0);
        // Nothing is counted that the book could not be told of.
        parts.log.check()?;
        self.note().await?;
        let by = by.clone();
        let kept = parts.tasks.carry(async move { self.keep(&by).await });
        kept.await.ok_or(Error::Stopped)?
    }

    /// Keeps the events and has the book told of them. It must be carried through, even when whoever
    /// sent them has hung up.
    async fn keep(mut self, by: &Actor) -> Result<Taken, Error> {
        let parts = Arc::clone(&self.checks.site.all.0);
        let events = std::mem::take(&mut self.events);
        let site = &self.checks.site;
        let (number, zone) = (site.number(), site.zone());
        let mut taken = Taken {
            refused: std::mem::take(&mut self.refused),
            ..Taken::default()
        };
        if !events.is_empty() {
            let appended = parts.ledger.append(number, zone, events).await?;
            (taken.accepted, taken.doubled) = (appended.kept, appended.doubled);
            self.checks.site.forget_if_gone().await?;
        }
        parts.count((site, &self.key), &taken, by);
        measure(&taken);
        if self.kind() == Kind::Public {
            // Or anybody could try out which ids there are.
            taken.accepted += std::mem::take(&mut taken.doubled);
        }
        Ok(taken)
    }

    /// Notes that the key and the site are in use. The first event settles what the site's sums rest
    /// on.
    async fn note(&mut self) -> Result<(), Error> {
        if self.events.is_empty() {
            return self.note_use(None).await;
        }
        let now = self.checks.now;
        self.checks.site = self.checks.site.counting_from(now).await?;
        self.note_use(Some(now)).await
    }

    async fn note_use(&self, event: Option<Timestamp>) -> Result<(), Error> {
        let (site, now) = (&self.checks.site, self.checks.now);
        let parts = &site.all.0;
        let is_old =
            |at: Option<Timestamp>| at.is_none_or(|at| now.duration_since(at) >= NOTED_EVERY);
        let mut batch = Batch::bookkeeping();
        let place = (site.number(), self.key());
        if is_old(self.key.used_at())
            && let Some(row) = parts.store.get::<Keys>(&place)?
        {
            let used = StoredKey {
                used_at: Some(now),
                ..row.value
            };
            batch.replace::<Keys>(&place, &used, row.version);
        }
        if let Some(at) = event
            && is_old(site.last_event_at()?)
        {
            batch.put::<Seen>(&site.number(), &At { at });
        }
        if batch.is_empty() {
            return Ok(());
        }
        match parts.store.commit(batch).await {
            // Somebody else has noted it, or the key is gone: what came before that counts.
            Ok(_) | Err(store::Error::Conflict(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Puts a piece where it belongs.
fn sort(
    checks: &Checks,
    (events, refused): (&mut Vec<Event>, &mut Vec<Fault>),
    piece: Piece<'_>,
) -> Result<(), Error> {
    let index = events.len() + refused.len();
    let most = most(checks.kind);
    if index >= most {
        return Err(Error::TooManyEvents(most));
    }
    let read = match piece {
        Piece::Whole(piece) => checks.read(piece),
        Piece::TooLarge => {
            let why = format!("an event has at most {LARGEST} bytes");
            Err(Refused(Reason::TooLarge, why))
        }
    };
    match read {
        Ok(event) => events.push(event),
        Err(Refused(reason, message)) => refused.push(Fault {
            index,
            reason,
            message,
        }),
    }
    Ok(())
}

fn measure(taken: &Taken) {
    EVENTS.add(["accepted".into()], taken.accepted.into());
    EVENTS.add(["doubled".into()], taken.doubled.into());
    for fault in &taken.refused {
        EVENTS.add([fault.reason.name().into()], 1);
    }
}
