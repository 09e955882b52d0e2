//! Makes a verdict of facts.

use jiff::{SignedDuration, Timestamp};

use super::advice::{Advice, Finding};
use super::{Drifted, Last, Recent};
use crate::connections::{GrantView, Limit, Standing, Status};

/// A grant that ends so soon needs somebody.
const SOON: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A pause of the provider's that is longer than this is worth a word.
const LONG_PAUSE: SignedDuration = SignedDuration::from_mins(5);
/// Below this part of what the provider allows, something is amiss.
const SLOW: f64 = 0.9;
/// So many of a hundred runs may fail, when the last one did not.
const MAY_FAIL: u32 = 50;
/// A share of fewer runs says nothing.
const ENOUGH: u32 = 4;

/// What is known of a connection's credential.
pub(super) struct Access<'a> {
    pub(super) status: Status,
    pub(super) problem: Option<&'a str>,
    pub(super) grant: Option<&'a GrantView>,
    pub(super) missing: &'a [String],
}

/// What is known of what a sync does.
pub(super) struct Doing<'a> {
    pub(super) runs: &'a Recent,
    /// How many of its jobs failed one after the other.
    pub(super) in_a_row: u32,
    /// From how many on it fails.
    pub(super) failing_after: u32,
    pub(super) dataset_available: bool,
    pub(super) drifted: Option<&'a Drifted>,
}

/// What to think of a connection whose calls go out like this.
pub(super) fn connection<'a>(
    access: &Access<'_>,
    quotas: impl Iterator<Item = &'a Standing>,
    now: Timestamp,
) -> Finding {
    let quotas: Vec<&Standing> = quotas.collect();
    let asked = [
        refused(access),
        used_up(&quotas, Limit::Calls).map(Finding::failing),
        failing(access),
        missing(access),
        used_up(&quotas, Limit::Room).map(Finding::attention),
        ending(access, now),
        paused(&quotas, now),
        slowed(&quotas),
        untested(access),
    ];
    asked
        .into_iter()
        .flatten()
        .next()
        .unwrap_or(Finding::HEALTHY)
}

/// What to think of a sync.
pub(super) fn sync(doing: &Doing<'_>) -> Finding {
    if !doing.dataset_available {
        return Finding::failing(Advice::ShareAgain);
    }
    if let Some(finding) = doing.drifted.and_then(grown_apart) {
        return finding;
    }
    let Some(last) = &doing.runs.last else {
        return Finding::HEALTHY; // it has not been run
    };
    if let Some(failure) = &last.failure {
        let advice = Advice::LookAtRun(last.run, failure.message.clone());
        return if doing.in_a_row >= doing.failing_after {
            Finding::failing(advice)
        } else {
            Finding::attention(advice)
        };
    }
    if last.refused > 0 {
        return Finding::attention(Advice::LookAtRecords(last.run, last.refused));
    }
    unsteady(doing.runs, last).unwrap_or(Finding::HEALTHY)
}

/// A field that is new at the provider does no harm.
fn grown_apart(drifted: &Drifted) -> Option<Finding> {
    let lost = drifted
        .found
        .lost
        .iter()
        .map(|lost| &*lost.remote_field_name);
    let lost: Vec<&str> = lost.collect();
    let told = match &drifted.found.key {
        Some(reason) => format!("the field that holds the key cannot be used: {reason}"),
        None if lost.is_empty() => return None,
        None => format!("it has lost {}", lost.join(", ")),
    };
    let told = told.trim_end_matches('.').to_owned();
    Some(if drifted.stops {
        Finding::failing(Advice::MapAgain(told))
    } else {
        Finding::attention(Advice::MapAgain(told))
    })
}

fn unsteady(runs: &Recent, last: &Last) -> Option<Finding> {
    let often = runs.ended >= ENOUGH && runs.failed_percent() >= MAY_FAIL;
    let told = || {
        let (failed, ended) = (runs.failed, runs.ended);
        format!("Look at its runs: {failed} of the last {ended} failed.")
    };
    often.then(|| Finding::attention(Advice::LookAtRun(last.run, told())))
}

fn problem(access: &Access<'_>) -> String {
    let told = access.problem.unwrap_or("it does not say why");
    told.trim_end_matches('.').to_owned()
}

fn refused(access: &Access<'_>) -> Option<Finding> {
    let refused = access.status == Status::Reconnect;
    let advice = match access.grant {
        Some(_) => Advice::Reconnect,
        None => Advice::ReplaceToken,
    };
    refused.then(|| Finding::failing(advice(problem(access))))
}

fn failing(access: &Access<'_>) -> Option<Finding> {
    let failing = access.status == Status::Failing;
    failing.then(|| Finding::failing(Advice::Test(problem(access))))
}

fn untested(access: &Access<'_>) -> Option<Finding> {
    let untested = access.status == Status::Untested;
    untested.then(|| Finding::attention(Advice::Test("nobody has tried its token".to_owned())))
}

fn missing(access: &Access<'_>) -> Option<Finding> {
    let missing = access.missing.to_vec();
    (!missing.is_empty()).then(|| Finding::attention(Advice::AllowMore(missing)))
}

fn used_up(quotas: &[&Standing], limit: Limit) -> Option<Advice> {
    let mut met = quotas.iter().flat_map(|quota| &quota.met);
    let met = met.find(|met| met.limit == limit)?;
    Some(Advice::RaiseLimit(limit, met.told.clone()))
}

/// A grant that ends unless somebody does something.
fn ending(access: &Access<'_>, now: Timestamp) -> Option<Finding> {
    let grant = access.grant?;
    let soon = |end: Timestamp| end.duration_since(now) < SOON;
    if !grant.renewable {
        let end = grant.ends_at.filter(|end| soon(*end))?;
        let told = format!("its token ends at {end}, and the provider gave none to renew it with");
        return Some(Finding::attention(Advice::Reconnect(told)));
    }
    let end = grant.renewable_until.filter(|end| soon(*end))?;
    if !grant.moves_on {
        let told = format!(
            "what was allowed ends at {end}, used or not; at Google that is so while the consent \
             screen of the appliance's client is in \"Testing\": have it published first"
        );
        return Some(Finding::attention(Advice::Reconnect(told)));
    }
    let told = format!("unless it is used by {end}, the access that was allowed ends");
    Some(Finding::attention(Advice::Test(told)))
}

fn paused(quotas: &[&Standing], now: Timestamp) -> Option<Finding> {
    let until = quotas.iter().filter_map(|quota| quota.held_until).max()?;
    let long = until.duration_since(now) > LONG_PAUSE;
    long.then(|| Finding::attention(Advice::Wait(until)))
}

fn slowed(quotas: &[&Standing]) -> Option<Finding> {
    let is_slow = |quota: &&Standing| match (quota.rate, quota.nominal) {
        (Some(rate), Some(nominal)) => rate < nominal * SLOW,
        _ => false,
    };
    let slow = quotas.iter().any(is_slow);
    slow.then(|| Finding::attention(Advice::SpareQuota))
}

#[cfg(test)]
mod tests {
    use super::super::advice::Verdict;
    use super::*;
    use crate::base::{Clock, RunId};
    use crate::connections::Met;
    use crate::jobs::Failure;
    use crate::sync::drift::{Findings, Lost};

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn usual() -> Standing {
        Standing {
            rate: Some(4.95),
            nominal: Some(4.95),
            held_until: None,
            met: Vec::new(),
        }
    }

    fn grant(renewable: bool, days: i64) -> GrantView {
        let end = NOW + SignedDuration::from_hours(24 * days);
        GrantView {
            scopes: Vec::new(),
            ends_at: Some(if renewable { NOW } else { end }),
            renewable_until: renewable.then_some(end),
            moves_on: true,
            renewable,
        }
    }

    fn judged(status: Status, grant: Option<&GrantView>, quota: &Standing) -> Finding {
        let problem = Some("no.");
        let missing = &[];
        let access = Access {
            status,
            problem,
            grant,
            missing,
        };
        connection(&access, [&usual(), quota].into_iter(), NOW)
    }

    fn met(limit: Limit) -> Standing {
        let (told, until) = ("full".to_owned(), NOW);
        let met = vec![Met { limit, told, until }];
        Standing { met, ..usual() }
    }

    #[test]
    fn the_worst_of_a_connection_is_said_first() {
        let (active, failing) = (Status::Active, Status::Failing);
        let well = judged(active, None, &usual());
        assert_eq!(well, Finding::HEALTHY);
        let table: [(Finding, Verdict, &str); 8] = [
            (
                judged(Status::Reconnect, None, &met(Limit::Calls)),
                Verdict::Failing,
                "Give it another token: no.",
            ),
            (
                judged(Status::Reconnect, Some(&grant(true, 50)), &usual()),
                Verdict::Failing,
                "Connect it anew: no.",
            ),
            (
                judged(failing, None, &met(Limit::Calls)),
                Verdict::Failing,
                "Take a larger plan",
            ),
            (
                judged(failing, None, &met(Limit::Room)),
                Verdict::Failing,
                "Test it: no.",
            ),
            (
                judged(active, None, &met(Limit::Room)),
                Verdict::Attention,
                "Make room",
            ),
            (
                judged(active, Some(&grant(true, 6)), &usual()),
                Verdict::Attention,
                "Test it: unless it is used",
            ),
            (
                judged(active, Some(&grant(false, 6)), &usual()),
                Verdict::Attention,
                "Connect it anew: its token ends",
            ),
            (
                judged(Status::Untested, None, &usual()),
                Verdict::Attention,
                "Test it: nobody",
            ),
        ];
        for (finding, verdict, told) in table {
            let sentence = finding.advice.unwrap().sentence();
            assert!(sentence.starts_with(told), "{sentence}");
            assert_eq!(finding.verdict, verdict, "{sentence}");
        }
        for well in [grant(true, 8), grant(false, 8)] {
            assert_eq!(judged(active, Some(&well), &usual()), Finding::HEALTHY);
        }
    }

    #[test]
    fn scopes_that_were_not_allowed_are_named() {
        let missing = &["data.records:write".to_owned(), "x".to_owned()];
        let (status, problem, grant) = (Status::Active, None, None);
        let access = Access {
            status,
            problem,
            grant,
            missing,
        };
        let finding = connection(&access, std::iter::empty(), NOW);
        let told = finding.advice.unwrap().sentence();
        assert!(told.contains("data.records:write and x"), "{told}");
    }

    #[test]
    fn a_short_pause_is_no_matter_and_a_long_one_or_a_slow_pace_is() {
        let held = |seconds| Standing {
            held_until: Some(NOW + SignedDuration::from_secs(seconds)),
            ..usual()
        };
        let paced = |rate| Standing {
            rate: Some(rate),
            ..usual()
        };
        for (quota, verdict) in [
            (held(30), Verdict::Healthy),
            (held(301), Verdict::Attention),
            (paced(4.5), Verdict::Healthy),
            (paced(4.4), Verdict::Attention),
        ] {
            let shown = format!("{quota:?}");
            assert_eq!(
                judged(Status::Active, None, &quota).verdict,
                verdict,
                "{shown}"
            );
        }
    }

    /// What the last runs say: `x` a failure, `o` a success, the newest first.
    fn runs(course: &str, refused: u64) -> Recent {
        let run = RunId::new(&Clock::system());
        let failed = |mark| mark == 'x';
        let (code, message) = ("gone".to_owned(), "It is gone.".to_owned());
        let failure = Failure { code, message };
        let failure = course.starts_with('x').then_some(failure);
        let count = |all: usize| u32::try_from(all).unwrap();
        Recent {
            ended: count(course.len()),
            failed: count(course.chars().filter(|mark| failed(*mark)).count()),
            last_success: None,
            last: (!course.is_empty()).then_some(Last {
                run,
                failure,
                refused,
            }),
        }
    }

    #[test]
    fn a_sync_is_judged_by_its_last_runs() {
        for (course, refused, in_a_row, verdict) in [
            ("", 0, 0, Verdict::Healthy),
            ("o", 0, 0, Verdict::Healthy),
            ("o", 3, 0, Verdict::Attention),
            ("x", 0, 1, Verdict::Attention),
            ("xxx", 0, 3, Verdict::Failing),
            ("oox", 0, 0, Verdict::Healthy),
            ("oxxo", 0, 0, Verdict::Attention),
            ("oxoo", 0, 0, Verdict::Healthy),
        ] {
            let runs = &runs(course, refused);
            let (failing_after, dataset_available) = (3, true);
            let doing = Doing {
                runs,
                in_a_row,
                failing_after,
                dataset_available,
                drifted: None,
            };
            assert_eq!(sync(&doing).verdict, verdict, "{course} {refused}");
            let dataset_available = false;
            let without = Doing {
                dataset_available,
                ..doing
            };
            assert_eq!(sync(&without), Finding::failing(Advice::ShareAgain));
        }
    }

    #[test]
    fn a_sync_that_has_grown_apart_from_its_table_says_what_it_has_lost() {
        let lost = vec![Lost {
            field: "city".to_owned(),
            remote_field_id: "fld1".to_owned(),
            remote_field_name: "City".to_owned(),
            reason: "gone".to_owned(),
        }];
        let drifted = |key: Option<&str>, lost: &[Lost], stops| Drifted {
            since: NOW,
            found: Findings {
                key: key.map(str::to_owned),
                lost: lost.to_vec(),
                offers: Vec::new(),
            },
            stops,
            rests: stops,
        };
        let runs = &runs("x", 0);
        let judged = |drifted: &Drifted| {
            sync(&Doing {
                runs,
                in_a_row: 1,
                failing_after: 3,
                dataset_available: true,
                drifted: Some(drifted),
            })
        };
        let stopped = judged(&drifted(None, &lost, true));
        assert_eq!(stopped.verdict, Verdict::Failing);
        assert!(
            stopped
                .advice
                .unwrap()
                .sentence()
                .contains("it has lost City")
        );
        assert_eq!(
            judged(&drifted(None, &lost, false)).verdict,
            Verdict::Attention
        );
        let keyless = judged(&drifted(Some("it is gone."), &[], true));
        let told = keyless.advice.unwrap().sentence();
        assert!(told.contains("the field that holds the key"), "{told}");
        // What is only new leaves the verdict to the runs.
        let offered = judged(&drifted(None, &[], false));
        assert!(matches!(offered.advice, Some(Advice::LookAtRun(..))));
    }
}
