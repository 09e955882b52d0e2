//! Gathers what visits and events come to, by what they are told apart by.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::super::totals::Totals;
use crate::analytics::ledger::Error;

/// A report has so many rows at most before it is cut to a page, and the line of everything.
const MOST: usize = 100_000;
/// So many visitors are held at most, those of all rows together: 256 MiB.
const MOST_HELD: usize = 1 << 26;
/// Fewer visitors of a row are not looked through for those who came again.
const FEW: usize = 256;

/// What happened, with what only reports tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) totals: Totals,
    /// Events called `click`.
    pub(crate) clicks: u64,
    /// Visits whose first event is among them.
    pub(crate) entries: u64,
    /// Visits whose last event is.
    pub(crate) exits: u64,
}

impl Figures {
    pub(super) fn add(&mut self, other: &Self) {
        self.totals.add(&other.totals);
        self.clicks += other.clicks;
        self.entries += other.entries;
        self.exits += other.exits;
    }
}

/// What is told apart, by its numbers in one.
#[derive(Default)]
pub(super) struct Groups {
    places: HashMap<u128, u32, BuildHasherDefault<Mix>>,
    rows: Vec<Group>,
    held: usize,
}

/// What one row came to so far.
pub(super) struct Group {
    pub(super) key: u128,
    pub(super) figures: Figures,
    /// Which visit was counted last.
    pub(super) visit: u64,
    visitors: Vec<u32>,
}

impl Groups {
    /// The place of a row; errs where there are too many of them.
    pub(super) fn place(&mut self, key: u128) -> Result<usize, Error> {
        if let Some(place) = self.places.get(&key) {
            return Ok(*place as usize);
        }
        let place = self.rows.len();
        if place > MOST {
            return Err(Error::TooWide);
        }
        self.places
            .insert(key, u32::try_from(place).unwrap_or(u32::MAX));
        self.rows.push(Group {
            key,
            figures: Figures::default(),
            visit: 0,
            visitors: Vec::new(),
        });
        Ok(place)
    }

    pub(super) fn at(&mut self, place: usize) -> &mut Group {
        &mut self.rows[place]
    }

    /// Counts a visitor for a row, whether they were counted before or not.
    pub(super) fn meet(&mut self, place: usize, visitor: u32) -> Result<(), Error> {
        let visitors = &mut self.rows[place].visitors;
        if visitors.last() == Some(&visitor) {
            return Ok(());
        }
        if visitors.len() == visitors.capacity() && visitors.len() >= FEW {
            let before = visitors.len();
            settle(visitors);
            self.held -= before - visitors.len();
            if visitors.len() > before / 2 {
                visitors.reserve(visitors.len());
            }
        }
        visitors.push(visitor);
        self.held += 1;
        if self.held > MOST_HELD {
            return Err(Error::TooWide);
        }
        Ok(())
    }

    /// What every row came to, its visitors counted once.
    pub(super) fn finish(self) -> impl Iterator<Item = (u128, Figures)> {
        self.rows.into_iter().map(|mut group| {
            settle(&mut group.visitors);
            group.figures.totals.visitors = group.visitors.len() as u64;
            (group.key, group.figures)
        })
    }
}

/// Each visitor once.
fn settle(visitors: &mut Vec<u32>) {
    if !visitors.is_sorted_by(|one, next| one < next) {
        visitors.sort_unstable();
        visitors.dedup();
    }
}

/// Mixes small numbers fast. What is hashed are numbers given one after the other, which nobody
/// outside can choose.
#[derive(Default)]
pub(super) struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        let mixed = (self.0.rotate_left(23) ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }

    fn write_u128(&mut self, number: u128) {
        let half = |half: u128| u64::try_from(half & u128::from(u64::MAX)).unwrap_or(0);
        self.write_u64(half(number));
        self.write_u64(half(number >> 64));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visitors_are_counted_once_whenever_they_come() {
        let mut groups = Groups::default();
        let place = groups.place(7).unwrap();
        for round in 0..50 {
            for visitor in 0..2_000 {
                groups.meet(place, (visitor * 7 + round) % 2_000).unwrap();
            }
        }
        assert!(groups.held < 10_000, "those who come again take no room");
        let (key, figures) = groups.finish().next().unwrap();
        assert_eq!((key, figures.totals.visitors), (7, 2_000));
    }

    #[test]
    fn rows_that_are_too_many_are_refused() {
        let mut groups = Groups::default();
        for key in 0..=MOST as u128 {
            assert_eq!(
                groups.place(key << 24).unwrap(),
                usize::try_from(key).unwrap()
            );
        }
        assert!(matches!(groups.place(1), Err(Error::TooWide)));
        assert_eq!(
            groups.place(5 << 24).unwrap(),
            5,
            "those that are there stay"
        );
    }
}
