//! Says when a sync is due whose provider has told of a change, and until when that is owed.
//!
//! A change is owed until a run has got through that began after it was told: the run that it asks
//! for may fail, or be called off. Another one is tried after a wait that grows, so that a provider
//! that is away for a day sees few of them.

use std::time::Duration;

use jiff::Timestamp;
use rand::Rng;
use serde::{Deserialize, Serialize};
use tracing::warn;

use super::error::Error;
use super::syncs::Syncs;
use super::wake::{TRIES, Wakes};
use crate::base::{Backoff, RunId, SyncId, UserId, chain};
use crate::store::Json;

/// How the runs are spread that one asks for which did not get through.
const SPREAD: Backoff = Backoff {
    first: Duration::from_mins(1),
    most: Duration::from_hours(2),
};

/// When a sync is due because its base has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wake {
    /// When the next run is tried; none when no change is owed.
    pub(super) due_at: Option<Timestamp>,
    /// When the last run that a change has asked for was queued.
    woken_at: Option<Timestamp>,
    /// How many such runs were queued since one got through.
    #[serde(default)]
    tries: u32,
    /// The run that was under way when the last change was told: it may have read past it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    too_early: Option<RunId>,
}

impl Json for Wake {}

/// What came of a run, as far as its provider is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Upshot {
    /// It got through, and did what it was to do there.
    Through,
    /// It did not.
    InVain,
}

impl Wake {
    /// Nothing is owed to a sync that was due until `now`.
    pub(super) fn settled(now: Timestamp) -> Self {
        Self {
            woken_at: Some(now),
            ..Self::default()
        }
    }

    /// A change that was told at `now`, while a run was `under_way` that had begun; none when it is
    /// owed already, and no run will take that for settled.
    ///
    /// What waits longer than anything may was noted by a clock that was ahead.
    pub(super) fn told(
        kept: Option<&Self>,
        (now, pause): (Timestamp, Duration),
        under_way: Option<RunId>,
    ) -> Option<Self> {
        let kept = kept.cloned().unwrap_or_default();
        let woken_at = kept.woken_at.map(|at| at.min(now));
        let earliest = woken_at.map_or(now, |at| after(at, pause).max(now));
        let longest = after(now, pause.saturating_add(SPREAD.most));
        let due = kept.due_at.filter(|at| *at <= longest);
        if due.is_some() && (under_way.is_none() || under_way == kept.too_early) {
            return None;
        }
        Some(Self {
            due_at: Some(due.map_or(earliest, |at| at.min(earliest))),
            woken_at,
            tries: kept.tries,
            too_early: under_way,
        })
    }

    /// A run was queued at `now`. Unless it gets through, another one is due after a while.
    pub(super) fn begun(&self, (now, pause): (Timestamp, Duration), rng: &mut impl Rng) -> Self {
        Self {
            due_at: Some(after(
                now,
                pause.saturating_add(SPREAD.wait(self.tries, rng)),
            )),
            woken_at: Some(now),
            tries: self.tries.saturating_add(1),
            too_early: None,
        }
    }

    /// The same after a run has ended at `now`, whoever asked for it; none when nothing changes.
    pub(super) fn after_run(
        &self,
        (run, upshot): (RunId, Upshot),
        (now, pause): (Timestamp, Duration),
        rng: &mut impl Rng,
    ) -> Option<Self> {
        let due = self.due_at?;
        match upshot {
            Upshot::Through if self.too_early == Some(run) => None,
            Upshot::Through => Some(Self {
                woken_at: self.woken_at,
                ..Self::default()
            }),
            Upshot::InVain => {
                let wait = SPREAD.wait(self.tries.saturating_sub(1), rng);
                let next = after(now, pause.saturating_add(wait));
                (next > due).then(|| Self {
                    due_at: Some(next),
                    ..self.clone()
                })
            }
        }
    }
}

impl Syncs {
    /// Settles what was told of a sync before a run of it that is about to end, if that got through,
    /// and puts off the next try if it did not. The run's own end matters more: what cannot be kept
    /// is only logged, and leads to one run too many.
    pub(super) async fn settle_told(&self, key: (UserId, SyncId), ends: (RunId, Upshot)) {
        for _ in 0..TRIES {
            match self.try_settle_told(key, ends).await {
                Err(Error::Moved) => {} // another change has just been told
                Err(error) => {
                    warn!(sync.id = %key.1, error = %chain(&error), "what is owed to sync {} was not kept", key.1);
                    return;
                }
                Ok(()) => return,
            }
        }
    }

    async fn try_settle_told(
        &self,
        key: (UserId, SyncId),
        ends: (RunId, Upshot),
    ) -> Result<(), Error> {
        let services = &self.services;
        let Some(row) = services.store.get::<Wakes>(&key)? else {
            return Ok(());
        };
        let times = (services.clock.now(), services.settings.change_pause);
        let fresh = row.value.after_run(ends, times, &mut rand::rng());
        match fresh {
            Some(fresh) => self.keep(&row, &fresh, None).await,
            None => Ok(()),
        }
    }
}

fn after(at: Timestamp, span: Duration) -> Timestamp {
    at.checked_add(span).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;
    use crate::base::Clock;

    const NOON: Timestamp = Timestamp::constant(1_800_000_000, 0);
    const PAUSE: Duration = Duration::from_secs(30);

    fn at(seconds: u64) -> (Timestamp, Duration) {
        (NOON + Duration::from_secs(seconds), PAUSE)
    }

    fn rng() -> StdRng {
        StdRng::seed_from_u64(7)
    }

    fn run() -> RunId {
        RunId::new(&Clock::system())
    }

    fn told(kept: &Wake, seconds: u64) -> Option<Wake> {
        Wake::told(Some(kept), at(seconds), None)
    }

    #[test]
    fn a_change_makes_a_sync_due_at_once_and_a_second_one_adds_nothing() {
        let first = Wake::told(None, at(0), None).unwrap();
        assert_eq!(first.due_at, Some(NOON));
        assert_eq!(told(&first, 1), None);
    }

    #[test]
    fn runs_that_changes_ask_for_keep_their_distance() {
        let ran = Wake::settled(NOON);
        let due = |seconds| told(&ran, seconds).unwrap().due_at.unwrap();
        assert_eq!(due(1), NOON + PAUSE);
        assert_eq!(due(31), NOON + Duration::from_secs(31));
    }

    /// The run that it asked for failed, and nothing was owed any more.
    #[test]
    fn a_change_is_owed_until_a_run_gets_through() {
        let run = run();
        let begun = Wake::told(None, at(0), None)
            .unwrap()
            .begun(at(0), &mut rng());
        assert!(begun.due_at >= Some(NOON + PAUSE), "a crash loses nothing");
        let failed = begun.after_run((run, Upshot::InVain), at(600), &mut rng());
        let failed = failed.unwrap();
        assert!(failed.due_at >= Some(at(630).0), "{failed:?}");
        let settled = failed.after_run((run, Upshot::Through), at(700), &mut rng());
        let settled = settled.unwrap();
        assert_eq!(settled.due_at, None);
        let again = settled.after_run((run, Upshot::InVain), at(800), &mut rng());
        assert_eq!(again, None, "nothing is owed");
    }

    #[test]
    fn a_run_that_was_under_way_when_a_change_was_told_does_not_settle_it() {
        let (early, late) = (run(), run());
        let begun = Wake::told(None, at(0), None)
            .unwrap()
            .begun(at(0), &mut rng());
        let owed = Wake::told(Some(&begun), at(10), Some(early)).unwrap();
        assert_eq!(owed.due_at, Some(NOON + PAUSE), "it does not wait for long");
        assert_eq!(Wake::told(Some(&owed), at(11), Some(early)), None);
        let through = |run| owed.after_run((run, Upshot::Through), at(20), &mut rng());
        assert_eq!(through(early), None);
        assert_eq!(through(late).unwrap().due_at, None);
    }

    #[test]
    fn an_outage_of_a_day_in_which_the_provider_goes_on_telling_leads_to_few_runs() {
        let (mut rng, run) = (rng(), run());
        let mut wake = Wake::told(None, at(0), None).unwrap();
        let (mut runs, mut waits) = (0, Vec::new());
        for minute in 0..24 * 60 {
            let now = at(minute * 60);
            wake = Wake::told(Some(&wake), now, None).unwrap_or(wake);
            if wake.due_at.unwrap() <= now.0 {
                wake = wake.begun(now, &mut rng);
                let failed = wake.after_run((run, Upshot::InVain), now, &mut rng);
                wake = failed.unwrap_or(wake);
                runs += 1;
                waits.push(wake.due_at.unwrap().duration_since(now.0));
            }
        }
        assert!((10..40).contains(&runs), "{runs} runs");
        let longest = jiff::SignedDuration::from_mins(121);
        assert!(waits.iter().all(|wait| *wait <= longest), "{waits:?}");
    }

    #[test]
    fn what_a_clock_that_was_ahead_has_noted_is_told_anew() {
        let ahead = Wake {
            due_at: Some(at(24 * 3_600).0),
            woken_at: Some(at(24 * 3_600).0),
            ..Wake::default()
        };
        assert_eq!(told(&ahead, 0).unwrap().due_at, Some(NOON + PAUSE));
    }

    #[test]
    fn what_older_versions_have_kept_is_read() {
        let kept = format!(r#"{{"due_at":"{NOON}","woken_at":null}}"#);
        let read: Wake = serde_json::from_str(&kept).unwrap();
        assert_eq!(Some(read), Wake::told(None, at(0), None));
    }
}
