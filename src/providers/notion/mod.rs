//! Speaks Notion's API.
//!
//! A data source is a table and a page of it a record; the database that holds data sources is
//! their base. There is no upsert and no batch, and queries lag behind writes: whoever makes a page
//! looks for its key first, and after a lost answer waits before looking again.

mod cells;
mod file;
mod listing;
mod map;
mod oauth;
mod portion;
mod query;
mod read;
mod refusal;
mod schema;
mod shape;
mod stretch;
mod webhooks;
mod wire;
mod write;

use std::num::NonZeroU32;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use tokio::sync::OnceCell;

use super::{
    Access, Account, Answer, Base, Editor, Error, Held, Kind, Layout, Page, Reading, Records,
    RemoteTable, Removal, Row, Sheet, Since, Skew,
};
use crate::fields::Value;
use crate::net::{self, Call};
use portion::Portion;
use refusal::About;

pub(super) use oauth::DIALECT;
pub(super) use webhooks::{SIGNATURE, is_signed, read as told};

/// Where the vendor answers.
pub(super) const HOST: &str = "api.notion.com";

/// Which edition of the API is spoken: databases are containers, and what lies in the trash is told
/// by `in_trash`.
const VERSION: HeaderName = HeaderName::from_static("notion-version");
const EDITION_NAME: &str = "2026-03-11";
const EDITION: HeaderValue = HeaderValue::from_static(EDITION_NAME);
/// So many keys are asked for with one query: a compound filter takes no more conditions.
const KEYS_PER_CALL: usize = 100;

/// What is wrong with a token that cannot be one.
pub(super) fn misfit(token: &str) -> Option<&'static str> {
    let begins = ["ntn_", "secret_"]
        .iter()
        .any(|kind| token.starts_with(kind));
    let printable = token.bytes().all(|byte| byte.is_ascii_graphic());
    let long_enough = (10..=500).contains(&token.len());
    (!(begins && printable && long_enough)).then_some(
        "the secret of a Notion integration begins with \"ntn_\" or \"secret_\", has 10 to 500 \
         characters, and no spaces",
    )
}

/// One integration at Notion.
pub(super) struct Notion {
    access: Access,
    /// Its own user, once somebody had to know.
    bot: OnceCell<String>,
    /// How many pages a query asks for.
    portion: Portion,
}

impl Notion {
    pub(super) fn new(access: Access) -> Self {
        Self {
            access,
            bot: OnceCell::new(),
            portion: Portion::default(),
        }
    }

    fn call(&self, method: Method, path: &[&str]) -> Call {
        let segments: Vec<&str> = ["v1"].iter().chain(path).copied().collect();
        self.access.target.call(method, &segments)
    }

    /// The name under which its calls are paced: the vendor counts those of each integration.
    fn lane(&self) -> &str {
        &self.access.account
    }

    async fn turn(&self) -> Result<(), Error> {
        self.access.turn(self.lane()).await
    }

    /// Makes one of the calls that answer a question, as [`Access::steadily`] says.
    async fn steadily<T, F>(&self, call: impl Fn() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.access.steadily(self.lane(), call).await
    }

    /// Makes one call, and gives the body of a good answer.
    async fn send(
        &self,
        about: About,
        operation: &'static str,
        call: Call,
    ) -> Result<Bytes, Error> {
        let answer = self.answer(operation, call).await?;
        self.judged(about, answer)
    }

    /// Makes one call.
    async fn answer(&self, operation: &'static str, call: Call) -> Result<net::Answer, Error> {
        let call = call.header(VERSION, EDITION);
        let purpose = (Kind::Notion, operation);
        self.access.send(self.lane(), purpose, call).await
    }

    /// The body of a good answer.
    fn judged(&self, about: About, answer: net::Answer) -> Result<Bytes, Error> {
        if answer.status == StatusCode::OK {
            return Ok(answer.body);
        }
        // Of its own trouble it speaks with 5xx: no call of ours was too early.
        let overloaded = answer.status.is_server_error();
        let hold = |penalty: Duration| {
            let gate = &self.access.gate;
            if overloaded {
                gate.hold(self.lane(), penalty)
            } else {
                gate.refused(self.lane(), penalty)
            }
        };
        let told = (answer.status, &answer.headers, &answer.body[..]);
        Err(refusal::judge(about, told, hold))
    }

    async fn me(&self) -> Result<Account, Error> {
        self.turn().await?;
        let me = || async {
            let call = self.call(Method::GET, &["users", "me"]);
            wire::account(&self.send(About::Account, "users_me", call).await?)
        };
        self.steadily(me).await
    }

    /// Reads one page.
    async fn read(&self, layout: &Layout, id: &str) -> Result<wire::Read, Error> {
        wire::page(layout, &self.text_of(id).await?)
    }

    /// The text of one page.
    async fn text_of(&self, id: &str) -> Result<Bytes, Error> {
        let call = self.call(Method::GET, &["pages", id]);
        self.send(About::Page, "read_page", call).await
    }

    /// The integration's own user: what it makes bears this id.
    async fn bot(&self) -> Result<&str, Error> {
        let asked = self.bot.get_or_try_init(async || Ok(self.me().await?.id));
        asked.await.map(String::as_str)
    }
}

impl Records for Notion {
    fn rows_per_call(&self) -> usize {
        1
    }

    fn matches_by_key(&self) -> bool {
        false
    }

    fn keys_per_call(&self) -> usize {
        KEYS_PER_CALL
    }

    fn settles_after(&self) -> Duration {
        self.access.settles_after
    }

    fn admit<'a>(&'a self, _base: &'a str) -> Answer<'a, ()> {
        self.turn().boxed()
    }

    fn held_until(&self, _base: &str) -> Option<Timestamp> {
        self.access.gate.held_until(self.lane())
    }

    fn account(&self) -> Answer<'_, Account> {
        self.me().boxed()
    }

    fn bases(&self) -> Answer<'_, Vec<Base>> {
        self.all_databases().boxed()
    }

    fn tables<'a>(&'a self, base: &'a str) -> Answer<'a, Vec<RemoteTable>> {
        self.tables_of(base).boxed()
    }

    fn table<'a>(&'a self, _base: &'a str, table: &'a str) -> Answer<'a, Option<RemoteTable>> {
        async move { self.source(table).await.map(Some) }.boxed()
    }

    fn write<'a>(&'a self, layout: &'a Layout, rows: &'a [&'a Row]) -> Answer<'a, Vec<Held>> {
        self.write_rows(layout, rows).boxed()
    }

    fn discard<'a>(&'a self, _layout: &'a Layout, id: &'a str) -> Answer<'a, ()> {
        self.trash(id).boxed()
    }

    fn remove<'a>(
        &'a self,
        _layout: &'a Layout,
        ids: &'a [&'a str],
        _how: Removal,
    ) -> Answer<'a, ()> {
        let trash = async move {
            // Notion takes one page a call, and so one is given.
            for id in ids {
                self.trash(id).await?;
            }
            Ok(())
        };
        trash.boxed()
    }

    fn since_made<'a>(&'a self, layout: &'a Layout, id: &'a str) -> Answer<'a, Since> {
        self.since(layout, id).boxed()
    }

    fn removal(&self) -> Removal {
        Removal::Archive
    }

    fn restores(&self) -> bool {
        true
    }

    fn restore<'a>(&'a self, layout: &'a Layout, id: &'a str) -> Answer<'a, bool> {
        self.bring_back(layout, id).boxed()
    }

    fn calls_per_second(&self) -> Option<NonZeroU32> {
        self.access.gate.calls_per_second()
    }

    fn misfit(&self, layout: &Layout, cells: &[Option<Value>]) -> Option<String> {
        let mut cells = layout.fields.iter().zip(cells);
        cells.find_map(|(field, cell)| map::misfit(field, cell.as_ref()?, layout.typecast))
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
        self.page_of(layout, Some(since), after).boxed()
    }

    fn sheet<'a>(
        &'a self,
        layout: &'a Layout,
        since: Option<Timestamp>,
        after: Option<&'a str>,
    ) -> Answer<'a, Sheet> {
        self.sheet_of(layout, since, after).boxed()
    }

    fn reading(&self) -> Reading {
        wire::cells
    }

    fn skew(&self) -> Skew {
        self.access.gate.skew()
    }

    fn find<'a>(&'a self, layout: &'a Layout, keys: &'a [String]) -> Answer<'a, Vec<Held>> {
        self.with_keys(layout, keys).boxed()
    }

    fn look<'a>(&'a self, layout: &'a Layout, ids: &'a [String]) -> Answer<'a, Vec<Held>> {
        self.with_ids(layout, ids).boxed()
    }

    fn look_closely<'a>(
        &'a self,
        layout: &'a Layout,
        ids: &'a [String],
    ) -> Answer<'a, Vec<(Held, Editor)>> {
        self.with_editors(layout, ids).boxed()
    }

    fn created_since<'a>(&'a self, layout: &'a Layout, since: Timestamp) -> Answer<'a, Vec<Held>> {
        self.made_since(layout, since).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_cannot_be_one_is_told_so() {
        assert_eq!(misfit("ntn_0123456789AbCd"), None);
        assert_eq!(misfit("secret_0123456789"), None);
        for token in [
            "",
            "ntn_",
            "pat0123456789",
            "ntn_with spaces in it",
            "ntn_\n0123456789",
        ] {
            assert!(misfit(token).is_some(), "{token:?}");
        }
    }
}
