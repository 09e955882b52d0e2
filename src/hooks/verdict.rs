//! Decides what an answer to a delivery means, and when the next try is due.

use std::time::Duration;

use http::{HeaderMap, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use rand::Rng;

use super::row::Trouble;
use crate::base::Backoff;
use crate::net::{self, Refusal};

/// No try comes sooner after one in vain.
const SOONEST: Duration = Duration::from_secs(5);
/// How the tries after that are spread.
const SPREAD: Backoff = Backoff {
    first: Duration::from_secs(10),
    most: Duration::from_hours(1),
};
/// No wait that an answer asks for is longer.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);
/// What has failed for so long is told nothing any more.
const PATIENCE: SignedDuration = SignedDuration::from_hours(72);
/// And has been tried so often: the appliance itself may have been off all the while.
const LEAST_TRIES: u32 = 8;

/// One piece is tried so often, which takes some six hours, before it is a dead letter.
const MOST_TRIES: u32 = 20;

/// What became of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The far side has it.
    Taken,
    /// The far side wants nothing any more: 410, and nothing else, says so.
    Gone,
    /// It takes nothing now: all waits, no shorter than the pause that was asked for.
    Later(String, Option<Duration>),
    /// It does not want this one, whatever it says to others.
    Refused(String, Option<Duration>),
}

impl Verdict {
    /// Its word in the metrics; none where that depends on what becomes of the piece.
    pub(super) const fn word(&self) -> Option<&'static str> {
        match self {
            Self::Taken => Some("taken"),
            Self::Gone => Some("gone"),
            Self::Later(..) => Some("failed"),
            Self::Refused(..) => None,
        }
    }
}

/// What an answer means. Nothing that it says is repeated: it may hold the very address. Nor is it
/// told where a name leads: whoever may name any would learn what names there are inside.
pub(super) fn judge(answer: &Result<net::Answer, net::Error>) -> Verdict {
    match answer {
        Ok(answer) => judge_status(answer.status, &answer.headers),
        Err(
            net::Error::Refused(Refusal::Inner { .. } | Refusal::Reserved(_))
            | net::Error::NotSent(_),
        ) => {
            let told = "no connection could be made to its host at a public address";
            Verdict::Later(told.to_owned(), None)
        }
        Err(net::Error::Refused(refusal)) => {
            Verdict::Later(format!("the call was not let out: {refusal}"), None)
        }
        Err(error) => Verdict::Later(error.to_string(), None),
    }
}

fn judge_status(status: StatusCode, headers: &HeaderMap) -> Verdict {
    match status {
        StatusCode::GONE => Verdict::Gone,
        taken if taken.is_success() => Verdict::Taken,
        busy @ (StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS) => {
            Verdict::Later(answered(busy), pause(headers))
        }
        refused if refused.is_client_error() => Verdict::Refused(answered(refused), pause(headers)),
        other => Verdict::Later(answered(other), pause(headers)),
    }
}

fn answered(status: StatusCode) -> String {
    format!("the hook answered {status}")
}

fn pause(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    let seconds: u64 = seconds.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_PAUSE))
}

/// How long one piece waits that was refused once more, after `failed` times before; none when that
/// was often enough.
pub(super) fn wait_of_one(
    failed: u32,
    pause: Option<Duration>,
    rng: &mut impl Rng,
) -> Option<SignedDuration> {
    if failed.saturating_add(1) >= MOST_TRIES {
        return None;
    }
    let wait = (SOONEST + SPREAD.wait(failed, rng)).max(pause.unwrap_or_default());
    Some(SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX))
}

/// How a hook fails after one more try in vain; none when it has failed for long enough.
pub(super) fn next(
    before: Option<&Trouble>,
    (told, pause): (String, Option<Duration>),
    now: Timestamp,
    rng: &mut impl Rng,
) -> Option<Trouble> {
    let since = before.map_or(now, |trouble| trouble.since);
    let failed = before.map_or(0, |trouble| trouble.tries);
    if now.duration_since(since) >= PATIENCE && failed >= LEAST_TRIES {
        return None;
    }
    let wait = (SOONEST + SPREAD.wait(failed, rng)).max(pause.unwrap_or_default());
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    Some(Trouble {
        since,
        tries: failed.saturating_add(1),
        told,
        next_at: now.saturating_add(wait).unwrap_or(Timestamp::MAX),
    })
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn every_answer_says_whether_it_was_taken_and_only_410_ends_a_hook() {
        let judged = |status: u16| {
            let status = StatusCode::from_u16(status).unwrap();
            match judge_status(status, &HeaderMap::new()) {
                Verdict::Taken => "taken",
                Verdict::Gone => "gone",
                Verdict::Later(..) => "later",
                Verdict::Refused(..) => "refused",
            }
        };
        for status in [200, 201, 202, 204] {
            assert_eq!(judged(status), "taken", "{status}");
        }
        for status in [301, 302, 408, 429, 500, 502, 503, 504] {
            assert_eq!(judged(status), "later", "{status}");
        }
        for status in [400, 401, 403, 404, 409, 413, 422, 451] {
            assert_eq!(judged(status), "refused", "{status}");
        }
        assert_eq!(judged(410), "gone");
    }

    #[test]
    fn the_tries_grow_rarer_heed_what_is_asked_and_end() {
        let mut rng = StdRng::seed_from_u64(7);
        let mut now = Timestamp::UNIX_EPOCH;
        let mut trouble: Option<Trouble> = None;
        let mut tries = 0;
        while let Some(next) = next(trouble.as_ref(), ("no".into(), None), now, &mut rng) {
            let wait = next.next_at.duration_since(now);
            let most = SPREAD.first * (1 << tries.min(9)) + SOONEST;
            assert!((5..=most.as_secs().min(3_605).cast_signed()).contains(&wait.as_secs()));
            now = next.next_at;
            trouble = Some(next);
            tries += 1;
        }
        assert!(now.as_second() >= 72 * 3_600, "{tries} tries");
        assert!((72..400).contains(&tries), "{tries} tries");
        let asked = ("no".into(), Some(Duration::from_mins(15)));
        let paused = next(None, asked, now, &mut rng).unwrap();
        assert_eq!(paused.next_at.duration_since(now).as_secs(), 900);
    }

    #[test]
    fn a_wait_is_as_long_as_the_answer_asks_within_an_hour() {
        for (asked, expected) in [("7", 7), ("99999", 3_600)] {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, asked.parse().unwrap());
            assert_eq!(pause(&headers), Some(Duration::from_secs(expected)));
        }
        assert_eq!(pause(&HeaderMap::new()), None);
    }
}
