//! Speaks Airtable's Web API.

mod formula;
mod map;
mod misfit;
mod oauth;
mod refusal;
mod webhooks;
mod wire;

use std::collections::HashSet;
use std::future::ready;
use std::num::NonZeroU32;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{Method, StatusCode};
use jiff::Timestamp;

use super::{
    Access, Account, Answer, Base, Error, Held, Kind, Layout, Limit, Page, Reading, Records,
    RemoteTable, Removal, Row, Sheet, Skew, Trail, Webhooks,
};
use crate::fields::Value;
use crate::net::{self, Call};

pub(super) use oauth::DIALECT;
pub(super) use webhooks::{SIGNATURE, is_signed};

/// Where the vendor answers.
pub(super) const HOST: &str = "api.airtable.com";

/// "You may then need to wait 30 seconds before subsequent requests will succeed"
/// (Airtable Web API, "Rate limits").
const PENALTY: Duration = Duration::from_secs(30);
/// Airtable Web API, "Update multiple records": up to 10 records in one request.
const ROWS_PER_CALL: usize = 10;
/// So many keys are asked for at once: a formula of that length is far below what is taken.
const KEYS_PER_CALL: usize = 50;
/// Calls that belong to no base share a lane of this name.
const NO_BASE: &str = "";
/// A listing that the vendor forgot on the way is begun again so often.
const LISTINGS: u32 = 3;

/// What is wrong with a token that cannot be one.
pub(super) fn misfit(token: &str) -> Option<&'static str> {
    if token.starts_with("key") {
        return Some(
            "this is one of Airtable's old API keys, which it no longer takes; make a personal \
             access token",
        );
    }
    let printable = token.bytes().all(|byte| byte.is_ascii_graphic());
    let long_enough = (10..=500).contains(&token.len());
    (!(token.starts_with("pat") && printable && long_enough)).then_some(
        "a personal access token of Airtable begins with \"pat\", has 10 to 500 characters, \
             and no spaces",
    )
}

/// One account at Airtable.
pub(super) struct Airtable {
    access: Access,
}

impl Airtable {
    pub(super) fn new(access: Access) -> Self {
        Self { access }
    }

    fn call(&self, method: Method, path: &[&str]) -> Call {
        let segments: Vec<&str> = ["v0"].iter().chain(path).copied().collect();
        self.access.target.call(method, &segments)
    }

    /// Makes one call, and gives the body of a good answer.
    async fn send(&self, base: &str, operation: &'static str, call: Call) -> Result<Bytes, Error> {
        let gate = &self.access.gate;
        if base != NO_BASE && gate.limited(base, Limit::Calls).is_some() {
            gate.take_waited(base);
            return Err(Error::BillingLimit);
        }
        let purpose = (Kind::Airtable, operation);
        let answer = self.access.send(base, purpose, call).await?;
        // A webhook is deleted with 200 or 204, and nothing is said.
        if matches!(answer.status, StatusCode::OK | StatusCode::NO_CONTENT) {
            return Ok(answer.body);
        }
        let until = || gate.refused(base, PENALTY);
        let refusal = refusal::judge(answer.status, &answer.body, until);
        match &refusal {
            Error::BillingLimit => gate.met(base, Limit::Calls, &refusal.to_string()),
            Error::TryLater(_) => {
                if let Some(pause) = refusal::told_pause(&answer.headers) {
                    gate.hold(base, pause);
                }
            }
            _ => {}
        }
        Err(refusal)
    }

    async fn whoami(&self) -> Result<Account, Error> {
        self.access.turn(NO_BASE).await?;
        let call = self.call(Method::GET, &["meta", "whoami"]);
        wire::account(&self.send(NO_BASE, "whoami", call).await?)
    }

    async fn all_bases(&self) -> Result<Vec<Base>, Error> {
        let mut bases = Vec::new();
        let mut trail = Trail::default();
        let mut offset: Option<String> = None;
        loop {
            self.access.turn(NO_BASE).await?;
            let mut call = self.call(Method::GET, &["meta", "bases"]);
            if let Some(offset) = &offset {
                call = call.query("offset", offset);
            }
            let page = wire::bases(&self.send(NO_BASE, "list_bases", call).await?)?;
            bases.extend(page.items);
            let Some(next) = page.offset else {
                return Ok(bases);
            };
            trail.step(&next)?;
            offset = Some(next);
        }
    }

    async fn tables_of(&self, base: &str) -> Result<Vec<RemoteTable>, Error> {
        let call = self.call(Method::GET, &["meta", "bases", base, "tables"]);
        wire::tables(&self.send(base, "read_tables", call).await?)
    }

    async fn write_rows(&self, layout: &Layout, rows: &[&Row]) -> Result<Vec<Held>, Error> {
        let call = self
            .call(Method::PATCH, &[&layout.base, &layout.table])
            .json(wire::write(layout, rows));
        let body = match self.send(&layout.base, "write_records", call).await {
            Err(Error::RecordGone) => return Err(self.gone(layout, rows).await?),
            answer => answer?,
        };
        let held = wire::written(layout, &body)?;
        if held.len() != rows.len() {
            let told = format!("{} records for {} written", held.len(), rows.len());
            return Err(Error::Broken(told));
        }
        Ok(held)
    }

    /// What it means that one of the records of a write is not there: of one that a cell links to
    /// the vendor says the same as of the record itself.
    async fn gone(&self, layout: &Layout, rows: &[&Row]) -> Result<Error, Error> {
        let [row] = rows else {
            return Ok(Error::RecordGone);
        };
        if row.named(layout).next().is_none() {
            return Ok(Error::RecordGone);
        }
        let is_there = match &row.id {
            None => true,
            Some(id) => {
                let base = &layout.base;
                self.access.turn(base).await?;
                let row = self.access.steadily(base, || self.row(layout, id));
                row.await?.is_some()
            }
        };
        Ok(if is_there {
            let told = "a record that one of its fields links to is not there";
            Error::Refused(told.to_owned())
        } else {
            Error::RecordGone
        })
    }

    async fn delete(&self, layout: &Layout, id: &str) -> Result<(), Error> {
        let call = self.call(Method::DELETE, &[&layout.base, &layout.table, id]);
        match self.send(&layout.base, "delete_record", call).await {
            // Of a single record that is gone it says the same as of a table that is.
            Ok(_) | Err(Error::RecordGone | Error::Gone(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The rows with these ids that are there.
    async fn with_ids(&self, layout: &Layout, ids: &[String]) -> Result<Vec<Held>, Error> {
        let mut held = Vec::with_capacity(ids.len());
        for (at, some) in ids.chunks(KEYS_PER_CALL).enumerate() {
            if at > 0 {
                self.access.turn(&layout.base).await?;
            }
            held.extend(self.list(layout, &formula::ids(some)).await?);
        }
        let listed: HashSet<String> = held.iter().map(|row| row.id.clone()).collect();
        // What a list leaves out is asked for by itself before anybody takes it for gone.
        for id in ids.iter().filter(|id| !listed.contains(*id)) {
            self.access.turn(&layout.base).await?;
            let row = self.access.steadily(&layout.base, || self.row(layout, id));
            held.extend(row.await?);
        }
        Ok(held)
    }

    /// One row, unless it is gone.
    async fn row(&self, layout: &Layout, id: &str) -> Result<Option<Held>, Error> {
        let call = self
            .call(Method::GET, &[&layout.base, &layout.table, id])
            .query("returnFieldsByFieldId", "true");
        match self.send(&layout.base, "read_record", call).await {
            Ok(body) => wire::row(layout, &body).map(Some),
            // Of a single record that is gone it says the same as of a table that is.
            Err(Error::RecordGone | Error::Gone(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn delete_rows(&self, layout: &Layout, ids: &[&str]) -> Result<(), Error> {
        let mut call = self.call(Method::DELETE, &[&layout.base, &layout.table]);
        for id in ids {
            call = call.query("records[]", id);
        }
        let body = self.send(&layout.base, "delete_records", call).await?;
        wire::deleted(&body, ids)
    }

    /// All rows that a formula keeps.
    async fn list(&self, layout: &Layout, formula: &str) -> Result<Vec<Held>, Error> {
        let mut listings = 1;
        loop {
            match self.list_once(layout, formula, listings > 1).await {
                // The vendor keeps a listing for some minutes only.
                Err(refusal) if wire::is_stale(&refusal) && listings < LISTINGS => listings += 1,
                outcome => return outcome,
            }
        }
    }

    async fn list_once(
        &self,
        layout: &Layout,
        formula: &str,
        again: bool,
    ) -> Result<Vec<Held>, Error> {
        let mut held = Vec::new();
        let mut trail = Trail::default();
        let mut offset: Option<String> = None;
        loop {
            if again || offset.is_some() {
                self.access.turn(&layout.base).await?;
            }
            let place = offset.as_deref();
            let page = self
                .access
                .steadily(&layout.base, || self.found(layout, formula, place))
                .await?;
            held.extend(page.items);
            let Some(next) = page.offset else {
                return Ok(held);
            };
            trail.step(&next)?;
            offset = Some(next);
        }
    }

    /// Some of the rows that a formula keeps.
    async fn found(
        &self,
        layout: &Layout,
        formula: &str,
        after: Option<&str>,
    ) -> Result<wire::Page<Held>, Error> {
        let call = self
            .call(Method::POST, &[&layout.base, &layout.table, "listRecords"])
            .json(wire::list(layout, Some(formula), after));
        wire::listed(
            layout,
            &self.send(&layout.base, "find_records", call).await?,
        )
    }

    /// One page of the rows that a formula keeps, or of all.
    async fn page_of(
        &self,
        layout: &Layout,
        formula: Option<&str>,
        after: Option<&str>,
    ) -> Result<Page, Error> {
        let Some(body) = self.ask_page(layout, formula, after).await? else {
            return Ok(Page::Forgotten);
        };
        let page = wire::listed(layout, &body)?;
        Ok(Page::Rows {
            rows: page.items,
            next: page.offset,
        })
    }

    /// The same with rows that are not read yet.
    async fn sheet_of(
        &self,
        layout: &Layout,
        formula: Option<&str>,
        after: Option<&str>,
    ) -> Result<Sheet, Error> {
        if layout.fields.iter().any(|field| map::varies(&field.kind)) {
            return Ok(self.page_of(layout, formula, after).await?.into());
        }
        let Some(body) = self.ask_page(layout, formula, after).await? else {
            return Ok(Sheet::Forgotten);
        };
        let page = wire::unread(&body)?;
        Ok(Sheet::Rows {
            rows: page.items,
            next: page.offset,
        })
    }

    /// The answer that holds a page; none when the listing is forgotten.
    async fn ask_page(
        &self,
        layout: &Layout,
        formula: Option<&str>,
        after: Option<&str>,
    ) -> Result<Option<Bytes>, Error> {
        let call = self
            .call(Method::POST, &[&layout.base, &layout.table, "listRecords"])
            .json(wire::list(layout, formula, after));
        match self.send(&layout.base, "list_records", call).await {
            // The vendor keeps a listing for some minutes only.
            Err(refusal) if after.is_some() && wire::is_stale(&refusal) => Ok(None),
            outcome => outcome.map(Some),
        }
    }
}

impl Records for Airtable {
    fn webhooks(&self) -> Option<&dyn Webhooks> {
        Some(self)
    }

    fn rows_per_call(&self) -> usize {
        ROWS_PER_CALL
    }

    fn matches_by_key(&self) -> bool {
        true
    }

    fn keys_per_call(&self) -> usize {
        KEYS_PER_CALL
    }

    fn settles_after(&self) -> Duration {
        self.access.settles_after
    }

    fn admit<'a>(&'a self, base: &'a str) -> Answer<'a, ()> {
        self.access.turn(base).boxed()
    }

    fn held_until(&self, base: &str) -> Option<Timestamp> {
        self.access.gate.held_until(base)
    }

    fn account(&self) -> Answer<'_, Account> {
        self.whoami().boxed()
    }

    fn bases(&self) -> Answer<'_, Vec<Base>> {
        self.all_bases().boxed()
    }

    fn tables<'a>(&'a self, base: &'a str) -> Answer<'a, Vec<RemoteTable>> {
        self.tables_of(base).boxed()
    }

    fn write<'a>(&'a self, layout: &'a Layout, rows: &'a [&'a Row]) -> Answer<'a, Vec<Held>> {
        self.write_rows(layout, rows).boxed()
    }

    fn discard<'a>(&'a self, layout: &'a Layout, id: &'a str) -> Answer<'a, ()> {
        self.delete(layout, id).boxed()
    }

    fn remove<'a>(
        &'a self,
        layout: &'a Layout,
        ids: &'a [&'a str],
        how: Removal,
    ) -> Answer<'a, ()> {
        match how {
            Removal::Delete => self.delete_rows(layout, ids).boxed(),
            Removal::Archive => {
                let told = "Airtable does not know how to archive records";
                ready(Err(Error::Refused(told.to_owned()))).boxed()
            }
        }
    }

    fn removal(&self) -> Removal {
        Removal::Delete
    }

    fn calls_per_second(&self) -> Option<NonZeroU32> {
        self.access.gate.calls_per_second()
    }

    fn misfit(&self, layout: &Layout, cells: &[Option<Value>]) -> Option<String> {
        let mut cells = layout.fields.iter().zip(cells);
        cells.find_map(|(field, cell)| misfit::misfit(field, cell.as_ref()?, layout.typecast))
    }

    fn page<'a>(&'a self, layout: &'a Layout, after: Option<&'a str>) -> Answer<'a, Page> {
        self.page_of(layout, None, after).boxed()
    }

    fn changed_since<'a>(
        &'a self,
        layout: &'a Layout,
        since: Timestamp,
        after: Option<&'a str>,
    ) -> Answer<'a, Page> {
        let formula = formula::changed_since(since);
        async move { self.page_of(layout, Some(&formula), after).await }.boxed()
    }

    fn sheet<'a>(
        &'a self,
        layout: &'a Layout,
        since: Option<Timestamp>,
        after: Option<&'a str>,
    ) -> Answer<'a, Sheet> {
        let formula = since.map(formula::changed_since);
        async move { self.sheet_of(layout, formula.as_deref(), after).await }.boxed()
    }

    fn reading(&self) -> Reading {
        wire::cells
    }

    fn skew(&self) -> Skew {
        self.access.gate.skew()
    }

    fn find<'a>(&'a self, layout: &'a Layout, keys: &'a [String]) -> Answer<'a, Vec<Held>> {
        async move { self.list(layout, &formula::keys(layout, keys)).await }.boxed()
    }

    fn look<'a>(&'a self, layout: &'a Layout, ids: &'a [String]) -> Answer<'a, Vec<Held>> {
        self.with_ids(layout, ids).boxed()
    }

    fn created_since<'a>(&'a self, layout: &'a Layout, since: Timestamp) -> Answer<'a, Vec<Held>> {
        async move { self.list(layout, &formula::created_since(since)).await }.boxed()
    }
}

impl From<net::Error> for Error {
    fn from(error: net::Error) -> Self {
        if error.may_have_acted() {
            Self::Lost(error.into())
        } else {
            Self::NotSent(error.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::script::access;
    use super::*;

    /// Where the page after each begins: a page that led to itself was taken for the last one, and
    /// two that led to each other were read for ever.
    #[tokio::test]
    async fn a_list_that_leads_in_a_circle_is_broken_and_never_taken_for_whole() {
        let layout = Layout {
            base: "app1".to_owned(),
            table: "tbl1".to_owned(),
            fields: Vec::new(),
            key: 0,
            typecast: false,
            changed: None,
            sender: String::new(),
        };
        for circle in [1, 2, 3] {
            let (access, calls) = access(move |call| {
                let at = (0..circle).find(|at| call.contains(&format!("at{at}")));
                let next = at.map_or(0, |at| (at + 1) % circle);
                let list = format!(r#"{{"records":[],"bases":[],"offset":"at{next}"}}"#);
                (200, list)
            });
            let airtable = Airtable::new(access);
            let bases = airtable.all_bases().await;
            assert!(matches!(bases, Err(Error::Broken(_))), "{bases:?}");
            let rows = airtable.list(&layout, "TRUE()").await;
            assert!(matches!(rows, Err(Error::Broken(_))), "{rows:?}");
            assert_eq!(calls.all().len(), 2 * (circle + 1));
        }
    }

    #[test]
    fn a_token_that_cannot_be_one_is_told_so() {
        assert_eq!(misfit("patAbCdEf.0123456789"), None);
        for token in [
            "",
            "pat",
            "patABC123",
            "key1234567890",
            "pat with spaces in it",
            "pat\n1234567890",
        ] {
            assert!(misfit(token).is_some(), "{token:?}");
        }
    }
}
