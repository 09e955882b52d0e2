//! The visits of each visitor in the order of time, and the conversions that they led to.

use super::super::rollup::Kind;
use super::leaf::{Beat, Leaf};

/// Of more visits before a conversion only the last so many count: nobody real has as many.
const MOST: usize = 1000;

/// A visit as it counts for what came of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Touch {
    visitor: u32,
    /// The number of its value, and marks in the highest bits, which no number reaches.
    value: u32,
    at: i64,
}

/// The visit came directly.
pub(super) const DIRECT: u32 = 1 << 31;
/// It is of the days that are asked for, and not of those before them.
pub(super) const ASKED: u32 = 1 << 30;

impl Touch {
    /// A visit that begins with an event. `value` is its number with its marks.
    pub(super) fn new(first: Beat, leaf: &Leaf, value: u32) -> Self {
        Self {
            visitor: first.visitor(),
            value,
            at: leaf.from() + first.ms(),
        }
    }

    pub(super) fn value(self) -> u32 {
        self.value & !(DIRECT | ASKED)
    }

    pub(super) fn at(self) -> i64 {
        self.at
    }

    pub(super) fn is_direct(self) -> bool {
        self.value & DIRECT != 0
    }

    fn is_asked(self) -> bool {
        self.value & ASKED != 0
    }
}

/// A conversion.
#[derive(Clone, Copy, Debug)]
struct Gain {
    visitor: u32,
    at: i64,
    micros: i64,
}

/// A path of visits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trace<'a> {
    /// At least one.
    pub(super) touches: &'a [Touch],
    pub(super) end: End,
}

/// Where a path led to.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    /// To so many conversions, each on this same path, which brought so much together.
    Gained { conversions: u64, micros: i64 },
    /// To nothing.
    Lost,
}

/// Visits and conversions of some visitors.
#[derive(Default)]
pub(super) struct Trails {
    touches: Vec<Touch>,
    gains: Vec<Gain>,
}

impl Trails {
    pub(super) fn visit(&mut self, touch: Touch) {
        self.touches.push(touch);
    }

    /// A conversion of the visit that came last.
    pub(super) fn gain(&mut self, beat: Beat, leaf: &Leaf) {
        let worth = leaf.kinds[beat.place()] == Kind::Purchase;
        self.gains.push(Gain {
            visitor: beat.visitor(),
            at: leaf.from() + beat.ms(),
            micros: if worth { leaf.values[beat.place()] } else { 0 },
        });
    }

    /// Shows every path: those of conversions, of the visits that began at most so long before, and
    /// between them and after them those that led to nothing, of the days that are asked for.
    pub(super) fn each<Error>(
        mut self,
        within_ms: i64,
        see: &mut impl FnMut(Trace<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        // What one visitor did stays in the order of time.
        self.touches.sort_by_key(|touch| touch.visitor);
        self.gains.sort_by_key(|gain| gain.visitor);
        let mut gains = self.gains.as_slice();
        let same = |one: &Touch, next: &Touch| one.visitor == next.visitor;
        for touches in self.touches.chunk_by(same) {
            let theirs = gains.partition_point(|gain| gain.visitor <= touches[0].visitor);
            let (own, others) = gains.split_at(theirs);
            trace(touches, own, within_ms, see)?;
            gains = others;
        }
        Ok(())
    }
}

/// The paths of one visitor.
fn trace<Error>(
    touches: &[Touch],
    gains: &[Gain],
    within_ms: i64,
    see: &mut impl FnMut(Trace<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let span = |gain: &Gain| {
        let behind = touches.partition_point(|touch| touch.at <= gain.at);
        let first = touches.partition_point(|touch| touch.at < gain.at - within_ms);
        (first.min(behind.saturating_sub(1)), behind)
    };
    // The first visit that is on no path yet.
    let mut next = 0;
    for alike in gains.chunk_by(|one, next| span(one) == span(next)) {
        let (first, behind) = span(&alike[0]);
        if next < first {
            lose(&touches[next..first], see)?;
        }
        next = next.max(behind);
        let micros = alike.iter().map(|gain| gain.micros);
        let end = End::Gained {
            conversions: alike.len() as u64,
            micros: micros.fold(0, i64::saturating_add),
        };
        let touches = &touches[first.max(behind.saturating_sub(MOST))..behind];
        if !touches.is_empty() {
            see(Trace { touches, end })?;
        }
    }
    lose(&touches[next..], see)
}

/// Shows visits that led to nothing, those of the days that are asked for.
fn lose<Error>(
    touches: &[Touch],
    see: &mut impl FnMut(Trace<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let asked = touches.partition_point(|touch| !touch.is_asked());
    let touches = &touches[asked..];
    if touches.is_empty() {
        return Ok(());
    }
    let end = End::Lost;
    see(Trace { touches, end })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(at: i64) -> Touch {
        Touch {
            visitor: 1,
            value: if at < 0 { 0 } else { ASKED },
            at,
        }
    }

    fn gain(at: i64) -> Gain {
        Gain {
            visitor: 1,
            at,
            micros: 5,
        }
    }

    /// When the visits of each path began, and to how many conversions it led.
    fn traced(touches: &[i64], gains: &[i64], within: i64) -> Vec<(Vec<i64>, u64)> {
        let touches: Vec<Touch> = touches.iter().map(|at| touch(*at)).collect();
        let gains: Vec<Gain> = gains.iter().map(|at| gain(*at)).collect();
        let mut traced = Vec::new();
        let mut see = |trace: Trace<'_>| {
            let times = trace.touches.iter().map(|touch| touch.at).collect();
            let conversions = match trace.end {
                End::Gained { conversions, .. } => conversions,
                End::Lost => 0,
            };
            traced.push((times, conversions));
            Ok::<_, std::convert::Infallible>(())
        };
        trace(&touches, &gains, within, &mut see).unwrap();
        traced
    }

    #[test]
    fn a_path_has_the_visits_before_its_conversion_and_those_on_none_lead_to_nothing() {
        assert_eq!(traced(&[0, 10, 20], &[25], 100), [(vec![0, 10, 20], 1)]);
        assert_eq!(traced(&[0, 10, 20], &[], 100), [(vec![0, 10, 20], 0)]);
        assert_eq!(
            traced(&[0, 10, 20], &[12, 14], 100),
            [(vec![0, 10], 2), (vec![20], 0)]
        );
        // The visit of the conversion is on its path, however long it takes.
        assert_eq!(traced(&[0], &[50], 10), [(vec![0], 1)]);
        assert_eq!(
            traced(&[0, 100, 110], &[115], 20),
            [(vec![0], 0), (vec![100, 110], 1)]
        );
        // A path may begin where another has ended.
        assert_eq!(
            traced(&[0, 10], &[5, 15], 20),
            [(vec![0], 1), (vec![0, 10], 1)]
        );
    }

    #[test]
    fn what_led_to_nothing_before_the_days_is_not_told() {
        assert_eq!(traced(&[-20, -10, 5], &[], 100), [(vec![5], 0)]);
        assert_eq!(traced(&[-20], &[], 100), []);
        assert_eq!(traced(&[-20, 5], &[6], 100), [(vec![-20, 5], 1)]);
    }

    #[test]
    fn of_more_visits_than_anybody_has_the_last_count() {
        let many: Vec<i64> = (0..1500).collect();
        let traced = traced(&many, &[1499], 10_000);
        assert_eq!(traced.len(), 1);
        assert_eq!(traced[0].0, many[500..]);
    }
}
