//! How many pages are asked for at once: fewer after what was too much for the vendor, and more again
//! by and by.

use std::sync::{Mutex, PoisonError};

use http::StatusCode;

use super::super::Error;
use super::query::PAGE_SIZE;
use crate::net;

/// No fewer pages than this: a table of any size is to be read in a day.
const LEAST: usize = 10;
/// After so many good answers twice as many are asked for; and after twice as many good ones when
/// that was too much again.
const CONFIDENCE: u32 = 10;
/// But after no more than so many.
const MOST_CONFIDENCE: u32 = 160;

/// How many pages are asked for at once.
#[derive(Debug, Default)]
pub(super) struct Portion(Mutex<Standing>);

#[derive(Debug)]
struct Standing {
    size: usize,
    /// Good answers since it has this size.
    good: u32,
    /// So many make it greater.
    needed: u32,
}

impl Default for Standing {
    fn default() -> Self {
        Self {
            size: PAGE_SIZE,
            good: 0,
            needed: CONFIDENCE,
        }
    }
}

impl Portion {
    pub(super) fn size(&self) -> usize {
        self.standing(|standing| standing.size)
    }

    /// Takes in what came of a query.
    pub(super) fn learn(&self, answer: &Result<net::Answer, Error>) {
        match answer {
            Ok(answer) if answer.status == StatusCode::OK => self.standing(Standing::grow),
            answer if was_too_much(answer) => self.standing(Standing::shrink),
            _ => {}
        }
    }

    fn standing<T>(&self, act: impl FnOnce(&mut Standing) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Standing {
    fn shrink(&mut self) {
        // What had just been tried is not tried again so soon.
        if self.size < PAGE_SIZE {
            self.needed = (self.needed * 2).min(MOST_CONFIDENCE);
        }
        self.size = (self.size / 2).max(LEAST);
        self.good = 0;
    }

    fn grow(&mut self) {
        self.good += 1;
        if self.size < PAGE_SIZE && self.good >= self.needed {
            self.size = (self.size * 2).min(PAGE_SIZE);
            self.good = 0;
        }
    }
}

/// Whether fewer pages may have been answered: it took too long, which the vendor tells by 503 and
/// 504 (Notion API, "Status codes"), or the answer grew too large.
fn was_too_much(answer: &Result<net::Answer, Error>) -> bool {
    match answer {
        Ok(answer) => matches!(
            answer.status,
            StatusCode::GATEWAY_TIMEOUT
                | StatusCode::REQUEST_TIMEOUT
                | StatusCode::SERVICE_UNAVAILABLE
        ),
        Err(Error::Lost(cause)) => matches!(
            cause.downcast_ref(),
            Some(net::Error::Deadline(_) | net::Error::TooLarge(_))
        ),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use http::HeaderMap;

    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "it stands beside errors")]
    fn answered(status: u16) -> Result<net::Answer, Error> {
        Ok(net::Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            took: Duration::ZERO,
        })
    }

    /// A portion after these answers.
    fn after(answers: impl IntoIterator<Item = Result<net::Answer, Error>>) -> Portion {
        let portion = Portion::default();
        for answer in answers {
            portion.learn(&answer);
        }
        portion
    }

    #[test]
    fn what_was_too_much_is_halved_down_to_a_floor() {
        let deadline = || Err(net::Error::Deadline(Duration::from_mins(1)).into());
        let large = || Err(net::Error::TooLarge(1).into());
        let sizes = |times: usize| after((0..times).map(|_| answered(504))).size();
        assert_eq!([0, 1, 2, 3, 4, 9].map(sizes), [100, 50, 25, 12, 10, 10]);
        assert_eq!(after([deadline(), large(), answered(408)]).size(), 12);
    }

    #[test]
    fn what_says_nothing_of_size_changes_none() {
        let cut = Err(net::Error::Lost("cut".into()).into());
        let others = [400, 409, 429, 500, 502, 529].map(answered);
        assert_eq!(after(others.into_iter().chain([cut])).size(), 100);
    }

    #[test]
    fn it_grows_after_good_answers_and_more_slowly_when_that_was_too_much() {
        let good = |times: u32| (0..times).map(|_| answered(200));
        assert_eq!(after([answered(504)].into_iter().chain(good(9))).size(), 50);
        let portion = after([answered(504)].into_iter().chain(good(10)));
        assert_eq!(portion.size(), 100);
        let twice = [answered(504), answered(504)].into_iter();
        let portion = after(twice.chain(good(19)));
        assert_eq!(portion.size(), 25);
        portion.learn(&answered(200));
        assert_eq!(portion.size(), 50);
    }
}
