//! The events of a day, as columns of numbers, and the visits that they make.

use super::super::day::{Day, HOUR, Span};
use super::super::rollup::{Kind, goes_on};
use super::facet::Strip;

/// The events of a day, or of some of its visitors.
#[derive(Default)]
pub(super) struct Leaf {
    span: Option<Span>,
    /// By visitor and time.
    order: Vec<Beat>,
    /// In the order in which they were read, as all that follow.
    pub(super) strips: [Vec<u32>; Strip::MANY],
    pub(super) bits: Vec<u64>,
    pub(super) kinds: Vec<Kind>,
    /// 0 for those without one.
    pub(super) values: Vec<i64>,
    /// Which have one.
    pub(super) valued: Vec<bool>,
    pub(super) ids: Vec<[u8; 16]>,
    /// The bits that the day itself gives to each.
    pub(super) day_bits: u64,
}

/// An event: who and when in one number, which sorts fast, and its place in the columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beat {
    key: u64,
    place: u32,
}

impl Beat {
    pub(super) fn visitor(self) -> u32 {
        u32::try_from(self.key >> 32).unwrap_or(u32::MAX)
    }

    /// Milliseconds since the day began.
    pub(super) fn ms(self) -> i64 {
        i64::try_from(self.key & u64::from(u32::MAX)).unwrap_or(i64::MAX)
    }

    pub(super) fn place(self) -> usize {
        self.place as usize
    }
}

impl Leaf {
    /// Begins with another day.
    pub(super) fn turn(&mut self, span: Span, day_bits: u64) {
        self.span = Some(span);
        self.day_bits = day_bits;
        self.order.clear();
        self.strips.iter_mut().for_each(Vec::clear);
        self.bits.clear();
        self.kinds.clear();
        self.values.clear();
        self.valued.clear();
        self.ids.clear();
    }

    pub(super) fn day(&self) -> Day {
        self.span.map_or(Day(0), |span| span.day)
    }

    /// When it begins, in milliseconds since 1970.
    pub(super) fn from(&self) -> i64 {
        self.span.map_or(0, |span| span.from)
    }

    /// Adds an event's visitor and time; what the columns tell of it comes apart.
    pub(super) fn push(&mut self, visitor: u32, at: i64) {
        let ms = u32::try_from(at - self.from()).unwrap_or(u32::MAX);
        let place = u32::try_from(self.order.len()).unwrap_or(u32::MAX);
        let key = u64::from(visitor) << 32 | u64::from(ms);
        self.order.push(Beat { key, place });
    }

    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    /// Brings the events into the order of visits; ids decide where moments are the same.
    pub(super) fn sort(&mut self) {
        self.order.sort_unstable_by_key(|beat| beat.key);
        let ids = &self.ids;
        for same in self.order.chunk_by_mut(|one, next| one.key == next.key) {
            if same.len() > 1 {
                same.sort_unstable_by_key(|beat| ids[beat.place()]);
            }
        }
    }

    /// The visits, by visitor.
    pub(super) fn visits(&self) -> impl Iterator<Item = &[Beat]> {
        let same = |one: &Beat, next: &Beat| {
            one.visitor() == next.visitor() && goes_on(next.ms() - one.ms())
        };
        self.order.chunk_by(same)
    }

    /// The bits of the filters that name the event.
    pub(super) fn bits_of(&self, beat: Beat) -> u64 {
        self.day_bits | self.bits.get(beat.place()).copied().unwrap_or(0)
    }

    /// The value of an event, if it came with one.
    pub(super) fn worth(&self, beat: Beat) -> Option<i64> {
        let place = beat.place();
        self.valued[place].then_some(self.values[place])
    }

    /// The bits of a visit's first event, and those of all its events together.
    pub(super) fn bits_of_visit(&self, visit: &[Beat]) -> (u64, u64) {
        let first = visit.first().map_or(0, |first| self.bits_of(*first));
        let any = visit.iter().fold(0, |any, beat| any | self.bits_of(*beat));
        (first, any)
    }
}

/// What the clocks at a site show during a day.
pub(super) struct Clocks {
    /// From when on they are so many milliseconds ahead of UTC; in rising order.
    ahead: Vec<(i64, i64)>,
}

impl Clocks {
    pub(super) fn of(zone: &jiff::tz::TimeZone, span: &Span) -> Self {
        let moment = |at| jiff::Timestamp::from_millisecond(at).unwrap_or_default();
        let ahead = |at| i64::from(zone.to_offset(at).seconds()) * 1000;
        let begun = moment(span.from);
        let mut all = vec![(span.from, ahead(begun))];
        for change in zone.following(begun) {
            let at = change.timestamp();
            if at.as_millisecond() >= span.to {
                break;
            }
            all.push((at.as_millisecond(), ahead(at)));
        }
        Self { ahead: all }
    }

    /// The hour that they show, from 0 to 23.
    pub(super) fn hour(&self, at: i64) -> u32 {
        let since = self.ahead.partition_point(|(from, _)| *from <= at);
        let (_, ahead) = self.ahead[since.saturating_sub(1)];
        u32::try_from((at + ahead).div_euclid(HOUR).rem_euclid(24)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    use super::*;

    fn shown(zone: &str, day: jiff::civil::Date) -> Vec<u32> {
        let zone = TimeZone::get(zone).unwrap();
        let span = Span::of(&zone, day);
        let clocks = Clocks::of(&zone, &span);
        let hours = (span.from..span.to).step_by(usize::try_from(HOUR).unwrap());
        hours.map(|at| clocks.hour(at)).collect()
    }

    #[test]
    fn an_hour_is_shown_twice_or_never_where_clocks_are_changed() {
        let whole: Vec<u32> = (0..24).collect();
        assert_eq!(shown("Europe/Berlin", date(2026, 11, 27)), whole);
        let spring: Vec<u32> = (0..24).filter(|hour| *hour != 2).collect();
        assert_eq!(shown("Europe/Berlin", date(2026, 3, 29)), spring);
        let autumn = shown("Europe/Berlin", date(2026, 10, 25));
        assert_eq!(autumn[..5], [0, 1, 2, 2, 3]);
        assert_eq!(shown("Asia/Kathmandu", date(2026, 11, 27)), whole);
    }
}
