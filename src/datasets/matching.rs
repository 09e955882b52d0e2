//! Holds records against a filter, one by one: for those who go through all of them.

use std::sync::Arc;

use super::filter::{self, FilterError};
use super::plan::{Subject, Test, tests};
use super::{Dataset, Error, Record, Unread};
use crate::fields::{Fields, Schema};

/// A filter that was held against the fields of a dataset. Clones share it.
#[derive(Clone, Debug)]
pub struct Filter {
    tests: Arc<[Test]>,
    schema: Schema,
    /// Whether a record's fields must be read for it.
    reads_fields: bool,
}

impl Dataset {
    /// Holds a filter such as `state = "CA"` against the fields as they are now.
    ///
    /// Errs with the place where it makes no sense. Without a condition everything passes.
    pub fn filter(&self, text: &str) -> Result<Filter, FilterError> {
        let tests = tests(&self.shape, &filter::read(text)?)?;
        Ok(Filter {
            reads_fields: tests
                .iter()
                .any(|test| matches!(test.subject, Subject::Field(_))),
            tests: tests.into(),
            schema: self.schema().clone(),
        })
    }
}

impl Filter {
    /// Whether a record passes.
    pub fn takes(&self, record: &Record) -> bool {
        self.tests.iter().all(|test| test.holds(record))
    }

    /// Whether a record passes that is read only as far as that needs.
    pub fn takes_unread(&self, record: &Unread) -> Result<bool, Error> {
        let fields = if self.reads_fields {
            record.fields(&self.schema)?
        } else {
            Fields::empty(&self.schema)
        };
        let holds = |test: &Test| test.holds_unread(record, &fields);
        Ok(self.tests.iter().all(holds))
    }
}
