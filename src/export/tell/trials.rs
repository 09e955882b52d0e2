//! A sheet that writers are tried with.

use jiff::Timestamp;
use jiff::civil::date;

use super::figures;
use crate::analytics::Metric;
use crate::export::sheet::{Cell, Chart, Column, Figure, Kind, Shape, Sheet, Table};

/// Days and sources, one of which looks like a formula.
pub(in crate::export) fn sample() -> Sheet {
    let visits = figures::column(Metric::Visits);
    let columns = vec![
        Column::new("day", Kind::Date),
        Column::text("source"),
        visits,
        figures::column(Metric::Revenue),
        figures::column(Metric::BounceRate),
        figures::column(Metric::VisitSeconds),
        visits.before(),
    ];
    let points = [("2026-11-01", 12_000), ("2026-11-02", 3), ("2026-11-03", 1)];
    let points = points.map(|(day, visits)| (day.to_owned(), Cell::Count(visits)));
    Sheet {
        title: "Shop".to_owned(),
        question: "Report by day and source".to_owned(),
        about: vec![
            ("Site", "Shop (shop.example)".to_owned()),
            ("Visits that count", "all".to_owned()),
        ],
        currency: "EUR".to_owned(),
        decimals: 2,
        known_at: Timestamp::from_second(1_795_838_400).unwrap(),
        figures: vec![Figure {
            column: visits,
            now: Cell::Count(12_004),
            before: Some(Cell::Count(9_000)),
        }],
        chart: Some(Chart {
            column: visits,
            shape: Shape::Time,
            points: points.into(),
        }),
        main: Table {
            totals: Some(totals()),
            ..Table::whole("Rows", columns, rows())
        },
        more: vec![Table {
            found: 3,
            ..Table::whole(
                "Channels",
                vec![Column::text("channel"), visits],
                vec![vec![Cell::text("direct"), Cell::Count(7)]],
            )
        }],
    }
}

fn rows() -> Vec<Vec<Cell>> {
    let day = |day| Cell::Date(date(2026, 11, day));
    vec![
        vec![
            day(1),
            Cell::text("google"),
            Cell::Count(12_000),
            amount("1234.50"),
            Cell::Share(0.25),
            Cell::Seconds(61.5),
            Cell::Count(9_000),
        ],
        vec![
            day(2),
            Cell::text("=1+1"),
            Cell::Count(3),
            amount("0.00"),
            Cell::Absent,
            Cell::Absent,
            Cell::Absent,
        ],
        vec![
            day(3),
            Cell::text("a,\"b\""),
            Cell::Count(1),
            amount("-2.00"),
            Cell::Share(1.0),
            Cell::Seconds(0.0),
            Cell::Count(0),
        ],
    ]
}

fn totals() -> Vec<Cell> {
    vec![
        Cell::text("all"),
        Cell::Absent,
        Cell::Count(12_004),
        amount("1232.50"),
        Cell::Share(0.3),
        Cell::Seconds(61.0),
        Cell::Count(9_000),
    ]
}

fn amount(amount: &str) -> Cell {
    Cell::Amount(amount.to_owned())
}
