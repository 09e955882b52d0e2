//! Decides what to do about a call that did not bring what it should.

use jiff::Timestamp;

use super::super::resend::Resend;
use super::super::timetable::UNAVAILABLE;
use crate::jobs::Failure;
use crate::providers::Error;

/// What to do next with the records of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Send them again once the provider takes calls; nothing was written.
    Repeat(Timestamp),
    /// Send them again after a while; that changes nothing if they were written.
    Wait,
    /// Find out after a while whether they were written, before anything is sent again.
    Settle,
    /// One of them is not acceptable: try each half.
    Split,
    /// This one is not acceptable.
    Refuse(String),
    /// This one is not taken, nor any other that would have to be made; what is there can be changed.
    NoMore(String),
    /// Its remote record is gone: write it as a record that was never there.
    Unlink,
    /// Nobody can tell whether this delivery arrived, and it is not sent again.
    Doubt(String),
    /// No call of this run can succeed any more.
    Fail(Failure),
}

/// The verdict on `error`, which a call with `records` records met. `linked` says whether all of
/// them were written to remote records by id.
pub(super) fn verdict(error: &Error, records: usize, linked: bool) -> Verdict {
    let told = error.sentence();
    match error {
        Error::RateLimited { until } => Verdict::Repeat(*until),
        // Nobody waits: what calls a call off has ended the run.
        Error::NotSent(_) | Error::Busy(_) | Error::CalledOff => Verdict::Wait,
        Error::Full(_) if linked => Verdict::Refuse(told),
        Error::Full(_) => Verdict::NoMore(told),
        Error::TryLater(_) | Error::Lost(_) | Error::Broken(_) if linked => Verdict::Wait,
        Error::TryLater(_) | Error::Lost(_) | Error::Broken(_) => Verdict::Settle,
        Error::Refused(_) | Error::TooLarge | Error::RecordGone if records > 1 => Verdict::Split,
        Error::RecordGone if linked => Verdict::Unlink,
        Error::Refused(_) | Error::TooLarge | Error::RecordGone => Verdict::Refuse(told),
        Error::Unauthorised(_)
        | Error::Forbidden(_)
        | Error::Gone(_)
        | Error::HookGone(_)
        | Error::SchemaMoved(_)
        | Error::BillingLimit => Verdict::Fail(failure(error)),
    }
}

/// The verdict on `error`, which a delivery met. What was not taken is sent again, under the id
/// that it has; what may have been is not, unless that is wanted.
pub(super) fn verdict_on_delivery(error: &Error, resend: Resend) -> Verdict {
    match error {
        Error::Lost(_) | Error::Broken(_) if resend == Resend::Never => {
            Verdict::Doubt(error.sentence())
        }
        error => verdict(error, 1, true),
    }
}

/// The failure of a run that met `error` and cannot go on.
pub(super) fn failure(error: &Error) -> Failure {
    let (code, remedy) = match error {
        Error::Unauthorised(_) => ("unauthorised", "Replace the connection's token."),
        Error::Forbidden(_) => (
            "forbidden",
            "Give the token leave to read and write records and to read the schema, and its user \
             or integration the right to edit the base.",
        ),
        Error::Gone(_) => (
            "table_gone",
            "Share the base with the account again, or let the sync go to another table.",
        ),
        Error::HookGone(_) => (
            "hook_gone",
            "Copy the address of another catch hook into the connection.",
        ),
        Error::SchemaMoved(_) => (
            "schema_moved",
            "Look through the sync's mapping and save it.",
        ),
        Error::BillingLimit => (
            "billing_limit",
            "Wait for the next month or change the plan at the provider.",
        ),
        Error::Full(_) => (
            "workspace_full",
            "Change the plan at the provider, or delete what is not needed there.",
        ),
        Error::RateLimited { .. }
        | Error::Busy(_)
        | Error::CalledOff
        | Error::NotSent(_)
        | Error::TryLater(_)
        | Error::Lost(_)
        | Error::Broken(_) => (
            UNAVAILABLE,
            "Start the run again later: it goes on with what is not yet written.",
        ),
        Error::Refused(_) | Error::TooLarge | Error::RecordGone => (
            "provider_refused",
            "Look at what the provider says; if it makes no sense, report it with the run's id.",
        ),
    };
    Failure {
        code: code.to_owned(),
        message: format!("{}. {remedy}", sentence(&error.sentence())),
    }
}

/// With a capital letter and without a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost() -> Error {
        Error::Lost("the connection was cut".into())
    }

    #[test]
    fn what_may_have_created_a_record_is_never_simply_sent_again() {
        for error in [
            lost(),
            Error::TryLater("503".into()),
            Error::Broken("<html>".into()),
        ] {
            assert_eq!(verdict(&error, 10, false), Verdict::Settle);
            assert_eq!(verdict(&error, 10, true), Verdict::Wait);
        }
    }

    #[test]
    fn a_delivery_that_may_have_arrived_is_sent_again_only_where_that_is_wanted() {
        for error in [lost(), Error::Broken("<html>".into())] {
            let never = verdict_on_delivery(&error, Resend::Never);
            assert!(matches!(never, Verdict::Doubt(_)), "{never:?}");
            assert_eq!(verdict_on_delivery(&error, Resend::Always), Verdict::Wait);
        }
        let refused = Error::TryLater("503".into());
        assert_eq!(verdict_on_delivery(&refused, Resend::Never), Verdict::Wait);
        let gone = verdict_on_delivery(&Error::HookGone("410".into()), Resend::Always);
        assert!(matches!(gone, Verdict::Fail(_)));
    }

    #[test]
    fn what_did_not_arrive_is_sent_again() {
        assert_eq!(
            verdict(&Error::NotSent("refused".into()), 10, false),
            Verdict::Wait
        );
        let until = Timestamp::UNIX_EPOCH;
        assert_eq!(
            verdict(&Error::RateLimited { until }, 1, false),
            Verdict::Repeat(until)
        );
    }

    #[test]
    fn a_refused_batch_is_split_until_the_record_is_found() {
        let error = Error::Refused("no such option".into());
        assert_eq!(verdict(&error, 2, false), Verdict::Split);
        assert_eq!(
            verdict(&error, 1, false),
            Verdict::Refuse("no such option".into())
        );
        assert_eq!(verdict(&Error::TooLarge, 2, true), Verdict::Split);
    }

    #[test]
    fn a_remote_record_that_is_gone_is_made_anew() {
        assert_eq!(verdict(&Error::RecordGone, 10, true), Verdict::Split);
        assert_eq!(verdict(&Error::RecordGone, 1, true), Verdict::Unlink);
    }

    #[test]
    fn a_failure_says_what_happened_and_what_to_do() {
        let Verdict::Fail(failure) = verdict(&Error::BillingLimit, 10, false) else {
            panic!("the run goes on");
        };
        assert_eq!(failure.code, "billing_limit");
        assert!(
            failure.message.starts_with("The account's calls"),
            "{}",
            failure.message
        );
        assert!(
            failure.message.ends_with("at the provider."),
            "{}",
            failure.message
        );
    }
}
