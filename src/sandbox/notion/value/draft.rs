//! A value that was taken, before its new options are made.
use crate::sandbox::notion::{cell::Cell, id::Ids, kind::Kind};

/// A value that may be written; options that do not exist yet are made only when all of the write
/// is taken.
#[derive(Debug, PartialEq)]
pub(crate) enum Draft {
    Cell(Option<Cell>),
    Picks(Vec<Pick>),
}

/// An option that a write names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pick {
    Known(u32),
    New(String),
}

impl Draft {
    /// The cell, its options made where the property has them not yet.
    pub(crate) fn settle(self, kind: &mut Kind, ids: &mut Ids) -> Option<Cell> {
        let picks = match self {
            Self::Cell(cell) => return cell,
            Self::Picks(picks) => picks,
        };
        let is_list = matches!(kind, Kind::MultiSelect(_));
        let choices = kind.choices_mut()?;
        let mut places = Vec::with_capacity(picks.len());
        for pick in picks {
            let place = match pick {
                Pick::Known(place) => place,
                Pick::New(name) => choices
                    .by_name(&name)
                    .unwrap_or_else(|| choices.add(&name, None, ids)),
            };
            if !places.contains(&place) {
                places.push(place);
            }
        }
        match places.as_slice() {
            [] => None,
            [one] if !is_list => Some(Cell::Choice(*one)),
            _ => Some(Cell::Choices(places.into())),
        }
    }
}
