//! What a sandbox begins with, and what can be turned while it runs.
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::airtable::{BaseSeed, Limits, Refusal, Rules, WebhookKnobs};
use super::google::{CustomerSeed, GoogleKnobs};
use super::meta::{AdAccountSeed, MetaKnobs};
use super::notion::{self, DatabaseSeed, NotionKnobs};
use super::oauth;
use super::pings::PingKnobs;
use super::zapier::ZapierKnobs;

/// What a sandbox begins with, and goes back to when it is reset.
#[derive(Clone)]
pub struct Settings {
    /// The bases that are there.
    pub bases: Vec<BaseSeed>,
    /// The databases that are there.
    pub databases: Vec<DatabaseSeed>,
    /// The ad accounts that are there.
    pub ad_accounts: Vec<AdAccountSeed>,
    /// The accounts of Google Ads that are there, managers among them.
    pub customers: Vec<CustomerSeed>,
    /// How the vendors behave.
    pub knobs: Knobs,
    /// Ids are the same for the same number.
    pub seed: u64,
}

impl Default for Settings {
    /// The bases, databases and ad accounts of the demonstration, with the vendors' real limits.
    fn default() -> Self {
        Self {
            bases: vec![BaseSeed::demo()],
            databases: DatabaseSeed::demo(),
            ad_accounts: AdAccountSeed::demo(),
            customers: CustomerSeed::demo(),
            knobs: Knobs::default(),
            seed: 1,
        }
    }
}

/// How the vendor behaves where it can be told to.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Knobs {
    /// How many calls are taken.
    pub limits: Limits,
    /// How long every call takes at least.
    pub latency_ms: u32,
    /// By how much the vendors' clocks are behind; below zero when they are ahead.
    pub clock_behind_seconds: i32,
    /// Whether more than ten records are taken in one write; the vendor is said to do so at times.
    pub lenient_batches: bool,
    /// Whether the month's calls are used up.
    pub billing_limit_reached: bool,
    /// Whether numbers are cut to the digits that their field shows.
    pub round_numbers: bool,
    /// Whether two records with one merge key in one upsert are both created rather than refused.
    pub repeated_keys: bool,
    /// For how long a listing is kept between two of its pages.
    pub listing_idle_seconds: u32,
    /// The largest body that is taken.
    pub largest_body_bytes: u32,
    /// Whose calls are taken, beside those with an access token of the desk for OAuth.
    pub tokens: Tokens,
    /// Airtable's webhooks.
    pub webhooks: WebhookKnobs,
    /// How notifications go out, whoever sends them.
    pub pings: PingKnobs,
    /// Notion.
    pub notion: NotionKnobs,
    /// Zapier.
    pub zapier: ZapierKnobs,
    /// Meta.
    pub meta: MetaKnobs,
    /// Google.
    pub google: GoogleKnobs,
    /// The desk for OAuth.
    pub oauth: oauth::Knobs,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            latency_ms: 0,
            clock_behind_seconds: 0,
            lenient_batches: false,
            billing_limit_reached: false,
            round_numbers: false,
            repeated_keys: false,
            listing_idle_seconds: 300,
            largest_body_bytes: 4 << 20,
            tokens: Tokens::AnyPersonal,
            webhooks: WebhookKnobs::default(),
            pings: PingKnobs::default(),
            notion: NotionKnobs::default(),
            zapier: ZapierKnobs::default(),
            meta: MetaKnobs::default(),
            google: GoogleKnobs::default(),
            oauth: oauth::Knobs::default(),
        }
    }
}

impl Knobs {
    /// What time it is at the vendors.
    pub(super) fn there(&self, now: Timestamp) -> Timestamp {
        let behind = SignedDuration::from_secs(self.clock_behind_seconds.into());
        now.checked_sub(behind).unwrap_or(now)
    }

    pub(super) fn listing_idle(&self) -> SignedDuration {
        SignedDuration::from_secs(self.listing_idle_seconds.into())
    }

    pub(super) fn rules(&self) -> Rules {
        Rules {
            lenient: self.lenient_batches,
            round_numbers: self.round_numbers,
            repeated_keys: self.repeated_keys,
        }
    }
}

/// Which tokens are taken.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tokens {
    /// Any that looks like a personal access token.
    AnyPersonal,
    /// These alone. They open nothing but this sandbox.
    Listed(Vec<String>),
}

impl Tokens {
    pub(super) fn accept(&self, token: &str) -> bool {
        match self {
            Self::AnyPersonal => token.starts_with("pat") && token.len() > 3,
            Self::Listed(tokens) => tokens.iter().any(|listed| listed == token),
        }
    }

    /// As [`Tokens::accept`], for a vendor whose tokens begin otherwise.
    pub(super) fn accept_beginning(&self, token: &str, beginnings: &[&str]) -> bool {
        match self {
            Self::AnyPersonal => {
                let mut rest = beginnings
                    .iter()
                    .filter_map(|begin| token.strip_prefix(begin));
                rest.any(|rest| !rest.is_empty())
            }
            Self::Listed(_) => self.accept(token),
        }
    }
}

/// A seed that the vendor itself would refuse.
#[derive(Debug, thiserror::Error)]
#[error("the seed of {name} was refused: {refusal:?}")]
pub struct BadSeed {
    /// What it is a seed of, by its id or its title.
    pub(super) name: String,
    pub(super) refusal: Refused,
}

/// What a vendor says to a seed.
#[derive(Debug)]
pub(super) enum Refused {
    Airtable(#[expect(dead_code, reason = "shown by Debug")] Refusal),
    Notion(#[expect(dead_code, reason = "shown by Debug")] notion::Refusal),
}
