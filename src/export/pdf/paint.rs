//! Draws pages.

use krilla::Document;
use krilla::color::rgb;
use krilla::error::KrillaResult;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;

use super::faces::Faces;
use super::flow::{Flow, LEFT, Paper};
use super::mark::{Ink, Mark, Style};
use crate::export::sheet::Sheet;

/// All pages, each with a foot.
pub(super) fn paint(faces: &Faces, sheet: &Sheet, flow: Flow<'_>) -> KrillaResult<Vec<u8>> {
    let mut document = Document::new();
    document.set_metadata(metadata(sheet));
    let paper = flow.paper;
    let many = flow.pages.len();
    for (page, number) in flow.pages.into_iter().zip(1..) {
        let size = PageSettings::from_wh(paper.width, paper.height);
        let mut painted = document.start_page_with(size.unwrap_or_default());
        let mut surface = painted.surface();
        for mark in page
            .iter()
            .chain(&foot(faces, (sheet, paper), (number, many)))
        {
            draw(&mut surface, faces, mark);
        }
        surface.finish();
        painted.finish();
    }
    document.finish()
}

fn metadata(sheet: &Sheet) -> Metadata {
    let at = sheet.known_at.to_zoned(jiff::tz::TimeZone::UTC);
    let part = |part: i8| u8::try_from(part).unwrap_or(0);
    let made = DateTime::new(u16::try_from(at.year()).unwrap_or(0))
        .month(part(at.month()))
        .day(part(at.day()))
        .hour(part(at.hour()))
        .minute(part(at.minute()))
        .second(part(at.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    Metadata::new()
        .title(format!("{}: {}", sheet.title, sheet.question))
        .creator("Weighbridge".to_owned())
        .language("en".to_owned())
        .creation_date(made)
}

/// What stands at the end of a page.
fn foot(faces: &Faces, (sheet, paper): (&Sheet, Paper), (number, many): (i32, usize)) -> [Mark; 2] {
    let style = Style::muted(7.5);
    let page = format!("Page {number} of {many}");
    let right = paper.right() - faces.width(style, &page);
    let about = format!("{}: {}", sheet.title, sheet.question);
    let about = faces.fit(style, &about, right - LEFT - 20.0);
    let mark = |x, text| Mark::Text {
        at: (x, paper.foot()),
        style,
        text,
    };
    [mark(LEFT, about), mark(right, page)]
}

fn draw(surface: &mut Surface<'_>, faces: &Faces, mark: &Mark) {
    match mark {
        Mark::Text { at, style, text } => {
            let face = faces.of(*style);
            fill(surface, style.ink);
            let (at, glyphs) = (Point::from_xy(at.0, at.1), face.glyphs(text));
            surface.draw_glyphs(at, &glyphs, face.font.clone(), text, style.size, false);
        }
        Mark::Area { at, size, ink } => {
            let rect = Rect::from_xywh(at.0, at.1, size.0, size.1);
            let mut path = PathBuilder::new();
            if let Some(rect) = rect {
                path.push_rect(rect);
            }
            if let Some(path) = path.finish() {
                fill(surface, *ink);
                surface.draw_path(&path);
            }
        }
        Mark::Line { points, width, ink } => {
            let mut path = PathBuilder::new();
            for (nth, (x, y)) in points.iter().enumerate() {
                if nth == 0 {
                    path.move_to(*x, *y);
                } else {
                    path.line_to(*x, *y);
                }
            }
            if let Some(path) = path.finish() {
                surface.set_fill(None);
                surface.set_stroke(Some(Stroke {
                    paint: color(*ink).into(),
                    width: *width,
                    ..Stroke::default()
                }));
                surface.draw_path(&path);
            }
        }
    }
}

fn fill(surface: &mut Surface<'_>, ink: Ink) {
    surface.set_stroke(None);
    surface.set_fill(Some(Fill {
        paint: color(ink).into(),
        ..Fill::default()
    }));
}

fn color(ink: Ink) -> rgb::Color {
    let (red, green, blue) = ink.rgb();
    rgb::Color::new(red, green, blue)
}
