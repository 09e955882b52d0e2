//! Works a formula's tree out for one page.
use jiff::Timestamp;

use super::parse::Tree;
use crate::sandbox::notion::{
    kind::Kind,
    page::Page,
    value::{Outcome, Seen, moment, seen},
    vendor::Notion,
};

/// What a part of a formula comes to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Known {
    Empty,
    Text(String),
    Number(f64),
    Checked(bool),
    Time(Timestamp),
}

impl Known {
    pub(super) fn outcome<'a>(self) -> Outcome<'a> {
        match self {
            Self::Empty => Outcome::Text(String::new()),
            Self::Text(text) => Outcome::Text(text),
            Self::Number(number) => Outcome::Number(Some(number)),
            Self::Checked(checked) => Outcome::Checked(checked),
            Self::Time(at) => Outcome::Date(Some(moment(at))),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Checked(checked) => checked.to_string(),
            Self::Time(at) => at.to_string(),
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Empty => Some(0.0),
            _ => None,
        }
    }

    fn is_true(&self) -> bool {
        match self {
            Self::Empty => false,
            Self::Checked(checked) => *checked,
            Self::Text(text) => !text.is_empty(),
            Self::Number(number) => *number != 0.0,
            Self::Time(_) => true,
        }
    }
}

/// Works a tree out; `None` where the vendor's language does more than is known here.
pub(super) fn evaluate(notion: &Notion, page: &Page, tree: &Tree) -> Option<Known> {
    match tree {
        Tree::Text(text) => Some(Known::Text(text.clone())),
        Tree::Number(number) => Some(Known::Number(*number)),
        Tree::Checked(checked) => Some(Known::Checked(*checked)),
        Tree::Property(name) => property(notion, page, name),
        Tree::Binary(operator, left, right) => {
            let left = evaluate(notion, page, left)?;
            let right = evaluate(notion, page, right)?;
            binary(operator, &left, &right)
        }
        Tree::Call(name, arguments) => {
            let arguments = arguments.iter().map(|one| evaluate(notion, page, one));
            call(name, &arguments.collect::<Option<Vec<Known>>>()?)
        }
    }
}

fn property(notion: &Notion, page: &Page, name: &str) -> Option<Known> {
    let source = notion.source(page.source);
    let column = source.column(name)?;
    // A formula over a formula could lead back to itself.
    if matches!(
        source.property(column).kind,
        Kind::Formula(_) | Kind::Rollup(_)
    ) {
        return None;
    }
    match seen(notion, page, column) {
        Seen::Empty => Some(Known::Empty),
        Seen::Text(text) => Some(Known::Text(text.into_owned())),
        Seen::Number(number) => Some(Known::Number(number)),
        Seen::Checked(checked) => Some(Known::Checked(checked)),
        Seen::Time(at, _) => Some(Known::Time(at)),
        Seen::Names(names) => Some(Known::Text(names.join(", "))),
        Seen::Ids(_) | Seen::Some | Seen::List(_) => None,
    }
}

fn binary(operator: &str, left: &Known, right: &Known) -> Option<Known> {
    let numbers = || Some((left.number()?, right.number()?));
    let known = match operator {
        "==" => Known::Checked(left == right),
        "!=" => Known::Checked(left != right),
        "+" if matches!(left, Known::Text(_)) || matches!(right, Known::Text(_)) => {
            Known::Text(left.text() + &right.text())
        }
        "+" => numbers().map(|(left, right)| Known::Number(left + right))?,
        "-" => numbers().map(|(left, right)| Known::Number(left - right))?,
        "*" => numbers().map(|(left, right)| Known::Number(left * right))?,
        "/" => numbers()
            .filter(|(_, right)| *right != 0.0)
            .map(|(left, right)| Known::Number(left / right))?,
        ">" => numbers().map(|(left, right)| Known::Checked(left > right))?,
        "<" => numbers().map(|(left, right)| Known::Checked(left < right))?,
        ">=" => numbers().map(|(left, right)| Known::Checked(left >= right))?,
        "<=" => numbers().map(|(left, right)| Known::Checked(left <= right))?,
        _ => return None,
    };
    Some(known)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "texts are shorter than 2⁵² characters"
)]
fn call(name: &str, arguments: &[Known]) -> Option<Known> {
    let known = match (name, arguments) {
        ("if", [condition, then, other]) => if condition.is_true() { then } else { other }.clone(),
        ("empty", [value]) => Known::Checked(!value.is_true()),
        ("length", [value]) => Known::Number(value.text().chars().count() as f64),
        ("lower", [value]) => Known::Text(value.text().to_lowercase()),
        ("upper", [value]) => Known::Text(value.text().to_uppercase()),
        ("round", [value]) => Known::Number(value.number()?.round()),
        ("concat", values) => Known::Text(values.iter().map(Known::text).collect()),
        _ => return None,
    };
    Some(known)
}

#[cfg(test)]
mod tests {
    use super::{super::parse::parse, *};
    use crate::sandbox::notion::{people::Author, source::SourceAt};

    fn worked_out(text: &str) -> Option<Known> {
        let page = Page::new(
            uuid::Uuid::nil(),
            SourceAt(0),
            Timestamp::UNIX_EPOCH,
            Author::Bot,
        );
        evaluate(&Notion::new(1), &page, &parse(text)?)
    }

    #[test]
    fn a_formula_is_worked_out() {
        assert_eq!(worked_out("1 + 2 * 3"), Some(Known::Number(7.0)));
        assert_eq!(worked_out("\"a\" + 1"), Some(Known::Text("a1".into())));
        assert_eq!(
            worked_out("if(1 > 2, \"x\", upper(\"y\"))"),
            Some(Known::Text("Y".into()))
        );
        assert_eq!(
            worked_out("length(\"abc\") == 3"),
            Some(Known::Checked(true))
        );
    }

    #[test]
    fn what_has_no_result_is_not_made_up() {
        for none in ["1 / 0", "\"a\" * 2", "dateAdd(1, 2)"] {
            assert_eq!(worked_out(none), None, "{none}");
        }
    }
}
