//! Counts a day: a pure function of its events, whatever the order in which they came.

use roaring::RoaringBitmap;

use super::day::Span;
use super::sheet::{Entry, Sheet};
use super::totals::{Dimension, Totals};

/// A visit ends after so long without an event.
const VISIT_ENDS_MS: i64 = 30 * 60 * 1000;

/// An event as it is counted: its texts and its visitor are numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub(super) visitor: u32,
    pub(super) at: i64,
    pub(super) id: [u8; 16],
    pub(super) kind: Kind,
    /// By dimension; that of the landing page is the page.
    pub(super) values: [u32; 9],
    pub(super) value: i64,
}

/// What an event is counted as, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    View,
    Click,
    Lead,
    Purchase,
    Other,
}

impl Kind {
    pub(super) fn of(name: &str) -> Self {
        match name {
            "page_view" => Self::View,
            "click" => Self::Click,
            "lead" => Self::Lead,
            "purchase" => Self::Purchase,
            _ => Self::Other,
        }
    }
}

/// Whether a visit goes on with an event so many milliseconds after another.
pub(super) fn goes_on(after_ms: i64) -> bool {
    after_ms < VISIT_ENDS_MS
}

/// What a day came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Count {
    pub(super) sheet: Sheet,
    /// By hour, from the day's beginning.
    pub(super) hours: Vec<Totals>,
}

impl Count {
    /// Adds what other visitors of the same day came to.
    pub(super) fn merge(&mut self, others: Self) {
        self.sheet.merge(others.sheet);
        self.hours
            .resize(self.hours.len().max(others.hours.len()), Totals::default());
        for (hour, theirs) in self.hours.iter_mut().zip(others.hours) {
            hour.add(&theirs);
            hour.visitors += theirs.visitors;
        }
    }
}

/// Counts the events of a day, each of them once.
pub(super) fn count(hits: &mut [Hit], span: &Span) -> Count {
    hits.sort_unstable_by(|one, other| {
        (one.visitor, one.at, &one.id).cmp(&(other.visitor, other.at, &other.id))
    });
    let mut tally = Tally {
        all: Gathered::default(),
        hours: vec![Gathered::default(); span.hours()],
        lines: Default::default(),
    };
    let same_visit =
        |one: &Hit, next: &Hit| one.visitor == next.visitor && goes_on(next.at - one.at);
    for visit in hits.chunk_by(same_visit) {
        tally.add(visit, span);
    }
    tally.count()
}

/// What is counted so far.
struct Tally {
    all: Gathered,
    hours: Vec<Gathered>,
    lines: [Lines; 9],
}

/// The lines of a dimension.
#[derive(Default)]
struct Lines {
    /// By value, which line is its; `u32::MAX` for none yet.
    places: Vec<u32>,
    lines: Vec<(u32, Gathered)>,
}

#[derive(Clone, Default)]
struct Gathered {
    totals: Totals,
    /// In rising order.
    visitors: Vec<u32>,
    /// How many visits had been seen when one was counted here last.
    visit: u64,
}

impl Tally {
    fn add(&mut self, visit: &[Hit], span: &Span) {
        let [first, ..] = visit else { return };
        let mut whole = Totals {
            visits: 1,
            bounces: u64::from(visit.len() == 1),
            ..Totals::default()
        };
        let nth = self.all.totals.visits + 1;
        for (place, hit) in visit.iter().enumerate() {
            let next = visit.get(place + 1).unwrap_or(hit);
            let single = of_one(hit.kind, hit.value, next.at.abs_diff(hit.at));
            whole.add(&single);
            let visit = Totals {
                visits: 1,
                bounces: whole.bounces,
                ..Totals::default()
            };
            for dimension in [Dimension::Page, Dimension::EventName] {
                let line = self.line(dimension, hit);
                line.add(&single, hit.visitor);
                if line.visit != nth {
                    line.visit = nth;
                    line.totals.add(&visit);
                }
            }
            let hour = Totals {
                engaged_ms: 0,
                ..single
            };
            if let Some(gathered) = self.hours.get_mut(span.hour(hit.at)) {
                gathered.add(&hour, hit.visitor);
            }
        }
        if let Some(gathered) = self.hours.get_mut(span.hour(first.at)) {
            let begun = Totals {
                visits: 1,
                bounces: whole.bounces,
                engaged_ms: whole.engaged_ms,
                ..Totals::default()
            };
            gathered.totals.add(&begun);
        }
        for dimension in Dimension::ALL {
            if !matches!(dimension, Dimension::Page | Dimension::EventName) {
                self.line(dimension, first).add(&whole, first.visitor);
            }
        }
        self.all.add(&whole, first.visitor);
    }

    fn line(&mut self, dimension: Dimension, hit: &Hit) -> &mut Gathered {
        self.lines[dimension as usize].of(hit.values[dimension as usize])
    }

    fn count(self) -> Count {
        let hours = self.hours.into_iter().map(Gathered::totals).collect();
        let lines = self.lines.map(|lines| {
            let mut lines = lines.lines;
            lines.sort_unstable_by_key(|(value, _)| *value);
            let entry = |(value, line): (u32, Gathered)| line.entry(value);
            lines.into_iter().map(entry).collect()
        });
        let all = self.all.entry(0);
        Count {
            sheet: Sheet { all, lines },
            hours,
        }
    }
}

impl Lines {
    fn of(&mut self, value: u32) -> &mut Gathered {
        let value_at = value as usize;
        if value_at >= self.places.len() {
            self.places.resize(value_at + 1, u32::MAX);
        }
        let place = &mut self.places[value_at];
        if *place == u32::MAX {
            *place = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
            self.lines.push((value, Gathered::default()));
        }
        &mut self.lines[*place as usize].1
    }
}

impl Gathered {
    fn add(&mut self, totals: &Totals, visitor: u32) {
        self.totals.add(totals);
        if self.visitors.last() != Some(&visitor) {
            self.visitors.push(visitor);
        }
    }

    fn totals(self) -> Totals {
        Totals {
            visitors: self.visitors.len() as u64,
            ..self.totals
        }
    }

    fn entry(self, value: u32) -> Entry {
        let visitors = RoaringBitmap::from_sorted_iter(self.visitors.iter().copied());
        Entry {
            value,
            totals: self.totals(),
            visitors: visitors.expect("visitors come in rising order, each once"),
        }
    }
}

/// What one event adds, with the time until the next of its visit.
pub(super) fn of_one(kind: Kind, value: i64, engaged_ms: u64) -> Totals {
    let is = |one| u64::from(kind == one);
    Totals {
        events: 1,
        views: is(Kind::View),
        engaged_ms,
        conversions: is(Kind::Lead) + is(Kind::Purchase),
        purchases: is(Kind::Purchase),
        revenue_micros: if kind == Kind::Purchase { value } else { 0 },
        ..Totals::default()
    }
}
