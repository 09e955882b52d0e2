//! Names what is metered, and how much of it each may do.

use crate::config;

/// Whose calls a policy counts together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Those of each user, from wherever they call.
    ByUser,
    /// Those from each address, or IPv6 network of 64 bits.
    ByAddress,
    /// Those to each secret address, from wherever they come.
    ByInlet,
    /// Those with each write key, from wherever they come.
    ByWriteKey,
    /// Those of each link, whoever opens it.
    ByLink,
}

/// One kind of call with a limit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Policy {
    /// Attempts to sign in or set up, per address.
    Authentication,
    /// Calls of those who have not signed in, per address.
    OpenCalls,
    /// Every call of a user.
    ApiCalls,
    /// Exports, per user.
    Exports,
    /// Imports, per user.
    Imports,
    /// Starts of a sync's run, per user.
    SyncStarts,
    /// Starts of a run towards Airtable, per user.
    SyncStartsAirtable,
    /// Starts of a run towards Notion, per user.
    SyncStartsNotion,
    /// Starts of a run towards Zapier, per user.
    SyncStartsZapier,
    /// Questions how a site fares, per user.
    Analytics,
    /// Looks at what goes on now, per user.
    Live,
    /// Requests with events, per write key.
    Events,
    /// Requests of browsers with events, per address.
    EventSenders,
    /// Records that come in at a secret address, per address.
    Hooks,
    /// Looks at a site by a link, per link.
    Links,
    /// The same without an account, per address.
    LinkOpeners,
    /// Wrong passwords of a link, per link.
    LinkPasswords,
}

impl Policy {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Authentication,
        Self::OpenCalls,
        Self::ApiCalls,
        Self::Exports,
        Self::Imports,
        Self::SyncStarts,
        Self::SyncStartsAirtable,
        Self::SyncStartsNotion,
        Self::SyncStartsZapier,
        Self::Analytics,
        Self::Live,
        Self::Events,
        Self::EventSenders,
        Self::Hooks,
        Self::Links,
        Self::LinkOpeners,
        Self::LinkPasswords,
    ];

    /// Its name in the headers of an answer, in the settings' list and in the book.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::OpenCalls => "open_calls",
            Self::ApiCalls => "api_calls",
            Self::Exports => "exports",
            Self::Imports => "imports",
            Self::SyncStarts => "sync_starts",
            Self::SyncStartsAirtable => "sync_starts_airtable",
            Self::SyncStartsNotion => "sync_starts_notion",
            Self::SyncStartsZapier => "sync_starts_zapier",
            Self::Analytics => "analytics",
            Self::Live => "live",
            Self::Events => "events",
            Self::EventSenders => "event_senders",
            Self::Hooks => "hooks",
            Self::Links => "links",
            Self::LinkOpeners => "link_openers",
            Self::LinkPasswords => "link_passwords",
        }
    }

    /// What it counts, in a few words.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Authentication => {
                "attempts to sign in or set up; one that succeeds does not count"
            }
            Self::OpenCalls => "calls without a session",
            Self::ApiCalls => "calls that have no limit of their own",
            Self::Exports => "exports",
            Self::Imports => "imports",
            Self::SyncStarts => "starts of syncs, of plans and of retries",
            Self::SyncStartsAirtable => "starts of syncs, of plans and of retries with Airtable",
            Self::SyncStartsNotion => "starts of syncs, of plans and of retries with Notion",
            Self::SyncStartsZapier => "starts of syncs, of plans and of retries with Zapier",
            Self::Analytics => "questions how a site fares",
            Self::Live => "looks at what goes on now at a site, and at how connections do",
            Self::Events => "requests with events, of any number of events each",
            Self::EventSenders => "requests of browsers with events",
            Self::Hooks => "records that come in at a secret address",
            Self::Links => "looks at a site by a link",
            Self::LinkOpeners => "looks at a site by a link, without an account",
            Self::LinkPasswords => "wrong passwords of a link; one that is right does not count",
        }
    }

    /// Whose calls it counts together.
    pub const fn counted(self) -> Counted {
        match self {
            Self::Authentication | Self::OpenCalls | Self::EventSenders | Self::LinkOpeners => {
                Counted::ByAddress
            }
            Self::ApiCalls
            | Self::Exports
            | Self::Imports
            | Self::SyncStarts
            | Self::SyncStartsAirtable
            | Self::SyncStartsNotion
            | Self::SyncStartsZapier
            | Self::Analytics
            | Self::Live => Counted::ByUser,
            Self::Events => Counted::ByWriteKey,
            Self::Hooks => Counted::ByInlet,
            Self::Links | Self::LinkPasswords => Counted::ByLink,
        }
    }

    /// How much each may do, from the settings.
    pub(super) const fn rate(self, settings: &config::Limits) -> config::Rate {
        match self {
            Self::Authentication => settings.authentication,
            Self::OpenCalls => settings.open_calls,
            Self::ApiCalls => settings.api_calls,
            Self::Exports => settings.exports,
            Self::Imports => settings.imports,
            Self::SyncStarts => settings.sync_starts,
            Self::SyncStartsAirtable => settings.sync_starts_airtable,
            Self::SyncStartsNotion => settings.sync_starts_notion,
            Self::SyncStartsZapier => settings.sync_starts_zapier,
            Self::Analytics => settings.analytics,
            Self::Live => settings.live,
            Self::Events => settings.events,
            Self::EventSenders => settings.event_senders,
            Self::Hooks => settings.hooks,
            Self::Links => settings.links,
            Self::LinkOpeners => settings.link_openers,
            Self::LinkPasswords => settings.link_passwords,
        }
    }
}
