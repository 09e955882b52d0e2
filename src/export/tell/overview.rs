//! Tells how a site fares: its days, or the hours of one, and the best values of each dimension.

use jiff::civil::Date;

use super::{about, figures};
use crate::analytics::{Dimension, Figures, Line, Metric, Report, Site, Totals};
use crate::export::sheet::{Cell, Chart, Column, Kind, Shape, Sheet, Table};

/// What is told of all of it, what matters most first.
const ALL: [Metric; 11] = [
    Metric::Visits,
    Metric::Visitors,
    Metric::Views,
    Metric::BounceRate,
    Metric::Conversions,
    Metric::ConversionRate,
    Metric::Revenue,
    Metric::AverageOrderValue,
    Metric::Purchases,
    Metric::Events,
    Metric::VisitSeconds,
];
/// What is told of each day.
const OF_DAYS: [Metric; 5] = [
    Metric::Visits,
    Metric::Visitors,
    Metric::Views,
    Metric::Conversions,
    Metric::Revenue,
];
/// What is told of each value.
const OF_VALUES: [Metric; 7] = [
    Metric::Visits,
    Metric::Visitors,
    Metric::Views,
    Metric::Events,
    Metric::BounceRate,
    Metric::Conversions,
    Metric::Revenue,
];
const TABLES: [(Dimension, &str, &str); 9] = [
    (Dimension::Channel, "Channels", "channel"),
    (Dimension::Source, "Sources", "source"),
    (Dimension::Medium, "Mediums", "medium"),
    (Dimension::Campaign, "Campaigns", "campaign"),
    (Dimension::Referrer, "Referrers", "referrer"),
    (Dimension::LandingPage, "Landing pages", "landing_page"),
    (Dimension::Page, "Pages", "page"),
    (Dimension::Device, "Devices", "device"),
    (Dimension::EventName, "Events", "event"),
];

/// How a site fares on some days.
pub(in crate::export) fn overview(site: &Site, report: &Report) -> Sheet {
    let before = report.before.as_ref();
    let question = "Overview";
    let days = (report.period, before.map(|(period, _)| *period));
    let mut lines = about::head(site, question, days);
    lines.extend(about::tail(site, report.known_at));
    let all = figures::plain(report.overview.totals);
    let all_before = before.map(|(_, before)| figures::plain(before.totals));
    let main = match &report.overview.hours {
        Some(hours) => {
            let hours = hours.iter();
            by_hour(site, hours.map(|(hour, totals)| (site.hour(*hour), totals)))
        }
        None => by_day(site, report),
    };
    Sheet {
        title: site.name().to_owned(),
        question: question.to_owned(),
        about: lines,
        currency: site.currency().to_owned(),
        decimals: site.decimals(),
        known_at: report.known_at,
        figures: figures::alone(site, &ALL, (all, all_before)),
        chart: Some(chart(&main)),
        main: with_totals(site, main, (all, all_before)),
        more: TABLES.map(|table| values(site, report, table)).into(),
    }
}

fn by_hour<'a>(site: &Site, hours: impl Iterator<Item = (String, &'a Totals)>) -> Table {
    let columns = std::iter::once(Column::text("hour"));
    let row = |(hour, totals): (String, &Totals)| {
        let cells = figures::cells(site, &OF_DAYS, figures::plain(*totals));
        std::iter::once(Cell::text(&hour)).chain(cells).collect()
    };
    Table::whole(
        "Hours",
        columns.chain(figures::columns(&OF_DAYS, false)).collect(),
        hours.map(row).collect(),
    )
}

fn by_day(site: &Site, report: &Report) -> Table {
    let before = report.days_before();
    let columns = std::iter::once(Column::new("day", Kind::Date));
    let counterpart = std::iter::once(Column::new("day", Kind::Date).before());
    let counterpart = counterpart.filter(|_| before.is_some());
    let measured = figures::columns(&OF_DAYS, before.is_some());
    let told = |(day, totals): &(Date, Totals)| {
        let cells = figures::cells(site, &OF_DAYS, figures::plain(*totals));
        (Cell::Date(*day), cells.collect::<Vec<_>>())
    };
    let row = |(place, now): (usize, &(Date, Totals))| {
        let (day, now) = told(now);
        let before = before.as_ref().map(|days| told(&days[place]));
        let (day_before, before) = before.unzip();
        let days = std::iter::once(day).chain(day_before);
        days.chain(now)
            .chain(before.into_iter().flatten())
            .collect()
    };
    let days = report.overview.days.iter().enumerate();
    Table::whole(
        "Days",
        columns.chain(counterpart).chain(measured).collect(),
        days.map(row).collect(),
    )
}

/// The same with a line of totals, in which visitors are counted once.
fn with_totals(site: &Site, table: Table, (now, before): (Figures, Option<Figures>)) -> Table {
    let names = table.columns.iter().filter(|column| column.kind.names());
    let blank = std::iter::repeat_n(Cell::Absent, names.count().max(1) - 1);
    // Hours stand beside no others.
    let before = before.filter(|_| table.name == "Days");
    let before = before.map(|before| figures::cells(site, &OF_DAYS, before));
    let cells = std::iter::once(Cell::text("all")).chain(blank);
    let cells = cells.chain(figures::cells(site, &OF_DAYS, now));
    Table {
        totals: Some(cells.chain(before.into_iter().flatten()).collect()),
        ..table
    }
}

fn values(
    site: &Site,
    report: &Report,
    (dimension, name, column): (Dimension, &'static str, &'static str),
) -> Table {
    let told = report.overview.table(dimension);
    let row = |line: &Line| {
        let cells = figures::cells(site, &OF_VALUES, figures::plain(line.totals));
        std::iter::once(Cell::text(&line.value))
            .chain(cells)
            .collect()
    };
    let columns = std::iter::once(Column::text(column));
    Table {
        found: told.total,
        ..Table::whole(
            name,
            columns.chain(figures::columns(&OF_VALUES, false)).collect(),
            told.lines.iter().map(row).collect(),
        )
    }
}

/// The visits of each day or hour.
fn chart(table: &Table) -> Chart {
    let column = figures::column(Metric::Visits);
    let place = table.columns.iter().position(|one| *one == column);
    let label = |cell: &Cell| match cell {
        Cell::Date(day) => day.to_string(),
        // Of an hour the time of day: 2026-11-28T09:00:00+01:00.
        Cell::Text(hour) => hour.get(11..16).unwrap_or(hour).to_owned(),
        _ => String::new(),
    };
    let point = |row: &Vec<Cell>| {
        let value = place.map_or(Cell::Absent, |place| row[place].clone());
        (label(&row[0]), value)
    };
    Chart {
        column,
        shape: Shape::Time,
        points: table.rows.iter().map(point).collect(),
    }
}
