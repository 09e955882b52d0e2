//! Formulas: enough of the vendor's language that computed properties have values to read.
//!
//! Properties by `prop("Name")`, text, numbers, `true` and `false`; `+ - * /` and comparisons;
//! `if`, `empty`, `length`, `lower`, `upper`, `round` and `concat`. All else is unsupported, which
//! is what the vendor answers too where it cannot tell a result.
mod evaluate;
mod parse;

use super::{page::Page, value::Outcome, vendor::Notion};

/// Works a formula out for one page.
pub(crate) fn evaluate<'a>(notion: &'a Notion, page: &'a Page, expression: &str) -> Outcome<'a> {
    parse::parse(expression)
        .and_then(|tree| evaluate::evaluate(notion, page, &tree))
        .map_or(Outcome::Unsupported, evaluate::Known::outcome)
}
