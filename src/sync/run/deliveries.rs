//! Keeps account of deliveries, which go to where nothing can be read.
//!
//! Each one is announced before it is sent, with its id and the fingerprint of its content. One
//! whose answer was lost, or that a crash has cut short, becomes a letter: in doubt until somebody
//! decides, or until the record has changed, since other content is another delivery. What the
//! vendor has answered is known either way, so a run that is stopped leaves nothing in doubt: the
//! records that it has settled beyond its checkpoint are noted, and passed over when it goes on.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU32, Ordering};

use super::super::error::Error;
use super::super::intent::{Intent, Intents, Sending};
use super::super::letter::{DeadLetters, InDoubt, Known};
use super::super::link::{Hash, Link};
use super::super::resend::Resend;
use super::Pass;
use super::batch::Load;
use super::errand::Fatal;
use super::group::{Done, End};
use super::reading::Reader;
use super::verdict::failure;
use crate::base::{Hex, SyncId};
use crate::jobs::Ending;
use crate::providers;
use crate::store::{Batch, Row as Stored, Scan, Snapshot, prefix};

/// A run fails when so many deliveries in a row have had no answer: nothing gets through.
const DOUBTS: u32 = 10;
/// A group has fewer deliveries than other writes: what a crash cuts short stays in doubt.
const LEAST: usize = 10;
const MOST: usize = 100;

const CUT_SHORT: &str = "the appliance was stopped while it was sent: nobody knows whether it \
                         arrived";

/// What is known of a record's last delivery when nobody knows whether it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unsure {
    /// The fingerprint of what was sent.
    sent: Option<Hash>,
    /// Whether somebody wants it sent again.
    resend: bool,
    reason: String,
}

impl Unsure {
    /// The deliveries of a sync that are in doubt, by their records' keys.
    fn load(store: &Snapshot, sync: SyncId) -> Result<HashMap<String, Self>, Error> {
        let mut unsure = HashMap::new();
        let scan = Scan::prefix(prefix(&sync), usize::MAX);
        store.walk::<DeadLetters>(&scan, |_, row| {
            if let Some(delivery) = row.value.delivery {
                let one = Self {
                    sent: Hex::read(delivery.sent.as_bytes()),
                    resend: delivery.resend,
                    reason: row.value.reason,
                };
                unsure.insert(row.key.1, one);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(unsure)
    }
}

impl Reader {
    /// Why a record is not sent: this very content was, and nobody knows whether it arrived.
    pub(super) fn doubt(&self, key: &str, sent: &Hash) -> Option<&str> {
        let unsure = self.unsure.get(key)?;
        let again = self.resends || unsure.resend;
        (unsure.sent.as_ref() == Some(sent) && !again).then_some(&unsure.reason)
    }

    /// A record's link as far as it tells what is at the other end: after a delivery in doubt it
    /// only tells which one came before.
    pub(super) fn standing(&self, key: &str, link: Option<Link>) -> Option<Link> {
        let doubted = self.unsure.contains_key(key);
        link.map(|link| if doubted { link.doubted() } else { link })
    }
}

/// Counts deliveries without an answer, one after the other.
#[derive(Default)]
pub(super) struct Doubts(AtomicU32);

impl Doubts {
    /// Notes an answer.
    pub(super) fn end(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// Notes one more; says whether it is one too many.
    fn add(&self) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed) + 1 >= DOUBTS
    }
}

impl Pass<'_> {
    /// Announces deliveries.
    pub(super) fn sending(&self, loads: &[Load]) -> Intent {
        let layout = &self.fit.layout;
        let sending = loads.iter().map(|load| Sending {
            key: load.key.clone(),
            id: self.line.records.delivery_id(layout, &load.row),
            sent: Hex(&load.sent).to_string(),
            first: load.row.id.is_none(),
        });
        let mut intent = Intent::of(self.line.clock.now(), []);
        intent.sending = sending.collect();
        intent
    }

    /// How many deliveries are announced at once: those of a quarter of a second.
    pub(super) fn deliveries_at_once(rate_per_second: f64) -> usize {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate is not negative, and one too large becomes the greatest number"
        )]
        let writes = (rate_per_second / 4.0) as usize;
        writes.clamp(LEAST, MOST)
    }

    /// A delivery that had no answer, as it ends.
    pub(super) fn in_doubt(&self, load: Load, reason: &str) -> Done {
        let delivery = InDoubt {
            id: self.line.records.delivery_id(&self.fit.layout, &load.row),
            sent: Hex(&load.sent).to_string(),
            resend: false,
        };
        Done {
            key: load.key,
            end: End::InDoubt {
                reason: reason.to_owned(),
                cells: load.row.cells,
                delivery,
            },
        }
    }

    /// Notes that a delivery had no answer. The run fails when it is one too many.
    pub(super) fn doubt_again(&self, error: &providers::Error) {
        if self.doubts.add() {
            self.line.fail(Fatal {
                ending: Ending::Failed(failure(error)),
                cause: Some(providers::Error::Lost(error.sentence().into())),
            });
        }
    }

    /// Settles what a crash has cut short: each delivery that was announced may have arrived.
    pub(super) async fn settle_cut_short(&self, intent: Stored<Intents>) -> Result<(), Error> {
        let mut batch = Batch::bookkeeping();
        let count = intent.value.sending.len() as u64;
        if self.resend == Resend::Never {
            let mut known = Known::load(&self.store.snapshot()?, self.sync)?;
            let (run, now) = (self.line.live.borrow().id, self.line.clock.now());
            for one in intent.value.sending {
                let delivery = InDoubt {
                    id: one.id,
                    sent: one.sent,
                    resend: false,
                };
                let payload = self.payload_of(&one.key)?;
                let place = (self.sync, one.key.as_str());
                let why = (CUT_SHORT, payload, delivery);
                known.in_doubt(&mut batch, place, (run, now), why);
            }
            self.book.cut_short(count);
        }
        batch.discard::<Intents>(&intent.key);
        self.commit(batch).await?;
        Ok(())
    }

    /// What a record would send now, for people.
    fn payload_of(&self, key: &str) -> Result<Vec<super::super::letter::Cell>, Error> {
        let record = self.reader.dataset.record(key)?;
        let cells = record.map(|record| self.fit.cells(&record.fields));
        Ok(self.fit.payload(&cells.unwrap_or_default()))
    }

    /// Looks up which deliveries are in doubt.
    pub(super) fn recall_doubts(&mut self) -> Result<(), Error> {
        if self.line.records.delivers() {
            let unsure = Unsure::load(&self.store.snapshot()?, self.sync)?;
            self.reader.unsure = std::sync::Arc::new(unsure);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_deliveries_without_an_answer_are_too_many_and_one_with_it_begins_anew() {
        let doubts = Doubts::default();
        assert!((1..DOUBTS).all(|_| !doubts.add()));
        doubts.end();
        assert!((1..DOUBTS).all(|_| !doubts.add()));
        assert!(doubts.add());
    }

    #[test]
    fn a_slow_hook_leaves_few_in_doubt_and_a_fast_one_waits_for_few_commits() {
        for (rate, expected) in [(0.0, 10), (30.0, 10), (200.0, 50), (1e9, 100)] {
            assert_eq!(Pass::deliveries_at_once(rate), expected, "{rate}");
        }
    }
}
