//! Counts what became of the records of a run.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// What became of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It was not at the provider, and now is.
    Created,
    /// It was linked, and its remote record was brought up to date.
    Changed,
    /// It was not linked, and met a record with its key at the provider, which it then wrote.
    Matched,
    /// Nothing mapped has changed since it was last agreed; no call was made for it.
    Unchanged,
    /// It cannot be written, or the provider does not take it.
    Refused,
    /// Whether it was written cannot be found out without risking a second copy.
    Unknown,
    /// It was left alone on purpose, because it is no longer what was agreed to be written.
    Held,
    /// A pull found it gone at the provider and deleted it here, or a push wants it no longer and
    /// removed it there.
    Deleted,
}

impl Fate {
    /// All of them; a fate's place here is its stored number.
    pub const ALL: [Self; 8] = [
        Self::Created,
        Self::Changed,
        Self::Matched,
        Self::Unchanged,
        Self::Refused,
        Self::Unknown,
        Self::Held,
        Self::Deleted,
    ];

    /// Its word in the book.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Matched => "matched",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Held => "held",
            Self::Deleted => "deleted",
        }
    }
}

/// How many records met which fate. `read` is always the sum of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Records looked at.
    pub read: u64,
    /// See [`Fate::Created`].
    pub created: u64,
    /// See [`Fate::Changed`].
    pub changed: u64,
    /// See [`Fate::Matched`].
    pub matched: u64,
    /// See [`Fate::Unchanged`].
    pub unchanged: u64,
    /// See [`Fate::Refused`].
    pub refused: u64,
    /// See [`Fate::Unknown`].
    pub unknown: u64,
    /// See [`Fate::Held`].
    #[serde(default)]
    pub held: u64,
    /// See [`Fate::Deleted`].
    #[serde(default)]
    pub deleted: u64,
}

impl Counts {
    /// Counts one record.
    pub fn add(&mut self, fate: Fate) {
        self.read += 1;
        *match fate {
            Fate::Created => &mut self.created,
            Fate::Changed => &mut self.changed,
            Fate::Matched => &mut self.matched,
            Fate::Unchanged => &mut self.unchanged,
            Fate::Refused => &mut self.refused,
            Fate::Unknown => &mut self.unknown,
            Fate::Held => &mut self.held,
            Fate::Deleted => &mut self.deleted,
        } += 1;
    }

    /// How many met `fate`.
    pub fn of(&self, fate: Fate) -> u64 {
        match fate {
            Fate::Created => self.created,
            Fate::Changed => self.changed,
            Fate::Matched => self.matched,
            Fate::Unchanged => self.unchanged,
            Fate::Refused => self.refused,
            Fate::Unknown => self.unknown,
            Fate::Held => self.held,
            Fate::Deleted => self.deleted,
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.read += other.read;
        self.created += other.created;
        self.changed += other.changed;
        self.matched += other.matched;
        self.unchanged += other.unchanged;
        self.refused += other.refused;
        self.unknown += other.unknown;
        self.held += other.held;
        self.deleted += other.deleted;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_records_read_are_the_sum_of_their_fates() {
        let mut counts = Counts::default();
        for fate in Fate::ALL {
            counts.add(fate);
        }
        counts += counts;
        assert_eq!(counts.read, 16);
        assert_eq!((counts.matched, counts.held, counts.deleted), (2, 2, 2));
    }
}
