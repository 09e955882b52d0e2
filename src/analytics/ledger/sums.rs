//! Adds up the lines of stretches of time, and unites their visitors where they may be the same.

use std::collections::HashMap;

use roaring::RoaringBitmap;

use super::crowd::Outline;
use super::error::damaged;
use super::names::Names;
use super::query::{Question, Stretch};
use super::sheet::{Stored, unseal_crowds, walk};
use super::totals::{Dimension, Line, Table, Totals};
use crate::analytics::event::{Channel, Device};
use crate::store::Error;

/// A table shows so many lines.
const BEST: usize = 50;

/// What is added up so far.
pub(super) struct Sums {
    all: Sum,
    tables: [SumTable; 9],
}

struct SumTable {
    /// By value, which line is its; `u32::MAX` for none yet.
    places: Vec<u32>,
    lines: Vec<Sum>,
}

#[derive(Clone, Copy, Default)]
struct Sum {
    value: u32,
    totals: Totals,
    /// The greatest number of a visitor so far.
    greatest: u32,
    /// Whether visitors of one stretch may be those of another.
    met: bool,
}

impl Sum {
    fn add(&mut self, line: &Stored) {
        self.totals.add(&line.totals);
        let Outline {
            count,
            least,
            greatest,
        } = line.outline;
        if count > 0 {
            self.met |= self.totals.visitors > 0 && least <= self.greatest;
            self.greatest = self.greatest.max(greatest);
            self.totals.visitors += count;
        }
    }
}

impl Sums {
    /// For texts with so many numbers.
    pub(super) fn new(words: usize) -> Self {
        let table = || SumTable {
            places: vec![u32::MAX; words.max(256)],
            lines: Vec::new(),
        };
        Self {
            all: Sum::default(),
            tables: std::array::from_fn(|_| table()),
        }
    }

    /// Adds a line of a stretch; stretches come in the order of time.
    pub(super) fn add(&mut self, dimension: Option<Dimension>, line: &Stored) {
        match dimension {
            None => self.all.add(line),
            Some(dimension) => self.tables[dimension as usize].line(line.value).add(line),
        }
    }

    /// What all of it comes to.
    pub(super) fn all(&self) -> Totals {
        self.all.totals
    }

    /// The places of the lines that are shown, best first.
    pub(super) fn best(&self) -> [Vec<usize>; 9] {
        Dimension::ALL.map(|dimension| {
            let lines = &self.tables[dimension as usize].lines;
            let rank = |place: &usize| {
                let line = &lines[*place];
                let totals = &line.totals;
                let first = match dimension {
                    Dimension::Page => totals.views,
                    _ => totals.visits,
                };
                (std::cmp::Reverse((first, totals.events)), line.value)
            };
            let mut places: Vec<usize> = (0..lines.len()).collect();
            if places.len() > BEST {
                places.select_nth_unstable_by_key(BEST, rank);
                places.truncate(BEST);
            }
            places.sort_unstable_by_key(rank);
            places
        })
    }

    /// Unites the visitors of the lines that are shown, where they may have met.
    pub(super) fn unite(
        &mut self,
        best: &[Vec<usize>; 9],
        stretches: &[Stretch],
        question: &Question<'_>,
    ) -> Result<(), Error> {
        let shown = |table: &SumTable, best: &Vec<usize>| {
            let met = best.iter().filter(|place| table.lines[**place].met);
            met.map(|place| table.lines[*place].value)
                .collect::<Vec<u32>>()
        };
        let mut wanted: Vec<Vec<u32>> = self
            .tables
            .iter()
            .zip(best)
            .map(|(table, best)| shown(table, best))
            .collect();
        if !self.all.met && wanted.iter().all(Vec::is_empty) {
            return Ok(());
        }
        for values in &mut wanted {
            values.sort_unstable();
        }
        let mut united: HashMap<(Option<Dimension>, u32), RoaringBitmap> = HashMap::new();
        for stretch in stretches {
            let crowds = stretch.crowds(question)?;
            let crowds = unseal_crowds(&crowds)?;
            walk(stretch.lines(), &mut |dimension, line| {
                let is_wanted = match dimension {
                    None => self.all.met,
                    Some(dimension) => wanted[dimension as usize]
                        .binary_search(&line.value)
                        .is_ok(),
                };
                if is_wanted {
                    let place = (dimension, line.value);
                    *united.entry(place).or_default() |= line.visitors(crowds)?;
                }
                Ok(())
            })?;
        }
        for ((dimension, value), visitors) in united {
            let sum = match dimension {
                None => &mut self.all,
                Some(dimension) => self.tables[dimension as usize].line(value),
            };
            sum.totals.visitors = visitors.len();
        }
        Ok(())
    }

    /// The tables as they are told.
    pub(super) fn tables(
        &self,
        best: &[Vec<usize>; 9],
        names: &Names<'_>,
    ) -> Result<[Table; 9], Error> {
        let mut tables: [Table; 9] = Default::default();
        for dimension in Dimension::ALL {
            let of = dimension as usize;
            let lines = &self.tables[of].lines;
            let line = |place: &usize| {
                Ok::<_, Error>(Line {
                    value: text(dimension, lines[*place].value, names)?,
                    totals: lines[*place].totals,
                })
            };
            tables[of] = Table {
                total: lines.len() as u64,
                lines: best[of].iter().map(line).collect::<Result<_, _>>()?,
            };
        }
        Ok(tables)
    }
}

impl SumTable {
    fn line(&mut self, value: u32) -> &mut Sum {
        let at = value as usize;
        if at >= self.places.len() {
            self.places.resize(at + 1, u32::MAX);
        }
        if self.places[at] == u32::MAX {
            self.places[at] = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
            self.lines.push(Sum {
                value,
                ..Sum::default()
            });
        }
        &mut self.lines[self.places[at] as usize]
    }
}

/// What a dimension's value is called.
fn text(dimension: Dimension, value: u32, names: &Names<'_>) -> Result<Box<str>, Error> {
    let number = u8::try_from(value).ok();
    match dimension {
        Dimension::Channel => number.and_then(Channel::of_number).map(Channel::name),
        Dimension::Device => number.and_then(Device::of_number).map(Device::name),
        _ => return names.text(value),
    }
    .map(Box::from)
    .ok_or_else(|| damaged("a channel or a device"))
}
