//! Finds the pages that a filter for equal values can keep, without looking at the others.
//!
//! What is found may be more than fits: an index learns of values and never forgets one, and the
//! filter is asked again for each page.
use std::collections::HashMap;

use super::{
    cell::Cell,
    filter::{Filter, Same, Subject},
    page::PageAt,
    rich::words,
    source::{Column, SourceAt},
    vendor::Notion,
};

/// One index for each property that a filter ever asked to be equal to something.
#[derive(Default)]
pub(crate) struct Lookups(HashMap<(SourceAt, Column), HashMap<Key, Vec<PageAt>>>);

/// What is equal when it is the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Text(Box<str>),
    Number(u64),
}

impl Key {
    fn of(cell: &Cell) -> Option<Self> {
        match cell {
            Cell::Words(runs) => Some(Self::Text(words(runs).into())),
            Cell::Line(line) => Some(Self::Text(line.clone())),
            Cell::Number(number) => Some(Self::number(*number)),
            _ => None,
        }
    }

    /// 0.0 and -0.0 are equal.
    fn number(number: f64) -> Self {
        Self::Number((number + 0.0).to_bits())
    }
}

impl Lookups {
    /// Learns of a value that is about to be written.
    pub(super) fn learn(&mut self, place: (SourceAt, Column), page: PageAt, cell: Option<&Cell>) {
        let Some(index) = self.0.get_mut(&place) else {
            return;
        };
        if let Some(key) = cell.and_then(Key::of) {
            index.entry(key).or_default().push(page);
        }
    }

    fn pages(&self, place: (SourceAt, Column), key: &Key) -> &[PageAt] {
        let index = self.0.get(&place);
        index
            .and_then(|index| index.get(key))
            .map_or(&[], Vec::as_slice)
    }
}

impl Notion {
    /// The pages that a filter may keep, oldest first; `None` when every page has to be looked at.
    pub(super) fn candidates(&mut self, source: SourceAt, filter: &Filter) -> Option<Vec<PageAt>> {
        let mut found = self.gathered(source, filter)?;
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    fn gathered(&mut self, source: SourceAt, filter: &Filter) -> Option<Vec<PageAt>> {
        match filter {
            Filter::All(parts) => parts.iter().find_map(|part| self.gathered(source, part)),
            Filter::Any(parts) => {
                let mut all = Vec::new();
                for part in parts {
                    all.extend(self.gathered(source, part)?);
                }
                Some(all)
            }
            Filter::Test(Subject::Property(column), check) => {
                let key = match check.same()? {
                    Same::Text(text) => Key::Text(text.into()),
                    Same::Number(number) => Key::number(number),
                };
                let kind = &self.source(source).property(*column).kind;
                if kind.is_computed() {
                    return None;
                }
                let place = (source, *column);
                self.prepare(place);
                Some(self.lookups.pages(place, &key).to_vec())
            }
            Filter::Test(..) => None,
        }
    }

    /// Builds an index unless it is there.
    fn prepare(&mut self, place: (SourceAt, Column)) {
        if self.lookups.0.contains_key(&place) {
            return;
        }
        let (source, column) = place;
        let mut index: HashMap<Key, Vec<PageAt>> = HashMap::new();
        for at in &self.source(source).pages {
            let cell = self.page_if_there(*at).and_then(|page| page.cell(column));
            if let Some(key) = cell.and_then(Key::of) {
                index.entry(key).or_default().push(*at);
            }
        }
        self.lookups.0.insert(place, index);
    }
}
