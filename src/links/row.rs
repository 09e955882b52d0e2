//! What is kept of links.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::analytics::{Against, Period, Range, site_reference};
use crate::base::{LinkId, SiteId, UserId};
use crate::store::{Bytes, Collection, Entry, Index, Json, OnDelete, Reference};

/// The links, under their sites.
pub(super) struct Rows;

/// A name is its site's once.
pub(super) static BY_NAME: Index = Index {
    name: "site_link.name",
    unique: true,
};

/// One link as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Stored {
    /// Whose the site is.
    pub(super) owner: UserId,
    pub(super) name: String,
    /// The fingerprint of its address.
    pub(super) print: String,
    /// How its address ends.
    pub(super) ends_with: String,
    pub(super) days: LinkDays,
    pub(super) against: Against,
    /// Each once.
    pub(super) sections: Vec<Section>,
    /// Whether what advertising cost is shown.
    pub(super) costs: bool,
    /// The hash of the password, where it is opened with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) password: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ends_at: Option<Timestamp>,
    pub(super) created_at: Timestamp,
    /// When it was opened last, to the minute, and how often.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) used_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) uses: u64,
}

/// The days that a link shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LinkDays {
    /// Those that a word means on the day on which it is opened.
    Range(Range),
    /// Always the same.
    Days { first: Date, last: Date },
}

/// A part of the overview; its totals are always shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Section {
    Trend,
    Channels,
    Sources,
    Mediums,
    Campaigns,
    LandingPages,
    Pages,
    Referrers,
    Devices,
    EventNames,
}

impl LinkDays {
    /// The days that are meant on a day of the site.
    pub(super) fn on(self, today: Date) -> Period {
        match self {
            Self::Range(range) => range.on(today),
            Self::Days { first, last } => Period { first, last },
        }
    }
}

impl Section {
    /// Its word in answers and in the book.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Trend => "trend",
            Self::Channels => "channels",
            Self::Sources => "sources",
            Self::Mediums => "mediums",
            Self::Campaigns => "campaigns",
            Self::LandingPages => "landing_pages",
            Self::Pages => "pages",
            Self::Referrers => "referrers",
            Self::Devices => "devices",
            Self::EventNames => "event_names",
        }
    }
}

impl Json for Stored {}

impl Collection for Rows {
    const NAME: &'static str = "site_link";
    const INDEXES: &'static [&'static Index] = &[&BY_NAME];
    const REFERS: bool = true;
    type Key = (SiteId, LinkId);
    type Value = Stored;

    fn entries((site, _): &Self::Key, link: &Stored) -> Vec<Entry> {
        vec![Entry::new(&BY_NAME, &(*site, link.name.to_lowercase()))]
    }

    fn references((site, _): &Self::Key, link: &Stored) -> Vec<Reference> {
        vec![site_reference(link.owner, *site)]
    }

    fn label(_key: &Self::Key, link: &Stored) -> String {
        link.name.clone()
    }
}

/// Where addresses lead, by their fingerprints.
pub(super) struct Doors;

/// Where an address leads.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Door {
    pub(super) site: SiteId,
    pub(super) link: LinkId,
}

impl Json for Door {}

impl Collection for Doors {
    const NAME: &'static str = "site_link_door";
    const REFERS: bool = true;
    type Key = Bytes;
    type Value = Door;

    fn references(_key: &Bytes, door: &Door) -> Vec<Reference> {
        let link = (door.site, door.link);
        vec![Reference::to::<Rows>(&link, OnDelete::Cascade)]
    }
}
