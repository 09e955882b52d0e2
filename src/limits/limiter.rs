//! Holds a meter for each policy, and tells the book when one runs out.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::audit::{Code, Event, Log, Outcome};
use crate::base::metrics::LIMIT_REFUSALS;
use crate::base::{Actor, Clock, Tasks};
use crate::config;

use super::meter::Meter;
use super::{Key, Policy, Refused, Standing};

/// One for each policy, in their order.
type Meters = [Meter; Policy::ALL.len()];

/// Every limit of the appliance. Clones share the counts, which live in memory.
#[derive(Clone)]
pub struct Limits {
    meters: Arc<Meters>,
    sweep_every: Duration,
    audit: Log,
    clock: Clock,
}

impl Limits {
    /// Limits as `settings` say, with nothing counted yet.
    pub fn new(settings: &config::Limits, audit: Log, clock: Clock) -> Self {
        Self {
            meters: Arc::new(meters(settings, &clock)),
            sweep_every: settings.sweep,
            audit,
            clock,
        }
    }

    /// Takes one unit. The first refusal of a window is written into the book; `by` is who called.
    /// Where they are unseen, their address is not told as the key either.
    pub fn take(&self, policy: Policy, key: Key, by: &Actor) -> Result<Standing, Refused> {
        let taken = self.meter(policy).take(key);
        if let Err(refused) = &taken {
            LIMIT_REFUSALS.add([policy.name().into()], 1);
            if refused.opens_window {
                self.announce(refused, key, by);
            }
        }
        taken
    }

    /// Gives a unit back that was taken, for an attempt that succeeded.
    pub fn give_back(&self, policy: Policy, key: Key) {
        self.meter(policy).give_back(key);
    }

    /// Every policy with how much it allows, in their order.
    pub fn policies(&self) -> impl Iterator<Item = (Policy, config::Rate)> {
        self.meters.iter().map(Meter::allows)
    }

    /// How many keys are remembered for each policy.
    pub fn known(&self) -> impl Iterator<Item = (Policy, usize)> {
        let policies = Policy::ALL.into_iter().zip(self.meters.iter());
        policies.map(|(policy, meter)| (policy, meter.known()))
    }

    /// Where a key stands with a policy; takes nothing.
    pub fn look(&self, policy: Policy, key: Key) -> Standing {
        self.meter(policy).look(key)
    }

    /// Starts forgetting, again and again, the keys whose burst is whole.
    pub fn start(&self, tasks: &Tasks) {
        let (meters, clock) = (Arc::clone(&self.meters), self.clock.clone());
        tasks.start(sweep(meters, self.sweep_every, clock, tasks.stopping()));
    }

    fn meter(&self, policy: Policy) -> &Meter {
        &self.meters[policy as usize]
    }

    fn announce(&self, refused: &Refused, key: Key, by: &Actor) {
        let event = Event::new(Code::RateLimited, by)
            .comment(&refused.to_string())
            .detail("policy", refused.standing.policy.name())
            .detail("key", told(key, by))
            .count("retry_after_ms", millis(refused.retry_after))
            .status(Outcome::failed("RATE_LIMITED"));
        self.audit.record(event.build(&self.clock));
    }
}

/// Whose calls they were, as far as the book is told of who called.
fn told(key: Key, by: &Actor) -> String {
    let address = by.origin.as_ref().and_then(|origin| origin.ip);
    match (key, address) {
        (Key::Address(_), None) => "address".to_owned(),
        (key, _) => key.to_string(),
    }
}

fn meters(settings: &config::Limits, clock: &Clock) -> Meters {
    Policy::ALL.map(|policy| Meter::new(policy, policy.rate(settings), clock))
}

async fn sweep(meters: Arc<Meters>, every: Duration, clock: Clock, stop: CancellationToken) {
    while stop.run_until_cancelled(clock.sleep(every)).await.is_some() {
        meters.iter().for_each(Meter::sweep);
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn callers_whose_limits_are_whole_are_forgotten_every_five_minutes() {
        let clock = Clock::manual(jiff::Timestamp::UNIX_EPOCH);
        let settings = config::Config::default().limits;
        let meters = Arc::new(meters(&settings, &clock));
        let calls = &meters[Policy::ApiCalls as usize];
        calls.take(Key::of("192.0.2.1".parse().unwrap())).unwrap();
        let tasks = Tasks::default();
        let every = settings.sweep;
        assert_eq!(every, Duration::from_mins(5));
        tasks.start(sweep(
            Arc::clone(&meters),
            every,
            clock.clone(),
            tasks.stopping(),
        ));
        tokio::task::yield_now().await;
        assert_eq!(calls.known(), 1);
        clock.advance(every);
        while calls.known() > 0 {
            tokio::task::yield_now().await;
        }
        tasks.stop().await;
    }
}
