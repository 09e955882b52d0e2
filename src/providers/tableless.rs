//! Shows an account that has no tables to whoever asks for some: its ad accounts stand where others
//! have their bases, and no record is read or written.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use jiff::Timestamp;

use super::{
    Account, Answer, Base, Error, Held, Layout, Page, Records, RemoteTable, Removal, Reports, Row,
    Skew,
};
use crate::fields::Value;

/// An account of which only figures are read.
pub(super) struct Tableless(pub(super) Arc<dyn Reports>);

/// What such an account has nothing of.
fn nothing<T: Send + 'static>() -> Answer<'static, T> {
    let told = "a provider of advertising figures has no tables and no records";
    async move { Err(Error::Refused(told.to_owned())) }.boxed()
}

impl Records for Tableless {
    fn rows_per_call(&self) -> usize {
        1
    }

    fn matches_by_key(&self) -> bool {
        false
    }

    fn keys_per_call(&self) -> usize {
        1
    }

    fn settles_after(&self) -> Duration {
        Duration::ZERO
    }

    fn admit<'a>(&'a self, _base: &'a str) -> Answer<'a, ()> {
        nothing()
    }

    fn held_until(&self, base: &str) -> Option<Timestamp> {
        self.0.held_until(base)
    }

    fn account(&self) -> Answer<'_, Account> {
        self.0.account()
    }

    fn bases(&self) -> Answer<'_, Vec<Base>> {
        async {
            let accounts = self.0.ad_accounts().await?;
            let base = |account: super::AdAccount| Base {
                id: account.id,
                name: account.name,
                permission: format!("read, {}", account.currency),
            };
            Ok(accounts.into_iter().map(base).collect())
        }
        .boxed()
    }

    fn tables<'a>(&'a self, _base: &'a str) -> Answer<'a, Vec<RemoteTable>> {
        nothing()
    }

    fn write<'a>(&'a self, _layout: &'a Layout, _rows: &'a [&'a Row]) -> Answer<'a, Vec<Held>> {
        nothing()
    }

    fn discard<'a>(&'a self, _layout: &'a Layout, _id: &'a str) -> Answer<'a, ()> {
        nothing()
    }

    fn remove<'a>(
        &'a self,
        _layout: &'a Layout,
        _ids: &'a [&'a str],
        _how: Removal,
    ) -> Answer<'a, ()> {
        nothing()
    }

    fn look<'a>(&'a self, _layout: &'a Layout, _ids: &'a [String]) -> Answer<'a, Vec<Held>> {
        nothing()
    }

    fn removal(&self) -> Removal {
        Removal::Delete // nothing is ever removed: [`super::Kind::removals`] names none
    }

    fn calls_per_second(&self) -> Option<NonZeroU32> {
        None
    }

    fn misfit(&self, _layout: &Layout, _cells: &[Option<Value>]) -> Option<String> {
        None
    }

    fn page<'a>(&'a self, _layout: &'a Layout, _after: Option<&'a str>) -> Answer<'a, Page> {
        nothing()
    }

    fn changed_since<'a>(
        &'a self,
        _layout: &'a Layout,
        _since: Timestamp,
        _after: Option<&'a str>,
    ) -> Answer<'a, Page> {
        nothing()
    }

    fn skew(&self) -> Skew {
        Skew::default()
    }

    fn find<'a>(&'a self, _layout: &'a Layout, _keys: &'a [String]) -> Answer<'a, Vec<Held>> {
        nothing()
    }

    fn created_since<'a>(&'a self, _layout: &'a Layout, _at: Timestamp) -> Answer<'a, Vec<Held>> {
        nothing()
    }
}
