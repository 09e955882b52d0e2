//! Makes, finds and lists hooks.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::Timestamp;
use reqwest::Url;
use sha2::{Digest as _, Sha256};

use super::address::Address;
use super::refusal::Refusals;
use super::row::{BY_ADDRESS, Rows, Stored, home, place};
use super::{Error, Hook, Opened};
use crate::audit::{Code, Event, Log};
use crate::base::{
    Actor, Blocking, Clock, Cursor, DatasetId, Hex, HookId, Scope, Secret, UserId, signature,
};
use crate::datasets::{Access, Datasets, Deed};
use crate::net::Network;
use crate::providers::Gate;
use crate::store::{self, Batch, Scan, Store, Table, Version, prefix};
use crate::vault::Vault;

/// A user has no more of them.
const MOST: usize = 100;
/// A write that loses a race is tried again so often.
pub(super) const TRIES: u32 = 3;

/// What hooks are built upon.
pub struct Parts {
    /// Where they are kept.
    pub store: Store,
    /// What seals their addresses and signing secrets.
    pub vault: Vault,
    /// Whose records they are told of.
    pub datasets: Datasets,
    /// The book.
    pub log: Log,
    /// The time.
    pub clock: Clock,
    /// What carries deliveries.
    pub network: Arc<dyn Network>,
    /// The pace of deliveries to each.
    pub gate: Gate,
    /// The one address on this machine that may be called.
    pub sandbox: Option<Url>,
    /// Where long counts are made.
    pub blocking: Blocking,
    /// So much may wait for one of them.
    pub most_waiting: usize,
}

/// Every hook. Clones share them.
#[derive(Clone)]
pub struct Hooks(pub(super) Arc<Parts>);

/// A hook to be made.
#[derive(Clone, Debug)]
pub struct New {
    /// What its maker calls it; may be empty.
    pub name: String,
    /// The dataset that it is told of; its owner's own.
    pub dataset: DatasetId,
    /// What it is told of.
    pub deed: Deed,
    /// Where it is told.
    pub address: Secret,
}

/// The collections of this module, for the store's registry.
pub fn tables() -> [Table; 2] {
    [Table::of::<Rows>(), Table::of::<Refusals>()]
}

impl Parts {
    pub(super) fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

impl Hooks {
    /// Hooks over what they are built upon.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Has an address told of every deed that comes from now on.
    ///
    /// An address that is told of it already keeps its id and what waits for it; it gets another
    /// signing secret, and is tried again at once if it failed or was stopped. Whoever asks twice,
    /// since the first answer was lost, so has one hook and a secret that is good.
    pub async fn subscribe(&self, scope: &Scope, new: New, by: &Actor) -> Result<Opened, Error> {
        let name = checked_name(&new.name)?;
        let address = Address::read(new.address.expose(), self.0.sandbox.as_ref())?;
        for _ in 0..TRIES {
            if let Some(opened) = self
                .try_subscribe(scope, &new, (&name, &address), by)
                .await?
            {
                return Ok(opened);
            }
        }
        Err(Error::Changed)
    }

    /// Tries once; none when something moved meanwhile.
    async fn try_subscribe(
        &self,
        scope: &Scope,
        new: &New,
        (name, address): (&str, &Address),
        by: &Actor,
    ) -> Result<Option<Opened>, Error> {
        let parts = &self.0;
        let dataset = parts.datasets.open(scope, new.dataset)?;
        dataset.demand(Access::Owner)?;
        let print: [u8; 32] = Sha256::digest(new.address.expose()).into();
        let print = Hex(&print).to_string();
        let there = place(scope.owner(), new.dataset, new.deed, &print);
        let there = parts.store.find::<Rows>(&BY_ADDRESS, &there)?;
        let all = Scan::prefix(prefix(&scope.owner()), MOST);
        if there.is_none() && parts.store.scan::<Rows>(&all)?.rows.len() >= MOST {
            return Err(Error::TooMany(MOST));
        }
        let key = there
            .as_ref()
            .map_or_else(|| (scope.owner(), HookId::new(&parts.clock)), |row| row.key);
        let signing_key = signature::draw();
        let before = there.as_ref().map(|row| &row.value);
        let stored = Stored {
            name: name.to_owned(),
            dataset: new.dataset,
            deed: new.deed,
            host: address.host.clone(),
            print,
            address: parts.vault.seal(&home(&key, "address"), &new.address),
            key: parts.vault.seal(&home(&key, "key"), &signing_key),
            created_at: before.map_or_else(|| parts.now(), |before| before.created_at),
            tried_at: None,
            delivered: before.map_or(0, |before| before.delivered),
            delivered_at: before.and_then(|before| before.delivered_at),
            told_to: None,
            refused: 0,
            trouble: None,
            stopped_at: None,
        };
        // What waited when it was stopped was to be forgotten: a crash may have come between.
        if let Some(row) = there.as_ref().filter(|row| row.value.stopped_at.is_some()) {
            self.forget_waiting(key.1, row.version).await?;
        }
        let act = Event::new(Code::HookSubscribed, by)
            .entity("hook", key.1, stored.called())
            .entity("dataset", stored.dataset, dataset.name())
            .detail("deed", stored.deed.name())
            .detail("host", stored.host.as_str())
            .detail("again", there.is_some());
        let mut batch = Batch::new(act.build(&parts.clock));
        match &there {
            Some(row) => batch.replace::<Rows>(&key, &stored, row.version),
            None => batch.insert::<Rows>(&key, &stored),
        };
        dataset.watch(&mut batch, key.1, stored.deed);
        match parts.store.commit(batch).await {
            Err(store::Error::Conflict(_) | store::Error::Taken(_)) => return Ok(None),
            outcome => outcome?,
        };
        dataset.ring_watchers();
        Ok(Some(Opened {
            hook: self.at(&key)?,
            signing_key,
        }))
    }

    /// Opens one of the owner's hooks. Another owner's answers like one that does not exist.
    pub fn open(&self, scope: &Scope, id: HookId) -> Result<Hook, Error> {
        self.at(&(scope.owner(), id))
    }

    /// One page of the owner's hooks, in the order in which they were made.
    pub fn list(
        &self,
        scope: &Scope,
        (limit, after): (usize, Option<&Cursor>),
        by: &Actor,
    ) -> Result<(Vec<Hook>, Option<Cursor>), Error> {
        let scan = Scan::prefix(prefix(&scope.owner()), limit).after(after);
        let page = self.0.store.scan::<Rows>(&scan)?;
        let hooks = page.rows.into_iter().map(|row| Hook::of(self, row));
        let hooks: Vec<Hook> = hooks.collect();
        let event = Event::new(Code::HooksRead, by).count("hooks", hooks.len() as u64);
        self.0.log.record(event.build(&self.0.clock));
        Ok((hooks, page.next))
    }

    /// The hooks whose pace is held in memory: those that something was sent to.
    pub fn paced(&self) -> Vec<HookId> {
        let lanes = self.0.gate.bases();
        lanes.iter().filter_map(|lane| lane.parse().ok()).collect()
    }

    /// Forgets what was to be told to hooks that went with their datasets or were stopped, and stops
    /// those that have fallen too far behind, also while nothing is sent to them.
    pub async fn sweep(&self) -> Result<(), Error> {
        let mut there = BTreeMap::new();
        // Taken before the hooks are read: what is made meanwhile has no news among them.
        let mut fed: BTreeSet<HookId> = self.0.datasets.fed()?.into_iter().collect();
        fed.extend(self.refused()?);
        fed.extend(self.paced());
        let moment = self.0.store.snapshot()?;
        moment.walk::<Rows>(&Scan::all(usize::MAX), |_, row| {
            there.insert(row.key.1, Hook::of(self, row));
            Ok(ControlFlow::Continue(()))
        })?;
        drop(moment);
        for id in fed {
            match there.get(&id) {
                None => self.forget(id).await?,
                Some(hook) if hook.stopped_at().is_some() => {
                    self.forget_waiting(id, hook.version).await?;
                }
                Some(hook) => {
                    hook.is_too_far_behind().await?;
                }
            }
        }
        Ok(())
    }

    /// Forgets all that was to be told to a hook that is gone.
    pub(super) async fn forget(&self, hook: HookId) -> Result<(), Error> {
        let all = Version(u64::MAX);
        self.0.gate.forget(&hook.to_string());
        self.0.datasets.forget(hook, all).await?;
        self.forget_refusals(hook, all, |_| false).await
    }

    pub(super) fn at(&self, key: &(UserId, HookId)) -> Result<Hook, Error> {
        let row = self.0.store.get::<Rows>(key)?;
        Ok(Hook::of(self, row.ok_or(Error::UnknownHook(key.1))?))
    }
}

fn checked_name(name: &str) -> Result<String, Error> {
    let name = name.trim();
    let fits = name.chars().count() <= 120 && !name.chars().any(char::is_control);
    fits.then(|| name.to_owned()).ok_or(Error::BadName)
}
