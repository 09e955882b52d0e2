//! The head of the first page: whose figures these are, how they are to be read, and what it all
//! comes to.

use super::flow::{Flow, LEFT};
use super::mark::{Ink, Mark, Style};
use super::shown::{change, shown};
use crate::export::sheet::{Figure, Sheet};

const LINE: f32 = 11.5;
/// How wide the names of what is said are.
const LABELS: f32 = 118.0;
/// So many figures stand by themselves, so many beside each other.
const FIGURES: usize = 8;
const ABREAST: usize = 4;
const GAP: f32 = 8.0;
/// How high a figure is, and one beside that before.
const ALONE: f32 = 38.0;
const COMPARED: f32 = 50.0;

pub(super) fn put(flow: &mut Flow<'_>, sheet: &Sheet) {
    let (title, question) = (Style::strong(20.0), Style::regular(12.0));
    let name = flow.faces.fit(title, &sheet.title, flow.paper.room());
    flow.text((LEFT, 18.0), title, name);
    let asked = flow.faces.fit(question, &sheet.question, flow.paper.room());
    flow.text((LEFT, 36.0), question, asked);
    flow.y += 50.0;
    put_about(flow, sheet);
    put_figures(flow, sheet);
}

fn put_about(flow: &mut Flow<'_>, sheet: &Sheet) {
    let (label, text) = (Style::muted(8.5), Style::regular(8.5));
    let room = flow.paper.room() - LABELS;
    // What was asked is the title.
    let lines = sheet.about.iter().filter(|(label, _)| *label != "Question");
    for (name, told) in lines {
        let names = flow.faces.wrap(label, name, LABELS - 8.0);
        let told = flow.faces.wrap(text, told, room);
        for line in 0..names.len().max(told.len()) {
            flow.keep_together(LINE);
            if let Some(name) = names.get(line) {
                flow.text((LEFT, 9.0), label, name);
            }
            if let Some(told) = told.get(line) {
                flow.text((LEFT + LABELS, 9.0), text, told);
            }
            flow.y += LINE;
        }
    }
    flow.y += 12.0;
}

fn put_figures(flow: &mut Flow<'_>, sheet: &Sheet) {
    let figures = &sheet.figures[..sheet.figures.len().min(FIGURES)];
    let wide = (flow.paper.room() + GAP) / ABREAST as f32 - GAP;
    let is_compared = figures.iter().any(|figure| figure.before.is_some());
    let high = if is_compared { COMPARED } else { ALONE };
    for row in figures.chunks(ABREAST) {
        flow.keep_together(high + GAP);
        for (figure, place) in row.iter().zip(0_u8..) {
            let x = LEFT + f32::from(place) * (wide + GAP);
            flow.put(Mark::Area {
                at: (x, flow.y),
                size: (wide, high),
                ink: Ink::Ground,
            });
            put_figure(flow, (x + 8.0, wide - 16.0), (sheet, figure));
        }
        flow.y += high + GAP;
    }
    flow.y += 8.0;
}

fn put_figure(flow: &mut Flow<'_>, (x, room): (f32, f32), (sheet, figure): (&Sheet, &Figure)) {
    let (label, value, small) = (Style::muted(8.0), Style::strong(15.0), Style::muted(7.5));
    let name = figure.column.for_people(&sheet.currency);
    let name = flow.faces.fit(label, &name, room);
    flow.text((x, 13.0), label, name);
    let now = flow.faces.fit(value, &shown(&figure.now), room);
    flow.text((x, 30.0), value, now);
    if let Some(before) = &figure.before {
        let changed = change(&figure.now, before);
        let changed = changed.map_or_else(String::new, |change| format!(" ({change})"));
        let told = format!("before {}{changed}", shown(before));
        let told = flow.faces.fit(small, &told, room);
        flow.text((x, 43.0), small, told);
    }
}
