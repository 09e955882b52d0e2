//! Cursors: which pages a query yields and in which order is settled with its first answer; what
//! is in them is read when their answer is asked for.
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{id::Ids, page::PageAt, refusal::Refusal, source::SourceAt};

/// How many cursors are remembered; the oldest makes room.
const MOST: usize = 2_000;

/// All cursors that were given out.
#[derive(Default)]
pub(crate) struct Cursors {
    known: HashMap<Uuid, Cursor>,
    order: VecDeque<Uuid>,
}

/// A place in what a query yields.
#[derive(Clone)]
pub(crate) struct Cursor {
    pub(crate) source: SourceAt,
    pub(crate) pages: Arc<[PageAt]>,
    pub(crate) at: usize,
    /// Whether the query would have yielded more than it may.
    pub(crate) is_capped: bool,
    given: Timestamp,
}

impl Cursor {
    /// The place before the first page.
    pub(crate) fn start(
        source: SourceAt,
        pages: Vec<PageAt>,
        is_capped: bool,
        now: Timestamp,
    ) -> Self {
        Self {
            source,
            pages: pages.into(),
            at: 0,
            is_capped,
            given: now,
        }
    }

    /// The next pages, and the place after them; `None` when nothing follows.
    pub(crate) fn step(&self, count: usize) -> (&[PageAt], Option<Self>) {
        let end = (self.at + count).min(self.pages.len());
        let after = (end < self.pages.len()).then(|| Self {
            at: end,
            ..self.clone()
        });
        (&self.pages[self.at..end], after)
    }
}

impl Cursors {
    /// Remembers a place under an id of its own.
    pub(crate) fn keep(&mut self, mut cursor: Cursor, ids: &mut Ids, now: Timestamp) -> Uuid {
        let id = ids.make();
        cursor.given = now;
        self.known.insert(id, cursor);
        self.order.push_back(id);
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        id
    }

    /// The place of a cursor, as often as it is asked for until it has expired.
    pub(crate) fn find(
        &self,
        cursor: &str,
        source: SourceAt,
        (now, idle): (Timestamp, SignedDuration),
    ) -> Result<Cursor, Refusal> {
        let known = Uuid::parse_str(cursor)
            .ok()
            .and_then(|id| self.known.get(&id))
            .filter(|known| known.source == source && now.duration_since(known.given) <= idle);
        known.cloned().ok_or_else(|| Refusal::bad_cursor(cursor))
    }

    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: SignedDuration = SignedDuration::from_hours(1);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn start(count: u32) -> Cursor {
        Cursor::start(SourceAt(0), (0..count).map(PageAt).collect(), false, at(0))
    }

    #[test]
    fn steps_follow_each_other_until_nothing_is_left() {
        let start = start(5);
        let (first, then) = start.step(2);
        assert_eq!(first, [PageAt(0), PageAt(1)]);
        let then = then.unwrap();
        let (rest, end) = then.step(100);
        assert_eq!((rest.len(), end.is_none()), (3, true));
    }

    #[test]
    fn a_cursor_leads_to_the_same_place_again_until_it_expires() {
        let (mut ids, mut cursors) = (Ids::seeded(1), Cursors::default());
        let after = start(5).step(2).1.unwrap();
        let id = cursors.keep(after, &mut ids, at(0)).to_string();
        for second in [0, 3_600] {
            let found = cursors.find(&id, SourceAt(0), (at(second), HOUR)).unwrap();
            assert_eq!(found.at, 2);
        }
        assert!(cursors.find(&id, SourceAt(0), (at(3_601), HOUR)).is_err());
    }

    #[test]
    fn a_cursor_of_another_data_source_or_none_at_all_is_refused() {
        let (mut ids, mut cursors) = (Ids::seeded(1), Cursors::default());
        let after = start(5).step(2).1.unwrap();
        let id = cursors.keep(after, &mut ids, at(0)).to_string();
        for (cursor, source) in [(id.as_str(), 1), ("", 0), ("abc", 0)] {
            let refused = cursors.find(cursor, SourceAt(source), (at(0), HOUR));
            assert!(refused.err().unwrap().message.contains("start_cursor"));
        }
    }

    #[test]
    fn no_more_cursors_are_kept_than_there_is_room_for() {
        let (mut ids, mut cursors) = (Ids::seeded(1), Cursors::default());
        for _ in 0..MOST + 10 {
            cursors.keep(start(1), &mut ids, at(0));
        }
        assert_eq!((cursors.known.len(), cursors.order.len()), (MOST, MOST));
    }
}
