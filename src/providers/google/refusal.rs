//! Reads Google's errors, and decides what the caller can do about them.
//!
//! Google Ads tells its own by category and name, within what all of Google's APIs tell (Google Ads
//! API, "Error codes"); a stream has them in a list.

use std::collections::BTreeMap;
use std::time::Duration;

use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;

use super::super::Error;
use super::{PENALTY, oauth};

/// A message of the vendor's is shown no longer than this.
const SHOWN_CHARS: usize = 300;
/// No wait that an answer asks for is longer.
const LONGEST: Duration = Duration::from_hours(24);

/// Whose calls there were too many of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Those about one account.
    Account,
    /// All that this appliance makes.
    All,
}

#[derive(Default, Deserialize)]
struct Body {
    error: Option<Told>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Told {
    message: String,
    details: Vec<Detail>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Detail {
    /// A word of Google's APIs in general.
    reason: String,
    /// What Google Ads tells.
    errors: Vec<AdsError>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct AdsError {
    error_code: BTreeMap<String, String>,
    message: String,
    details: AdsDetails,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct AdsDetails {
    quota_error_details: Quota,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Quota {
    rate_scope: String,
    retry_delay: String,
}

impl Told {
    /// The error of a body, be it alone or in a list.
    fn read(body: &[u8]) -> Option<Self> {
        // The list first: a structure would take its members from one, in their order.
        let all = serde_json::from_slice::<Vec<Body>>(body);
        if let Ok(all) = all {
            return all.into_iter().find_map(|body| body.error);
        }
        serde_json::from_slice::<Body>(body).ok()?.error
    }

    fn ads(&self) -> Option<&AdsError> {
        self.details.iter().find_map(|detail| detail.errors.first())
    }

    fn reason(&self) -> &str {
        let mut reasons = self.details.iter().map(|detail| detail.reason.as_str());
        reasons
            .find(|reason| !reason.is_empty())
            .unwrap_or_default()
    }

    /// In words, without what could garble a line; those of the status where nothing is said.
    fn words(&self, name: &str, status: StatusCode) -> String {
        let said = self.ads().map_or(self.message.as_str(), |ads| &ads.message);
        let text = match (said, name) {
            ("", "") => status.to_string(),
            ("", name) => name.to_owned(),
            (said, "") => said.to_owned(),
            (said, name) => format!("{said} ({name})"),
        };
        let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
        plain.take(SHOWN_CHARS).collect()
    }
}

/// What an answer that is no 200 means. `hold` is told when the vendor wants to be left alone, and
/// for how long at least, and says until when.
pub(super) fn judge(
    status: StatusCode,
    body: &[u8],
    hold: impl FnOnce(Reach, Duration) -> Timestamp,
) -> Error {
    let Some(told) = Told::read(body) else {
        return unspoken(status, hold);
    };
    match told.ads() {
        Some(ads) => of_ads(status, (&told, ads), hold),
        None => general(status, &told, hold),
    }
}

/// What Google Ads tells.
fn of_ads(
    status: StatusCode,
    (told, ads): (&Told, &AdsError),
    hold: impl FnOnce(Reach, Duration) -> Timestamp,
) -> Error {
    let code = ads.error_code.iter().next();
    let (category, name) = code.map_or(("", ""), |(category, name)| {
        (category.as_str(), name.as_str())
    });
    let words = told.words(name, status);
    match (category, name) {
        (
            "quotaError",
            "EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION"
            | "EXCESSIVE_LONG_TERM_QUERY_RESOURCE_CONSUMPTION",
        ) => Error::TooLarge,
        ("quotaError", "ACCESS_PROHIBITED") => Error::Forbidden(words),
        ("quotaError", _) => {
            let quota = &ads.details.quota_error_details;
            let reach = match (quota.rate_scope.as_str(), name) {
                // What passes soon is an account's rate, unless it is said to be everybody's.
                ("ACCOUNT", _) | ("", "RESOURCE_TEMPORARILY_EXHAUSTED") => Reach::Account,
                _ => Reach::All,
            };
            let until = hold(reach, pause(&quota.retry_delay, &ads.message));
            Error::RateLimited { until }
        }
        ("authenticationError", "CUSTOMER_NOT_FOUND" | "CLIENT_CUSTOMER_ID_INVALID")
        | (
            "authorizationError",
            "USER_PERMISSION_DENIED"
            | "CUSTOMER_NOT_ENABLED"
            | "INVALID_LOGIN_CUSTOMER_ID_SERVING_CUSTOMER_ID_COMBINATION",
        ) => Error::Gone(words),
        // The leave is good for other products, so that it is not the leave that is refused.
        ("authenticationError", "NOT_ADS_USER") => Error::Forbidden(format!(
            "{words}: connect with a Google account that has access to Google Ads"
        )),
        ("authenticationError" | "authorizationError", name) if is_the_operators(name) => {
            Error::Forbidden(format!(
                "{words}: an administrator has to see to the Google Cloud project's access to the \
                 Google Ads API, or to google.ads_developer_token"
            ))
        }
        ("authenticationError", _) => Error::Unauthorised(words),
        ("authorizationError", _) => Error::Forbidden(words),
        ("internalError" | "databaseError", _) => Error::TryLater(words),
        ("requestError", "UNSUPPORTED_VERSION") => Error::Refused(format!(
            "{words}: an administrator has to set google.ads_version to an edition that lives"
        )),
        _ if status.is_server_error() => Error::TryLater(words),
        _ => Error::Refused(words),
    }
}

/// Whether it is about the program rather than about who has allowed it.
fn is_the_operators(name: &str) -> bool {
    let about = [
        "DEVELOPER_TOKEN",
        "CLOUD_PROJECT",
        "PROJECT_DISABLED",
        "ORGANIZATION_",
        "MISSING_TOS",
    ];
    about.iter().any(|about| name.starts_with(about))
}

/// What Google's APIs tell in general.
fn general(
    status: StatusCode,
    told: &Told,
    hold: impl FnOnce(Reach, Duration) -> Timestamp,
) -> Error {
    let words = told.words(told.reason(), status);
    match (status.as_u16(), told.reason()) {
        (403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT") => {
            let product = oauth::product(oauth::ADS).unwrap_or_default();
            Error::Forbidden(format!(
                "{product} was not allowed when the account was connected: connect it anew, and leave \
                 the tick there"
            ))
        }
        (403, "SERVICE_DISABLED") => Error::Forbidden(format!(
            "{words}: an administrator has to enable the API in the Google Cloud project"
        )),
        (401, _) => Error::Unauthorised(words),
        (403, _) => Error::Forbidden(words),
        (404, _) => Error::Refused(format!(
            "{words}: if Google has given up the edition of its API, an administrator sets \
             google.ads_version to a later one"
        )),
        (429, _) => Error::RateLimited {
            until: hold(Reach::All, pause("", &told.message)),
        },
        (500..=599, _) => Error::TryLater(words),
        _ => Error::Refused(words),
    }
}

/// What a status alone means: a page of a machine in between, or half an answer.
fn unspoken(status: StatusCode, hold: impl FnOnce(Reach, Duration) -> Timestamp) -> Error {
    let words = status.to_string();
    match status.as_u16() {
        401 => Error::Unauthorised(words),
        404 => Error::Refused(format!(
            "{words}: if Google has given up the edition of its API, an administrator sets \
             google.ads_version to a later one"
        )),
        429 => Error::RateLimited {
            until: hold(Reach::All, PENALTY),
        },
        _ => Error::TryLater(words),
    }
}

/// For how long nobody calls: what is told, as in `5603s`, or in words, as in "Retry in 30 seconds".
fn pause(told: &str, message: &str) -> Duration {
    let seconds = told
        .strip_suffix('s')
        .and_then(|seconds| seconds.parse::<f64>().ok());
    let in_words = || {
        let (_, rest) = message.split_once("Retry in ")?;
        rest.split(' ').next()?.parse::<f64>().ok()
    };
    let seconds = seconds.or_else(in_words).filter(|seconds| *seconds > 0.0);
    let told = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds.ceil()).ok());
    told.unwrap_or(PENALTY).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: u16, body: &str) -> (Error, Option<(Reach, Duration)>) {
        let mut held = None;
        let status = StatusCode::from_u16(status).unwrap();
        let error = judge(status, body.as_bytes(), |reach, pause| {
            held = Some((reach, pause));
            Timestamp::UNIX_EPOCH
        });
        (error, held)
    }

    fn ads(category: &str, name: &str) -> String {
        format!(
            r#"[{{"error":{{"code":400,"message":"Request contains an invalid argument.","details":[
            {{"@type":"type.googleapis.com/google.ads.googleads.v25.errors.GoogleAdsFailure",
            "errors":[{{"errorCode":{{"{category}":"{name}"}},"message":"It is so."}}]}}]}}}}]"#
        )
    }

    #[test]
    fn each_error_of_google_ads_has_its_own_remedy() {
        for (category, name, wanted) in [
            ("authenticationError", "OAUTH_TOKEN_REVOKED", "unauthorised"),
            (
                "authenticationError",
                "OAUTH_TOKEN_DISABLED",
                "unauthorised",
            ),
            (
                "authenticationError",
                "TWO_STEP_VERIFICATION_NOT_ENROLLED",
                "unauthorised",
            ),
            ("authenticationError", "NOT_ADS_USER", "forbidden"),
            (
                "authenticationError",
                "DEVELOPER_TOKEN_INVALID",
                "forbidden",
            ),
            ("authenticationError", "CUSTOMER_NOT_FOUND", "gone"),
            ("authorizationError", "USER_PERMISSION_DENIED", "gone"),
            ("authorizationError", "CUSTOMER_NOT_ENABLED", "gone"),
            (
                "authorizationError",
                "CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION",
                "forbidden",
            ),
            ("quotaError", "RESOURCE_EXHAUSTED", "rate_limited"),
            (
                "quotaError",
                "RESOURCE_TEMPORARILY_EXHAUSTED",
                "rate_limited",
            ),
            (
                "quotaError",
                "EXCESSIVE_LONG_TERM_QUERY_RESOURCE_CONSUMPTION",
                "too_large",
            ),
            ("internalError", "TRANSIENT_ERROR", "try_later"),
            ("internalError", "DEADLINE_EXCEEDED", "try_later"),
            ("requestError", "UNSUPPORTED_VERSION", "refused"),
            ("queryError", "UNRECOGNIZED_FIELD", "refused"),
        ] {
            let (error, _) = judged(400, &ads(category, name));
            assert_eq!(error.word(), wanted, "{category} {name}");
        }
        let (error, _) = judged(400, &ads("queryError", "BAD_VALUE"));
        assert_eq!(error.to_string(), "It is so. (BAD_VALUE)");
    }

    #[test]
    fn what_is_used_up_says_for_whom_and_for_how_long() {
        let body = |scope: &str| {
            format!(
                r#"{{"error":{{"code":429,"details":[{{"errors":[{{"errorCode":{{"quotaError":"RESOURCE_EXHAUSTED"}},
                "message":"Too many requests. Retry in 7 seconds.","details":{{"quotaErrorDetails":
                {{"rateScope":"{scope}","retryDelay":"5603s"}}}}}}]}}]}}}}"#
            )
        };
        let held = |scope| judged(429, &body(scope)).1;
        let pause = Duration::from_secs(5603);
        assert_eq!(held("DEVELOPER"), Some((Reach::All, pause)));
        assert_eq!(held("ACCOUNT"), Some((Reach::Account, pause)));
        let words = "Too many requests. Retry in 30 seconds.";
        assert_eq!(super::pause("", words), Duration::from_secs(30));
        assert_eq!(super::pause("", "Later."), PENALTY);
        assert_eq!(super::pause("999999999s", ""), LONGEST);
    }

    #[test]
    fn what_was_not_allowed_names_the_product() {
        let body = r#"{"error":{"code":403,"message":"no","status":"PERMISSION_DENIED",
            "details":[{"reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}}"#;
        let (error, _) = judged(403, body);
        assert!(
            error.to_string().contains("Google Ads was not allowed"),
            "{error}"
        );
        let disabled = body.replace("ACCESS_TOKEN_SCOPE_INSUFFICIENT", "SERVICE_DISABLED");
        assert!(
            judged(403, &disabled)
                .0
                .to_string()
                .contains("administrator")
        );
    }

    #[test]
    fn a_status_without_a_word_passes_or_names_the_edition() {
        assert_eq!(judged(502, "<html>").0.word(), "try_later");
        assert_eq!(judged(403, "<html>").0.word(), "try_later");
        assert_eq!(judged(401, "").0.word(), "unauthorised");
        assert!(
            judged(404, "<html>")
                .0
                .to_string()
                .contains("google.ads_version")
        );
        assert_eq!(judged(429, "").1, Some((Reach::All, PENALTY)));
    }
}
