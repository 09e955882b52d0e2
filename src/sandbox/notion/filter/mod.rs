//! Filters of queries.
mod check;
mod parse;
mod period;

pub(crate) use check::{Check, Same};
pub(crate) use parse::{Readers, parse};

use super::{
    page::Page,
    source::Column,
    value::{Seen, seen},
    vendor::Notion,
};

/// A filter, read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Test(Subject, Check),
}

/// What a condition looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Property(Column),
    CreatedTime,
    LastEditedTime,
}

impl Filter {
    /// Whether a page passes.
    pub(crate) fn keeps(&self, notion: &Notion, page: &Page) -> bool {
        match self {
            Self::All(filters) => filters.iter().all(|filter| filter.keeps(notion, page)),
            Self::Any(filters) => filters.iter().any(|filter| filter.keeps(notion, page)),
            Self::Test(subject, check) => check.holds(&subject.see(notion, page)),
        }
    }
}

impl Subject {
    /// Looks at a page.
    pub(crate) fn see<'a>(self, notion: &'a Notion, page: &'a Page) -> Seen<'a> {
        match self {
            Self::Property(column) => seen(notion, page, column),
            Self::CreatedTime => Seen::Time(page.created, None),
            Self::LastEditedTime => Seen::Time(page.edited(), None),
        }
    }
}
