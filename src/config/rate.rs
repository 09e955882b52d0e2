//! How often something may be done: `5 / 5 minutes`.

use std::fmt::{Display, Formatter, Result};
use std::num::NonZeroU32;
use std::time::Duration;

use super::span;

/// A burst of so many, and one back after each `per / burst`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many may be done at once.
    pub burst: NonZeroU32,
    /// The time in which a burst that was used up comes back whole; never zero.
    pub per: Duration,
}

impl Rate {
    /// Reads `N / T`, such as `30 / minute` or `5 / 5 minutes`.
    pub fn parse(text: &str) -> Option<Self> {
        let (burst, per) = text.split_once('/')?;
        let per = span::parse(per)?;
        let burst = burst.trim().parse().ok()?;
        (!per.is_zero()).then_some(Self { burst, per })
    }

    /// A rate known when the program is written.
    pub(super) const fn of(burst: u32, per: Duration) -> Self {
        Self {
            burst: NonZeroU32::new(burst).expect("the appliance's own rates are above zero"),
            per,
        }
    }
}

impl Display for Rate {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let per = span::write(self.per);
        write!(f, "{} / {}", self.burst, per.trim_start_matches("1 "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_read_and_written_as_a_person_would() {
        for text in ["5 / 5 minutes", "30 / minute", "10 / hour", "2 / 250 ms"] {
            assert_eq!(Rate::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_rate_of_nothing_or_without_a_time_is_refused() {
        for text in [
            "0 / minute",
            "5",
            "5 / 0 s",
            "5 / ",
            "/ minute",
            "-1 / minute",
        ] {
            assert_eq!(Rate::parse(text), None, "{text}");
        }
    }
}
