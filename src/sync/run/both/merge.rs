//! Decides whose value a field takes: three values are compared, and nothing else is looked at.

use jiff::Timestamp;

use super::super::super::meeting::{FieldWay, Policy};
use crate::providers::Changed;

pub(super) use super::super::super::plan::Side;

/// A field's values in canonical form; an empty one is empty.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell<'a> {
    pub(super) here: &'a [u8],
    pub(super) there: &'a [u8],
    /// What both held when they last agreed, if that is known.
    pub(super) base: Option<(&'a [u8], &'a [u8])>,
    /// Whether the value there is the same, as the field here would hold it.
    pub(super) equal: bool,
    pub(super) way: FieldWay,
}

/// Whose value a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Merged {
    /// Neither has to change.
    Same,
    /// This side's is taken by the other.
    Takes(Side),
    /// Both have changed it, and differently.
    Clash,
}

/// Decides for one field.
pub(super) fn merge(cell: Cell<'_>) -> Merged {
    if cell.equal {
        return Merged::Same;
    }
    // Where nothing was agreed on, an empty value gives way.
    let (ours, theirs) = cell.base.unwrap_or_default();
    let here = cell.here != ours;
    let there = cell.there != theirs;
    match (cell.way, here, there) {
        (_, false, false) => Merged::Same,
        (FieldWay::Push, ..) | (FieldWay::Both, true, false) => Merged::Takes(Side::Here),
        (FieldWay::Pull, ..) | (FieldWay::Both, false, true) => Merged::Takes(Side::There),
        (FieldWay::Both, true, true) => Merged::Clash,
    }
}

/// When each side was changed, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) here: Option<Timestamp>,
    pub(super) there: Option<Changed>,
}

impl Times {
    /// Who was changed last; none where the provider does not tell. Where it rounds and the times
    /// cannot be told apart, it is this side.
    pub(super) fn newer(self) -> Option<Side> {
        let (here, there) = (self.here?, self.there?);
        Some(if here < there.from {
            Side::There
        } else {
            Side::Here
        })
    }
}

/// Who is right about a clash; none when somebody has to be asked.
pub(super) fn rule(policy: Policy, times: Times) -> Option<Side> {
    match policy {
        Policy::Local => Some(Side::Here),
        Policy::Remote => Some(Side::There),
        Policy::Newest => times.newer(),
        Policy::Ask => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Merged = Merged::Takes(Side::Here);
    const THERE: Merged = Merged::Takes(Side::There);

    fn merged(here: &str, there: &str, base: Option<(&str, &str)>, way: FieldWay) -> Merged {
        merge(Cell {
            here: here.as_bytes(),
            there: there.as_bytes(),
            base: base.map(|(here, there)| (here.as_bytes(), there.as_bytes())),
            equal: here == there,
            way,
        })
    }

    #[test]
    fn one_table_says_what_becomes_of_a_field() {
        use FieldWay::{Both, Pull, Push};
        use Merged::{Clash, Same};
        let agreed = Some(("1", "1"));
        for (here, there, base, way, wanted) in [
            // Nobody, one, the other, both alike, both differently.
            ("1", "1", agreed, Both, Same),
            ("2", "1", agreed, Both, HERE),
            ("1", "2", agreed, Both, THERE),
            ("2", "2", agreed, Both, Same),
            ("2", "3", agreed, Both, Clash),
            // Cleared is changed like anything else.
            ("", "1", agreed, Both, HERE),
            ("1", "", agreed, Both, THERE),
            ("", "2", agreed, Both, Clash),
            ("", "", agreed, Both, Same),
            // What the provider made of our value is no change of anybody's.
            ("1.005", "1.01", Some(("1.005", "1.01")), Both, Same),
            ("1.005", "2", Some(("1.005", "1.01")), Both, THERE),
            ("2", "1.01", Some(("1.005", "1.01")), Both, HERE),
            ("3", "2", Some(("1.005", "1.01")), Both, Clash),
            // What is yet to be written there is a change of ours.
            ("1", "2", Some(("?", "2")), Both, HERE),
            // Nothing was agreed on.
            ("1", "1", None, Both, Same),
            ("1", "", None, Both, HERE),
            ("", "1", None, Both, THERE),
            ("1", "2", None, Both, Clash),
            // One way alone: the other side is put right.
            ("2", "1", agreed, Push, HERE),
            ("1", "2", agreed, Push, HERE),
            ("2", "3", agreed, Push, HERE),
            ("2", "1", agreed, Pull, THERE),
            ("1", "2", agreed, Pull, THERE),
            ("2", "3", agreed, Pull, THERE),
            ("1", "2", None, Push, HERE),
            ("1", "2", None, Pull, THERE),
            ("1.005", "1.01", Some(("1.005", "1.01")), Push, Same),
        ] {
            let found = merged(here, there, base, way);
            assert_eq!(
                found, wanted,
                "{here:?} here, {there:?} there, {base:?}, {way:?}"
            );
        }
    }

    #[test]
    fn whoever_was_changed_last_is_newer_and_a_tie_goes_to_this_side() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let minute = Changed {
            from: at(60),
            to: at(120),
        };
        for (here, wanted) in [
            (59, Side::There),
            (60, Side::Here),
            (90, Side::Here),
            (121, Side::Here),
        ] {
            let times = Times {
                here: Some(at(here)),
                there: Some(minute),
            };
            assert_eq!(times.newer(), Some(wanted), "{here}");
        }
        let untold = Times {
            here: Some(at(1)),
            there: None,
        };
        assert_eq!(rule(Policy::Newest, untold), None);
        assert_eq!(rule(Policy::Local, untold), Some(Side::Here));
        assert_eq!(rule(Policy::Remote, untold), Some(Side::There));
        assert_eq!(rule(Policy::Ask, Times::default()), None);
    }
}
