//! A small, honest part of the vendor's formula language: what filters need, and nothing that is
//! only half right. Anything else is refused.
mod evaluate;
mod parse;
mod token;

pub(crate) use evaluate::Outcome;

use super::table::Column;

/// A formula whose fields have been found in a table.
#[derive(Debug, PartialEq)]
pub(crate) struct Formula(Expression);

#[derive(Debug, PartialEq)]
enum Expression {
    Text(String),
    Number(f64),
    Field(Column),
    Compare(Box<Expression>, Comparison, Box<Expression>),
    Call(Function, Vec<Expression>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Function {
    And,
    Or,
    Not,
    If,
    True,
    False,
    Blank,
    LastModifiedTime,
    CreatedTime,
    IsAfter,
    IsBefore,
    DatetimeParse,
    RecordId,
}
