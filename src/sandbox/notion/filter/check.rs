//! A single condition.
use jiff::Timestamp;
use uuid::Uuid;

use super::period::Period;
use crate::sandbox::notion::value::Seen;

/// What must hold of a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Check {
    Empty,
    NotEmpty,
    Text(TextIs, String),
    /// As [`Check::Text`], whatever the case of the letters.
    Folded(TextIs, String),
    Number(Order, f64),
    Checked(bool),
    /// Whether one of these options is chosen, or none of them.
    Named(Vec<String>),
    NotNamed(Vec<String>),
    Has(Uuid),
    HasNot(Uuid),
    Time(TimeIs, Period),
    Any(Box<Check>),
    Every(Box<Check>),
    None(Box<Check>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextIs {
    Equal,
    Unequal,
    Containing,
    NotContaining,
    Beginning,
    Ending,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Equal,
    Unequal,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeIs {
    Within,
    Before,
    After,
    OnOrBefore,
    OnOrAfter,
}

/// The value that a check asks for, where it asks for just one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Same<'a> {
    Text(&'a str),
    Number(f64),
}

impl Check {
    /// The one value that holds; `None` when others may hold too.
    ///
    /// Nothing is equal to an empty text but what is not there, which no index knows.
    pub(crate) fn same(&self) -> Option<Same<'_>> {
        match self {
            Self::Text(TextIs::Equal, text) if !text.is_empty() => Some(Same::Text(text)),
            Self::Number(Order::Equal, number) => Some(Same::Number(*number)),
            _ => None,
        }
    }

    /// Whether it holds. What is not there is unequal to everything and contains nothing.
    pub(crate) fn holds(&self, seen: &Seen<'_>) -> bool {
        let is_empty =
            matches!(seen, Seen::Empty) || matches!(seen, Seen::List(all) if all.is_empty());
        match (self, seen) {
            (Self::Empty, _) => is_empty,
            (Self::NotEmpty, _) => !is_empty,
            (Self::Text(is, text), Seen::Text(seen)) => is.holds(seen, text),
            (Self::Folded(is, text), Seen::Text(seen)) => is.holds(&seen.to_lowercase(), text),
            (Self::Text(is, _) | Self::Folded(is, _), _) => is.is_negative(),
            (Self::Number(order, number), Seen::Number(seen)) => order.holds(*seen, *number),
            (Self::Number(order, _), _) => *order == Order::Unequal,
            (Self::Checked(wanted), Seen::Checked(seen)) => wanted == seen,
            (Self::Checked(wanted), _) => !wanted,
            (Self::Named(names), Seen::Names(seen)) => chosen(names, seen),
            (Self::NotNamed(names), Seen::Names(seen)) => !chosen(names, seen),
            (Self::Has(id), Seen::Ids(seen)) => seen.contains(id),
            (Self::HasNot(id), Seen::Ids(seen)) => !seen.contains(id),
            (Self::Time(is, period), Seen::Time(start, _)) => is.holds(*start, period),
            (Self::Any(check), Seen::List(all)) => all.iter().any(|one| check.holds(one)),
            (Self::Every(check), Seen::List(all)) => all.iter().all(|one| check.holds(one)),
            (Self::None(check), Seen::List(all)) => !all.iter().any(|one| check.holds(one)),
            (Self::NotNamed(_) | Self::HasNot(_) | Self::None(_), _) => true,
            (Self::Named(_) | Self::Has(_) | Self::Time(..) | Self::Any(_) | Self::Every(_), _) => {
                false
            }
        }
    }
}

fn chosen(names: &[String], seen: &[&str]) -> bool {
    seen.iter()
        .any(|seen| names.iter().any(|name| name == seen))
}

impl TextIs {
    fn is_negative(self) -> bool {
        matches!(self, Self::Unequal | Self::NotContaining)
    }

    fn holds(self, seen: &str, text: &str) -> bool {
        match self {
            Self::Equal => seen == text,
            Self::Unequal => seen != text,
            Self::Containing => seen.contains(text),
            Self::NotContaining => !seen.contains(text),
            Self::Beginning => seen.starts_with(text),
            Self::Ending => seen.ends_with(text),
        }
    }
}

impl Order {
    #[expect(clippy::float_cmp, reason = "the vendor compares numbers as they are")]
    fn holds(self, seen: f64, number: f64) -> bool {
        match self {
            Self::Equal => seen == number,
            Self::Unequal => seen != number,
            Self::Greater => seen > number,
            Self::Less => seen < number,
            Self::GreaterOrEqual => seen >= number,
            Self::LessOrEqual => seen <= number,
        }
    }
}

impl TimeIs {
    fn holds(self, seen: Timestamp, Period { from, until }: &Period) -> bool {
        match self {
            Self::Within => *from <= seen && seen < *until,
            Self::Before => seen < *from,
            Self::After => seen >= *until,
            Self::OnOrBefore => seen < *until,
            Self::OnOrAfter => seen >= *from,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_unequal_and_contains_nothing() {
        let text = |is| Check::Text(is, "a".into()).holds(&Seen::Empty);
        assert_eq!(
            [
                TextIs::Equal,
                TextIs::Unequal,
                TextIs::Containing,
                TextIs::NotContaining
            ]
            .map(text),
            [false, true, false, true]
        );
        assert!(Check::Number(Order::Unequal, 1.0).holds(&Seen::Empty));
        assert!(!Check::Number(Order::LessOrEqual, 1.0).holds(&Seen::Empty));
        assert!(Check::NotNamed(vec!["a".into()]).holds(&Seen::Empty));
        assert!(Check::HasNot(Uuid::nil()).holds(&Seen::Empty));
        assert!(Check::Checked(false).holds(&Seen::Empty));
    }

    #[test]
    fn a_list_is_asked_for_any_every_or_none() {
        let list = Seen::List(vec![Seen::Number(1.0), Seen::Number(2.0)]);
        let check = || Box::new(Check::Number(Order::Greater, 1.0));
        assert!(Check::Any(check()).holds(&list));
        assert!(!Check::Every(check()).holds(&list));
        assert!(!Check::None(check()).holds(&list));
    }
}
