//! Adds up the lines of stretches of time, and tells which of them have visitors that may be the same.

use super::crowd::Outline;
use super::error::damaged;
use super::names::Names;
use super::sheet::Stored;
use super::totals::{Dimension, Line, Table, Totals};
use crate::analytics::event::{Channel, Device};
use crate::store::Error;

/// A table shows so many lines.
const BEST: usize = 50;

/// A line: the dimension, none for everything, and the value.
pub(super) type Place = (Option<Dimension>, u32);

/// Lines whose visitors are wanted.
pub(super) struct Wanted {
    all: bool,
    /// By dimension, rising.
    tables: [Vec<u32>; 9],
}

/// What is added up so far.
#[derive(Clone)]
pub(super) struct Sums {
    all: Sum,
    tables: [SumTable; 9],
}

#[derive(Clone)]
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

    /// The lines of the tables that are shown and whose visitors may be the same in several
    /// stretches; with them that of everything.
    pub(super) fn met(&self) -> Wanted {
        let places = self
            .tables
            .iter()
            .zip(self.best(BEST))
            .map(|(table, best)| {
                let met = best.into_iter().filter(|place| table.lines[*place].met);
                met.map(|place| table.lines[place].value).collect()
            });
        Wanted::new(self.all.met, places)
    }

    /// So many of the best lines of each table, once any visitors have met: those that are new may
    /// be the same as these.
    pub(super) fn met_within(&self, most: usize) -> Wanted {
        let places = self
            .tables
            .iter()
            .zip(self.best(most))
            .map(|(table, best)| {
                let best = best.into_iter().filter(|_| self.all.met);
                best.map(|place| table.lines[place].value).collect()
            });
        Wanted::new(self.all.met, places)
    }

    /// Whether a line has visitors.
    pub(super) fn has_visitors(&self, (dimension, value): Place) -> bool {
        let sum = match dimension {
            None => Some(&self.all),
            Some(dimension) => self.tables[dimension as usize].find(value),
        };
        sum.is_some_and(|sum| sum.totals.visitors > 0)
    }

    /// Says how many visitors a line has.
    pub(super) fn set_visitors(&mut self, (dimension, value): Place, visitors: u64) {
        let sum = match dimension {
            None => &mut self.all,
            Some(dimension) => self.tables[dimension as usize].line(value),
        };
        sum.totals.visitors = visitors;
    }

    /// How much memory it takes, in lines.
    pub(super) fn lines(&self) -> usize {
        let lines = self.tables.iter();
        lines
            .map(|table| table.lines.len() + table.places.len() / 32)
            .sum()
    }

    /// The places of so many lines of each table, best first.
    fn best(&self, most: usize) -> [Vec<usize>; 9] {
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
            if places.len() > most {
                places.select_nth_unstable_by_key(most, rank);
                places.truncate(most);
            }
            places.sort_unstable_by_key(rank);
            places
        })
    }

    /// The tables as they are told.
    pub(super) fn tables(&self, names: &Names<'_>) -> Result<[Table; 9], Error> {
        let best = self.best(BEST);
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

impl Wanted {
    fn new(all: bool, tables: impl Iterator<Item = Vec<u32>>) -> Self {
        let mut wanted = Self {
            all,
            tables: Default::default(),
        };
        for (mut values, into) in tables.zip(&mut wanted.tables) {
            values.sort_unstable();
            *into = values;
        }
        wanted
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.all && self.tables.iter().all(Vec::is_empty)
    }

    pub(super) fn has(&self, (dimension, value): Place) -> bool {
        match dimension {
            None => self.all,
            Some(dimension) => self.tables[dimension as usize]
                .binary_search(&value)
                .is_ok(),
        }
    }

    /// Each of them.
    pub(super) fn places(&self) -> impl Iterator<Item = Place> {
        let all = self.all.then_some((None, 0));
        let tables = Dimension::ALL.into_iter().zip(&self.tables);
        let lines = tables.flat_map(|(dimension, values)| {
            values.iter().map(move |value| (Some(dimension), *value))
        });
        all.into_iter().chain(lines)
    }
}

impl SumTable {
    fn find(&self, value: u32) -> Option<&Sum> {
        let place = *self.places.get(value as usize)?;
        self.lines.get(place as usize)
    }

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
