//! What is kept of a person's leave, beside the access token itself.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::base::{ConnectionId, Secret, UserId};
use crate::connections::row::Rows;
use crate::providers::Kind;
use crate::providers::oauth::Pair;
use crate::store::Collection as _;
use crate::vault::{self, Context, Sealed, Vault};

/// An access token is replaced so long before its end, or in the last quarter of its life.
const AHEAD: Duration = Duration::from_mins(5);

/// A person's leave.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::connections) struct Grant {
    /// What the next pair is asked for with; none where the provider gave none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) refresh: Option<Sealed>,
    /// When the access token ends; none where the provider does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ends_at: Option<Timestamp>,
    /// From when on another access token is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) renew_at: Option<Timestamp>,
    /// When the refresh token ends unless it is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) renewable_until: Option<Timestamp>,
    /// What was allowed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) scopes: Vec<String>,
    /// Since when it is not known what became of a request for the next pair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) asked_at: Option<Timestamp>,
    /// Whether the provider takes it no more: nobody is asked again before a person has been.
    #[serde(default)]
    pub(super) ended: bool,
    /// Why that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) because: Option<String>,
}

/// What may be shown of a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantView {
    /// What was allowed; empty where the provider does not say.
    pub scopes: Vec<String>,
    /// When the access token ends; another one is asked for before.
    pub ends_at: Option<Timestamp>,
    /// Until when another one can be had.
    pub renewable_until: Option<Timestamp>,
    /// Whether another one can be had at all.
    pub renewable: bool,
    /// Whether each renewal moves that end on.
    pub moves_on: bool,
}

impl Grant {
    /// What came with a pair, its refresh token sealed for the connection at `key`.
    pub(super) fn of(
        pair: &Pair,
        vault: &Vault,
        key: &(UserId, ConnectionId),
        now: Timestamp,
    ) -> Self {
        let after = |span: Duration| now.checked_add(span).ok();
        let refresh = pair.refresh.as_ref();
        Self {
            refresh: refresh.map(|token| vault.seal(&place(key), token)),
            ends_at: pair.access_lasts.and_then(after),
            renew_at: pair.access_lasts.map(renewed_after).and_then(after),
            renewable_until: pair.refresh_lasts.and_then(after),
            scopes: pair.scopes.clone(),
            asked_at: None,
            ended: false,
            because: None,
        }
    }

    /// Whether it is time for another access token.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.renew_at.is_some_and(|at| at <= now)
    }

    /// Whether the access token may still be good.
    pub(in crate::connections) fn lives(&self, now: Timestamp) -> bool {
        self.ends_at.is_none_or(|end| now < end)
    }

    /// What the next pair is asked for with, opened.
    pub(in crate::connections) fn refresh(
        &self,
        vault: &Vault,
        key: &(UserId, ConnectionId),
    ) -> Option<Result<Secret, vault::Error>> {
        let sealed = self.refresh.as_ref()?;
        Some(vault.open(&place(key), sealed))
    }

    /// What may be shown of one at this provider.
    pub(in crate::connections) fn view(&self, provider: Kind) -> GrantView {
        GrantView {
            scopes: self.scopes.clone(),
            ends_at: self.ends_at,
            renewable_until: self.renewable_until,
            renewable: self.refresh.is_some(),
            moves_on: provider.dialect().is_none_or(|dialect| dialect.rotates),
        }
    }
}

/// When a token that lasts so long is replaced.
fn renewed_after(lasts: Duration) -> Duration {
    lasts.saturating_sub(AHEAD.min(lasts / 4))
}

/// The one place that a connection's refresh token is sealed for.
pub(super) fn place((owner, id): &(UserId, ConnectionId)) -> Context<'_> {
    Context {
        kind: Rows::NAME,
        record: id.as_bytes(),
        field: "refresh",
        owner: owner.as_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(lasts: Option<u64>) -> Grant {
        let lasts = lasts.map(Duration::from_secs);
        let after = |span: Duration| Timestamp::UNIX_EPOCH.checked_add(span).ok();
        Grant {
            refresh: None,
            ends_at: lasts.and_then(after),
            renew_at: lasts.map(renewed_after).and_then(after),
            renewable_until: None,
            scopes: Vec::new(),
            asked_at: None,
            ended: false,
            because: None,
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_token_is_replaced_ahead_of_its_end() {
        let hour = grant(Some(3600));
        assert!(!hour.is_due(at(3299)) && hour.is_due(at(3300)));
        assert!(hour.lives(at(3599)) && !hour.lives(at(3600)));
        let minute = grant(Some(60));
        assert!(!minute.is_due(at(44)) && minute.is_due(at(45)));
    }

    #[test]
    fn a_token_of_unknown_end_is_used_until_it_is_refused() {
        let endless = grant(None);
        assert!(!endless.is_due(Timestamp::MAX) && endless.lives(Timestamp::MAX));
    }

    #[test]
    fn a_grant_of_an_older_version_is_read() {
        let kept: Grant = serde_json::from_str("{}").unwrap();
        assert!(!kept.ended && kept.asked_at.is_none());
    }
}
