//! Answers a query: one page of records in a stable order.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::plan::{Hint, Plan, QueryError, SCAN_LIMIT, Sort, Test, hint, mentions, place, plan};
use super::record::Records;
use super::{Dataset, Error, Record, filter, plan as planning};
use crate::audit::Code;
use crate::base::{Actor, BadCursor, Cursor};
use crate::store::{self, Key as _, Scan, Snapshot};

/// Which records of a dataset are wanted.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// At most so many.
    pub limit: usize,
    /// Where the page before ended.
    pub after: Option<Cursor>,
    /// A field's name, `key`, `created_at` or `updated_at`, with `-` before it to go backwards.
    /// None for whichever order is the quickest.
    pub sort: Option<String>,
    /// Conditions such as `state = "CA" and latitude > 30`.
    pub filter: Option<String>,
    /// A text that stands in the key or in a textual field, in any case of letters.
    pub text: Option<String>,
}

/// One page of records.
#[derive(Debug, Default)]
pub struct RecordPage {
    /// The records in order.
    pub records: Vec<Record>,
    /// Where the next page begins; none at the end.
    pub next: Option<Cursor>,
    /// How many records were looked at.
    pub scanned: u64,
}

/// A query that was held against the schema.
struct Asked {
    plan: Plan,
    lower: Option<String>,
    limit: usize,
    after: Option<Cursor>,
    hint: Hint,
}

impl Dataset {
    /// One page of records.
    ///
    /// Errs with `ScanTooLarge` when more than [`SCAN_LIMIT`] records would have to be looked at.
    pub async fn page(&self, query: &Query, by: &Actor) -> Result<RecordPage, Error> {
        let asked = self.asked(query)?;
        let page = if asked.looks_far() {
            let dataset = self.clone();
            let work = move || dataset.answer(&asked);
            self.datasets.0.blocking.run(work).await?
        } else {
            self.answer(&asked)?
        };
        let event = self
            .event(Code::RecordsRead, by)
            .count("records", page.records.len() as u64);
        self.datasets
            .0
            .log
            .record(event.build(&self.datasets.0.clock));
        Ok(page)
    }

    /// The keys of the records that a query finds; one more than `most` when there are more.
    pub(super) fn keys_of(
        &self,
        moment: &Snapshot,
        query: &Query,
        most: usize,
    ) -> Result<BTreeSet<String>, Error> {
        let asked = self.asked(query)?;
        let (Plan::Stream { scan, tests } | Plan::Collect { scan, tests, .. }) = &asked.plan;
        let mut keys = BTreeSet::new();
        self.look(moment, scan, &asked.hint, &mut |_, record| {
            if asked.wants(&record, tests) {
                keys.insert(record.key);
            }
            if keys.len() > most {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        Ok(keys)
    }

    fn asked(&self, query: &Query) -> Result<Asked, Error> {
        let conditions = filter::read(query.filter.as_deref().unwrap_or_default())?;
        let tests = planning::tests(&self.shape, &conditions)?;
        let sort = query
            .sort
            .as_deref()
            .map(|sort| self.sort(sort))
            .transpose()?;
        let hint = hint(self, &tests, sort);
        let text = query
            .text
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty());
        Ok(Asked {
            plan: plan(self, tests, sort),
            lower: text.map(str::to_lowercase),
            limit: query.limit,
            after: query.after.clone(),
            hint,
        })
    }

    fn sort(&self, sort: &str) -> Result<Sort, QueryError> {
        let (name, backwards) = match sort.strip_prefix('-') {
            Some(name) => (name, true),
            None => (sort, false),
        };
        let subject = planning::subject(&self.shape, name);
        let subject = subject.ok_or_else(|| QueryError::UnknownSort(name.to_owned()))?;
        Ok(Sort { subject, backwards })
    }

    fn answer(&self, asked: &Asked) -> Result<RecordPage, Error> {
        let moment = self.datasets.0.store.snapshot()?;
        match &asked.plan {
            Plan::Stream { scan, tests } => self.stream(&moment, asked, scan, tests),
            Plan::Collect { scan, tests, sort } => self.collect(&moment, asked, scan, tests, *sort),
        }
    }

    fn stream(
        &self,
        moment: &Snapshot,
        asked: &Asked,
        scan: &Scan,
        tests: &[Test],
    ) -> Result<RecordPage, Error> {
        let scan = scan.clone().after(asked.after.as_ref());
        let mut page = RecordPage::default();
        let mut last = None;
        self.look(moment, &scan, &asked.hint, &mut |at, record| {
            page.scanned += 1;
            if !asked.wants(&record, tests) {
                return ControlFlow::Continue(());
            }
            if page.records.len() == asked.limit {
                page.next = last.take().map(Cursor);
                return ControlFlow::Break(());
            }
            last = Some(at.to_vec());
            page.records.push(record);
            ControlFlow::Continue(())
        })?;
        Ok(page)
    }

    /// Sorts what passes; only places are kept, so that large records do not fill the memory.
    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of one question, taken apart"
    )]
    fn collect(
        &self,
        moment: &Snapshot,
        asked: &Asked,
        scan: &Scan,
        tests: &[Test],
        sort: Sort,
    ) -> Result<RecordPage, Error> {
        let mut places: Vec<(Vec<u8>, String)> = Vec::new();
        let mut page = RecordPage::default();
        self.look(moment, scan, &asked.hint, &mut |_, record| {
            page.scanned += 1;
            if asked.wants(&record, tests) {
                places.push((place(&record, sort.subject), record.key));
            }
            ControlFlow::Continue(())
        })?;
        places.sort();
        if sort.backwards {
            places.reverse();
        }
        if let Some(Cursor(after)) = &asked.after {
            store::Bytes::read(&mut after.as_slice()).map_err(|_other_order| BadCursor)?;
            places.retain(|(place, _)| {
                if sort.backwards {
                    place < after
                } else {
                    place > after
                }
            });
        }
        let more = places.len() > asked.limit;
        places.truncate(asked.limit);
        page.next = places
            .last()
            .filter(|_| more)
            .map(|(place, _)| Cursor(place.clone()));
        for (_, key) in places {
            let row = moment.get::<Records>(&(self.id, key))?;
            page.records.extend(
                row.map(|row| Record::read(self.schema(), row))
                    .transpose()?,
            );
        }
        Ok(page)
    }

    /// Shows the records of a scan with their places, and stops with an error past the limit.
    fn look(
        &self,
        moment: &Snapshot,
        scan: &Scan,
        hint: &Hint,
        visit: &mut dyn FnMut(&[u8], Record) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let mut looked = 0;
        moment.walk::<Records>(scan, |at, row| {
            looked += 1;
            if looked > SCAN_LIMIT {
                return Ok(ControlFlow::Break(()));
            }
            Ok(visit(at, Record::read(self.schema(), row)?))
        })?;
        if looked > SCAN_LIMIT {
            let hint = hint.clone();
            return Err(QueryError::ScanTooLarge { hint }.into());
        }
        Ok(())
    }
}

impl Asked {
    /// Whether more may be looked at than is shown.
    fn looks_far(&self) -> bool {
        match &self.plan {
            Plan::Stream { tests, .. } => !tests.is_empty() || self.lower.is_some(),
            Plan::Collect { .. } => true,
        }
    }

    fn wants(&self, record: &Record, tests: &[Test]) -> bool {
        let text = self.lower.as_deref();
        text.is_none_or(|lower| mentions(&record.key, &record.fields, lower))
            && tests.iter().all(|test| test.holds(record))
    }
}
