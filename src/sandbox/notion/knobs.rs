//! How the vendor behaves where it can be told to.
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// The vendor's behaviour. Changed through the sandbox's control API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NotionKnobs {
    /// How many calls are taken.
    pub limits: NotionLimits,
    /// What the integration may do.
    pub capabilities: Capabilities,
    /// For how many seconds a new page is missing from queries.
    pub query_lag_seconds: u32,
    /// For how many seconds something new is missing from the search.
    pub search_lag_seconds: u32,
    /// For how long a cursor is kept.
    pub cursor_idle_seconds: u32,
    /// The most pages that one query yields (Notion API, "Query large data sources").
    pub query_cap: u32,
    /// A query for more pages at once comes to nothing in time; 0 lets every one come (Notion API,
    /// "Status codes": `gateway_timeout`).
    pub query_times_out_above: u32,
    /// How many runs, relations or people of a value a page object shows.
    pub shown_members: u32,
    /// The largest body that is taken.
    pub largest_body_bytes: u32,
    /// How many blocks may ever be made in a free workspace; 0 is a plan without that limit.
    pub block_limit: u32,
    /// For how long blocks can still be made once the limit is reached.
    pub block_grace_seconds: u32,
    /// Whether texts in a filter are equal whatever the case of their letters.
    pub fold_case: bool,
    /// How events are sent again.
    pub webhooks: NotionWebhooks,
}

/// How events that failed are sent again (Notion API, "Event types & delivery": eight attempts, the
/// last of them about a day after the event).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NotionWebhooks {
    /// How often an event that failed is sent again.
    pub retries: u32,
    /// How long after it failed; twice as long after each further failure.
    pub retry_after_seconds: u32,
}

impl Default for NotionWebhooks {
    /// 680 seconds, doubled six times, are a day together.
    fn default() -> Self {
        Self {
            retries: 7,
            retry_after_seconds: 680,
        }
    }
}

/// How many calls the vendor takes from one integration, and from all of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NotionLimits {
    /// Calls a second in the long run; 0 takes any number (Notion API, "Request limits": 3).
    pub per_second: u32,
    /// How many calls may come at once after a pause.
    pub burst: u32,
    /// Calls in one window; 0 takes any number.
    pub per_window: u32,
    /// How long a window is.
    pub window_seconds: u32,
    /// Calls in one window from all integrations together; 0 takes any number.
    pub per_workspace: u32,
    /// For how long the workspace is closed when those are used up; may be longer than a window.
    pub workspace_pause_seconds: u32,
}

/// What an integration was given leave to do.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Capabilities {
    /// To read pages and schemas.
    pub read_content: bool,
    /// To change what is there.
    pub update_content: bool,
    /// To make pages, databases and data sources.
    pub insert_content: bool,
    /// To see the workspace's people.
    pub read_users: bool,
}

impl Default for NotionKnobs {
    fn default() -> Self {
        Self {
            limits: NotionLimits::default(),
            capabilities: Capabilities::default(),
            query_lag_seconds: 0,
            search_lag_seconds: 60,
            cursor_idle_seconds: 3_600,
            query_cap: 10_000,
            query_times_out_above: 0,
            shown_members: 25,
            largest_body_bytes: 500 << 10,
            block_limit: 0,
            block_grace_seconds: 3 * 24 * 3_600,
            fold_case: false,
            webhooks: NotionWebhooks::default(),
        }
    }
}

impl Default for NotionLimits {
    fn default() -> Self {
        Self {
            per_second: 3,
            burst: 30,
            per_window: 180,
            window_seconds: 60,
            per_workspace: 0,
            workspace_pause_seconds: 90,
        }
    }
}

impl NotionLimits {
    /// Takes calls as fast as they come.
    pub fn off() -> Self {
        Self {
            per_second: 0,
            per_window: 0,
            per_workspace: 0,
            ..Self::default()
        }
    }
}

impl Default for Capabilities {
    fn default() -> Self {
        Self {
            read_content: true,
            update_content: true,
            insert_content: true,
            read_users: true,
        }
    }
}

impl NotionKnobs {
    pub(super) fn query_lag(&self) -> SignedDuration {
        SignedDuration::from_secs(self.query_lag_seconds.into())
    }

    pub(super) fn search_lag(&self) -> SignedDuration {
        SignedDuration::from_secs(self.search_lag_seconds.into())
    }

    pub(super) fn cursor_idle(&self) -> SignedDuration {
        SignedDuration::from_secs(self.cursor_idle_seconds.into())
    }
}
