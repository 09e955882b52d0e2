//! Delivers to a catch hook of Zapier's.
//!
//! A hook takes records and shows none: there is no list, no look-up and no way back, and an
//! answer says that a delivery is queued and no more. So every write is a *delivery* with an id of
//! its own, which stays the same however often it is sent, and which a Zap can tell doubles by.
//! What became of one whose answer was lost nobody can find out: whoever writes decides whether it
//! is sent again ([`Records::delivers`]).
//!
//! The hook's address is the account's token: it is all that it takes to deliver.

mod address;
mod refusal;
mod wire;

use std::num::NonZeroU32;
use std::time::Duration;

use futures_util::FutureExt as _;
use http::Method;
use jiff::Timestamp;

use super::{
    Access, Account, Answer, Base, Error, Held, Kind, Layout, Page, Records, RemoteTable, Removal,
    Row, Skew,
};
use crate::fields::Value;
use address::Address;

pub(super) use address::{HOST, hint, misfit};
pub(super) use wire::named;

/// A hook has one base, and in it one table whose records have fields of any name.
const BASE: &str = "hook";
const TABLE: &str = "record";

/// Whether the id of a base names one place, whoever calls it: hooks have no ids, and each is a
/// connection of its own.
pub(crate) fn names_one_place(base: &str) -> bool {
    base != BASE
}

/// One hook.
pub(super) struct Zapier {
    access: Access,
}

impl Zapier {
    pub(super) fn new(access: Access) -> Self {
        Self { access }
    }

    async fn address(&self) -> Result<Address, Error> {
        let token = self.access.tokens.current().await?;
        let address = Address::read(token.expose());
        address.ok_or_else(|| Error::Refused("the connection holds no hook's address".to_owned()))
    }

    /// Makes one delivery that was admitted.
    async fn deliver(&self, operation: &'static str, body: Vec<u8>) -> Result<(), Error> {
        let Address { account, hook } = self.address().await?;
        let lane = &self.access.account;
        let waited = self.access.gate.take_waited(lane);
        // The empty segment is the slash at the end, which is part of a hook's address.
        let path = ["hooks", "catch", &account, &hook, ""];
        let call = self.access.target.call(Method::POST, &path).json(body);
        let call = call.secret_path();
        let call = call.purpose(Kind::Zapier.name(), operation, waited);
        let answer = self.access.leave(call).await?;
        let told = (answer.status, &answer.headers, &answer.body[..]);
        let gate = &self.access.gate;
        refusal::judge(told, &hook, |pause| gate.refused(lane, pause))
    }

    async fn write_row(&self, layout: &Layout, row: &Row) -> Result<Held, Error> {
        let id = wire::delivery_id(layout, row);
        let body = wire::body(layout, row, &id)?;
        self.deliver("deliver", body).await?;
        Ok(Held {
            id,
            created_at: Timestamp::UNIX_EPOCH,
            changed: None,
            created: row.id.is_none(),
            cells: row.cells.clone(),
        })
    }

    async fn write_rows(&self, layout: &Layout, rows: &[&Row]) -> Result<Vec<Held>, Error> {
        let mut held = Vec::with_capacity(rows.len());
        for row in rows {
            held.push(self.write_row(layout, row).await?);
        }
        Ok(held)
    }

    /// There is nothing to ask a hook: it is tried with a delivery that says so.
    async fn try_out(&self) -> Result<Account, Error> {
        let id = format!("Zapier account {}", self.address().await?.account);
        self.access.turn(&self.access.account).await?;
        self.deliver("test", wire::sample("test")).await?;
        Ok(Account {
            id,
            email: None,
            scopes: None,
            expires_at: None,
        })
    }
}

/// The one table of a hook.
fn table() -> RemoteTable {
    RemoteTable {
        id: TABLE.to_owned(),
        name: "Deliveries".to_owned(),
        primary_field_id: String::new(),
        fields: Vec::new(),
        any_names: true,
    }
}

/// What a hook has nothing of.
fn nothing<T>() -> Result<T, Error> {
    Err(Error::Refused(
        "a hook takes records and shows none".to_owned(),
    ))
}

impl Records for Zapier {
    fn rows_per_call(&self) -> usize {
        1
    }

    fn matches_by_key(&self) -> bool {
        true // nobody could look before
    }

    fn keys_per_call(&self) -> usize {
        1
    }

    fn settles_after(&self) -> Duration {
        Duration::ZERO
    }

    fn delivers(&self) -> bool {
        true
    }

    fn delivery_id(&self, layout: &Layout, row: &Row) -> String {
        wire::delivery_id(layout, row)
    }

    fn admit<'a>(&'a self, _base: &'a str) -> Answer<'a, ()> {
        // A hook's quota is its own, whoever delivers to it.
        self.access.turn(&self.access.account).boxed()
    }

    fn held_until(&self, _base: &str) -> Option<Timestamp> {
        self.access.gate.held_until(&self.access.account)
    }

    fn account(&self) -> Answer<'_, Account> {
        self.try_out().boxed()
    }

    fn bases(&self) -> Answer<'_, Vec<Base>> {
        let hook = Base {
            id: BASE.to_owned(),
            name: "Catch hook".to_owned(),
            permission: String::new(),
        };
        async { Ok(vec![hook]) }.boxed()
    }

    fn tables<'a>(&'a self, base: &'a str) -> Answer<'a, Vec<RemoteTable>> {
        async move {
            if base != BASE {
                return Err(Error::Gone(format!("a hook has no base {base:?}")));
            }
            Ok(vec![table()])
        }
        .boxed()
    }

    fn write<'a>(&'a self, layout: &'a Layout, rows: &'a [&'a Row]) -> Answer<'a, Vec<Held>> {
        self.write_rows(layout, rows).boxed()
    }

    fn discard<'a>(&'a self, _layout: &'a Layout, _id: &'a str) -> Answer<'a, ()> {
        async { nothing() }.boxed()
    }

    fn remove<'a>(
        &'a self,
        _layout: &'a Layout,
        _ids: &'a [&'a str],
        _how: Removal,
    ) -> Answer<'a, ()> {
        async { nothing() }.boxed()
    }

    fn removal(&self) -> Removal {
        Removal::Delete // nothing is ever removed: [`Kind::removals`] names none
    }

    fn changed_since<'a>(
        &'a self,
        _layout: &'a Layout,
        _since: Timestamp,
        _after: Option<&'a str>,
    ) -> Answer<'a, Page> {
        async { nothing() }.boxed()
    }

    fn skew(&self) -> Skew {
        Skew::default()
    }

    fn look<'a>(&'a self, _layout: &'a Layout, _ids: &'a [String]) -> Answer<'a, Vec<Held>> {
        async { nothing() }.boxed()
    }

    fn calls_per_second(&self) -> Option<NonZeroU32> {
        self.access.gate.calls_per_second()
    }

    fn misfit(&self, layout: &Layout, cells: &[Option<Value>]) -> Option<String> {
        let row = Row {
            id: None,
            cells: cells.to_vec(),
            untouched: Vec::new(),
        };
        let too_large = wire::body(layout, &row, "").err()?;
        Some(too_large.to_string())
    }

    fn page<'a>(&'a self, _layout: &'a Layout, _after: Option<&'a str>) -> Answer<'a, Page> {
        async { nothing() }.boxed()
    }

    fn find<'a>(&'a self, _layout: &'a Layout, _keys: &'a [String]) -> Answer<'a, Vec<Held>> {
        async { nothing() }.boxed()
    }

    fn created_since<'a>(&'a self, _layout: &'a Layout, _at: Timestamp) -> Answer<'a, Vec<Held>> {
        async { nothing() }.boxed()
    }
}
