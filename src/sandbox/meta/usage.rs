//! Counts the calls to each ad account over the last hour, and tells how much of it is used up.
use std::collections::{HashMap, VecDeque};

use http::{HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::sandbox::answer::Answer;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const APP: HeaderName = HeaderName::from_static("x-app-usage");
const ACCOUNT: HeaderName = HeaderName::from_static("x-ad-account-usage");
const BUSINESS: HeaderName = HeaderName::from_static("x-business-use-case-usage");
const THROTTLE: HeaderName = HeaderName::from_static("x-fb-ads-insights-throttle");

/// The calls of the last hour, by ad account.
#[derive(Default)]
pub(super) struct Usage {
    calls: HashMap<String, VecDeque<Timestamp>>,
}

/// How much of an account's hour is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Used {
    pub(crate) percent: u64,
    /// How many minutes it takes until calls are taken again; 0 while they are.
    pub(crate) minutes: i64,
}

impl Usage {
    /// Counts a call, unless the hour is used up: then it is refused. `most` is 0 for no limit.
    pub(super) fn count(&mut self, account: &str, most: u32, now: Timestamp) -> Result<Used, Used> {
        let calls = self.calls.entry(account.to_owned()).or_default();
        while calls
            .front()
            .is_some_and(|at| now.duration_since(*at) >= HOUR)
        {
            calls.pop_front();
        }
        if most == 0 {
            return Ok(Used {
                percent: 0,
                minutes: 0,
            });
        }
        let percent = |calls: usize| calls as u64 * 100 / u64::from(most);
        if calls.len() >= most as usize {
            let oldest = calls.front().copied().unwrap_or(now);
            let left = (HOUR - now.duration_since(oldest)).as_secs();
            return Err(Used {
                percent: percent(calls.len()),
                minutes: left.div_euclid(60) + 1,
            });
        }
        calls.push_back(now);
        Ok(Used {
            percent: percent(calls.len()),
            minutes: 0,
        })
    }
}

impl Used {
    /// The answer with the headers that tell of it.
    pub(crate) fn told(self, account: &str, answer: Answer) -> Answer {
        let Self { percent, minutes } = self;
        let tier = "standard_access";
        let reset = if minutes > 0 { minutes * 60 } else { 0 };
        let business = json!({ account: [{
            "type": "ads_insights", "call_count": percent, "total_cputime": percent / 2,
            "total_time": percent / 2, "estimated_time_to_regain_access": minutes,
            "ads_api_access_tier": tier,
        }] });
        let told = [
            (
                APP,
                json!({ "call_count": percent / 4, "total_time": 1, "total_cputime": 1 }),
            ),
            (
                ACCOUNT,
                json!({
                    "acc_id_util_pct": percent, "reset_time_duration": reset, "ads_api_access_tier": tier,
                }),
            ),
            (BUSINESS, business),
            (
                THROTTLE,
                json!({
                    "app_id_util_pct": percent / 4, "acc_id_util_pct": percent, "ads_api_access_tier": tier,
                }),
            ),
        ];
        told.into_iter()
            .fold(
                answer,
                |answer, (name, value)| match HeaderValue::from_str(&value.to_string()) {
                    Ok(value) => answer.with_header(name, value),
                    Err(_) => answer,
                },
            )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_that_is_called_too_often_says_how_many_minutes_to_wait() {
        let mut usage = Usage::default();
        let start = Timestamp::UNIX_EPOCH;
        for percent in [25, 50, 75, 100] {
            let used = usage.count("1", 4, start).unwrap();
            assert_eq!(used.percent, percent);
        }
        let later = start + SignedDuration::from_mins(20);
        assert_eq!(usage.count("1", 4, later).unwrap_err().minutes, 41);
        assert!(
            usage.count("2", 4, later).is_ok(),
            "another account has its own hour"
        );
        assert!(usage.count("1", 4, start + HOUR).is_ok());
    }
}
