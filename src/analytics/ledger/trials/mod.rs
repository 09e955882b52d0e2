//! Trials of the whole ledger: against a plain count of the events, through crashes and damage.

mod attribution;
mod bounds;
mod cohorts;
mod counts;
mod crash;
mod damage;
mod disk;
mod goals;
mod horizon;
mod journeys;
mod known;
mod live;
mod model;
mod plain;
mod reports;
mod runs;

use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use proptest::prelude::*;

use super::waiting::Counting;
use super::*;
use crate::analytics::event::{Channel, ClickId, Device};
use crate::base::{Act, Witness, WitnessError};
use crate::store::{self, Disk, Registry};

const SITE: SiteNumber = SiteNumber(7);

/// A book that is not asked: the ledger's batches are no acts.
struct Silent;

impl Witness for Silent {
    fn attest(&self, _commits: &[(u64, &Act)]) -> Result<u64, WitnessError> {
        Ok(0)
    }
    fn reconcile(&self, _committed: u64) -> Result<u64, WitnessError> {
        Ok(0)
    }
}

fn store(disk: &Disk) -> Result<Store, store::Error> {
    let registry = Registry::default().with(tables());
    Store::open_on(disk, 1 << 20, registry, Arc::new(Silent), Blocking::Inline)
}

fn ledger(store: &Store, clock: &Clock) -> Ledger {
    Ledger::open(
        store.clone(),
        clock.clone(),
        Blocking::Inline,
        Tasks::default(),
    )
    .unwrap()
}

/// The day on which Berlin's clocks are set back in 2026, at noon.
fn noon() -> Timestamp {
    "2026-10-25T12:00:00+01:00".parse().unwrap()
}

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

fn days(first: &str, last: &str) -> Days {
    Days {
        first: first.parse::<civil::Date>().unwrap(),
        last: last.parse::<civil::Date>().unwrap(),
    }
}

impl Ledger {
    async fn fold_all(&self) -> Result<(), store::Error> {
        for day in self.0.waiting.days(SITE) {
            self.0.fold(SITE, day, Counting::Now).await?;
        }
        Ok(())
    }
}

fn run<T>(trial: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(trial)
}

/// A page view; `number` is its id.
fn view(number: u64, at: Timestamp, visitor: u64) -> Event {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&number.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
    id[8..].copy_from_slice(&number.to_be_bytes());
    Event {
        id,
        at: at.as_millisecond(),
        name: "page_view".into(),
        visitor,
        page: "/".into(),
        referrer: "".into(),
        source: "".into(),
        medium: "".into(),
        campaign: "".into(),
        term: "".into(),
        content: "".into(),
        click_id: ClickId::None,
        channel: Channel::Direct,
        device: Device::Desktop,
        value: None,
    }
}

/// Events of few people within a week around `noon`, many of them close together.
fn event() -> impl Strategy<Value = Event> {
    let texts = (
        prop::sample::select(vec![
            "page_view",
            "page_view",
            "click",
            "lead",
            "purchase",
            "möp",
        ]),
        prop::sample::select(vec!["", "/", "/a", "/b?c"]),
        prop::sample::select(vec!["", "example.org"]),
        prop::sample::select(vec!["", "google", "news"]),
        prop::sample::select(vec!["", "cpc"]),
        prop::sample::select(vec!["", "autumn"]),
    );
    let codes = (
        0..Channel::ALL.len(),
        0..Device::ALL.len(),
        0..ClickId::ALL.len(),
    );
    // Days apart, and minutes: visits end after thirty.
    let times = (-4_i64..4, 0..200_i64, 0..60_000_i64);
    let worth = prop::option::of(-1_000_000_i64..90_000_000);
    (any::<u64>(), 0..6_u64, texts, codes, times, worth).prop_map(
        |(number, visitor, texts, codes, times, worth)| {
            let (name, page, referrer, source, medium, campaign) = texts;
            let (day, minute, millis) = times;
            let at = noon().as_millisecond() + day * 86_400_000 + minute * 420_000 + millis;
            let at = Timestamp::from_millisecond(at).unwrap();
            Event {
                name: name.into(),
                page: page.into(),
                referrer: referrer.into(),
                source: source.into(),
                medium: medium.into(),
                campaign: campaign.into(),
                term: campaign.into(),
                content: "".into(),
                channel: Channel::ALL[codes.0],
                device: Device::ALL[codes.1],
                click_id: ClickId::ALL[codes.2],
                value: worth,
                ..view(number, at, visitor.wrapping_mul(0xD6E8_FEB8_6659_FD93))
            }
        },
    )
}
