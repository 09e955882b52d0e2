//! Notes how a hook does, and ends what has failed for too long or has fallen too far behind.

use std::time::Duration;

use super::row::{Rows, Stored, Trouble};
use super::verdict::next;
use super::{Error, Hook, Hooks};
use crate::audit::{Code, Event, Outcome};
use crate::base::{Actor, HookId};
use crate::store::{self, Batch, Version};

/// A hook that has refused so many new things in a row, and taken none, fails as a whole.
pub(super) const ENOUGH: u32 = 10;

/// What came of a stretch of deliveries.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) taken: u64,
    /// New things that were refused since the last one that was taken.
    pub(super) in_a_row: u32,
    /// What became dead letters.
    pub(super) died: u64,
    /// Older dead letters that made room for them.
    pub(super) dropped: u64,
    /// The key of the new thing that was sent last.
    pub(super) told_to: Option<String>,
}

impl Hook {
    /// Notes what came of a stretch that broke off at nothing.
    pub(super) async fn settled(&self, tally: &Tally) -> Result<(), Error> {
        if tally.taken == 0 && tally.told_to.is_none() && tally.died == 0 {
            return Ok(());
        }
        let mut stored = self.counting(tally);
        if tally.taken > 0 {
            stored.trouble = None;
        }
        self.note_told(self.telling_of(tally), (tally, &stored))
            .await
    }

    /// Notes what was taken and that the hook takes nothing now: it is tried again later, or no
    /// more.
    pub(super) async fn failed(
        &self,
        tally: &Tally,
        (told, pause): (String, Option<Duration>),
    ) -> Result<(), Error> {
        let parts = &self.all.0;
        let now = parts.now();
        let mut stored = self.counting(tally);
        let before = stored.trouble.take().filter(|_| tally.taken == 0);
        let wanted = (told.clone(), pause);
        let Some(trouble) = next(before.as_ref(), wanted, now, &mut rand::rng()) else {
            // How it failed is still shown.
            stored.trouble = before;
            let event = self.failing(Code::HookStopped, told, tally);
            return self.stop(event, stored).await;
        };
        stored.trouble = Some(trouble);
        let batch = if before.is_none() {
            let event = self.failing(Code::HookFailing, told, tally);
            Batch::new(event.build(&parts.clock))
        } else {
            self.telling_of(tally)
        };
        self.note_told(batch, (tally, &stored)).await
    }

    /// Keeps how the hook stands. Somebody who changes it just then has the last word about that; but
    /// what has become a dead letter is told in any case.
    async fn note_told(
        &self,
        batch: Batch,
        (tally, stored): (&Tally, &Stored),
    ) -> Result<(), Error> {
        let noted = self.note(batch, stored).await?;
        if noted.is_none() && tally.died > 0 {
            self.all.0.store.commit(self.telling_of(tally)).await?;
        }
        Ok(())
    }

    /// Stops it if more waits for it than may, and says whether it did.
    pub(super) async fn is_too_far_behind(&self) -> Result<bool, Error> {
        let parts = &self.all.0;
        let (hook, most) = (self.clone(), parts.most_waiting);
        // Counting may take a while.
        let work = move || hook.waiting(most + 1);
        if parts.blocking.run(work).await? <= most {
            return Ok(false);
        }
        let now = parts.now();
        let told = format!("it fell behind: more than {most} records waited to be told to it");
        let stored = Stored {
            trouble: Some(Trouble {
                since: self.trouble().map_or(now, |trouble| trouble.since),
                tries: self.trouble().map_or(0, |trouble| trouble.tries),
                told: told.clone(),
                next_at: now,
            }),
            ..self.stored.clone()
        };
        let event = self.failing(Code::HookBehind, told, &Tally::default());
        self.stop(event, stored).await?;
        Ok(true)
    }

    /// Tells it nothing any more, and forgets what waits.
    async fn stop(&self, event: Event, mut stored: Stored) -> Result<(), Error> {
        let parts = &self.all.0;
        stored.stopped_at = Some(parts.now());
        let mut batch = Batch::new(event.build(&parts.clock));
        self.unwatch(&mut batch)?;
        match self.note(batch, &stored).await? {
            // Whoever asks again right now is told what comes from then on.
            Some(version) => self.all.forget_waiting(self.id(), version).await,
            None => Ok(()),
        }
    }

    fn failing(&self, code: Code, told: String, tally: &Tally) -> Event {
        let event = self.event(code, &Actor::system());
        let event = event.status(Outcome::Failure {
            code: "HOOK_FAILING",
            detail: told,
        });
        tally.tell(event)
    }

    /// A batch that tells the book of dead letters, where there are new ones.
    fn telling_of(&self, tally: &Tally) -> Batch {
        if tally.died == 0 {
            return Batch::bookkeeping();
        }
        let event = self.event(Code::HookRefused, &Actor::system());
        Batch::new(tally.tell(event).build(&self.all.0.clock))
    }

    fn counting(&self, tally: &Tally) -> Stored {
        let mut stored = self.stored.clone();
        stored.refused = tally.in_a_row;
        if tally.taken > 0 {
            stored.delivered += tally.taken;
            stored.delivered_at = Some(self.all.0.now());
        }
        if tally.told_to.is_some() {
            stored.told_to.clone_from(&tally.told_to);
        }
        stored
    }

    /// Keeps what is noted, unless somebody has changed the hook meanwhile, who knows better.
    async fn note(&self, mut batch: Batch, stored: &Stored) -> Result<Option<Version>, Error> {
        batch.replace::<Rows>(&self.key, stored, self.version);
        match self.all.0.store.commit(batch).await {
            Err(store::Error::Conflict(_)) => Ok(None),
            outcome => Ok(Some(outcome?)),
        }
    }
}

impl Tally {
    pub(super) fn tell(&self, event: Event) -> Event {
        if self.died == 0 {
            return event;
        }
        let event = event.count("dead_letters", self.died);
        event.count("dropped", self.dropped)
    }
}

impl Hooks {
    /// Forgets what waits for a hook and is older than `before`; its dead letters stay.
    pub(super) async fn forget_waiting(&self, hook: HookId, before: Version) -> Result<(), Error> {
        self.0.datasets.forget(hook, before).await?;
        self.forget_refusals(hook, before, |refusal| refusal.is_dead)
            .await
    }
}
