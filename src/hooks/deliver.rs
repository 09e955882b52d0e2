//! Delivers what is to be told.

use std::ops::ControlFlow;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Method};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::address::Address;
use super::due::{Due, Piece, Round};
use super::note::{ENOUGH, Tally};
use super::refusal::{Fate, Refusals};
use super::row::{Rows, Stored, home};
use super::verdict::{Verdict, judge, wait_of_one};
use super::{Error, Hook, Hooks, wire};
use crate::audit::Code;
use crate::base::metrics::HOOK_DELIVERIES;
use crate::base::{Actor, Scope, Secret, UserId, signature};
use crate::datasets::{Dataset, Deed};
use crate::net::Call;
use crate::store::{self, Batch};

/// So much is delivered to a hook before another has its turn.
const A_TURN: usize = 500;
/// A turn is over after so long, however little was delivered: others wait.
const LONGEST_TURN: Duration = Duration::from_secs(30);

/// Who may pass records on now.
pub type May<'a> = &'a (dyn Fn(UserId) -> bool + Sync);

/// What ends a turn.
struct Turn<'a> {
    may: May<'a>,
    until: Timestamp,
    stop: &'a CancellationToken,
}

/// What a hook's deliveries need.
struct Desk {
    dataset: Dataset,
    address: Address,
    key: Secret,
}

impl Hooks {
    /// Delivers to a hook what it is to be told, for one turn or until it fails, while its owner
    /// `may` pass records on.
    pub async fn deliver(
        &self,
        due: Due,
        may: May<'_>,
        stop: &CancellationToken,
    ) -> Result<(), Error> {
        let until = self.0.clock.after(LONGEST_TURN);
        let turn = Turn { may, until, stop };
        let (mut round, mut sent) = (None, 0);
        while sent < A_TURN {
            let hook = match self.at(&(due.owner, due.hook)) {
                Err(Error::UnknownHook(_)) => return Ok(()),
                hook => hook?,
            };
            if round.is_none() && hook.is_too_far_behind().await? {
                return Ok(());
            }
            let round = round.get_or_insert_with(|| Round::of(&hook));
            let pieces = hook.next_pieces(round)?;
            sent += pieces.len();
            if pieces.is_empty() || hook.deliver_some(&pieces, &turn).await?.is_break() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Lets a hook wait that the appliance itself has broken at.
    pub async fn give_up(&self, due: Due) -> Result<(), Error> {
        let hook = self.at(&(due.owner, due.hook))?;
        let told = "the appliance itself broke; its log says where".to_owned();
        hook.failed(&Tally::of(&hook), (told, None)).await
    }
}

impl Hook {
    /// Delivers some pieces, until one is neither taken nor refused by itself.
    async fn deliver_some(
        self,
        pieces: &[Piece],
        turn: &Turn<'_>,
    ) -> Result<ControlFlow<()>, Error> {
        let mut tally = Tally::of(&self);
        let desk = match self.desk() {
            Err(error @ (Error::Sealed(_) | Error::BadAddress(_))) => {
                self.failed(&tally, (error.to_string(), None)).await?;
                return Ok(ControlFlow::Break(()));
            }
            desk => desk?,
        };
        let Some(hook) = self.announce(pieces.len()).await? else {
            return Ok(ControlFlow::Break(()));
        };
        for piece in pieces {
            // Each answer may be a minute in coming: meanwhile somebody may have removed the hook,
            // lost their leave, or changed the fields.
            if turn.stop.is_cancelled() || !hook.goes_on(&desk, turn)? {
                hook.settled(&tally).await?;
                return Ok(ControlFlow::Break(()));
            }
            let verdict = hook.deliver_one(&desk, piece, turn.stop).await?;
            let is_first = piece.before.is_none();
            if verdict.is_some() && is_first {
                tally.told_to = Some(piece.news.key.clone());
            }
            match verdict {
                None => {}
                Some(Verdict::Taken) => {
                    tally.taken += 1;
                    tally.in_a_row = 0;
                }
                Some(Verdict::Refused(told, pause)) => {
                    hook.refused(piece, (&told, pause), &mut tally).await?;
                    // What is tried again says nothing of the hook as a whole.
                    if is_first && tally.in_a_row >= ENOUGH {
                        hook.failed(&tally, (told, pause)).await?;
                        return Ok(ControlFlow::Break(()));
                    }
                }
                Some(Verdict::Gone) => return hook.gone(&tally).await.map(ControlFlow::Break),
                Some(Verdict::Later(told, pause)) => {
                    hook.failed(&tally, (told, pause)).await?;
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        hook.settled(&tally).await?;
        let ended = turn.stop.is_cancelled();
        Ok(if ended {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    }

    /// Notes that a piece was refused: it waits by itself, or is a dead letter.
    async fn refused(
        &self,
        piece: &Piece,
        (told, pause): (&str, Option<Duration>),
        tally: &mut Tally,
    ) -> Result<(), Error> {
        let tries = piece.before.as_ref().map_or(0, |row| row.value.tries);
        let wait = wait_of_one(tries, pause, &mut rand::rng());
        let before = piece.before.as_ref();
        let noted = (told.to_owned(), wait);
        let fate = self.refuse(&piece.news, before, noted).await?;
        HOOK_DELIVERIES.add([fate.word().into()], 1);
        tally.died += u64::from(fate.is_death());
        tally.dropped += u64::from(fate == Fate::DiedForAnother);
        // What is refused again says nothing of the hook as a whole.
        tally.in_a_row += u32::from(before.is_none());
        Ok(())
    }

    /// Removes a hook whose far side wants nothing any more, and tells what came of the stretch.
    async fn gone(self, tally: &Tally) -> Result<(), Error> {
        // Whoever has asked again since is told under another key.
        if !self.is_as_it_was()? {
            return self.settled(tally).await;
        }
        let told = |hook: &Self| {
            let event = tally.tell(hook.event(Code::HookGone, &Actor::system()));
            event.count("delivered", hook.stored.delivered + tally.taken)
        };
        match self.clone().end(told).await {
            Err(Error::UnknownHook(_)) => self.settled(tally).await,
            outcome => outcome,
        }
    }

    /// Whether one more piece of news is to leave in this turn.
    fn goes_on(&self, desk: &Desk, turn: &Turn<'_>) -> Result<bool, Error> {
        let has_time = self.all.0.clock.now() < turn.until;
        Ok(has_time
            && (turn.may)(self.key.0)
            && self.is_as_it_was()?
            && desk.dataset.has_its_fields()?)
    }

    /// Whether nobody has changed or removed it.
    fn is_as_it_was(&self) -> Result<bool, Error> {
        let row = self.all.0.store.get::<Rows>(&self.key)?;
        Ok(row.is_some_and(|row| row.version == self.version))
    }

    fn desk(&self) -> Result<Desk, Error> {
        let parts = &self.all.0;
        let open = |field, sealed| {
            let opened = parts.vault.open(&home(&self.key, field), sealed);
            opened.map_err(Error::Sealed)
        };
        let address = open("address", &self.stored.address)?;
        let scope = Scope::owned_by(self.key.0);
        Ok(Desk {
            dataset: parts.datasets.open(&scope, self.stored.dataset)?,
            address: Address::sealed(&address, parts.sandbox.as_ref())?,
            key: open("key", &self.stored.key)?,
        })
    }

    /// Tells the book that so many records leave, before the first of them does; none when somebody
    /// has changed the hook meanwhile.
    async fn announce(&self, records: usize) -> Result<Option<Self>, Error> {
        let parts = &self.all.0;
        let event = self.event(Code::HookDelivering, &Actor::system());
        let event = event.count("records", records as u64);
        let mut batch = Batch::new(event.build(&parts.clock));
        let stored = Stored {
            tried_at: Some(parts.now()),
            ..self.stored.clone()
        };
        batch.replace::<Rows>(&self.key, &stored, self.version);
        match parts.store.commit(batch).await {
            Err(store::Error::Conflict(_)) => Ok(None),
            outcome => Ok(Some(Self {
                version: outcome?,
                stored,
                ..self.clone()
            })),
        }
    }

    /// Delivers one piece, and forgets it when it was taken; none when there was nothing to
    /// tell any more, or no time for it.
    async fn deliver_one(
        &self,
        desk: &Desk,
        piece: &Piece,
        stop: &CancellationToken,
    ) -> Result<Option<Verdict>, Error> {
        let (parts, news) = (&self.all.0, &piece.news);
        // More has become of the record since it was refused: that is told instead.
        if piece.before.is_some() && parts.datasets.is_news(self.id(), &news.key)? {
            return self.settle(piece).await.map(|()| None);
        }
        let record = desk.dataset.record(&news.key)?;
        if record.is_some() == (self.stored.deed == Deed::Deleted) {
            // It has come, or gone, meanwhile: this is no news any more.
            return self.settle(piece).await.map(|()| None);
        }
        let lane = self.id().to_string();
        let turn = parts.gate.admit(&lane);
        if stop.run_until_cancelled(turn).await.is_none() {
            return Ok(None);
        }
        let waited = parts.gate.take_waited(&lane);
        let id = wire::id(self.id(), news);
        let told = (&*id, self.stored.deed, news);
        let body = wire::body(told, &desk.dataset, record.as_ref());
        let answer = parts
            .network
            .send(self.call(desk, (&id, body), waited))
            .await;
        let verdict = judge(&answer);
        if let Some(word) = verdict.word() {
            HOOK_DELIVERIES.add([word.into()], 1);
        }
        if verdict == Verdict::Taken {
            self.settle(piece).await?;
        }
        Ok(Some(verdict))
    }

    /// Forgets a piece, unless more has become of the record since, which is told next.
    async fn settle(&self, piece: &Piece) -> Result<(), Error> {
        let parts = &self.all.0;
        let mut batch = Batch::bookkeeping();
        if let Some(row) = &piece.before {
            batch.delete::<Refusals>(&row.key, row.version);
        } else {
            parts.datasets.told(&mut batch, self.id(), &piece.news);
            // How an earlier state of it was refused is of no matter any more.
            batch.discard::<Refusals>(&(self.id(), piece.news.key.clone()));
        }
        match parts.store.commit(batch).await {
            Err(store::Error::Conflict(_)) => Ok(()),
            outcome => Ok(outcome.map(drop)?),
        }
    }

    fn call(&self, desk: &Desk, (id, body): (&str, Vec<u8>), waited: Duration) -> Call {
        let at = self.all.0.clock.now().as_second().to_string();
        let signed = signature::sign(&desk.key, (id, &at), &body).unwrap_or_default();
        let headers = [
            ("webhook-id", id),
            ("webhook-timestamp", &at),
            ("webhook-signature", &signed),
        ];
        let mut call = desk.address.target.itself(Method::POST);
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_str(value) {
                call = call.header(HeaderName::from_static(name), value);
            }
        }
        call.json(body)
            .secret_path()
            .purpose("hook", "deliver", waited)
    }
}

impl Tally {
    fn of(hook: &Hook) -> Self {
        Self {
            in_a_row: hook.stored.refused,
            ..Self::default()
        }
    }
}
