//! Works out a formula for one row.
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{
    super::{
        base::{Base, TableAt},
        cell::Cell,
        table::{Column, Row},
        value::{number_text, text},
    },
    Comparison, Expression, Formula, Function,
};

/// What a formula comes to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    Blank,
    Text(String),
    Number(f64),
    Moment(Timestamp),
}

impl Formula {
    /// Whether a filter keeps the row: not when the outcome is empty, zero or no number.
    pub(crate) fn keeps(&self, base: &Base, table: TableAt, row: &Row) -> bool {
        self.outcome(base, table, row).is_true()
    }

    pub(crate) fn outcome(&self, base: &Base, table: TableAt, row: &Row) -> Outcome {
        Scope { base, table, row }.outcome(&self.0)
    }
}

struct Scope<'a> {
    base: &'a Base,
    table: TableAt,
    row: &'a Row,
}

impl Scope<'_> {
    fn outcome(&self, expression: &Expression) -> Outcome {
        match expression {
            Expression::Text(text) => Outcome::Text(text.clone()),
            Expression::Number(number) => Outcome::Number(*number),
            Expression::Field(column) => self.field(*column),
            Expression::Compare(left, comparison, right) => {
                let (left, right) = (self.outcome(left), self.outcome(right));
                flag(holds(&left, *comparison, &right))
            }
            Expression::Call(function, arguments) => self.call(*function, arguments),
        }
    }

    fn field(&self, column: Column) -> Outcome {
        match self.row.cell(column) {
            None => Outcome::Blank,
            Some(Cell::Number(number)) => Outcome::Number(*number),
            Some(Cell::Checked) => Outcome::Number(1.0),
            Some(Cell::Moment(at)) => Outcome::Moment(*at),
            Some(Cell::Day(day)) => midnight(*day).map_or(Outcome::Blank, Outcome::Moment),
            Some(cell) => Outcome::Text(text(self.base, self.table, column, cell)),
        }
    }

    fn call(&self, function: Function, arguments: &[Expression]) -> Outcome {
        let mut each = arguments.iter().map(|argument| self.outcome(argument));
        match function {
            Function::And => flag(each.all(|outcome| outcome.is_true())),
            Function::Or => flag(each.any(|outcome| outcome.is_true())),
            Function::Not => flag(!each.all(|outcome| outcome.is_true())),
            Function::If => {
                let holds = each.next().is_some_and(|outcome| outcome.is_true());
                let chosen = if holds { each.next() } else { each.nth(1) };
                chosen.unwrap_or(Outcome::Blank)
            }
            Function::True => flag(true),
            Function::False => flag(false),
            Function::Blank => Outcome::Blank,
            // Blank for a row that was never changed: the vendor does not count its creation.
            Function::LastModifiedTime => self
                .row
                .modified
                .map_or(Outcome::Blank, |(at, _)| Outcome::Moment(at)),
            Function::CreatedTime => Outcome::Moment(self.row.created),
            Function::IsAfter => flag(in_order(each.next_back(), each.next())),
            Function::IsBefore => flag(in_order(each.next(), each.next())),
            Function::DatetimeParse => each
                .next()
                .and_then(|text| text.moment())
                .map_or(Outcome::Blank, Outcome::Moment),
            Function::RecordId => Outcome::Text(self.row.id.to_string()),
        }
    }
}

impl Outcome {
    fn is_true(&self) -> bool {
        match self {
            Self::Blank => false,
            Self::Text(text) => !text.is_empty(),
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Moment(_) => true,
        }
    }

    /// The outcome as a time; a text is read as one.
    fn moment(&self) -> Option<Timestamp> {
        match self {
            Self::Moment(at) => Some(*at),
            Self::Text(text) => text
                .parse()
                .ok()
                .or_else(|| text.parse::<Date>().ok().and_then(midnight)),
            Self::Blank | Self::Number(_) => None,
        }
    }

    /// The outcome as a number; blank counts as zero.
    fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Blank => Some(0.0),
            Self::Text(_) | Self::Moment(_) => None,
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Blank => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => number_text(*number),
            Self::Moment(at) => format!("{at:.3}"),
        }
    }
}

fn flag(value: bool) -> Outcome {
    Outcome::Number(if value { 1.0 } else { 0.0 })
}

fn in_order(earlier: Option<Outcome>, later: Option<Outcome>) -> bool {
    let (earlier, later) = (
        earlier.and_then(|o| o.moment()),
        later.and_then(|o| o.moment()),
    );
    matches!((earlier, later), (Some(earlier), Some(later)) if earlier < later)
}

/// Compares times with times, numbers with numbers, and anything else as text.
///
/// An empty field equals an empty text as well as zero.
fn holds(left: &Outcome, comparison: Comparison, right: &Outcome) -> bool {
    let times = matches!(left, Outcome::Moment(_)) || matches!(right, Outcome::Moment(_));
    let numbers = matches!(left, Outcome::Number(_)) || matches!(right, Outcome::Number(_));
    let order = if times {
        left.moment().partial_cmp(&right.moment())
    } else if numbers {
        match (left.number(), right.number()) {
            (Some(left), Some(right)) => left.partial_cmp(&right),
            _ => return comparison == Comparison::Unequal,
        }
    } else {
        Some(left.text().cmp(&right.text()))
    };
    order.is_some_and(|order| match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::Unequal => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::AtMost => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::AtLeast => order.is_ge(),
    })
}

fn midnight(day: Date) -> Option<Timestamp> {
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::{
        super::super::table::tests::{id, people, stamp, text as cell},
        *,
    };

    fn keeps(formula: &str) -> bool {
        let mut table = people();
        let slot = table.insert(id(7), vec![cell(0, "Ann")], stamp());
        let formula = Formula::parse(formula, &table).unwrap();
        let mut base = Base::new("app1".into(), "Base".into());
        let at = base.add(table);
        formula.keeps(&base, at, base.table(at).row(slot).unwrap())
    }

    #[test]
    fn a_filter_keeps_rows_whose_formula_is_true() {
        for formula in [
            "{Name} = 'Ann'",
            "Name",
            "AND({Name} = \"Ann\", NOT({City}))",
            "OR({Name} = 'Bob', {City} = '')",
            "{City} = BLANK()",
            "RECORD_ID() = 'rec00000000000007'",
            "IS_AFTER(CREATED_TIME(), '1969-12-31')",
            "IS_BEFORE(CREATED_TIME(), DATETIME_PARSE('1970-01-02T00:00:00Z'))",
            "(1 < 2) = TRUE()",
            "{Name} != 1",
        ] {
            assert!(keeps(formula), "{formula}");
        }
    }

    #[test]
    fn a_filter_drops_rows_whose_formula_is_empty_or_zero() {
        for formula in [
            "{City}",
            "0",
            "''",
            "{Name} = 'ann'",
            "FALSE()",
            "LAST_MODIFIED_TIME()",
            "IS_AFTER(LAST_MODIFIED_TIME(), '1969-12-31')",
            "IS_BEFORE(CREATED_TIME(), '1969-12-31')",
        ] {
            assert!(!keeps(formula), "{formula}");
        }
    }

    #[test]
    fn a_formula_that_is_not_understood_is_refused() {
        let deep = "(".repeat(500);
        for formula in [
            "",
            "{Nope} = 1",
            "SEARCH('a', {Name})",
            "AND(",
            "1 = ",
            "NOT()",
            "{Name} 'x'",
            &deep,
        ] {
            assert!(Formula::parse(formula, &people()).is_err(), "{formula}");
        }
    }
}
