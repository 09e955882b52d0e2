//! Tells a report.

use std::collections::HashMap;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::{about, figures};
use crate::analytics::{Answer, AnswerRow, Asked, Error, Facet, Figures, Period, Site};
use crate::export::sheet::{Cell, Chart, Column, Kind, Shape, Sheet, Table};
use crate::export::words;

/// So many values are drawn beside each other at most.
const MOST_DRAWN: usize = 12;

/// What visits and events of the days come to.
pub(in crate::export) fn report(
    site: &Site,
    asked: &Asked,
    answer: &Answer,
) -> Result<Sheet, Error> {
    let page = &answer.page;
    let before = page.before.as_ref();
    let question = question(asked);
    let days = (answer.period, before.map(|(period, _)| *period));
    let mut lines = about::head(site, &question, days);
    lines.extend(about::visits(site, asked.segment, &asked.filters)?);
    lines.extend(about::reached(site, asked.goal)?);
    lines.extend(about::tail(site, answer.known_at));
    let all = (page.all, before.map(|(_, all)| *all));
    Ok(Sheet {
        title: site.name().to_owned(),
        question,
        about: lines,
        currency: site.currency().to_owned(),
        decimals: site.decimals(),
        known_at: answer.known_at,
        figures: figures::alone(site, &asked.metrics, all),
        chart: chart(site, asked, answer),
        main: table(site, asked, answer),
        more: Vec::new(),
    })
}

/// What was asked: `Report by channel and source`.
fn question(asked: &Asked) -> String {
    let names = asked.dimensions.iter().map(|one| words::spaced(one.name()));
    let names: Vec<String> = names.collect();
    if names.is_empty() {
        return "Report".to_owned();
    }
    format!("Report by {}", words::listed(&names))
}

fn table(site: &Site, asked: &Asked, answer: &Answer) -> Table {
    let page = &answer.page;
    let is_compared = page.before.is_some();
    let names = asked.dimensions.iter().map(|facet| dimension(*facet));
    let columns: Vec<Column> = names
        .chain(figures::columns(&asked.metrics, is_compared))
        .collect();
    let measured = |now: Figures, before: Option<Figures>| {
        let mut cells: Vec<Cell> = figures::cells(site, &asked.metrics, now).collect();
        match before {
            Some(before) => cells.extend(figures::cells(site, &asked.metrics, before)),
            None if is_compared => cells.extend(asked.metrics.iter().map(|_| Cell::Absent)),
            None => {}
        }
        cells
    };
    let all = measured(page.all, page.before.as_ref().map(|(_, all)| *all));
    let Some(others) = asked.dimensions.len().checked_sub(1) else {
        return Table::whole("Totals", columns, vec![all]);
    };
    let row = |told: &AnswerRow| {
        let facets = asked.dimensions.iter().zip(&told.row.cells);
        let values = facets.map(|(facet, cell)| value(*facet, &cell.text));
        values
            .chain(measured(told.row.figures, told.before))
            .collect()
    };
    let blank = std::iter::repeat_n(Cell::Absent, others);
    let totals = std::iter::once(Cell::text("all")).chain(blank).chain(all);
    Table {
        totals: Some(totals.collect()),
        ..Table::whole("Rows", columns, page.rows.iter().map(row).collect())
    }
}

const fn dimension(facet: Facet) -> Column {
    let kind = match facet {
        Facet::Day | Facet::Week => Kind::Date,
        _ => Kind::Text,
    };
    Column::new(facet.name(), kind)
}

fn value(facet: Facet, text: &str) -> Cell {
    let day = match facet {
        Facet::Day | Facet::Week => text.parse().ok(),
        _ => None,
    };
    day.map_or_else(|| Cell::text(text), Cell::Date)
}

/// The first metric: of all days where there is a row for each, else of the rows that come first.
fn chart(site: &Site, asked: &Asked, answer: &Answer) -> Option<Chart> {
    let metric = *asked.metrics.first()?;
    let of = |figures: &Figures| figures::cell(site, metric, figures);
    let rows = &answer.page.rows;
    let (shape, points) = match asked.dimensions.as_slice() {
        [] => return None,
        [Facet::Day] => {
            let told = rows
                .iter()
                .map(|told| (&*told.row.cells[0].text, &told.row.figures));
            let told: HashMap<&str, &Figures> = told.collect();
            let nothing = Figures::default();
            let point = |day: Date| {
                let day = day.to_string();
                let figures = told.get(day.as_str()).copied().unwrap_or(&nothing);
                (day, of(figures))
            };
            (Shape::Time, days(answer.period).map(point).collect())
        }
        [Facet::Week | Facet::Month | Facet::Weekday | Facet::Hour] => {
            let mut told: Vec<&AnswerRow> = rows.iter().collect();
            told.sort_by_key(|told| told.row.cells[0].order);
            (
                Shape::Time,
                told.into_iter().map(|told| point(told, of)).collect(),
            )
        }
        _ => {
            let first = rows.iter().take(MOST_DRAWN);
            (Shape::Rank, first.map(|told| point(told, of)).collect())
        }
    };
    Some(Chart {
        column: figures::column(metric),
        shape,
        points,
    })
}

fn point(told: &AnswerRow, of: impl Fn(&Figures) -> Cell) -> (String, Cell) {
    let texts = told.row.cells.iter().map(|cell| match &*cell.text {
        "" => "none",
        text => text,
    });
    (texts.collect::<Vec<_>>().join(", "), of(&told.row.figures))
}

fn days(period: Period) -> impl Iterator<Item = Date> {
    let days = period.first.series(1.day());
    days.take_while(move |day| *day <= period.last)
}
