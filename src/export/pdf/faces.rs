//! The letters, and how wide they are.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider as _};

use super::mark::{Style, Weight};

static REGULAR: &[u8] = include_bytes!("fonts/NotoSans-Regular.ttf");
static STRONG: &[u8] = include_bytes!("fonts/NotoSans-SemiBold.ttf");

/// What stands where a text was cut.
const CUT: char = '\u{2026}';

/// Letters of both weights.
pub(super) struct Faces {
    regular: Face,
    strong: Face,
}

/// Letters of one weight.
pub(super) struct Face {
    pub(super) font: Font,
    letters: Charmap<'static>,
    widths: GlyphMetrics<'static>,
    per_em: f32,
}

impl Faces {
    /// None where what is built in cannot be read.
    pub(super) fn read() -> Option<Self> {
        Some(Self {
            regular: Face::read(REGULAR)?,
            strong: Face::read(STRONG)?,
        })
    }

    pub(super) fn of(&self, style: Style) -> &Face {
        match style.weight {
            Weight::Regular => &self.regular,
            Weight::Strong => &self.strong,
        }
    }

    /// How wide a text is, in points.
    pub(super) fn width(&self, style: Style, text: &str) -> f32 {
        let face = self.of(style);
        text.chars().map(|letter| face.advance(letter)).sum::<f32>() * style.size
    }

    /// As much of a text as has room.
    pub(super) fn fit(&self, style: Style, text: &str, room: f32) -> String {
        if self.width(style, text) <= room {
            return text.to_owned();
        }
        let face = self.of(style);
        let mut left = room / style.size - face.advance(CUT);
        let fits = |letter: &char| {
            left -= face.advance(*letter);
            left >= 0.0
        };
        let kept: String = text.chars().take_while(fits).collect();
        format!("{}{CUT}", kept.trim_end())
    }

    /// A text in lines that have room, broken between its words.
    pub(super) fn wrap(&self, style: Style, text: &str, room: f32) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split(' ') {
            let longer = lines.last().map(|line| format!("{line} {word}"));
            match longer.filter(|longer| self.width(style, longer) <= room) {
                Some(longer) => {
                    lines.pop();
                    lines.push(longer);
                }
                None => lines.push(self.fit(style, word, room)),
            }
        }
        lines
    }
}

impl Face {
    fn read(bytes: &'static [u8]) -> Option<Self> {
        let read = FontRef::new(bytes).ok()?;
        let font = Font::new(bytes.into(), 0)?;
        Some(Self {
            letters: read.charmap(),
            widths: read.glyph_metrics(Size::unscaled(), LocationRef::default()),
            per_em: font.units_per_em(),
            font,
        })
    }

    /// How far a letter moves on, where letters are 1 high.
    fn advance(&self, letter: char) -> f32 {
        let glyph = self.letters.map(letter).unwrap_or_default();
        self.widths.advance_width(glyph).unwrap_or(0.0) / self.per_em
    }

    /// A text as what is drawn for its letters.
    pub(super) fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let glyph = |(at, letter): (usize, char)| {
            let glyph = self.letters.map(letter).unwrap_or_default();
            KrillaGlyph::new(
                GlyphId::new(glyph.to_u32()),
                self.advance(letter),
                0.0,
                0.0,
                0.0,
                at..at + letter.len_utf8(),
                None,
            )
        };
        text.char_indices().map(glyph).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_and_broken_where_there_is_no_room() {
        let faces = Faces::read().unwrap();
        let style = Style::regular(10.0);
        let text = "conversions before";
        let wide = faces.width(style, text);
        assert!((70.0..110.0).contains(&wide), "{wide}");
        assert_eq!(faces.fit(style, text, wide), text);
        let cut = faces.fit(style, text, wide / 2.0);
        assert!(cut.ends_with(CUT) && faces.width(style, &cut) <= wide / 2.0);
        assert_eq!(
            faces.wrap(style, text, wide - 1.0),
            ["conversions", "before"]
        );
    }

    #[test]
    fn figures_are_all_as_wide_so_that_they_stand_below_each_other() {
        let faces = Faces::read().unwrap();
        for style in [Style::regular(9.0), Style::strong(9.0)] {
            let zero = faces.width(style, "0");
            for figure in '1'..='9' {
                let wide = faces.width(style, &figure.to_string());
                assert!((wide - zero).abs() < 0.001, "{figure}");
            }
        }
    }
}
