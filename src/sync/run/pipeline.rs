//! Moves the groups of a run along: read and announced ahead, written several calls at a time,
//! settled in their order.

use std::sync::{Arc, Mutex};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::super::error::Error;
use super::super::intent::{Intent, Intents};
use super::super::link::{Link, Links};
use super::Pass;
use super::batch::{Batch, Load};
use super::group::{End, Gatherer, Group, Whole};
use super::ledger::Ledger;
use super::readback::earlier;
use super::reading::Stretch;
use super::source::{Place, Source};
use crate::store;

/// Calls that wait for their turn or their answer at a time: at five calls a second this keeps the
/// pace while an answer takes a second and a half.
const CALLS: usize = 8;
/// Commits of settled groups under way at a time.
const SETTLING: usize = 2;
/// The writes of a group: what a crash leaves to be looked for.
const LEAST_WRITES: usize = 100;
const MOST_WRITES: usize = 2_000;

impl Pass<'_> {
    /// Runs from the ledger's checkpoint to the end of the records, or until it is to stop. The
    /// first group has the number `first`.
    pub(super) async fn push(&self, ledger: &mut Ledger, first: u64) -> Result<(), Error> {
        let (announced, groups) = mpsc::channel(1);
        let from = Place::after(ledger.job.checkpoint.clone());
        let reading = self.announce_all(from, first, announced);
        let writing = self.write_all(ledger, first, groups);
        tokio::try_join!(reading, writing).map(|((), ())| ())
    }

    /// Reads the records and announces their groups, each as soon as there is room for it.
    async fn announce_all(
        &self,
        mut after: Place,
        first: u64,
        announced: mpsc::Sender<Vec<Batch>>,
    ) -> Result<(), Error> {
        for number in first.. {
            if self.line.halt.is_cancelled() {
                break;
            }
            let (reader, writes) = (self.reader.clone(), self.writes_at_once());
            let read = move || reader.read(&after, writes);
            let mut stretch = self.blocking.run(read).await?;
            if !self.fields_stay()? {
                break;
            }
            self.pass_over(&mut stretch);
            after = stretch.upto.clone();
            let ended = stretch.ended;
            if self.hold_changed(&mut stretch).await.is_none()
                || self.seek_all(&mut stretch).await.is_none()
                || self.look_again(&mut stretch).await.is_none()
            {
                break;
            }
            let batches = self.announce(number, stretch).await?;
            if announced.send(batches).await.is_err() || ended {
                break;
            }
        }
        Ok(())
    }

    /// Takes out of a stretch what the run has settled before it was stopped.
    fn pass_over(&self, stretch: &mut Stretch) {
        if !self.passed.is_empty() {
            stretch.idle.retain(|idle| !self.passed.contains(&idle.key));
            stretch
                .loads
                .retain(|load| !self.passed.contains(&load.key));
        }
    }

    /// Cuts a stretch into batches. What is to be written is in the book before the first of them
    /// is sent, and the intent with it, if records may be created.
    async fn announce(&self, number: u64, stretch: Stretch) -> Result<Vec<Batch>, Error> {
        let intent = if self.line.records.delivers() {
            self.sending(&stretch.loads)
        } else {
            let creating = stretch.loads.iter().filter(|load| load.row.id.is_none());
            let now = self.line.clock.now();
            let announced = Intent {
                there: Some(earlier(now, self.line.records.skew().least)),
                ..Intent::of(now, creating.map(Load::announce))
            };
            self.announcing(announced, &stretch)
        };
        let rows = self.line.records.rows_per_call().max(1);
        let batches = batches(&stretch, rows).max(1);
        let group = Arc::new(Group {
            number,
            upto: stretch.upto.key,
            idle: stretch.idle,
            batches,
            intent,
            late: Mutex::default(),
        });
        let (writes, creates) = (stretch.loads.len(), group.intent.creates());
        let removals = stretch.unwanted.len();
        if writes + removals > 0 {
            let act = self.book.intended(&group, writes - creates, removals);
            let mut batch = store::Batch::new(act);
            if !group.intent.is_empty() {
                batch.put::<Intents>(&(self.sync, number), &group.intent);
            }
            for load in stretch.loads.iter().filter(|load| load.revive) {
                self.link_revived(&mut batch, load)?;
            }
            self.commit(batch).await?;
        }
        let (loads, unwanted) = (stretch.loads, stretch.unwanted);
        let batch = |loads, unwanted| Batch {
            group: Arc::clone(&group),
            loads,
            unwanted,
        };
        let mut batches: Vec<Batch> = cut(loads, rows)
            .map(|loads| batch(loads, Vec::new()))
            .collect();
        batches.extend(cut(unwanted, rows).map(|unwanted| batch(Vec::new(), unwanted)));
        if batches.is_empty() {
            batches.push(batch(Vec::new(), Vec::new()));
        }
        Ok(batches)
    }

    /// Writes the batches of the announced groups and settles each group that is whole.
    async fn write_all(
        &self,
        ledger: &mut Ledger,
        first: u64,
        groups: mpsc::Receiver<Vec<Batch>>,
    ) -> Result<(), Error> {
        let mut gatherer = Gatherer::starting_at(first);
        let mut whole_so_far = true;
        ReceiverStream::new(groups)
            .flat_map(stream::iter)
            .map(|batch| self.write(batch))
            .buffer_unordered(CALLS)
            .map_ok(|returned| stream::iter(gatherer.take(returned).into_iter().map(Ok)))
            .try_flatten()
            // A group that a stop has cut short is left open, with all that follow: the next claim
            // looks for their records. Calls under way are awaited nevertheless.
            .try_filter(|whole| {
                // Of deliveries each is known that was tried.
                whole_so_far &= whole.carried_through()
                    || self.line.failure.get().is_some()
                    || self.line.records.delivers();
                std::future::ready(whole_so_far)
            })
            .map_ok(|whole| {
                self.show_idle(&whole.group);
                self.tell_notes(ledger);
                ledger.count_calls(&self.line.live.borrow().job);
                let ending = self.line.failure.get().map(|fatal| &fatal.ending);
                let now = self.line.clock.now();
                let told = self.book.settled(&whole);
                let parted = self.parted_in(&whole);
                let mut batch = ledger.settle(whole, &self.fit, ending, now);
                let told =
                    told.map(|event| event.detail("outcomes_sha256", ledger.job.digest.as_str()));
                let settled = parted.map(|links| {
                    for (key, link) in &links {
                        batch.put::<Links>(&(self.sync, key.clone()), link);
                    }
                    self.commit(batch)
                });
                async move {
                    settled?.await?;
                    if let Some(event) = told {
                        self.book.record(event);
                    }
                    Ok::<_, Error>(())
                }
            })
            .try_buffered(SETTLING)
            .try_for_each(|()| std::future::ready(Ok(())))
            .await
    }

    /// The links of what a group has removed there, where an undo of both ways has.
    fn parted_in(&self, whole: &Whole) -> Result<Vec<(String, Link)>, Error> {
        if !matches!(self.reader.source, Source::UndoBoth(..)) {
            return Ok(Vec::new());
        }
        let removed = whole.done.iter().filter_map(|done| match &done.end {
            End::Removed { remote_id, .. } => Some((done.key.as_str(), remote_id.as_str())),
            _ => None,
        });
        self.parted(removed)
    }

    /// How many writes a group has: those of two seconds, so that a slow run leaves few in doubt
    /// and a fast one does not wait for its commits.
    fn writes_at_once(&self) -> usize {
        let rate = self
            .line
            .live
            .borrow()
            .pulse
            .rate_per_second()
            .unwrap_or_default();
        let records = self.line.records;
        if records.delivers() {
            return Self::deliveries_at_once(rate);
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate is not negative, and one too large becomes the greatest number"
        )]
        let writes = (2.0 * rate) as usize;
        let at_once = if records.matches_by_key() {
            records.rows_per_call()
        } else {
            records.keys_per_call()
        };
        writes
            .clamp(LEAST_WRITES, MOST_WRITES)
            .next_multiple_of(at_once.max(1))
    }
}

/// How many calls a stretch takes.
fn batches(stretch: &Stretch, rows: usize) -> usize {
    stretch.loads.len().div_ceil(rows) + stretch.unwanted.len().div_ceil(rows)
}

/// The items in their order, so many at a time.
fn cut<T>(items: Vec<T>, at_once: usize) -> impl Iterator<Item = Vec<T>> {
    let mut items = items.into_iter();
    std::iter::from_fn(move || {
        let some: Vec<T> = items.by_ref().take(at_once).collect();
        (!some.is_empty()).then_some(some)
    })
}
