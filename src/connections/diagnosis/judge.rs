//! Judges what was found on the way to a provider.

use std::time::Duration;

use http::header::DATE;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};

use super::{Check, Found};
use crate::base::chain;
use crate::connections::{Account, Base, Error, Kind, Limit, ProviderError, Standing};
use crate::net::{self, Answer, Step, Way};

/// Clocks that are further apart than this are worth a word: some tokens live for a minute.
const APART: SignedDuration = SignedDuration::from_secs(30);
/// And beyond this nothing that has an end can be relied on.
const FAR_APART: SignedDuration = SignedDuration::from_mins(5);
/// Below this part of what the provider allows, something is amiss.
const SLOW: f64 = 0.9;

const RESOLVER: &str =
    "See to the machine's resolver, and to a firewall between it and its server.";
const FIREWALL: &str = "See to a firewall or a missing route: port 443 of the provider must be reached \
                        without a proxy.";
const SANDBOX: &str = "Start the sandbox: weighbridge sandbox.";
const INTERCEPTED: &str = "See to the machine's clock and certificates, and to a proxy that opens \
                           encrypted connections: the provider's own certificate must arrive here.";
const LATER: &str = "Wait, and look at the provider's page of its state.";
const CLOCK: &str = "Set the machine's clock, and let a time server keep it.";
const ASSIGN: &str =
    "Give whoever the token belongs to a role in the ad accounts, at the provider.";
/// A credential that ends within so long is worth a word.
const ENDS_SOON: SignedDuration = SignedDuration::from_hours(14 * 24);
const ANEW: &str = "Connect it anew on its page.";
const TOKEN: &str = "Give it another token: weighbridge connection replace-token.";
const LARGER: &str = "Take a larger plan at the provider, or wait for the next month.";
const ROOM: &str = "Make room at the provider, or take a larger plan.";
const OTHERS: &str = "See what else calls the provider with this account.";

fn check(name: &'static str, found: Found, detail: impl Into<String>) -> Check {
    Check {
        name,
        found,
        detail: detail.into(),
        remedy: None,
        took: None,
    }
}

impl Check {
    fn remedy(self, remedy: &'static str) -> Self {
        let remedy = Some(remedy);
        Self { remedy, ..self }
    }

    fn took(self, took: Duration) -> Self {
        let took = Some(took);
        Self { took, ..self }
    }
}

fn step(name: &'static str, step: &Step, remedy: &'static str) -> Check {
    let took = step.took;
    match &step.found {
        Ok(found) => check(name, Found::Ok, found).took(took),
        Err(told) => check(name, Found::Failed, told).took(took).remedy(remedy),
    }
}

pub(super) fn name(way: &Way) -> Check {
    let none = || check("dns", Found::NotChecked, "it is called by its address");
    way.name
        .as_ref()
        .map_or_else(none, |found| step("dns", found, RESOLVER))
}

pub(super) fn connection(way: &Way) -> Check {
    let none = || {
        check(
            "tcp",
            Found::NotChecked,
            "no address to connect to is known",
        )
    };
    let remedy = if way.is_encrypted { FIREWALL } else { SANDBOX };
    way.connection
        .as_ref()
        .map_or_else(none, |found| step("tcp", found, remedy))
}

pub(super) fn encryption(is_encrypted: bool, answer: Option<&Result<Answer, net::Error>>) -> Check {
    let named = |found, detail: String| check("tls", found, detail);
    match answer {
        _ if !is_encrypted => named(
            Found::NotChecked,
            "the sandbox on this machine uses none".into(),
        ),
        None => not_reached("tls"),
        Some(Ok(_)) => named(Found::Ok, "the certificate is the provider's".into()),
        Some(Err(error)) if error.may_have_acted() => {
            named(Found::NotChecked, "no whole answer came".into())
        }
        Some(Err(error)) => named(Found::Failed, chain(error).to_string()).remedy(INTERCEPTED),
    }
}

pub(super) fn answer(answer: Option<&Result<Answer, net::Error>>) -> Check {
    match answer {
        Some(Err(error)) if error.may_have_acted() => {
            check("http", Found::Failed, chain(error).to_string()).remedy(LATER)
        }
        None | Some(Err(_)) => not_reached("http"),
        Some(Ok(answer)) => {
            let found = if answer.status.is_server_error() {
                check("http", Found::Attention, answer.status.to_string()).remedy(LATER)
            } else {
                // Whatever it says to nobody in particular: it speaks.
                check("http", Found::Ok, format!("it answers ({})", answer.status))
            };
            found.took(answer.took)
        }
    }
}

/// `now` is the time at which the answer was here.
pub(super) fn clocks(answer: Option<&Answer>, now: Timestamp) -> Check {
    let Some(answer) = answer else {
        return not_reached("clock");
    };
    let told = answer.headers.get(DATE).and_then(|date| date.to_str().ok());
    let theirs = told.and_then(|date| DateTimeParser::new().parse_timestamp(date).ok());
    let Some(theirs) = theirs else {
        return check(
            "clock",
            Found::NotChecked,
            "the answer does not tell the time",
        );
    };
    let ahead = now.duration_since(theirs);
    let apart = ahead.abs();
    let way = if ahead.is_negative() {
        "behind"
    } else {
        "ahead of"
    };
    let detail = format!(
        "this machine's clock is {} s {way} the provider's",
        apart.as_secs()
    );
    match apart {
        apart if apart > FAR_APART => check("clock", Found::Failed, detail).remedy(CLOCK),
        apart if apart > APART => check("clock", Found::Attention, detail).remedy(CLOCK),
        _ => check("clock", Found::Ok, "it goes with the provider's"),
    }
}

pub(super) fn credential(
    outcome: Option<&Result<Account, ProviderError>>,
    by_oauth: bool,
) -> Check {
    match outcome {
        None => not_reached("credential"),
        Some(Ok(account)) => {
            let whose = account.email.as_ref().unwrap_or(&account.id);
            check(
                "credential",
                Found::Ok,
                format!("it is accepted, as {whose}"),
            )
        }
        Some(Err(error @ ProviderError::RateLimited { .. })) => {
            check("credential", Found::Attention, error.sentence()).remedy(LATER)
        }
        Some(Err(error)) => {
            let failed = check("credential", Found::Failed, error.sentence());
            match error {
                ProviderError::Unauthorised(_) if by_oauth => failed.remedy(ANEW),
                ProviderError::Unauthorised(_) => failed.remedy(TOKEN),
                _ => failed,
            }
        }
    }
}

/// When the credential ends.
pub(super) fn end(at: Timestamp, now: Timestamp) -> Check {
    let left = at.duration_since(now);
    let detail = format!("the credential ends at {at}");
    if left > ENDS_SOON {
        check("credential_end", Found::Ok, detail)
    } else {
        check("credential_end", Found::Attention, detail).remedy(TOKEN)
    }
}

/// The ad accounts that the credential reaches.
pub(super) fn ad_accounts(found: &Result<Vec<Base>, Error>) -> Check {
    match found {
        Ok(accounts) if accounts.is_empty() => {
            check("ad_accounts", Found::Attention, "it reaches none").remedy(ASSIGN)
        }
        Ok(accounts) => {
            let names: Vec<&str> = accounts
                .iter()
                .take(10)
                .map(|one| one.name.as_str())
                .collect();
            let told = format!("it reaches {}: {}", accounts.len(), names.join(", "));
            check("ad_accounts", Found::Ok, told)
        }
        Err(error) => check("ad_accounts", Found::Failed, chain(error).to_string()),
    }
}

/// What was asked for and not allowed; none where nobody says what was.
pub(super) fn scopes(missing: Option<&[String]>, provider: Kind) -> Check {
    match missing {
        None => {
            let told = "the provider does not say what the credential allows";
            check("scopes", Found::NotChecked, told)
        }
        Some([]) => check("scopes", Found::Ok, "all that is needed is allowed"),
        Some(missing) => {
            let words = missing.iter().map(|scope| provider.in_words(scope));
            let words: Vec<String> = words.collect();
            let told = format!("not allowed: {}", words.join(", "));
            check("scopes", Found::Attention, told).remedy(ANEW)
        }
    }
}

pub(super) fn quota(quotas: &[Standing]) -> Check {
    let met = |limit| {
        let mut all = quotas.iter().flat_map(|quota| &quota.met);
        all.find(|met| met.limit == limit)
    };
    if let Some(met) = met(Limit::Calls) {
        let told = format!("{}; it is tried again at {}", met.told, met.until);
        return check("quota", Found::Failed, told).remedy(LARGER);
    }
    if let Some(met) = met(Limit::Room) {
        let told = format!("{}; it is tried again at {}", met.told, met.until);
        return check("quota", Found::Attention, told).remedy(ROOM);
    }
    if let Some(until) = quotas.iter().filter_map(|quota| quota.held_until).max() {
        let told = format!("the provider asks to be left alone until {until}");
        return check("quota", Found::Attention, told);
    }
    let slowest = quotas
        .iter()
        .filter_map(|quota| Some((quota.rate?, quota.nominal?)));
    match slowest.min_by(|one, other| one.0.total_cmp(&other.0)) {
        None => check("quota", Found::Ok, "calls are not paced"),
        Some((rate, nominal)) => {
            let told = format!("{rate:.2} of {nominal:.2} calls a second");
            if rate < nominal * SLOW {
                check("quota", Found::Attention, told).remedy(OTHERS)
            } else {
                check("quota", Found::Ok, told)
            }
        }
    }
}

fn not_reached(name: &'static str) -> Check {
    check(name, Found::NotChecked, "the provider was not reached")
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};

    use super::*;
    use crate::connections::Met;

    const NOW: Timestamp = Timestamp::constant(784_111_777, 0); // the date of RFC 9110, 5.6.7

    fn told(date: Option<&str>, status: u16) -> Answer {
        let mut headers = HeaderMap::new();
        if let Some(date) = date {
            headers.insert(DATE, date.parse().unwrap());
        }
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: bytes::Bytes::new(),
            took: Duration::ZERO,
        }
    }

    #[test]
    fn clocks_may_be_half_a_minute_apart_and_not_more_than_five() {
        let answer = told(Some("Sun, 06 Nov 1994 08:49:37 GMT"), 200);
        for (seconds, found) in [
            (0, Found::Ok),
            (30, Found::Ok),
            (31, Found::Attention),
            (-31, Found::Attention),
            (300, Found::Attention),
            (301, Found::Failed),
            (-301, Found::Failed),
        ] {
            let check = clocks(Some(&answer), NOW + SignedDuration::from_secs(seconds));
            assert_eq!(check.found, found, "{seconds}: {}", check.detail);
        }
        let behind = clocks(Some(&answer), NOW - SignedDuration::from_secs(99));
        assert!(behind.detail.contains("99 s behind"), "{}", behind.detail);
        for without in [told(None, 200), told(Some("yesterday"), 200)] {
            assert_eq!(clocks(Some(&without), NOW).found, Found::NotChecked);
        }
    }

    #[test]
    fn each_break_of_the_way_is_found_where_it_is() {
        let step = |found: Result<&str, &str>| {
            let found = found.map(str::to_owned).map_err(str::to_owned);
            let took = Duration::ZERO;
            Some(Step { found, took })
        };
        let way = Way {
            is_encrypted: true,
            name: step(Ok("there")),
            connection: step(Err("refused")),
        };
        assert_eq!(name(&way).found, Found::Ok);
        assert_eq!(connection(&way).found, Found::Failed);
        assert_eq!(encryption(true, None).found, Found::NotChecked);
        let not_sent = Err(net::Error::NotSent("bad certificate".into()));
        assert_eq!(encryption(true, Some(&not_sent)).found, Found::Failed);
        assert_eq!(answer(Some(&not_sent)).found, Found::NotChecked);
        let late = Err(net::Error::Deadline(Duration::ZERO));
        assert_eq!(encryption(true, Some(&late)).found, Found::NotChecked);
        assert_eq!(answer(Some(&late)).found, Found::Failed);
        for (status, found) in [(200, Found::Ok), (404, Found::Ok), (503, Found::Attention)] {
            let answered = Ok(told(None, status));
            assert_eq!(encryption(true, Some(&answered)).found, Found::Ok);
            assert_eq!(answer(Some(&answered)).found, found, "{status}");
        }
    }

    #[test]
    fn a_credential_that_is_refused_has_its_own_remedy() {
        let refused = Err(ProviderError::Unauthorised("no".into()));
        assert_eq!(credential(Some(&refused), true).remedy, Some(ANEW));
        assert_eq!(credential(Some(&refused), false).remedy, Some(TOKEN));
        let until = NOW;
        let busy = Err(ProviderError::RateLimited { until });
        assert_eq!(credential(Some(&busy), false).found, Found::Attention);
        assert_eq!(credential(None, false).found, Found::NotChecked);
    }

    #[test]
    fn what_was_not_allowed_is_named() {
        assert_eq!(scopes(None, Kind::Airtable).found, Found::NotChecked);
        assert_eq!(scopes(Some(&[]), Kind::Airtable).found, Found::Ok);
        let missing = scopes(Some(&["data.records:write".to_owned()]), Kind::Airtable);
        assert_eq!(missing.found, Found::Attention);
        assert!(missing.detail.contains("data.records:write"));
    }

    #[test]
    fn the_worst_of_all_quotas_is_told() {
        let usual = || Standing {
            rate: Some(4.95),
            nominal: Some(4.95),
            ..Standing::default()
        };
        let met = |limit| {
            let (told, until) = ("no more".to_owned(), NOW);
            let met = vec![Met { limit, told, until }];
            Standing { met, ..usual() }
        };
        let held_until = Some(NOW);
        let held = Standing {
            held_until,
            ..usual()
        };
        let rate = Some(4.0);
        let slow = Standing { rate, ..usual() };
        for (quota, found) in [
            (usual(), Found::Ok),
            (Standing::default(), Found::Ok),
            (slow, Found::Attention),
            (held, Found::Attention),
            (met(Limit::Room), Found::Attention),
            (met(Limit::Calls), Found::Failed),
        ] {
            let check = super::quota(&[usual(), quota]);
            assert_eq!(check.found, found, "{}", check.detail);
        }
    }
}
