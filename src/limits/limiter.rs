//! Holds a meter for each policy, and tells the book when one runs out.

use std::sync::Arc;
use std::time::Duration;

use crate::audit::{Code, Event, Log, Outcome};
use crate::base::{Actor, Clock, Tasks};
use crate::config;

use super::meter::Meter;
use super::{Key, Policy, Refused, Standing};

/// Every limit of the appliance. Clones share the counts, which live in memory.
#[derive(Clone)]
pub struct Limits {
    meters: Arc<[Meter; Policy::ALL.len()]>,
    sweep_every: Duration,
    audit: Log,
    clock: Clock,
}

impl Limits {
    /// Limits as `settings` say, with nothing counted yet.
    pub fn new(settings: &config::Limits, audit: Log, clock: Clock) -> Self {
        let meter = |policy: Policy| Meter::new(policy, policy.rate(settings), &clock);
        Self {
            meters: Arc::new(Policy::ALL.map(meter)),
            sweep_every: settings.sweep,
            audit,
            clock,
        }
    }

    /// Takes one unit. The first refusal of a window is written into the book; `by` is who called.
    pub fn take(&self, policy: Policy, key: Key, by: &Actor) -> Result<Standing, Refused> {
        let taken = self.meter(policy).take(key);
        if let Err(refused) = &taken
            && refused.opens_window
        {
            self.announce(refused, key, by);
        }
        taken
    }

    /// Gives a unit back that was taken, for an attempt that succeeded.
    pub fn give_back(&self, policy: Policy, key: Key) {
        self.meter(policy).give_back(key);
    }

    /// Every policy with how much it allows.
    pub fn policies(&self) -> impl Iterator<Item = (Policy, config::Rate)> {
        self.meters.iter().map(Meter::allows)
    }

    /// Starts forgetting, again and again, the keys whose burst is whole.
    pub fn start(&self, tasks: &Tasks) {
        let (limits, stop) = (self.clone(), tasks.stopping());
        tasks.start(async move {
            while stop
                .run_until_cancelled(limits.clock.sleep(limits.sweep_every))
                .await
                .is_some()
            {
                limits.meters.iter().for_each(Meter::sweep);
            }
        });
    }

    fn meter(&self, policy: Policy) -> &Meter {
        &self.meters[policy as usize]
    }

    fn announce(&self, refused: &Refused, key: Key, by: &Actor) {
        let event = Event::new(Code::RateLimited, by)
            .comment(&refused.to_string())
            .detail("policy", refused.standing.policy.name())
            .detail("key", key.to_string())
            .count("retry_after_ms", millis(refused.retry_after))
            .status(Outcome::failed("RATE_LIMITED"));
        self.audit.record(event.build(&self.clock));
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
