//! What a provider of advertising figures can do: show its ad accounts, and tell what each of their
//! campaigns did and cost on each day.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Account, Answer};

/// An ad account at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdAccount {
    /// The provider's id of it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The currency of every amount, by ISO 4217.
    pub currency: String,
    /// The zone in which its days begin, by the IANA database.
    pub time_zone: String,
    /// Whether it can advertise now. One that cannot keeps its figures.
    pub is_active: bool,
}

/// What one campaign did on one day of its account's zone, as the provider knew it when asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignDay {
    /// The day.
    pub day: Date,
    /// The provider's id of the campaign.
    pub campaign: String,
    /// What people called it.
    pub name: String,
    /// How often it was shown.
    pub impressions: u64,
    /// How often it was clicked on.
    pub clicks: u64,
    /// What that cost, in millionths of the account's currency.
    pub cost_micros: i64,
    /// What the provider counted as a purchase or a lead, in millionths: it may count parts.
    pub conversions_micros: i64,
    /// What it says those were worth, in millionths of the account's currency.
    pub value_micros: i64,
    /// How it attributed them, in its own word; empty when it does not say.
    pub attribution: String,
}

/// One account's advertising at a provider.
pub trait Reports: Send + Sync {
    /// Whose credential this is: the call that tells whether it works.
    fn account(&self) -> Answer<'_, Account>;

    /// The ad accounts that the credential reaches.
    fn ad_accounts(&self) -> Answer<'_, Vec<AdAccount>>;

    /// What the campaigns of an ad account did from one day to another, both among them. Days and
    /// campaigns of which nothing is told did nothing.
    ///
    /// Errs with `TooLarge` when the provider tells less at once: ask for fewer days.
    fn figures<'a>(&'a self, account: &'a str, days: (Date, Date)) -> Answer<'a, Vec<CampaignDay>>;

    /// Until when the provider wants no call about an ad account; none when it takes them.
    fn held_until(&self, account: &str) -> Option<Timestamp>;
}
