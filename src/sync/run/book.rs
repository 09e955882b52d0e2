//! Tells the book what a run does to its provider on the way: one event for each group of records.

use super::super::counts::Fate;
use super::group::{Done, Group, Whole};
use super::start::Claimed;
use crate::audit::{Code, Event, Log};
use crate::base::{Act, Actor, Clock, RunId, SyncId};
use crate::datasets::Dataset;

/// The book, and which run writes into it.
#[derive(Clone, Copy)]
pub(super) struct Book<'a> {
    log: &'a Log,
    clock: &'a Clock,
    by: &'a Actor,
    run: RunId,
    sync: (SyncId, &'a str),
}

impl<'a> Claimed<'a> {
    pub(super) fn book(&'a self) -> Book<'a> {
        let services = &self.syncs.services;
        Book {
            log: &services.log,
            clock: &services.clock,
            by: &self.by,
            run: self.active.run,
            sync: (self.sync_id, &self.sync.name),
        }
    }
}

impl Book<'_> {
    /// The act of writing a group: it stands in the book before the first call is made.
    pub(super) fn intended(&self, group: &Group, updates: usize, deletes: usize) -> Act {
        self.event(Code::RemoteWriteIntended)
            .count("group", group.number)
            .count("calls", group.batches as u64)
            .count("creates", group.intent.creates() as u64)
            .count("updates", updates as u64)
            .count("deletes", deletes as u64)
            .build(self.clock)
    }

    /// The act of creating one more record of a group than was announced: its remote one is gone.
    pub(super) fn recreated(&self, group: &Group) -> Act {
        self.event(Code::RemoteWriteIntended)
            .count("group", group.number)
            .count("creates", 1)
            .build(self.clock)
    }

    /// The act of deleting records of our own making of which there are two.
    pub(super) fn doubles(&self, records: u64) -> Act {
        self.event(Code::RemoteWriteIntended)
            .count("calls", records)
            .count("doubles", records)
            .build(self.clock)
    }

    /// Tells that they are deleted.
    pub(super) fn doubles_deleted(&self, records: u64) {
        self.record(
            self.event(Code::RemoteWriteSettled)
                .count("doubles", records),
        );
    }

    /// Tells of deliveries that a crash has cut short.
    pub(super) fn cut_short(&self, deliveries: u64) {
        self.record(
            self.event(Code::RemoteWriteSettled)
                .count(Fate::Unknown.name(), deliveries),
        );
    }

    /// What became of a group; none when nothing of it was to be written.
    pub(super) fn settled(&self, whole: &Whole) -> Option<Event> {
        if whole.done.is_empty() {
            return None;
        }
        let event = self.event(Code::RemoteWriteSettled);
        let event = event.count("group", whole.group.number);
        Some(Fate::ALL.into_iter().fold(event, |event, fate| {
            let met = |done: &&Done| done.end.told().is_some_and(|(met, _)| met == fate);
            match whole.done.iter().filter(met).count() {
                0 => event,
                records => event.count(fate.name(), records as u64),
            }
        }))
    }

    /// Begins the event of records that the run writes into a dataset.
    pub(super) fn writing(&self, dataset: &Dataset) -> Event {
        let (sync, name) = self.sync;
        dataset
            .writing(self.by)
            .entity("run", self.run, name)
            .entity("sync", sync, name)
    }

    /// Tells of records that both sides have changed, if there are any.
    pub(super) fn conflicts_found(&self, records: u64) {
        if records > 0 {
            let event = self.event(Code::ConflictsFound);
            self.record(event.count("conflicts", records));
        }
    }

    /// An event as the act of a batch.
    pub(super) fn act(&self, event: Event) -> Act {
        event.build(self.clock)
    }

    /// Tells of records that the provider was asked for.
    pub(super) fn read(&self, records: u64, calls: u64) {
        self.record(
            self.event(Code::RemoteRead)
                .count("records", records)
                .count("calls", calls),
        );
    }

    /// Tells that the run waits for the appliance's next start.
    pub(super) fn paused(&self) {
        self.record(self.event(Code::RunPaused));
    }

    pub(super) fn record(&self, event: Event) {
        self.log.record(event.build(self.clock));
    }

    fn event(&self, code: Code) -> Event {
        let (sync, name) = self.sync;
        Event::new(code, self.by)
            .entity("run", self.run, name)
            .entity("sync", sync, name)
    }
}
