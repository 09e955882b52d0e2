//! Judges what went wrong with a fetch: whose turn it is, and when it is tried again.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::connections::{Kind, ProviderError};

/// Who can do something about a trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// The credential is accepted no more: whoever has the connection gives it another.
    Reconnect,
    /// Something has to be allowed or changed at the provider.
    Configuration,
    /// The provider wants to be left alone; it passes by itself.
    Waiting,
    /// The provider has trouble, or cannot be reached; it is tried again.
    Provider,
}

/// What goes wrong with a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// Who can do something about it.
    pub category: Category,
    /// What happened, in a sentence.
    pub told: String,
    /// When it began.
    pub since: Timestamp,
    /// Tries in vain since then.
    pub tries: u32,
}

/// What cannot pass by itself is looked at again so often: somebody may have seen to it.
const LOOKED_AT: SignedDuration = SignedDuration::from_hours(1);
/// What may pass is tried again after so long, and ever longer.
const FIRST: SignedDuration = SignedDuration::from_mins(1);

impl Category {
    /// The name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reconnect => "reconnect",
            Self::Configuration => "configuration",
            Self::Waiting => "waiting",
            Self::Provider => "provider",
        }
    }

    /// What to do about it with a feed of this provider's.
    pub const fn remedy(self, provider: Kind) -> &'static str {
        match (self, provider) {
            (Self::Reconnect, Kind::Google) => {
                "Connect the connection anew on its page; then the feed goes on by itself within the \
                 hour, or at once with a fetch. If this comes back every week, the consent screen of \
                 the appliance's client at Google is in \"Testing\": have it published."
            }
            (Self::Reconnect, _) => {
                "Give the connection another token; then the feed goes on by itself within the hour, \
                 or at once with a fetch."
            }
            (Self::Configuration, Kind::Google) => {
                "See that the Google account has access to the ad account, that Google Ads was allowed \
                 when it was connected, and to what is said of the appliance's own access; then fetch."
            }
            (Self::Configuration, _) => {
                "See that the token is allowed to read advertising (ads_read) and reaches the ad \
                 account; then fetch."
            }
            (Self::Waiting, _) => {
                "Nothing: it goes on by itself when the provider takes calls again."
            }
            (Self::Provider, _) => {
                "Nothing: it is tried again by itself, ever more rarely up to an hour."
            }
        }
    }
}

/// The trouble that a feed has after a try in vain, and when the next one is.
pub(super) fn judge(
    error: &ProviderError,
    before: Option<&Trouble>,
    now: Timestamp,
) -> (Trouble, Timestamp) {
    use ProviderError as E;
    let category = match error {
        E::Unauthorised(_) => Category::Reconnect,
        E::RateLimited { .. } | E::BillingLimit => Category::Waiting,
        E::Forbidden(_)
        | E::Gone(_)
        | E::Refused(_)
        | E::RecordGone
        | E::HookGone(_)
        | E::SchemaMoved(_)
        | E::Full(_) => Category::Configuration,
        E::NotSent(_)
        | E::TryLater(_)
        | E::Lost(_)
        | E::TooLarge
        | E::Busy(_)
        | E::CalledOff
        | E::Broken(_) => Category::Provider,
    };
    let before = before.filter(|before| before.category == category);
    let tries = before.map_or(0, |before| before.tries) + 1;
    let trouble = Trouble {
        category,
        told: error.sentence(),
        since: before.map_or(now, |before| before.since),
        tries,
    };
    let next = match (category, error) {
        (_, E::RateLimited { until }) => *until,
        (Category::Provider, _) => now + (FIRST * (1 << tries.min(6)) / 2).min(LOOKED_AT),
        (Category::Reconnect | Category::Configuration | Category::Waiting, _) => now + LOOKED_AT,
    };
    (trouble, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn minutes(error: &ProviderError, before: Option<&Trouble>) -> (Trouble, i64) {
        let (trouble, next) = judge(error, before, NOW);
        (trouble, next.as_second() / 60)
    }

    #[test]
    fn what_may_pass_is_tried_ever_more_rarely_up_to_an_hour() {
        let error = ProviderError::TryLater("503".into());
        let mut waits = Vec::new();
        let mut before = None;
        for _ in 0..9 {
            let (trouble, wait) = minutes(&error, before.as_ref());
            waits.push(wait);
            before = Some(trouble);
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 32, 32, 32]);
        assert_eq!(before.unwrap().tries, 9);
    }

    #[test]
    fn each_trouble_says_whose_turn_it_is() {
        let until = NOW + SignedDuration::from_mins(17);
        for (error, category, wait) in [
            (
                ProviderError::Unauthorised("no".into()),
                Category::Reconnect,
                60,
            ),
            (
                ProviderError::Forbidden("no".into()),
                Category::Configuration,
                60,
            ),
            (
                ProviderError::Gone("no".into()),
                Category::Configuration,
                60,
            ),
            (ProviderError::RateLimited { until }, Category::Waiting, 17),
        ] {
            let (trouble, minutes) = minutes(&error, None);
            assert_eq!((trouble.category, minutes), (category, wait), "{error:?}");
        }
    }

    #[test]
    fn another_kind_of_trouble_begins_anew() {
        let (first, _) = judge(&ProviderError::TryLater("503".into()), None, NOW);
        let later = NOW + SignedDuration::from_hours(1);
        let (second, _) = judge(
            &ProviderError::Unauthorised("no".into()),
            Some(&first),
            later,
        );
        assert_eq!((second.since, second.tries), (later, 1));
    }
}
