//! What is measured of the whole appliance.

use super::{App, Error};
use crate::base::metrics::{
    ANSWERS, ARRIVALS, AUDIT_DEGRADED, AUDIT_EVENTS, AUDIT_FAILURES, AUDIT_LOST,
    CERTIFICATE_EXPIRY, COMMITS, CONFLICTS_OPEN, CONNECTIONS, DEAD_LETTERS, EVENTS, FEED_FETCHES,
    JOBS, LIMIT_KEYS, LINKS, LIVE_BLOCKS, RECORDS, RENEWALS, RUNS, SERIES_REFUSED, SIGN_INS,
    STORE_BYTES,
};
use crate::{analytics, sync, tls};

impl App {
    /// Everything that is measured, in the text format of Prometheus. What is not said when it
    /// happens is looked at now.
    pub fn measured(&self) -> Result<String, Error> {
        let size = std::fs::metadata(self.config.server.store_file()).map_or(0, |file| file.len());
        STORE_BYTES.count([], size);
        let degraded = self.audit.check().is_err();
        AUDIT_DEGRADED.count([], degraded.into());
        let (queued, running) = self.scheduler.load()?;
        JOBS.count(["queued".into()], queued as u64);
        JOBS.count(["running".into()], running as u64);
        for (policy, known) in self.limits.known() {
            LIMIT_KEYS.count([policy.name().into()], known as u64);
        }
        for (status, count) in self.connections.census()? {
            CONNECTIONS.count([status.name().into()], count);
        }
        let undecided = self.syncs.undecided()?;
        CONFLICTS_OPEN.count([], undecided.conflicts);
        DEAD_LETTERS.count(["syncs".into()], undecided.dead_letters);
        DEAD_LETTERS.count(["hooks".into()], self.hooks.count_dead_letters()?);
        if self.config.tls.enabled
            && let Ok(Some(certificate)) = tls::inspect(&self.config)
        {
            let ends = certificate.not_after.as_second();
            CERTIFICATE_EXPIRY.count([], ends.try_into().unwrap_or_default());
        }
        Ok(self.metrics.render())
    }

    /// Shows the counts of what may happen from the start, where the words are few.
    pub(super) fn begin_counts() {
        for task in ["push", "retry", "plan", "execute"] {
            for trigger in ["user", "schedule"] {
                for state in ["done", "failed", "cancelled"] {
                    RUNS.begin([task.into(), trigger.into(), state.into()]);
                }
            }
        }
        for fate in sync::Fate::ALL {
            RECORDS.begin([fate.name().into()]);
        }
        for reason in analytics::Reason::ALL {
            EVENTS.begin([reason.name().into()]);
        }
        for outcome in ["accepted", "doubled"] {
            EVENTS.begin([outcome.into()]);
        }
        for found in ["known", "counted"] {
            ANSWERS.begin([found.into()]);
        }
        for outcome in ["done", "waiting", "provider", "configuration", "reconnect"] {
            FEED_FETCHES.begin([outcome.into()]);
        }
        for found in ["known", "read"] {
            LIVE_BLOCKS.begin([found.into()]);
        }
        for outcome in ["opened", "link_not_found", "link_password", "rate_limited"] {
            LINKS.begin([outcome.into()]);
        }
        for outcome in ["created", "changed", "unchanged", "again", "not_found"] {
            ARRIVALS.begin([outcome.into()]);
        }
        for provider in ["airtable", "notion"] {
            for outcome in ["renewed", "ended", "not_now", "just_refreshed", "lost"] {
                RENEWALS.begin([provider.into(), outcome.into()]);
            }
        }
        for outcome in ["done", "failed"] {
            COMMITS.begin([outcome.into()]);
        }
        for outcome in [
            "signed_in",
            "wrong",
            "held_back",
            "disabled",
            "session_refused",
            "token_refused",
        ] {
            SIGN_INS.begin([outcome.into()]);
        }
        for count in [&AUDIT_EVENTS, &AUDIT_FAILURES, &AUDIT_LOST, &SERIES_REFUSED] {
            count.begin([]);
        }
    }
}
