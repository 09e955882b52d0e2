//! One link of a site.

use jiff::Timestamp;

use super::row::{LinkDays, Rows, Section, Stored};
use crate::analytics::Against;
use crate::base::{LinkId, Secret, SiteId};
use crate::store::Row;

/// A link, as it was when it was read.
#[derive(Clone, Debug)]
pub struct Link {
    pub(super) key: (SiteId, LinkId),
    pub(super) stored: Stored,
}

/// A link that was made just now: its address is shown this once.
pub struct Made {
    /// The link, as it is listed.
    pub link: Link,
    /// What its address carries behind the `#`.
    pub token: Secret,
}

impl Link {
    pub(super) fn of(row: Row<Rows>) -> Self {
        Self {
            key: row.key,
            stored: row.value,
        }
    }

    /// The id.
    pub fn id(&self) -> LinkId {
        self.key.1
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.stored.name
    }

    /// How its address ends.
    pub fn ends_with(&self) -> &str {
        &self.stored.ends_with
    }

    /// The days that it shows.
    pub(crate) fn days(&self) -> LinkDays {
        self.stored.days
    }

    /// What they are held against.
    pub fn against(&self) -> Against {
        self.stored.against
    }

    /// What it shows beside totals.
    pub(crate) fn sections(&self) -> &[Section] {
        &self.stored.sections
    }

    /// Whether it shows a section.
    pub(crate) fn shows(&self, section: Section) -> bool {
        self.stored.sections.contains(&section)
    }

    /// Whether it shows what advertising cost.
    pub fn shows_costs(&self) -> bool {
        self.stored.costs
    }

    /// Whether it is opened with a password.
    pub fn has_password(&self) -> bool {
        self.stored.password.is_some()
    }

    /// When it ends; never without it.
    pub fn ends_at(&self) -> Option<Timestamp> {
        self.stored.ends_at
    }

    /// When it was made.
    pub fn created_at(&self) -> Timestamp {
        self.stored.created_at
    }

    /// When it was opened last, to the minute.
    pub fn used_at(&self) -> Option<Timestamp> {
        self.stored.used_at
    }

    /// How often it was opened until then.
    pub fn uses(&self) -> u64 {
        self.stored.uses
    }

    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.stored.ends_at.is_some_and(|end| end <= now)
    }
}
