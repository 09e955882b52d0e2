//! Fills pages from the top.

use super::faces::Faces;
use super::mark::{Ink, Mark, Style};

/// What is left blank around a page.
const MARGIN: f32 = 42.0;
/// Where the matter begins, to the left.
pub(super) const LEFT: f32 = MARGIN;
/// What is left for the foot of a page.
const FOOT: f32 = 20.0;

/// How large a page is, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Paper {
    pub(super) width: f32,
    pub(super) height: f32,
}

impl Paper {
    /// A4.
    pub(super) const PORTRAIT: Self = Self {
        width: 595.28,
        height: 841.89,
    };
    /// The same on its side.
    pub(super) const LANDSCAPE: Self = Self {
        width: Self::PORTRAIT.height,
        height: Self::PORTRAIT.width,
    };

    /// Where it ends, to the right.
    pub(super) fn right(self) -> f32 {
        self.width - MARGIN
    }

    /// How much lies between.
    pub(super) fn room(self) -> f32 {
        self.right() - LEFT
    }

    /// The line on which the foot stands.
    pub(super) fn foot(self) -> f32 {
        self.height - MARGIN + 6.0
    }

    fn bottom(self) -> f32 {
        self.height - MARGIN - FOOT
    }
}

/// Pages that are being filled.
pub(super) struct Flow<'a> {
    pub(super) faces: &'a Faces,
    pub(super) paper: Paper,
    pub(super) pages: Vec<Vec<Mark>>,
    /// How far down the last page is filled.
    pub(super) y: f32,
}

impl<'a> Flow<'a> {
    pub(super) fn on(paper: Paper, faces: &'a Faces) -> Self {
        Self {
            faces,
            paper,
            pages: vec![Vec::new()],
            y: MARGIN,
        }
    }

    /// Turns the page unless there is so much room; tells whether it did.
    pub(super) fn keep_together(&mut self, height: f32) -> bool {
        let turns = self.y + height > self.paper.bottom() && self.y > MARGIN;
        if turns {
            self.pages.push(Vec::new());
            self.y = MARGIN;
        }
        turns
    }

    pub(super) fn put(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// A text that begins at `x`, on a line so far below what is filled.
    pub(super) fn text(&mut self, (x, down): (f32, f32), style: Style, text: impl Into<String>) {
        let at = (x, self.y + down);
        let text = text.into();
        self.put(Mark::Text { at, style, text });
    }

    /// The same for one that ends at `x`.
    pub(super) fn text_to(&mut self, (x, down): (f32, f32), style: Style, text: &str) {
        let wide = self.faces.width(style, text);
        self.text((x - wide, down), style, text);
    }

    /// A thin line across, so far below what is filled.
    pub(super) fn rule(&mut self, (from, to): (f32, f32), down: f32, ink: Ink) {
        let y = self.y + down;
        self.put(Mark::Line {
            points: vec![(from, y), (to, y)],
            width: 0.6,
            ink,
        });
    }
}
