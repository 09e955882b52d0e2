//! What stands on a page, in points from its upper left corner.

/// A thing on a page.
#[derive(Clone, Debug)]
pub(super) enum Mark {
    Text {
        /// Where the line that its letters stand on begins.
        at: (f32, f32),
        style: Style,
        text: String,
    },
    Area {
        /// Its upper left corner.
        at: (f32, f32),
        size: (f32, f32),
        ink: Ink,
    },
    /// A line through points, two or more.
    Line {
        points: Vec<(f32, f32)>,
        width: f32,
        ink: Ink,
    },
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub(super) weight: Weight,
    /// In points.
    pub(super) size: f32,
    pub(super) ink: Ink,
}

/// How thick letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Strong,
}

/// Which colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Text,
    Muted,
    Accent,
    Rule,
    Ground,
}

impl Ink {
    /// Red, green and blue.
    pub(super) const fn rgb(self) -> (u8, u8, u8) {
        match self {
            Self::Text => (0x14, 0x1a, 0x21),
            Self::Muted => (0x55, 0x60, 0x6d),
            Self::Accent => (0x17, 0x4f, 0x96),
            Self::Rule => (0xcf, 0xd6, 0xde),
            Self::Ground => (0xf1, 0xf4, 0xf8),
        }
    }
}

impl Style {
    pub(super) const fn regular(size: f32) -> Self {
        Self {
            weight: Weight::Regular,
            size,
            ink: Ink::Text,
        }
    }

    pub(super) const fn strong(size: f32) -> Self {
        Self {
            weight: Weight::Strong,
            ..Self::regular(size)
        }
    }

    /// In grey: what stands beside the matter.
    pub(super) const fn muted(size: f32) -> Self {
        Self {
            ink: Ink::Muted,
            ..Self::regular(size)
        }
    }
}
