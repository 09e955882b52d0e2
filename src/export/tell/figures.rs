//! Makes columns and cells of what is measured.

use crate::analytics::{Figures, Metric, Ratio, Site, Totals};
use crate::export::sheet::{Cell, Column, Figure, Kind};

/// The column of a metric.
pub(super) const fn column(metric: Metric) -> Column {
    let kind = match metric {
        Metric::BounceRate | Metric::ConversionRate => Kind::Share,
        Metric::Revenue | Metric::AverageOrderValue => Kind::Amount,
        Metric::VisitSeconds | Metric::TimeOnPageSeconds => Kind::Seconds,
        Metric::Events
        | Metric::Views
        | Metric::Visits
        | Metric::Visitors
        | Metric::Conversions
        | Metric::Leads
        | Metric::Purchases
        | Metric::Clicks
        | Metric::Entries
        | Metric::Exits => Kind::Count,
    };
    Column::new(metric.name(), kind)
}

/// The columns of metrics, and after them those of what they are held against, if they are.
pub(super) fn columns(metrics: &[Metric], are_compared: bool) -> impl Iterator<Item = Column> {
    let now = metrics.iter().map(|metric| column(*metric));
    let before = metrics.iter().filter(move |_| are_compared);
    now.chain(before.map(|metric| column(*metric).before()))
}

/// What a metric comes to.
pub(super) fn cell(site: &Site, metric: Metric, figures: &Figures) -> Cell {
    let totals = &figures.totals;
    let ratio = metric.of(figures);
    match metric {
        Metric::Revenue => Cell::Amount(site.money(totals.revenue_micros)),
        Metric::AverageOrderValue => {
            Cell::amount(site.average(totals.revenue_micros, totals.purchases))
        }
        _ => match (column(metric).kind, ratio) {
            (_, None) => Cell::Absent,
            (Kind::Share, Some(ratio)) => Cell::Share(ratio.number()),
            (Kind::Seconds, Some(ratio)) => Cell::Seconds(ratio.number()),
            (_, Some(ratio)) => Cell::Count(Ratio::count(ratio)),
        },
    }
}

/// What metrics come to.
pub(super) fn cells<'a>(
    site: &'a Site,
    metrics: &'a [Metric],
    figures: Figures,
) -> impl Iterator<Item = Cell> + use<'a> {
    metrics
        .iter()
        .map(move |metric| cell(site, *metric, &figures))
}

/// The same where nothing is told that only reports tell.
pub(super) fn plain(totals: Totals) -> Figures {
    Figures {
        totals,
        ..Figures::default()
    }
}

/// Figures by themselves, beside those that they are held against.
pub(super) fn alone(
    site: &Site,
    metrics: &[Metric],
    (now, before): (Figures, Option<Figures>),
) -> Vec<Figure> {
    let one = |metric: &Metric| Figure {
        column: column(*metric),
        now: cell(site, *metric, &now),
        before: before.map(|before| cell(site, *metric, &before)),
    };
    metrics.iter().map(one).collect()
}
