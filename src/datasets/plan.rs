//! Decides how a query is answered: by which path, over which stretch, with what left to test.

use std::cmp::Ordering;
use std::ops::Bound;

use jiff::Timestamp;

use super::Dataset;
use super::draft::Shape;
use super::filter::{Condition, FilterError, FilterFault, Op};
use super::record::{BY_FIELD, BY_UPDATE, Record, Unread};
use crate::fields::{Field, FieldType, Fields, Value, order_key, parse};
use crate::store::{Bytes, Key as _, Scan, prefix};

/// A query looks at no more records than this.
pub const SCAN_LIMIT: usize = 100_000;

/// Why a query cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// No such field to sort by.
    #[error("sort: {0:?} is not a field of this dataset; key, created_at and updated_at also sort")]
    UnknownSort(String),
    /// Too many records would have to be looked at.
    #[error("more than {SCAN_LIMIT} records would have to be looked at; {hint}")]
    ScanTooLarge {
        /// What would help.
        hint: Hint,
    },
}

/// What would make a query answerable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Hint {
    /// An index over a field.
    #[error("index the field {0:?} in the dataset's settings, or narrow the filter")]
    Index(String),
    /// Anything that an index answers.
    #[error("narrow it by the key or an indexed field")]
    Narrow,
}

/// What is compared or sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Key,
    Created,
    Updated,
    Field(usize),
}

/// One condition, held against the schema.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Test {
    pub(super) subject: Subject,
    pub(super) op: Op,
    /// What to compare with; absent for an empty text.
    pub(super) value: Option<Value>,
    /// The same as it was written, in lower case where letters' case does not count.
    pub(super) text: String,
}

/// The order that records are wanted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sort {
    pub(super) subject: Subject,
    pub(super) backwards: bool,
}

/// How a query is answered.
#[derive(Clone, Debug)]
pub(super) enum Plan {
    /// The path already has the order that is wanted.
    Stream { scan: Scan, tests: Vec<Test> },
    /// All that the path gives is looked at and sorted.
    Collect {
        scan: Scan,
        tests: Vec<Test>,
        sort: Sort,
    },
}

/// One way through a dataset's records, and the stretch of it that conditions leave.
struct Path {
    subject: Subject,
    slot: Option<u32>,
    from: Bound<Vec<u8>>,
    to: Bound<Vec<u8>>,
    narrowed: bool,
}

/// Holds conditions against the schema.
pub(super) fn tests(shape: &Shape, conditions: &[Condition]) -> Result<Vec<Test>, FilterError> {
    conditions.iter().map(|one| test(shape, one)).collect()
}

fn test(shape: &Shape, condition: &Condition) -> Result<Test, FilterError> {
    let fault = |at, reason| FilterError { at, reason };
    let subject = subject(shape, &condition.field);
    let unknown = || FilterFault::Unknown {
        name: condition.field.clone(),
        fields: shape
            .schema
            .fields()
            .iter()
            .map(|one| one.name.clone())
            .collect(),
    };
    let subject = subject.ok_or_else(|| fault(condition.field_at, unknown()))?;
    let moment = Field::new("time", FieldType::DateTime);
    let text = Field::new("key", FieldType::Text);
    let field = match subject {
        Subject::Key => &text,
        Subject::Created | Subject::Updated => &moment,
        Subject::Field(at) => &shape.schema.fields()[at],
    };
    let textual = matches!(condition.op, Op::Contains | Op::Begins);
    let several = matches!(field.kind, FieldType::Choices | FieldType::Json);
    if several && !matches!(condition.op, Op::Equal | Op::Unequal | Op::Contains) {
        return Err(fault(
            condition.value_at,
            FilterFault::Unordered(field.kind),
        ));
    }
    let value = if textual || several || field.kind == FieldType::Choice {
        Value::text(condition.value.as_str())
    } else {
        let misfit = |misfit| fault(condition.value_at, FilterFault::Misfit(misfit));
        parse(field, &condition.value).map_err(misfit)?
    };
    Ok(Test {
        subject,
        op: condition.op,
        value,
        text: match condition.op {
            Op::Contains => condition.value.to_lowercase(),
            _ => condition.value.clone(),
        },
    })
}

/// The subject of this name; a field goes before what every record has.
pub(super) fn subject(shape: &Shape, name: &str) -> Option<Subject> {
    if let Some(at) = shape.schema.position_like(name) {
        return Some(Subject::Field(at));
    }
    match name {
        "key" => Some(Subject::Key),
        "created_at" => Some(Subject::Created),
        "updated_at" => Some(Subject::Updated),
        _ => None,
    }
}

/// Chooses the path: the order that is wanted if an index has it, unless a condition leaves a
/// shorter stretch of another.
pub(super) fn plan(dataset: &Dataset, tests: Vec<Test>, sort: Option<Sort>) -> Plan {
    let narrow = tests
        .iter()
        .filter_map(|test| path(dataset, test.subject))
        .map(|path| path.narrow(&tests, dataset))
        .find(|path| path.narrowed);
    let Some(sort) = sort else {
        let whole = || path(dataset, Subject::Key).expect("every dataset has its keys");
        let scan = narrow.unwrap_or_else(whole).scan(dataset, false);
        return Plan::Stream { scan, tests };
    };
    let ordered = path(dataset, sort.subject).map(|path| path.narrow(&tests, dataset));
    match (ordered, narrow) {
        (Some(ordered), narrow) if ordered.narrowed || narrow.is_none() => Plan::Stream {
            scan: ordered.scan(dataset, sort.backwards),
            tests,
        },
        (_, narrow) => {
            let whole = || path(dataset, Subject::Key).expect("every dataset has its keys");
            let scan = narrow.unwrap_or_else(whole).scan(dataset, false);
            Plan::Collect { scan, tests, sort }
        }
    }
}

/// The index that has the subject's order, if there is one and it is complete.
fn path(dataset: &Dataset, subject: Subject) -> Option<Path> {
    let path = |subject, slot| Path {
        subject,
        slot,
        from: Bound::Unbounded,
        to: Bound::Unbounded,
        narrowed: false,
    };
    match subject {
        Subject::Key | Subject::Updated => Some(path(subject, None)),
        Subject::Created => None,
        // A text key's own order is that of the records.
        Subject::Field(at) if at == dataset.shape.key_at && is_text(dataset, at) => {
            Some(path(Subject::Key, None))
        }
        Subject::Field(at) => {
            let name = &dataset.shape.schema.fields()[at].name;
            let slots = dataset.definition.slots.iter();
            let slot = slots
                .filter(|slot| slot.ready)
                .find(|slot| slot.field == *name)?;
            Some(path(subject, Some(slot.slot)))
        }
    }
}

fn is_text(dataset: &Dataset, at: usize) -> bool {
    dataset.schema().fields()[at].kind.is_text()
}

impl Path {
    /// Leaves only the stretch in which the conditions on this path's subject can hold.
    fn narrow(mut self, tests: &[Test], dataset: &Dataset) -> Self {
        for test in tests {
            let same = match (self.subject, test.subject) {
                (Subject::Key, Subject::Field(at)) => {
                    at == dataset.shape.key_at && is_text(dataset, at)
                }
                (mine, other) => mine == other,
            };
            if same && let Some(value) = &test.value {
                self.restrict(test.op, value);
            }
        }
        self
    }

    fn restrict(&mut self, op: Op, value: &Value) {
        let key = self.place(value);
        match op {
            Op::Equal => {
                self.from = Bound::Included(key.clone());
                self.to = Bound::Included(key);
            }
            Op::Less | Op::AtMost => self.to = Bound::Included(key),
            Op::More | Op::AtLeast => self.from = Bound::Included(key),
            Op::Begins => {
                // The stored form ends a text with two zero bytes, which a beginning has not.
                let beginning = key[..key.len() - 2].to_vec();
                self.from = Bound::Included(beginning.clone());
                self.to = Bound::Included(beginning);
            }
            Op::Unequal | Op::Contains => return,
        }
        self.narrowed = true;
    }

    /// Where a value stands on this path, after the part that all of the path has.
    fn place(&self, value: &Value) -> Vec<u8> {
        match self.subject {
            Subject::Field(_) => Bytes(order_key(Some(value))).bytes(),
            Subject::Key => value.spelling().into_owned().bytes(),
            Subject::Created | Subject::Updated => match value {
                Value::DateTime(at) => at.as_millisecond().bytes(),
                _ => Vec::new(),
            },
        }
    }

    fn scan(self, dataset: &Dataset, backwards: bool) -> Scan {
        let head = match self.slot {
            Some(slot) => prefix(&(dataset.id, slot)),
            None => prefix(&(dataset.id,)),
        };
        let mut scan = Scan::prefix(head.clone(), usize::MAX);
        scan = match (self.slot, self.subject) {
            (Some(_), _) => scan.by(&BY_FIELD),
            (None, Subject::Updated) => scan.by(&BY_UPDATE),
            (None, _) => scan,
        };
        let place = |key: &[u8]| [head.as_slice(), key].concat();
        if let Bound::Included(key) = &self.from {
            scan = scan.from(place(key));
        }
        if let Bound::Included(key) = &self.to {
            // Past everything that begins with the place: entries carry the record's key behind.
            let mut past = place(key);
            past.extend_from_slice(&[0xFF; 4]);
            scan = scan.to(past);
        }
        if backwards { scan.backwards() } else { scan }
    }
}

impl Test {
    /// Whether a record passes.
    pub(super) fn holds(&self, record: &Record) -> bool {
        match self.subject {
            Subject::Key => self.compare(Some(&Value::Text(record.key.clone()))),
            Subject::Created => self.compare(Some(&Value::DateTime(record.created_at))),
            Subject::Updated => self.compare(Some(&Value::DateTime(record.updated_at))),
            Subject::Field(at) => self.compare(record.fields.at(at)),
        }
    }

    /// The same of a record whose fields are read apart, if this test is about one.
    pub(super) fn holds_unread(&self, record: &Unread, fields: &Fields) -> bool {
        match self.subject {
            Subject::Key => self.compare(Some(&Value::Text(record.key().to_owned()))),
            Subject::Created => self.compare(Some(&Value::DateTime(record.created_at()))),
            Subject::Updated => self.compare(Some(&Value::DateTime(record.updated_at()))),
            Subject::Field(at) => self.compare(fields.at(at)),
        }
    }

    fn compare(&self, value: Option<&Value>) -> bool {
        if let (Some(Value::Choices(texts)), Some(wanted)) = (value, &self.value) {
            let found = texts.iter().any(|text| *text == *wanted.spelling());
            return found != (self.op == Op::Unequal);
        }
        match self.op {
            Op::Equal => same(value, self.value.as_ref()),
            Op::Unequal => !same(value, self.value.as_ref()),
            Op::Contains => {
                value.is_some_and(|value| value.spelling().to_lowercase().contains(&self.text))
            }
            Op::Begins => value.is_some_and(|value| value.spelling().starts_with(&self.text)),
            Op::Less => self.order(value) == Some(Ordering::Less),
            Op::AtMost => self.order(value).is_some_and(Ordering::is_le),
            Op::More => self.order(value) == Some(Ordering::Greater),
            Op::AtLeast => self.order(value).is_some_and(Ordering::is_ge),
        }
    }

    fn order(&self, value: Option<&Value>) -> Option<Ordering> {
        match (value?, self.value.as_ref()?) {
            (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
            (left, right) => Some(order_key(Some(left)).cmp(&order_key(Some(right)))),
        }
    }
}

/// Equal content; JSON is compared by its spelling.
fn same(value: Option<&Value>, wanted: Option<&Value>) -> bool {
    match (value, wanted) {
        (Some(Value::Json(_)), Some(wanted)) => {
            value.is_some_and(|value| value.spelling() == wanted.spelling())
        }
        (value, wanted) => value == wanted,
    }
}

/// The bytes by which a record is sorted: those of the subject, then its key.
pub(super) fn place(record: &Record, subject: Subject) -> Vec<u8> {
    let moment = |at: Timestamp| order_key(Some(&Value::DateTime(at)));
    let order = match subject {
        Subject::Key => Vec::new(),
        Subject::Created => moment(record.created_at),
        Subject::Updated => moment(record.updated_at),
        Subject::Field(at) => order_key(record.fields.at(at)),
    };
    (Bytes(order), record.key.clone()).bytes()
}

/// Whether a text stands in the key or in a textual field, in any case of letters.
pub(super) fn mentions(key: &str, fields: &Fields, lower: &str) -> bool {
    let text = |value: &Value| match value {
        Value::Text(text) => text.to_lowercase().contains(lower),
        Value::Choices(texts) => texts.iter().any(|text| text.to_lowercase().contains(lower)),
        _ => false,
    };
    key.to_lowercase().contains(lower) || fields.iter().flatten().any(text)
}

/// What would help a query that looks at too much.
pub(super) fn hint(dataset: &Dataset, tests: &[Test], sort: Option<Sort>) -> Hint {
    let tested = tests
        .iter()
        .filter(|test| !matches!(test.op, Op::Contains | Op::Unequal))
        .map(|test| test.subject);
    let field = tested
        .chain(sort.map(|sort| sort.subject))
        .find_map(|subject| match subject {
            Subject::Field(at) if path(dataset, subject).is_none() => dataset
                .schema()
                .fields()
                .get(at)
                .filter(|field| field.kind.can_be_indexed()),
            _ => None,
        });
    field.map_or(Hint::Narrow, |field| Hint::Index(field.name.clone()))
}
