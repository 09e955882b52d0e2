//! Says of each call how long it took and what came back: to the log, and to the metrics.

use std::time::Duration;

use tracing::{info, warn};

use super::call::Purpose;
use super::{Answer, Error};
use crate::base::chain;
use crate::base::metrics::{CALL_DURATION, CALL_WAIT, CALLS};

/// Notes a call that has ended. One that took `slow` or longer, or has no answer, is a warning.
///
/// Neither the address nor the query is told: they name what belongs to a user, and may hold what
/// records say.
pub(super) fn note(
    purpose: Purpose,
    outcome: &Result<Answer, Error>,
    took: Duration,
    slow: Duration,
) {
    let Purpose {
        provider,
        operation,
        waited,
    } = purpose;
    let class = class(outcome);
    CALLS.add([provider.into(), operation.into(), class.into()], 1);
    CALL_DURATION.took([provider.into(), operation.into()], took);
    CALL_WAIT.took([provider.into(), operation.into()], waited);
    let (elapsed_ms, waited_ms) = (millis(took), millis(waited));
    if let Ok(answer) = outcome {
        let (status, answer_bytes) = (answer.status.as_u16(), answer.body.len());
        if took >= slow {
            warn!(
                provider,
                operation,
                status,
                elapsed_ms,
                waited_ms,
                answer_bytes,
                "{provider} took {elapsed_ms} ms for {operation}"
            );
        } else {
            info!(
                provider,
                operation,
                status,
                elapsed_ms,
                waited_ms,
                answer_bytes,
                "{provider} answered {operation} with {status}"
            );
        }
    } else {
        let cause = outcome.as_ref().err().map(|error| chain(error).to_string());
        warn!(
            provider,
            operation,
            status = class,
            elapsed_ms,
            waited_ms,
            cause,
            "{provider} gave no answer to {operation}"
        );
    }
}

fn class(outcome: &Result<Answer, Error>) -> &'static str {
    match outcome {
        Ok(answer) => match answer.status.as_u16() / 100 {
            1 => "1xx",
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        },
        Err(Error::Refused(_)) => "refused",
        Err(Error::NotSent(_)) => "not_sent",
        Err(Error::Lost(_)) => "lost",
        Err(Error::Deadline(_)) => "deadline",
        Err(Error::TooLarge(_)) => "too_large",
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};
    use serde_json::Value;

    use super::*;
    use crate::base::testing::Page;

    /// The line for a call that took so many milliseconds, of which 5000 are slow.
    fn line(outcome: &Result<Answer, Error>, millis: u64) -> Value {
        let page = Page::default();
        let writer = page.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_writer(move || writer.clone())
            .finish();
        let purpose = Purpose {
            provider: "airtable",
            operation: "write_records",
            waited: Duration::from_millis(200),
        };
        let (took, slow) = (Duration::from_millis(millis), Duration::from_secs(5));
        tracing::subscriber::with_default(subscriber, || note(purpose, outcome, took, slow));
        serde_json::from_slice(&page.bytes()).unwrap()
    }

    fn answer() -> Answer {
        Answer {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: Bytes::from_static(b"{}"),
            took: Duration::ZERO,
        }
    }

    #[test]
    fn a_call_is_told_with_its_timing_and_a_slow_one_is_a_warning() {
        for (millis, level) in [(4999, "INFO"), (5000, "WARN")] {
            let line = line(&Ok(answer()), millis);
            assert_eq!(line["level"], level, "{line}");
            assert_eq!(line["provider"], "airtable");
            assert_eq!(line["operation"], "write_records");
            assert_eq!(line["status"], 200);
            assert_eq!(line["elapsed_ms"], millis);
            assert_eq!(line["waited_ms"], 200);
            assert_eq!(line["answer_bytes"], 2);
        }
    }

    #[test]
    fn a_call_without_an_answer_is_a_warning_that_says_how_it_ended() {
        let line = line(&Err(Error::Deadline(Duration::from_mins(1))), 7);
        assert_eq!(line["level"], "WARN");
        assert_eq!(line["status"], "deadline");
    }
}
