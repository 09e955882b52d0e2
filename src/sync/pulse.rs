//! Says how fast a run is, and how long it will still take.

use std::time::Duration;

use jiff::Timestamp;

/// What a running run is doing beside its counts; kept in memory alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pulse {
    /// The provider asked to be left alone until then.
    pub waiting_until: Option<Timestamp>,
    speed: Speed,
}

impl Pulse {
    /// Records a second, once that is known.
    pub fn rate_per_second(&self) -> Option<f64> {
        self.speed.per_second
    }

    /// Seconds until `left` records are done, any waiting included.
    pub fn remaining_seconds(&self, left: u64, now: Timestamp) -> Option<u64> {
        let wait = self.waiting_until.map_or(0.0, |until| seconds(now, until));
        let rate = self.rate_per_second().filter(|rate| *rate > 0.0)?;
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an estimate in whole seconds; a float too large becomes the greatest number"
        )]
        Some((wait + left as f64 / rate).ceil() as u64)
    }

    /// Takes note that `done` more records are done, at `now`.
    pub(crate) fn beat(&mut self, done: u64, now: Timestamp) {
        self.waiting_until = self.waiting_until.filter(|until| *until > now);
        self.speed.observe(done, now);
    }
}

/// A speed as a moving average that halves the weight of what is older than ten seconds.
#[derive(Clone, Debug, Default, PartialEq)]
struct Speed {
    per_second: Option<f64>,
    since: Option<Timestamp>,
    done: u64,
}

impl Speed {
    const HALF_LIFE: f64 = 10.0;
    /// Shorter stretches say more about the batch's size than about the speed.
    const STRETCH: Duration = Duration::from_secs(1);

    fn observe(&mut self, done: u64, now: Timestamp) {
        self.done += done;
        let Some(since) = self.since else {
            self.since = Some(now);
            return;
        };
        let span = seconds(since, now);
        if span < Self::STRETCH.as_secs_f64() {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        let fresh = self.done as f64 / span;
        let weight = 0.5_f64.powf(span / Self::HALF_LIFE);
        self.per_second = Some(match self.per_second {
            Some(old) => old * weight + fresh * (1.0 - weight),
            None => fresh,
        });
        (self.since, self.done) = (Some(now), 0);
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64().max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    fn at(second: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second)
    }

    #[test]
    fn a_steady_run_shows_its_speed_and_its_end() {
        let mut pulse = Pulse::default();
        pulse.beat(0, at(0));
        for second in 1..=60 {
            pulse.beat(50, at(second));
        }
        let rate = pulse.rate_per_second().unwrap();
        assert!((rate - 50.0).abs() < 0.01, "{rate}");
        assert_eq!(pulse.remaining_seconds(500, at(60)), Some(10));
    }

    #[test]
    fn waiting_for_the_provider_lengthens_the_way() {
        let mut pulse = Pulse::default();
        pulse.beat(0, at(0));
        pulse.beat(50, at(1));
        pulse.waiting_until = Some(at(31));
        assert_eq!(pulse.remaining_seconds(50, at(1)), Some(31));
        pulse.beat(10, at(31));
        assert_eq!(pulse.waiting_until, None);
    }

    #[test]
    fn nothing_is_promised_before_something_is_known() {
        assert_eq!(Pulse::default().remaining_seconds(5, at(0)), None);
    }
}
