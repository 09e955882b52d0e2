//! Tells what a site's visits and events come to, by any of their dimensions.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::Error;
use super::ledger::{self, Cell, Crowding, Facet, Figures, Gathered, Inquiry, Row};
use super::metric::Metric;
use super::overview::Against;
use super::pairing::Pairing;
use super::period::Period;
use super::question::{Asked, By, Order, Sort};
use super::site::Site;
use crate::audit::Code;
use crate::base::Actor;

/// What a report tells.
pub(crate) struct Answer {
    pub(crate) period: Period,
    /// When this was known.
    pub(crate) known_at: Timestamp,
    pub(crate) page: Page,
}

/// A page of a report.
pub(crate) struct Page {
    pub(crate) all: Figures,
    /// What it is held against.
    pub(crate) before: Option<(Period, Figures)>,
    pub(crate) rows: Vec<AnswerRow>,
    /// How many rows there are on all pages.
    pub(crate) found: u64,
}

/// A row of a report.
pub(crate) struct AnswerRow {
    pub(crate) row: Row,
    /// What it is held against, where rows have a counterpart.
    pub(crate) before: Option<Figures>,
}

/// A file that somebody takes away, as the book is told of it.
pub(crate) struct TakenAway<'a> {
    /// The kind of question that it answers, such as `report`.
    pub(crate) what: &'static str,
    pub(crate) format: &'static str,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    /// In hexadecimal digits.
    pub(crate) sha256: &'a str,
}

impl Site {
    /// What visits and events of the days come to.
    pub(crate) async fn report(
        &self,
        (period, against): (Period, Against),
        asked: Asked,
        by: &Actor,
    ) -> Result<Answer, Error> {
        let answer = self.answer((period, against), asked).await?;
        self.note_asked(period, ("events", answer.page.all.totals.events), by);
        Ok(answer)
    }

    /// The same without a word in the book.
    pub(super) async fn answer(
        &self,
        days: (Period, Against),
        asked: Asked,
    ) -> Result<Answer, Error> {
        let sort = asked.check()?;
        self.told_in(days, asked, sort).await
    }

    /// All rows, whichever of them are asked for, without a word in the book: whoever takes them
    /// away has [`Site::note_exported`] tell it.
    pub(crate) async fn whole_report(
        &self,
        days: (Period, Against),
        asked: Asked,
    ) -> Result<Answer, Error> {
        let sort = asked.check()?;
        let all = Asked {
            limit: u32::MAX,
            offset: 0,
            ..asked
        };
        self.told_in(days, all, sort).await
    }

    async fn told_in(
        &self,
        (period, against): (Period, Against),
        asked: Asked,
        sort: Sort,
    ) -> Result<Answer, Error> {
        let parts = &self.all.0;
        let known_at = parts.now();
        let inquiry = self.inquiry(&asked)?;
        let gathered = self.gather(period, inquiry.clone()).await?;
        let before = match against.of(period) {
            Some(before) => match self.gather(before, inquiry).await {
                // What the site keeps no longer, nothing is held against.
                Err(Error::EventsGone(_)) => None,
                gathered => Some((before, gathered?)),
            },
            None => None,
        };
        let page = move || page((period, gathered), before, (&asked, sort));
        let page = parts.blocking.run(page).await;
        Ok(Answer {
            period,
            known_at,
            page,
        })
    }

    fn inquiry(&self, asked: &Asked) -> Result<Inquiry, Error> {
        let counts = asked.metrics.contains(&Metric::Visitors);
        Ok(Inquiry {
            facets: asked.dimensions.clone(),
            filters: self.filters_with(asked.segment, &asked.filters)?,
            reached: self.reached(asked.goal)?,
            crowding: if counts {
                Crowding::Counted
            } else {
                Crowding::Ignored
            },
            week_starts: self.week_start().after_monday(),
        })
    }

    async fn gather(&self, period: Period, inquiry: Inquiry) -> Result<Gathered, Error> {
        let place = (self.number(), self.zone());
        let ledger = &self.all.0.ledger;
        Ok(ledger.gather(place, period.into(), inquiry).await?)
    }

    /// Puts into the book that somebody asked how the site fares.
    pub(super) fn note_asked(&self, period: Period, (what, many): (&'static str, u64), by: &Actor) {
        let parts = &self.all.0;
        let event = self
            .event(Code::AnalyticsRead, by)
            .detail("from", period.first.to_string())
            .detail("to", period.last.to_string())
            .count(what, many);
        parts.log.record(event.build(&parts.clock));
    }

    /// Puts into the book that somebody took away a file that tells how the site fares.
    pub(crate) fn note_exported(&self, period: Period, file: &TakenAway<'_>, by: &Actor) {
        let parts = &self.all.0;
        let event = self
            .event(Code::ReportExported, by)
            .detail("what", file.what)
            .detail("format", file.format)
            .detail("from", period.first.to_string())
            .detail("to", period.last.to_string())
            .detail("sha256", file.sha256)
            .count("rows", file.rows)
            .count("bytes", file.bytes);
        parts.log.record(event.build(&parts.clock));
    }
}

impl From<Period> for ledger::Days {
    fn from(period: Period) -> Self {
        Self {
            first: period.first,
            last: period.last,
        }
    }
}

/// Puts rows into order, and beside those of a page what they are held against.
fn page(
    (period, gathered): (Period, Gathered),
    before: Option<(Period, Gathered)>,
    (asked, sort): (&Asked, Sort),
) -> Page {
    let mut rows = gathered.rows;
    let found = rows.len() as u64;
    rows.sort_unstable_by(|one, other| sort.compare(one, other));
    let rows = rows.into_iter().skip(asked.offset as usize);
    let rows = rows.take(asked.limit as usize);
    let (counterparts, before) = match before {
        None => (None, None),
        Some((days, before)) => {
            let pairing = Pairing::of(period, days);
            let counterparts = Counterparts::of(&before.rows, &asked.dimensions, pairing);
            (counterparts, Some((days, before.all)))
        }
    };
    let rows = rows.map(|row| AnswerRow {
        before: counterparts.as_ref().map(|all| all.find(&row.cells)),
        row,
    });
    Page {
        before,
        all: gathered.all,
        rows: rows.collect(),
        found,
    }
}

impl Sort {
    /// Rows that are the same in this are in the order of their values.
    fn compare(&self, one: &Row, other: &Row) -> Ordering {
        let first = match self.by {
            By::Dimension(place) => one.cells[place].cmp(&other.cells[place]),
            By::Metric(metric) => match (metric.of(&one.figures), metric.of(&other.figures)) {
                (Some(one), Some(other)) => one.cmp(other),
                (one, other) => one.is_some().cmp(&other.is_some()),
            },
        };
        let first = match self.order {
            Order::Rising => first,
            Order::Falling => first.reverse(),
        };
        first.then_with(|| one.cells.cmp(&other.cells))
    }
}

/// What rows are held against, by their values.
struct Counterparts {
    figures: HashMap<Vec<Arc<str>>, Figures>,
    /// Which of the values lie in time, and what they are held against.
    times: Vec<(usize, Facet)>,
    pairing: Pairing,
}

impl Counterparts {
    /// None where a week or a month has none, since other days lie in it.
    fn of(rows: &[Row], facets: &[Facet], pairing: Pairing) -> Option<Self> {
        if !facets.iter().all(|facet| pairing.fits(*facet)) {
            return None;
        }
        let texts = |row: &Row| {
            row.cells
                .iter()
                .map(|cell| Arc::clone(&cell.text))
                .collect()
        };
        let is_date = |facet: &Facet| matches!(facet, Facet::Day | Facet::Week | Facet::Month);
        let times = facets.iter().copied().enumerate();
        Some(Self {
            figures: rows.iter().map(|row| (texts(row), row.figures)).collect(),
            times: times.filter(|(_, facet)| is_date(facet)).collect(),
            pairing,
        })
    }

    /// What happened with the same values; nothing where there were none.
    fn find(&self, cells: &[Cell]) -> Figures {
        let mut texts: Vec<Arc<str>> = cells.iter().map(|cell| Arc::clone(&cell.text)).collect();
        for (place, facet) in &self.times {
            texts[*place] = self.pairing.value(*facet, &texts[*place]).into();
        }
        self.figures.get(&texts).copied().unwrap_or_default()
    }
}
