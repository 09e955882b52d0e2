//! Reads how much of an ad account's hour is used up, and decides how long it is left alone.
//!
//! The vendor tells it in percent in several headers, and in minutes how long it takes until calls
//! are taken again once there were too many (Marketing API, "Rate limiting").

use std::time::Duration;

use http::HeaderMap;
use serde_json::Value;

/// From here on calls are spread out.
const SLOW: u64 = 75;
/// And from here on there are none for a while.
const STOP: u64 = 95;
/// Between two calls of a slow account, at least and at most.
const SPREAD: (u64, u64) = (10, 120);
/// No account is left alone for longer by what an answer says.
const LONGEST: Duration = Duration::from_hours(24);
/// How long an account is left alone that does not say for how long.
const REST: Duration = Duration::from_mins(5);

const HEADERS: [&str; 4] = [
    "x-business-use-case-usage",
    "x-ad-account-usage",
    "x-fb-ads-insights-throttle",
    "x-app-usage",
];

/// What the headers of an answer tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Usage {
    /// The greatest of all percentages.
    pub(super) percent: u64,
    /// In how long calls are taken again; none while they are.
    pub(super) regain: Option<Duration>,
}

impl Usage {
    /// For how long the account is left alone before the next call; none while there is room.
    pub(super) fn pause(self) -> Option<Duration> {
        match self.percent {
            ..SLOW => None,
            SLOW..STOP => {
                let (least, most) = SPREAD;
                let part = self.percent - SLOW;
                Some(Duration::from_secs(
                    least + part * (most - least) / (STOP - SLOW),
                ))
            }
            STOP.. => Some(self.regain.unwrap_or(REST)),
        }
    }
}

/// Reads all headers; what cannot be read tells nothing.
pub(super) fn read(headers: &HeaderMap) -> Usage {
    let mut usage = Usage::default();
    for name in HEADERS {
        let told = headers.get(name).and_then(|told| told.to_str().ok());
        if let Some(told) = told.and_then(|told| serde_json::from_str::<Value>(told).ok()) {
            gather(&told, &mut usage);
        }
    }
    usage
}

/// Looks through one header, however it is nested.
fn gather(told: &Value, usage: &mut Usage) {
    match told {
        Value::Array(parts) => parts.iter().for_each(|part| gather(part, usage)),
        Value::Object(members) => {
            for (name, value) in members {
                let number = value.as_f64().filter(|number| *number > 0.0);
                match (name.as_str(), number) {
                    (
                        "call_count" | "total_time" | "total_cputime" | "acc_id_util_pct"
                        | "app_id_util_pct",
                        Some(percent),
                    ) => {
                        usage.percent = usage.percent.max(whole(percent));
                    }
                    ("estimated_time_to_regain_access", Some(minutes)) => {
                        usage.regain(whole(minutes) * 60);
                    }
                    ("reset_time_duration", Some(seconds)) if usage.percent >= STOP => {
                        usage.regain(whole(seconds));
                    }
                    _ => gather(value, usage),
                }
            }
        }
        _ => {}
    }
}

impl Usage {
    fn regain(&mut self, seconds: u64) {
        let told = Duration::from_secs(seconds).min(LONGEST);
        self.regain = Some(self.regain.map_or(told, |known| known.max(told)));
    }
}

/// A figure of the vendor's in whole parts, rounded up.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is positive, and what is too large becomes the largest"
)]
fn whole(figure: f64) -> u64 {
    figure.ceil().min(1e6) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(pairs: &[(&'static str, &str)]) -> Usage {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        read(&headers)
    }

    #[test]
    fn an_account_is_slowed_at_three_quarters_and_left_alone_near_the_end() {
        let at = |percent| {
            Usage {
                percent,
                regain: None,
            }
            .pause()
        };
        assert_eq!(at(74), None);
        assert_eq!(at(75), Some(Duration::from_secs(10)));
        assert!(at(85) > at(75));
        assert_eq!(at(95), Some(REST));
        let regain = Some(Duration::from_mins(17));
        assert_eq!(
            Usage {
                percent: 100,
                regain
            }
            .pause(),
            regain
        );
    }

    #[test]
    fn the_worst_of_all_headers_counts_and_minutes_are_minutes() {
        let business = r#"{"17":[{"type":"ads_insights","call_count":97,"total_cputime":3,
            "estimated_time_to_regain_access":12}]}"#
            .replace('\n', "");
        let usage = told(&[
            ("x-app-usage", r#"{"call_count":28,"total_time":25}"#),
            ("x-business-use-case-usage", &business),
        ]);
        assert_eq!(usage.percent, 97);
        assert_eq!(usage.regain, Some(Duration::from_mins(12)));
    }

    #[test]
    fn what_cannot_be_read_tells_nothing() {
        assert_eq!(told(&[("x-app-usage", "soon")]), Usage::default());
        assert_eq!(told(&[]), Usage::default());
    }
}
