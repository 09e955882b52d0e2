//! Draws how a figure goes on in time, or how much of it each of several has.

use jiff::civil::Date;

use super::flow::{Flow, LEFT};
use super::mark::{Ink, Mark, Style};
use super::shown::{shown, tick};
use crate::export::sheet::{Chart, Kind, Shape, Sheet};

/// How high the drawing of a time is.
const HIGH: f32 = 120.0;
/// What is left for the numbers beside it.
const SIDE: f32 = 46.0;
/// More points than these are a line.
const MOST_BARS: usize = 62;
/// So many of them are named.
const NAMED: usize = 8;
/// How high a bar of a rank is, with what is around it.
const BAR: f32 = 15.0;
/// Which part of the width the names beside bars may have, and how wide the numbers behind them are.
const NAMES: f32 = 0.4;
const NUMBERS: f32 = 70.0;

const SMALL: Style = Style::muted(7.5);

pub(super) fn put(flow: &mut Flow<'_>, (sheet, chart): (&Sheet, &Chart)) {
    if chart.points.is_empty() {
        return;
    }
    let high = match chart.shape {
        Shape::Time => HIGH + 16.0,
        Shape::Rank => BAR * chart.points.len() as f32,
    };
    flow.keep_together(high + 34.0);
    flow.text(
        (LEFT, 11.0),
        Style::strong(11.0),
        chart.column.for_people(&sheet.currency),
    );
    flow.y += 20.0;
    let numbers = chart
        .points
        .iter()
        .map(|(_, cell)| cell.number().unwrap_or(0.0));
    let numbers: Vec<f32> = numbers.map(|number| number.max(0.0) as f32).collect();
    let most = numbers.iter().copied().fold(0.0, f32::max);
    match chart.shape {
        Shape::Time => put_time(flow, chart, (&numbers, most)),
        Shape::Rank => put_rank(flow, chart, (&numbers, most)),
    }
    flow.y += high + 14.0;
}

fn put_time(flow: &mut Flow<'_>, chart: &Chart, (numbers, most): (&[f32], f32)) {
    let step = step(most, chart.column.kind);
    let top = (most / step).ceil().max(1.0) * step;
    let (left, right) = (LEFT + SIDE, flow.paper.right());
    let mut at = 0.0;
    while at <= top * 1.001 {
        let down = HIGH - at / top * HIGH;
        flow.rule((left, right), down, Ink::Rule);
        let told = tick(chart.column.kind, rounded(at));
        flow.text_to((left - 6.0, down + 2.5), SMALL, &told);
        at += step;
    }
    let wide = (right - left) / numbers.len() as f32;
    let y = flow.y;
    let places = numbers.iter().enumerate();
    let place = |(place, number): (usize, &f32)| {
        let x = left + wide * (place as f32 + 0.5);
        (x, number / top * HIGH)
    };
    if numbers.len() > MOST_BARS {
        let points = places.map(place).map(|(x, high)| (x, y + HIGH - high));
        flow.put(Mark::Line {
            points: points.collect(),
            width: 1.2,
            ink: Ink::Accent,
        });
    } else {
        let bar = (wide * 0.72).min(40.0);
        for (x, high) in places.map(place) {
            flow.put(Mark::Area {
                at: (x - bar / 2.0, y + HIGH - high),
                size: (bar, high),
                ink: Ink::Accent,
            });
        }
    }
    put_names(flow, chart, (left, wide));
}

/// Names some of the points, at the same distance from each other.
fn put_names(flow: &mut Flow<'_>, chart: &Chart, (left, wide): (f32, f32)) {
    let every = chart.points.len().div_ceil(NAMED);
    for (place, (name, _)) in chart.points.iter().enumerate().step_by(every) {
        let day = name.parse::<Date>();
        let name = day.map_or_else(|_| name.clone(), |day| day.strftime("%-d %b").to_string());
        let name = flow.faces.fit(SMALL, &name, wide * every as f32);
        let middle = left + wide * (place as f32 + 0.5);
        let from = middle - flow.faces.width(SMALL, &name) / 2.0;
        flow.text((from, HIGH + 11.0), SMALL, name);
    }
}

fn put_rank(flow: &mut Flow<'_>, chart: &Chart, (numbers, most): (&[f32], f32)) {
    let name = Style::regular(8.5);
    let widths = chart.points.iter();
    let widths = widths.map(|(told, _)| flow.faces.width(name, told));
    let names = widths.fold(0.0, f32::max).min(flow.paper.room() * NAMES) + 0.1;
    let left = LEFT + names + 8.0;
    let room = flow.paper.room() - names - NUMBERS;
    let y = flow.y;
    for (place, ((told, cell), number)) in chart.points.iter().zip(numbers).enumerate() {
        let down = place as f32 * BAR;
        let told = flow.faces.fit(name, told, names);
        flow.text_to((LEFT + names, down + 9.5), name, &told);
        let long = if most > 0.0 {
            number / most * room
        } else {
            0.0
        };
        flow.put(Mark::Area {
            at: (left, y + down + 1.5),
            size: (long, BAR - 5.0),
            ink: Ink::Accent,
        });
        flow.text((left + long + 5.0, down + 9.5), name, shown(cell));
    }
}

/// How far the lines of a scale are apart: 1, 2 or 5 times a power of ten, four or fewer of them.
fn step(most: f32, kind: Kind) -> f32 {
    if most <= 0.0 {
        return 1.0;
    }
    let power = 10_f32.powf((most / 4.0).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|times| times * power);
    let step = steps.into_iter().find(|step| most / step <= 4.0);
    let step = step.unwrap_or(10.0 * power);
    // Nothing is counted by halves.
    if kind == Kind::Count {
        step.max(1.0)
    } else {
        step
    }
}

/// A number without what a sum of fractions leaves behind.
fn rounded(number: f32) -> f64 {
    (f64::from(number) * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_has_few_lines_at_round_numbers() {
        for (most, kind, expected) in [
            (1_234.0, Kind::Count, 500.0),
            (400.0, Kind::Count, 100.0),
            (3.0, Kind::Count, 1.0),
            (0.37, Kind::Share, 0.1),
            (0.0, Kind::Count, 1.0),
        ] {
            let step = step(most, kind);
            assert!(
                (step - expected).abs() < expected / 1000.0,
                "{most}: {step}"
            );
        }
    }
}
