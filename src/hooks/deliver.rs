//! Delivers what is to be told.

use std::ops::ControlFlow;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Method};
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::address::Address;
use super::row::{Rows, Stored, home};
use super::verdict::{Verdict, judge, next};
use super::{Error, Hook, Hooks, wire};
use crate::audit::{Code, Outcome};
use crate::base::metrics::HOOK_DELIVERIES;
use crate::base::{Actor, HookId, Scope, Secret, UserId, signature};
use crate::datasets::{Dataset, Deed, News};
use crate::net::Call;
use crate::store::{self, Batch, Scan};

/// So much is delivered to a hook before another has its turn.
const A_TURN: usize = 500;
/// So much of it is announced to the book at a time.
const AT_ONCE: usize = 50;
/// A turn is over after so long, however little was delivered: others wait.
const LONGEST_TURN: Duration = Duration::from_secs(30);
/// No try is so long in coming, whatever was asked for: the clock was ahead when it was set.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(2);

/// A hook that something is to be delivered to now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Whose it is.
    pub owner: UserId,
    /// Which it is.
    pub hook: HookId,
}

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
    /// The hooks that something is to be delivered to now, those first that have waited longest; and
    /// when the next of those that fail is tried again.
    ///
    /// Only of owners who `may` pass their records on.
    pub fn due(
        &self,
        may: &dyn Fn(UserId) -> bool,
    ) -> Result<(Vec<Due>, Option<Timestamp>), Error> {
        let parts = &self.0;
        let now = parts.clock.now();
        let mut due = Vec::new();
        let mut wake: Option<Timestamp> = None;
        let moment = parts.store.snapshot()?;
        let mut ready = Vec::new();
        moment.walk::<Rows>(&Scan::all(usize::MAX), |_, row| {
            if row.value.stopped_at.is_none() {
                ready.push(row);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        drop(moment);
        ready.sort_by_key(|row| row.value.tried_at);
        for row in ready {
            let (owner, hook) = row.key;
            if parts.datasets.news(hook, None, 1)?.is_empty() || !may(owner) {
                continue;
            }
            match row.value.trouble {
                Some(trouble) if is_later(trouble.next_at, now) => {
                    let next = wake.map_or(trouble.next_at, |wake| wake.min(trouble.next_at));
                    wake = Some(next);
                }
                _ => due.push(Due { owner, hook }),
            }
        }
        Ok((due, wake))
    }

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
        let mut after: Option<String> = None;
        for _ in 0..A_TURN / AT_ONCE {
            let hook = match self.at(&(due.owner, due.hook)) {
                Err(Error::UnknownHook(_)) => return Ok(()),
                hook => hook?,
            };
            // One that fails is tried with one piece of news, and gets the rest when it took that.
            let most = if hook.trouble().is_some() { 1 } else { AT_ONCE };
            let news = self.0.datasets.news(due.hook, after.as_deref(), most)?;
            let Some(last) = news.last() else {
                return Ok(());
            };
            after = Some(last.key.clone());
            if hook.deliver_some(&news, &turn).await?.is_break() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Lets a hook wait that the appliance itself has broken at.
    pub async fn give_up(&self, due: Due) -> Result<(), Error> {
        let hook = self.at(&(due.owner, due.hook))?;
        let told = "the appliance itself broke; its log says where".to_owned();
        hook.failed(0, (told, None)).await
    }
}

impl Hook {
    /// Delivers some news, until one is not taken.
    async fn deliver_some(self, news: &[News], turn: &Turn<'_>) -> Result<ControlFlow<()>, Error> {
        let desk = match self.desk() {
            Err(error @ (Error::Sealed(_) | Error::BadAddress(_))) => {
                self.failed(0, (error.to_string(), None)).await?;
                return Ok(ControlFlow::Break(()));
            }
            desk => desk?,
        };
        let Some(hook) = self.announce(news.len()).await? else {
            return Ok(ControlFlow::Break(()));
        };
        let (mut taken, mut ended) = (0, false);
        for one in news {
            // Each answer may be a minute in coming: meanwhile somebody may have removed the hook,
            // lost their leave, or changed the fields.
            ended = turn.stop.is_cancelled() || !hook.goes_on(&desk, turn)?;
            if ended {
                break;
            }
            match hook.deliver_one(&desk, one, turn.stop).await? {
                None => {}
                Some(Verdict::Taken) => taken += 1,
                // Whoever has asked again since is told under another key.
                Some(Verdict::Gone) if !hook.is_as_it_was()? => return Ok(ControlFlow::Break(())),
                Some(Verdict::Gone) => {
                    return match hook.end(Code::HookGone, &Actor::system()).await {
                        Ok(()) | Err(Error::UnknownHook(_)) => Ok(ControlFlow::Break(())),
                        Err(error) => Err(error),
                    };
                }
                Some(Verdict::Later(told, pause)) => {
                    hook.failed(taken, (told, pause)).await?;
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        hook.succeeded(taken).await?;
        Ok(if ended || turn.stop.is_cancelled() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
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

    /// Delivers one piece of news, and forgets it when it was taken; none when there was nothing to
    /// tell any more, or no time for it.
    async fn deliver_one(
        &self,
        desk: &Desk,
        news: &News,
        stop: &CancellationToken,
    ) -> Result<Option<Verdict>, Error> {
        let parts = &self.all.0;
        let record = desk.dataset.record(&news.key)?;
        if record.is_some() == (self.stored.deed == Deed::Deleted) {
            // It has come, or gone, meanwhile: this is no news any more.
            return self.settle(news).await.map(|()| None);
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
        HOOK_DELIVERIES.add([verdict.word().into()], 1);
        if verdict == Verdict::Taken {
            self.settle(news).await?;
        }
        Ok(Some(verdict))
    }

    /// Forgets a piece of news, unless more has become of the record since, which is told next.
    async fn settle(&self, news: &News) -> Result<(), Error> {
        let parts = &self.all.0;
        let mut batch = Batch::bookkeeping();
        parts.datasets.told(&mut batch, self.id(), news);
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

    /// Notes that so much was taken, and that it does not fail.
    async fn succeeded(&self, taken: u64) -> Result<(), Error> {
        if taken == 0 {
            return Ok(());
        }
        let stored = Stored {
            trouble: None,
            ..self.counting(taken)
        };
        self.note(Batch::bookkeeping(), &stored).await.map(drop)
    }

    /// Notes that so much was taken and the next was not: it is tried again later, or no more.
    async fn failed(
        &self,
        taken: u64,
        (told, pause): (String, Option<Duration>),
    ) -> Result<(), Error> {
        let parts = &self.all.0;
        let now = parts.now();
        let mut stored = self.counting(taken);
        let before = stored.trouble.take().filter(|_| taken == 0);
        let fails = |code| {
            let event = self.event(code, &Actor::system());
            event.status(Outcome::Failure {
                code: "HOOK_FAILING",
                detail: told.clone(),
            })
        };
        let trouble = next(
            before.as_ref(),
            (told.clone(), pause),
            now,
            &mut rand::rng(),
        );
        let mut batch = match (&before, &trouble) {
            (_, None) => Batch::new(fails(Code::HookStopped).build(&parts.clock)),
            (None, Some(_)) => Batch::new(fails(Code::HookFailing).build(&parts.clock)),
            (Some(_), Some(_)) => Batch::bookkeeping(),
        };
        if trouble.is_none() {
            // How it failed is still shown.
            stored.trouble = before;
            stored.stopped_at = Some(now);
            self.unwatch(&mut batch)?;
        } else {
            stored.trouble = trouble;
        }
        let noted = self.note(batch, &stored).await?;
        if noted && stored.stopped_at.is_some() {
            parts.datasets.forget(self.id()).await?;
        }
        Ok(())
    }

    fn counting(&self, taken: u64) -> Stored {
        let mut stored = self.stored.clone();
        if taken > 0 {
            stored.delivered += taken;
            stored.delivered_at = Some(self.all.0.now());
        }
        stored
    }

    /// Keeps what is noted, unless somebody has changed the hook meanwhile, who knows better.
    async fn note(&self, mut batch: Batch, stored: &Stored) -> Result<bool, Error> {
        batch.replace::<Rows>(&self.key, stored, self.version);
        match self.all.0.store.commit(batch).await {
            Err(store::Error::Conflict(_)) => Ok(false),
            outcome => Ok(outcome.map(|_| true)?),
        }
    }
}

/// Whether a time has yet to come.
fn is_later(at: Timestamp, now: Timestamp) -> bool {
    at > now && at.duration_since(now) <= LONGEST_WAIT
}
