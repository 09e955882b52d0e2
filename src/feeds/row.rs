//! What is kept of feeds, and of the days that they have brought.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::trouble::Trouble;
use crate::analytics::site_reference;
use crate::base::{ConnectionId, FeedId, SiteId, UserId};
use crate::connections::{self, CampaignDay, Kind};
use crate::store::{Collection, Entry, Index, Json, OnDelete, Reference};

/// The feeds, under their sites.
pub(super) struct Feeds;

/// A site has one feed of each ad account, or its figures would count twice.
pub(super) static BY_ACCOUNT: Index = Index {
    name: "feed.account",
    unique: true,
};

impl Collection for Feeds {
    const NAME: &'static str = "feed";
    const INDEXES: &'static [&'static Index] = &[&BY_ACCOUNT];
    const REFERS: bool = true;
    type Key = (SiteId, FeedId);
    type Value = Stored;

    fn entries((site, _): &Self::Key, feed: &Stored) -> Vec<Entry> {
        let account = format!("{}:{}:{}", feed.provider, feed.endpoint, feed.account);
        vec![Entry::new(&BY_ACCOUNT, &(*site, account))]
    }

    /// A site's feeds go with it. A connection is not deleted under a feed that fetches by it.
    fn references((site, _): &Self::Key, feed: &Stored) -> Vec<Reference> {
        let connection = (feed.owner, feed.connection);
        vec![
            site_reference(feed.owner, *site),
            Reference::to::<connections::Rows>(&connection, OnDelete::Refuse),
        ]
    }

    fn label(_key: &Self::Key, feed: &Stored) -> String {
        feed.name.clone()
    }
}

/// One feed as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Stored {
    /// Whose site and connection it links.
    pub(super) owner: UserId,
    /// What people call it; the ad account's name at first.
    pub(super) name: String,
    pub(super) connection: ConnectionId,
    pub(super) provider: Kind,
    /// The word of where it is called: the vendor or the sandbox.
    pub(super) endpoint: String,
    pub(super) account: String,
    pub(super) currency: String,
    pub(super) time_zone: String,
    #[serde(default)]
    pub(super) paused: bool,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    /// The days that are known: every one from the first to the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) known: Option<(Date, Date)>,
    /// The day on which those of the last weeks were asked for again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reread_on: Option<Date>,
    /// When the provider told figures last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fetched_at: Option<Timestamp>,
    /// When it is asked again.
    pub(super) next_at: Timestamp,
    /// What goes wrong; none while nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) trouble: Option<Trouble>,
}

impl Json for Stored {}

/// What was known of a day, in versions from 0 on. The key is site, feed, day, version.
pub(super) struct Days;

impl Collection for Days {
    const NAME: &'static str = "feed_day";
    type Key = (SiteId, FeedId, String, u32);
    type Value = Told;
}

/// A day as it was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Told {
    /// When it was first told so.
    pub(super) known_at: Timestamp,
    /// The currency of its amounts.
    pub(super) currency: String,
    /// What each campaign did, in the order of their ids. Those that did nothing are left out.
    pub(super) campaigns: Vec<CampaignDay>,
}

impl Json for Told {}
