//! Lists everything that the appliance measures: one row each, from which the handbook's list and
//! the recorder come.
//!
//! Any layer says what happened by the row's own name, through the facade of the `metrics` crate,
//! as it logs through that of `tracing`; where nobody records, nothing is kept. What has no row here
//! cannot be said.

mod metric;

pub use metric::{About, Counter, Gauge, Histogram, Kind, Label};

use metric::{SECONDS, SIZES};

macro_rules! metrics {
    ($($name:ident: $type:ident<$labels_number:literal> = $text:literal $kind:expr, $labels:expr,
        $help:literal;)+) => {
        $(
            #[doc = $help]
            pub static $name: $type<$labels_number> = {
                let labels: &'static [&'static str; $labels_number] = &$labels;
                $type(About { name: $text, kind: $kind, labels, help: $help })
            };
        )+

        /// Everything that is measured, in the order of the published list.
        pub static ALL: &[&About] = &[$(&$name.0,)+];
    };
}

metrics! {
    HTTP_REQUESTS: Counter<3> = "weighbridge_http_requests_total" Kind::Counter,
        ["method", "route", "status"],
        "Requests that were answered. `route` is the operation's name, or the pattern of a path \
         that is none, or `none` for a request that was refused before it reached one.";
    HTTP_DURATION: Histogram<2> = "weighbridge_http_request_duration_seconds" SECONDS,
        ["method", "route"],
        "Time from a request's header to the beginning of its answer.";
    LIMIT_REFUSALS: Counter<1> = "weighbridge_limit_refusals_total" Kind::Counter,
        ["limit"],
        "Calls that were refused because a limit was used up.";
    LIMIT_KEYS: Gauge<1> = "weighbridge_limit_keys" Kind::Gauge,
        ["limit"],
        "Callers who are remembered because they have used some of a limit; those whose limit is \
         whole again are forgotten.";
    SIGN_INS: Counter<1> = "weighbridge_authentication_attempts_total" Kind::Counter,
        ["outcome"],
        "Attempts to be known: `signed_in`, `wrong` (password or address), `held_back` after \
         failures, `disabled` account, and sessions and tokens that were no good \
         (`session_refused`, `token_refused`).";
    CALLS: Counter<3> = "weighbridge_provider_calls_total" Kind::Counter,
        ["provider", "operation", "status"],
        "Calls to providers by what came back: `2xx` to `5xx`, or `not_sent`, `lost`, `deadline`, \
         `too_large`, `refused` (by the appliance's own guard).";
    CALL_DURATION: Histogram<2> = "weighbridge_provider_call_duration_seconds" SECONDS,
        ["provider", "operation"],
        "Time from the first byte sent to a provider to the last one read.";
    CALL_WAIT: Histogram<2> = "weighbridge_provider_wait_seconds" SECONDS,
        ["provider", "operation"],
        "Time that calls waited for their turn at the provider's pace before they were sent.";
    RUNS: Counter<3> = "weighbridge_runs_total" Kind::Counter,
        ["task", "trigger", "state"],
        "Jobs that ended: `push`, `pull`, `retry`, `plan` or `execute`; asked for by a `user` or by the \
         appliance (`schedule`); `done`, `failed` or `cancelled`.";
    RECORDS: Counter<1> = "weighbridge_run_records_total" Kind::Counter,
        ["outcome"],
        "Records that runs have settled.";
    JOBS_ENDED: Counter<2> = "weighbridge_jobs_ended_total" Kind::Counter,
        ["kind", "state"],
        "Jobs that ended: a `plan`, `run`, `import` or `export`; `done`, `failed` or `cancelled`.";
    SYNC_TROUBLES: Counter<1> = "weighbridge_sync_troubles_total" Kind::Counter,
        ["change"],
        "Syncs that failed so often in a row that they count as `failing`, and those of them that \
         have `recovered`.";
    SYNC_DRIFTS: Counter<1> = "weighbridge_sync_drifts_total" Kind::Counter,
        ["action"],
        "Remote tables whose fields changed under a sync: what is lost was `left_out`, a mapping was \
         `proposed` or `applied`, or the sync `paused`.";
    FEED_FETCHES: Counter<1> = "weighbridge_feed_fetches_total" Kind::Counter,
        ["outcome"],
        "Fetches of advertising figures: `done`, or what they met: `waiting` (the provider wants to be \
         left alone), `provider` (it has trouble, or cannot be reached), `configuration` or \
         `reconnect`.";
    HOOK_DELIVERIES: Counter<1> = "weighbridge_hook_deliveries_total" Kind::Counter,
        ["outcome"],
        "What was sent to hooks that asked to be told of records: `taken`, `failed` (nothing is \
         taken now, and all of it waits), `refused` (this one, which waits by itself) or, \
         when it is sent no more after that, `dead`; or the hook was `gone`. Each is counted once.";
    PINGS: Counter<1> = "weighbridge_pings_total" Kind::Counter,
        ["outcome"],
        "Notifications of providers that something has changed: they made syncs due (`heard`), came \
         when those were due already or told nothing that a record shows (`coalesced`), brought the \
         `token` that others are signed with, or were `refused`: at no address of a watch, not \
         signed, too large or too many.";
    LINKS: Counter<1> = "weighbridge_links_opened_total" Kind::Counter,
        ["outcome"],
        "Looks at sites by links without an account: `opened`, or why they were refused, by the code \
         of the answer, such as `link_not_found`, `link_password` or `rate_limited`.";
    ARRIVALS: Counter<1> = "weighbridge_inlet_arrivals_total" Kind::Counter,
        ["outcome"],
        "Records that were sent to inlets: `created`, `changed`, `unchanged`, `again` (taken before, \
         by their ids), or why they were refused, by the code of the answer, such as `not_found` (no \
         such address), `signature_invalid`, `validation_failed`, `rate_limited` or `too_large`.";
    EVENTS: Counter<1> = "weighbridge_events_total" Kind::Counter,
        ["outcome"],
        "Events that were sent to sites: `accepted`, `doubled` (counted before, by their ids), or why \
         they were not counted: `bad_json`, `invalid`, `too_large`, `too_old`, `in_future`, \
         `foreign_url`, `personal_data`, `bot`, `opted_out`, `other_currency`, `no_visitor`, \
         `secret_key_only`.";
    LIVE_BLOCKS: Counter<1> = "weighbridge_live_blocks_total" Kind::Counter,
        ["found"],
        "Full blocks of events that a look at what goes on now went by: `known` from a look before, \
         or `read`.";
    ANSWERS: Counter<1> = "weighbridge_analytics_answers_total" Kind::Counter,
        ["found"],
        "Reports, funnels and the like that were answered: `known` from before, since none of their \
         days has changed, or `counted` out of the events.";
    JOBS: Gauge<1> = "weighbridge_jobs" Kind::Gauge,
        ["state"],
        "Jobs that have not ended: `queued` or `running`.";
    CONNECTIONS: Gauge<1> = "weighbridge_connections"
        Kind::Gauge, ["status"],
        "Connections by the state of their credential: `untested`, `active`, `failing` or \
         `reconnect`.";
    RENEWALS: Counter<2> = "weighbridge_token_renewals_total" Kind::Counter,
        ["provider", "outcome"],
        "Access tokens by OAuth that were asked for in the place of old ones: `renewed`, `ended` (a \
         person must connect anew), `not_now` (the provider did nothing), `just_refreshed` (by \
         somebody else) or `lost` (nobody knows).";
    CONFLICTS_OPEN: Gauge<0> = "weighbridge_conflicts_open" Kind::Gauge,
        [],
        "Conflicts of two-way syncs that nobody has solved.";
    DEAD_LETTERS: Gauge<1> = "weighbridge_dead_letters" Kind::Gauge,
        ["of"],
        "Records that were refused and wait for somebody to decide: by the providers of `syncs` \
         (10,000 stands for that many or more), or by `hooks`.";
    COMMITS: Counter<1> = "weighbridge_store_commits_total" Kind::Counter,
        ["outcome"],
        "Groups of changes that the store was given: `done` or `failed`.";
    COMMIT_DURATION: Histogram<0> = "weighbridge_store_commit_duration_seconds" SECONDS,
        [],
        "Time that a group of changes took to be durable, its audit events included.";
    COMMIT_BATCHES: Histogram<0> = "weighbridge_store_commit_batches" SIZES,
        [],
        "Batches that shared one commit.";
    STORE_BYTES: Gauge<0> = "weighbridge_store_size_bytes" Kind::Gauge,
        [],
        "Size of the store's file.";
    AUDIT_EVENTS: Counter<0> = "weighbridge_audit_events_total" Kind::Counter,
        [],
        "Lines that were appended to the audit log.";
    AUDIT_DURATION: Histogram<0> = "weighbridge_audit_flush_duration_seconds" SECONDS,
        [],
        "Time that a group of lines took to be durable.";
    AUDIT_FAILURES: Counter<0> = "weighbridge_audit_failures_total" Kind::Counter,
        [],
        "Groups of lines that could not be written.";
    AUDIT_LOST: Counter<0> = "weighbridge_audit_reads_dropped_total" Kind::Counter,
        [],
        "Reads and refusals that were counted and not listed, because the audit log could not be \
         written.";
    AUDIT_DEGRADED: Gauge<0> = "weighbridge_audit_degraded" Kind::Gauge,
        [],
        "1 while the audit log cannot be written, and so nothing can be changed; else 0.";
    CERTIFICATE_EXPIRY: Gauge<0> = "weighbridge_tls_certificate_expiry_timestamp_seconds"
        Kind::Gauge, [],
        "When the certificate in the files ends, in seconds since 1970; absent without TLS.";
    SERIES_REFUSED: Counter<0> = "weighbridge_metrics_series_refused_total" Kind::Counter,
        [],
        "Values that were not kept because their metric had too many different labels.";
    BUILD: Gauge<1> = "weighbridge_build_info" Kind::Gauge,
        ["version"],
        "Always 1; the label says which version runs.";
    PROCESS_CPU: Gauge<0> = "process_cpu_seconds_total" Kind::Reading,
        [],
        "CPU time of the process, in user and system mode.";
    PROCESS_RESIDENT: Gauge<0> = "process_resident_memory_bytes" Kind::Gauge,
        [],
        "Memory that the process holds.";
    PROCESS_VIRTUAL: Gauge<0> = "process_virtual_memory_bytes" Kind::Gauge,
        [],
        "Addresses that the process has taken.";
    PROCESS_THREADS: Gauge<0> = "process_threads" Kind::Gauge,
        [],
        "Threads of the process.";
    PROCESS_FDS: Gauge<0> = "process_open_fds" Kind::Gauge,
        [],
        "File descriptors that are open.";
    PROCESS_MAX_FDS: Gauge<0> = "process_max_fds" Kind::Gauge,
        [],
        "File descriptors that may be open.";
    PROCESS_START: Gauge<0> = "process_start_time_seconds" Kind::Gauge,
        [],
        "When the process began, in seconds since 1970.";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_keeps_to_the_conventions_and_is_given_once() {
        let mut names = BTreeSet::new();
        for about in ALL {
            let name = about.name;
            assert!(names.insert(name), "{name} is given twice");
            let counts = matches!(about.kind, Kind::Counter | Kind::Reading);
            assert_eq!(name.ends_with("_total"), counts, "{name}");
            let plain = |text: &str| {
                text.bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            };
            assert!(plain(name), "{name}");
            assert!(about.labels.iter().all(|label| plain(label)), "{name}");
            assert!(about.help.ends_with('.'), "{name}");
        }
    }

    #[test]
    fn the_limits_of_a_histogram_rise() {
        for about in ALL {
            if let Kind::Histogram(limits) = about.kind {
                assert!(limits.is_sorted_by(|a, b| a < b), "{}", about.name);
            }
        }
    }
}
