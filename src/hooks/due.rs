//! Says which hooks have something to be told now, and where a turn goes on.

use std::ops::ControlFlow;

use jiff::{SignedDuration, Timestamp};

use super::refusal::Refusals;
use super::row::Rows;
use super::{Error, Hook, Hooks};
use crate::base::{HookId, UserId};
use crate::datasets::News;
use crate::store::{Row, Scan};

/// So much is announced to the book at a time.
const AT_ONCE: usize = 50;
/// Of it what was refused before: what is new does not wait for it.
const RETRIED_AT_ONCE: usize = 10;
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

/// One thing to be told.
pub(super) struct Piece {
    pub(super) news: News,
    /// How it was refused before; none of what is new.
    pub(super) before: Option<Row<Refusals>>,
}

/// What a turn has seen of the news: it goes on where the last one ended and round once, or records
/// with low keys that change all the time would keep all others waiting.
pub(super) struct Round {
    began: Option<String>,
    after: Option<String>,
    is_second_half: bool,
}

impl Hooks {
    /// The hooks that something is to be delivered to now, those first that have waited longest; and
    /// when the next of those that have to wait is tried again.
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
            let is_new = !parts.datasets.news(hook, None, 1)?.is_empty();
            let retry = self.next_retry(hook)?.filter(|_| !is_new);
            if !(is_new || retry.is_some()) || !may(owner) {
                continue;
            }
            let fails = row.value.trouble.map(|trouble| trouble.next_at);
            match retry.max(fails) {
                Some(next) if is_later(next, now) => {
                    wake = Some(wake.map_or(next, |wake| wake.min(next)));
                }
                _ => due.push(Due { owner, hook }),
            }
        }
        Ok((due, wake))
    }
}

impl Hook {
    /// What is to be told next, and nothing when all was seen in this turn.
    ///
    /// One that fails is tried with one thing, and gets the rest when it took that: with what is
    /// new, or it would be judged by what it refused before.
    pub(super) fn next_pieces(&self, round: &mut Round) -> Result<Vec<Piece>, Error> {
        let fails = self.trouble().is_some();
        let mut pieces = Vec::new();
        if !fails {
            pieces = self.due_retries(RETRIED_AT_ONCE)?;
        }
        let most = if fails { 1 } else { AT_ONCE - pieces.len() };
        let news = round.next(self, most)?;
        pieces.extend(news.into_iter().map(|news| Piece { news, before: None }));
        if pieces.is_empty() {
            pieces = self.due_retries(1)?;
        }
        Ok(pieces)
    }

    fn due_retries(&self, most: usize) -> Result<Vec<Piece>, Error> {
        let now = self.all.0.clock.now();
        let rows = self.all.retries(self.id(), most)?.into_iter();
        let due = rows.filter(|row| !is_later(row.value.next_at, now));
        let pieces = due.map(|row| Piece {
            news: row.value.news(&row.key.1),
            before: Some(row),
        });
        Ok(pieces.collect())
    }
}

impl Round {
    /// The one of a turn of `hook`.
    pub(super) fn of(hook: &Hook) -> Self {
        let began = hook.stored.told_to.clone();
        Self {
            after: began.clone(),
            is_second_half: began.is_none(),
            began,
        }
    }

    fn next(&mut self, hook: &Hook, most: usize) -> Result<Vec<News>, Error> {
        let datasets = &hook.all.0.datasets;
        let mut news = datasets.news(hook.id(), self.after.as_deref(), most)?;
        if news.is_empty() && !self.is_second_half {
            self.is_second_half = true;
            news = datasets.news(hook.id(), None, most)?;
        }
        if let (true, Some(began)) = (self.is_second_half, &self.began) {
            news.retain(|one| one.key <= *began);
        }
        if let Some(last) = news.last() {
            self.after = Some(last.key.clone());
        }
        Ok(news)
    }
}

/// Whether a time has yet to come.
fn is_later(at: Timestamp, now: Timestamp) -> bool {
    at > now && at.duration_since(now) <= LONGEST_WAIT
}
