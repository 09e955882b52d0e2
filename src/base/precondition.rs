//! What a change asks of the thing that it would change.

/// Which state a thing must be in for a change of it to go ahead. Versions are those that the thing
/// was shown with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Precondition {
    /// Any, and it may be absent.
    #[default]
    None,
    /// It must be there, in any state.
    Present,
    /// It must not be there yet.
    Absent,
    /// It must be as it was at one of these versions.
    At(Vec<u64>),
}

impl Precondition {
    /// Whether a thing at `version` (absent without one) meets it.
    pub fn holds(&self, version: Option<u64>) -> bool {
        match self {
            Self::None => true,
            Self::Present => version.is_some(),
            Self::Absent => version.is_none(),
            Self::At(versions) => version.is_some_and(|version| versions.contains(&version)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_held_against_what_is_asked_of_it() {
        let at = Precondition::At(vec![7, 9]);
        for (asked, absent, seven, eight) in [
            (Precondition::None, true, true, true),
            (Precondition::Present, false, true, true),
            (Precondition::Absent, true, false, false),
            (at, false, true, false),
            (Precondition::At(Vec::new()), false, false, false),
        ] {
            let found = [None, Some(7), Some(8)].map(|version| asked.holds(version));
            assert_eq!(found, [absent, seven, eight], "{asked:?}");
        }
    }
}
