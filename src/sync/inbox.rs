//! Shows the conflicts of syncs, and takes down who is right about them.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::conflict::{Choice, Clash, Conflict, Conflicts, Solution, unsolved};
use super::error::Error;
use super::mapping::Fault;
use super::sync::{Sync, starter};
use super::syncs::{Part, Syncs};
use crate::audit::{Code, Event};
use crate::base::{Actor, Cursor, Scope, SyncId};
use crate::datasets::Dataset;
use crate::fields::parse;
use crate::store::{Batch, Scan, Version, prefix};

/// So many conflicts are solved at once.
const AT_ONCE: usize = 500;

/// A conflict in its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Filed {
    /// Of which sync it is.
    pub sync: SyncId,
    /// What that is called.
    pub sync_name: String,
    /// The record's key.
    pub key: String,
    /// What it is about.
    pub conflict: Conflict,
    /// The batch that wrote it last.
    pub version: Version,
}

/// Some of an owner's conflicts.
pub struct ConflictsPage {
    /// By sync and key.
    pub conflicts: Vec<Filed>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
}

/// Which conflicts are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanting {
    /// Of one sync alone.
    pub sync: Option<SyncId>,
    /// Only those that are solved, or only those that are not.
    pub solved: Option<bool>,
}

impl Wanting {
    fn takes(self, conflict: &Conflict) -> bool {
        let solved = conflict.solution.is_some();
        self.solved.is_none_or(|wanted| wanted == solved)
    }
}

/// Who is right about a conflict, in somebody's opinion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// About the record.
    pub side: Option<Choice>,
    /// About single fields, whatever is said of the record.
    pub fields: BTreeMap<String, Choice>,
}

impl Syncs {
    /// Lists the owner's conflicts, of one sync or of all.
    ///
    /// They hold values of datasets' records: those of a dataset that is shared no more are left
    /// out.
    pub async fn conflicts(
        &self,
        scope: &Scope,
        wanting: Wanting,
        part: &Part,
        by: &Actor,
    ) -> Result<ConflictsPage, Error> {
        let owner = scope.owner();
        let within = match wanting.sync {
            Some(sync) => prefix(&(owner, self.open(scope, sync)?.id())),
            None => prefix(&owner),
        };
        let (syncs, scope, part) = (self.clone(), *scope, part.clone());
        let look = move || syncs.conflicts_within(within, &scope, wanting, &part);
        let page = self.services.blocking.run(look).await?;
        let seen = Event::new(Code::SyncsRead, by);
        self.record(seen.count("conflicts", page.conflicts.len() as u64));
        Ok(page)
    }

    fn conflicts_within(
        &self,
        within: Vec<u8>,
        scope: &Scope,
        wanting: Wanting,
        part: &Part,
    ) -> Result<ConflictsPage, Error> {
        let mut reach = BTreeMap::new();
        let mut page = ConflictsPage {
            conflicts: Vec::new(),
            next: None,
        };
        let mut last = None;
        let scan = Scan::prefix(within, usize::MAX).after(part.after.as_ref());
        let moment = self.services.store.snapshot()?;
        moment.walk::<Conflicts>(&scan, |place, row| {
            let (_, sync, key) = row.key;
            let reached = reach
                .entry(sync)
                .or_insert_with(|| self.reached(scope, sync));
            let Some(name) = reached.as_ref().filter(|_| wanting.takes(&row.value)) else {
                return Ok(ControlFlow::Continue(()));
            };
            if page.conflicts.len() == part.limit {
                page.next = last.take().map(Cursor);
                return Ok(ControlFlow::Break(()));
            }
            last = Some(place.to_vec());
            page.conflicts.push(Filed {
                sync,
                sync_name: name.clone(),
                key,
                conflict: row.value,
                version: row.version,
            });
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(page)
    }

    /// The name of a sync whose dataset its owner may use.
    fn reached(&self, scope: &Scope, sync: SyncId) -> Option<String> {
        let sync = self.open(scope, sync).ok()?;
        sync.reaches_dataset().ok()?;
        Some(sync.definition().name.clone())
    }
}

impl Sync {
    /// Shows the conflict about one record.
    pub fn conflict(&self, key: &str, by: &Actor) -> Result<Filed, Error> {
        let filed = self.filed(key)?;
        let event = Event::new(Code::SyncsRead, by)
            .entity("sync", self.id(), &self.definition().name)
            .count("conflicts", 1);
        self.syncs().record(event);
        Ok(filed)
    }

    /// Takes down who is right about one record: the next run does it, if neither side has been
    /// changed by then.
    ///
    /// Errs with every field of which nothing was said, or that does not take its value.
    pub async fn resolve(
        &self,
        filed: &Filed,
        verdict: Verdict,
        by: &Actor,
    ) -> Result<Filed, Error> {
        let dataset = self.dataset()?;
        let faults = faults(&filed.conflict, &verdict, &dataset);
        if !faults.is_empty() {
            return Err(Error::Invalid(faults));
        }
        let act = self
            .resolved(by)
            .resource("record", &filed.key, "", filed.version.0);
        let mut batch = Batch::new(act.count("conflicts", 1).build(self.clock()));
        self.solve(&mut batch, filed, verdict, by);
        self.syncs().commit(batch, &self.definition().name).await?;
        self.filed(&filed.key)
    }

    /// Lets one side be right about every conflict that nobody has solved, and gives their number.
    pub async fn resolve_all(&self, side: &Choice, by: &Actor) -> Result<u64, Error> {
        self.reaches_dataset()?;
        let mut solved = 0;
        let mut last = None;
        loop {
            let sync = self.clone();
            let look = move || sync.unsolved_after(last.as_ref());
            let (some, next) = self.syncs().services.blocking.run(look).await?;
            let found = some.len() as u64;
            let act = self.resolved(by).count("conflicts", found);
            let mut batch = Batch::new(act.build(self.clock()));
            for filed in &some {
                let verdict = Verdict {
                    side: Some(side.clone()),
                    fields: BTreeMap::new(),
                };
                self.solve(&mut batch, filed, verdict, by);
            }
            if found > 0 {
                self.syncs().commit(batch, &self.definition().name).await?;
            }
            solved += found;
            match next {
                Some(next) => last = Some(next),
                None => return Ok(solved),
            }
        }
    }

    /// How many conflicts nobody has solved yet.
    pub fn conflicts_open(&self) -> Result<u64, Error> {
        let counter = unsolved(self.key());
        let open = self.syncs().services.store.count(&counter)?;
        Ok(u64::try_from(open).unwrap_or_default())
    }

    fn filed(&self, key: &str) -> Result<Filed, Error> {
        self.reaches_dataset()?;
        let (owner, sync) = self.key();
        let place = (owner, sync, key.to_owned());
        let row = self.syncs().services.store.get::<Conflicts>(&place)?;
        let row = row.ok_or_else(|| Error::UnknownConflict(key.to_owned()))?;
        Ok(Filed {
            sync,
            sync_name: self.definition().name.clone(),
            key: row.key.2,
            conflict: row.value,
            version: row.version,
        })
    }

    /// The next conflicts that nobody has solved, and where to go on, if there may be more.
    fn unsolved_after(&self, last: Option<&Cursor>) -> Result<(Vec<Filed>, Option<Cursor>), Error> {
        let (owner, sync) = self.key();
        let scan = Scan::prefix(prefix(&(owner, sync)), usize::MAX).after(last);
        let mut unsolved = Vec::new();
        let mut next = None;
        let moment = self.syncs().services.store.snapshot()?;
        moment.walk::<Conflicts>(&scan, |place, row| {
            if row.value.solution.is_some() {
                return Ok(ControlFlow::Continue(()));
            }
            unsolved.push(Filed {
                sync,
                sync_name: String::new(),
                key: row.key.2,
                conflict: row.value,
                version: row.version,
            });
            if unsolved.len() < AT_ONCE {
                return Ok(ControlFlow::Continue(()));
            }
            next = Some(Cursor(place.to_vec()));
            Ok(ControlFlow::Break(()))
        })?;
        Ok((unsolved, next))
    }

    fn solve(&self, batch: &mut Batch, filed: &Filed, verdict: Verdict, by: &Actor) {
        let solved = Conflict {
            solution: Some(Solution {
                side: verdict.side,
                fields: verdict.fields,
                by: starter(by),
                at: self.clock().now(),
            }),
            ..filed.conflict.clone()
        };
        let (owner, sync) = self.key();
        let place = (owner, sync, filed.key.clone());
        batch.replace::<Conflicts>(&place, &solved, filed.version);
        if filed.conflict.solution.is_none() {
            batch.add(&unsolved(self.key()), -1);
        }
    }

    fn resolved(&self, by: &Actor) -> Event {
        let name = &self.definition().name;
        Event::new(Code::ConflictsResolved, by).entity("sync", self.id(), name)
    }

    fn dataset(&self) -> Result<Dataset, Error> {
        let scope = Scope::owned_by(self.owner());
        self.syncs().dataset_of(&scope, self.definition())
    }
}

/// What is wrong with a verdict.
fn faults(conflict: &Conflict, verdict: &Verdict, dataset: &Dataset) -> Vec<Fault> {
    let fault = |path: String, message: &str| Fault {
        path,
        message: message.to_owned(),
    };
    let of_field = |name: &str| format!("fields.{name}");
    let mut faults = Vec::new();
    if matches!(verdict.side, Some(Choice::Value(_))) {
        faults.push(fault(
            "side".into(),
            "a value is for a field, not for a record",
        ));
    }
    if conflict.kind != Clash::Changed {
        if verdict.side.is_none() {
            faults.push(fault(
                "side".into(),
                "is missing: who is right about the record?",
            ));
        }
        let fields = verdict.fields.keys();
        let told = "one side has deleted the record: only who is right about all of it can be said";
        faults.extend(fields.map(|name| fault(of_field(name), told)));
        return faults;
    }
    let disputed = |name: &str| {
        let field = conflict.fields.iter().find(|field| field.field == name);
        field.is_some_and(|field| field.disputed)
    };
    for (name, choice) in &verdict.fields {
        let field = dataset
            .schema()
            .fields()
            .iter()
            .find(|field| field.name == *name);
        match (field, choice) {
            (Some(field), Choice::Value(text)) if disputed(name) => {
                if let Err(misfit) = parse(field, text) {
                    faults.push(fault(of_field(name), &misfit.to_string()));
                }
            }
            (Some(_), _) if disputed(name) => {}
            _ => faults.push(fault(of_field(name), "both sides agree about this field")),
        }
    }
    if verdict.side.is_none() {
        let open = conflict.fields.iter().filter(|field| field.disputed);
        let open = open.filter(|field| !verdict.fields.contains_key(&field.field));
        faults.extend(open.map(|field| fault(of_field(&field.field), "is missing: who is right?")));
    }
    faults
}
