//! The people at this side: they change records, ask for runs, approve and cancel.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value, json};
use weighbridge::base::{Actor, Party, PlanId, Precondition, RunId, Scope, UserId};
use weighbridge::datasets::{self, Mode, Write};
use weighbridge::sync::{self, Choice};

use super::dice::Dice;
use super::machine::{Appliance, Machine};
use super::table::{FIELDS, KINDS};
use super::world::Place;

/// What somebody asks of the appliance.
#[derive(Clone, Debug)]
pub(super) enum Ask {
    Write(String, Value),
    /// Some fields of a record that is there.
    Patch(String, Value),
    Remove(String),
    Push,
    Plan {
        read_first: bool,
    },
    Approve(PlanId),
    Retry(RunId),
    /// A plan that takes a run back.
    Undo(RunId),
    Cancel(RunId),
    /// One side is right about all conflicts.
    Resolve(Choice),
}

/// What an ask has brought.
#[derive(Clone, Debug)]
pub(super) enum Told {
    Done,
    /// A run was queued.
    Run(RunId),
    Plan(PlanId),
}

/// An ask that has been answered.
pub(super) struct Answered {
    pub(super) ask: Ask,
    /// Whether the appliance may have done it in spite of an error is not known.
    pub(super) told: Result<Told, String>,
}

/// Somebody who uses the appliance.
pub(super) struct People {
    pub(super) by: Actor,
    pub(super) scope: Scope,
    answers: Arc<Mutex<Vec<Answered>>>,
    /// Asks under way in this life.
    pub(super) waiting: u32,
    /// Keys whose records are being changed.
    busy: BTreeSet<String>,
    /// What each record may hold: what was acknowledged last, and what was asked for since.
    pub(super) records: BTreeMap<String, Vec<Option<Value>>>,
    /// The records that somebody has wanted to be gone.
    pub(super) removed: BTreeSet<String>,
    named: u64,
}

impl People {
    pub(super) fn new(machine: &Machine) -> Self {
        let party = Party::User {
            id: UserId::new(&machine.clock),
            email: "member@example.org".into(),
            session: None,
            token: None,
        };
        let origin = None;
        let by = Actor { party, origin };
        Self {
            scope: Scope::of(&by).unwrap(),
            by,
            answers: Arc::default(),
            waiting: 0,
            busy: BTreeSet::new(),
            records: BTreeMap::new(),
            removed: BTreeSet::new(),
            named: 0,
        }
    }

    /// Content that no other record has, and that the vendor does not always take.
    pub(super) fn content(&mut self, dice: &mut Dice) -> Value {
        self.named += 1;
        let mut fields = Map::new();
        if dice.chance(0.9) {
            fields.insert(FIELDS[1].0.into(), format!("Name {}", self.named).into());
        }
        if dice.chance(0.8) {
            fields.insert(FIELDS[2].0.into(), dice.below(1_000_000).into());
        }
        let kind = if dice.chance(0.04) {
            "Z"
        } else {
            *dice.one(&KINDS)
        };
        if dice.chance(0.7) {
            fields.insert(FIELDS[3].0.into(), kind.into());
        }
        Value::Object(fields)
    }

    /// A file with some records, which are then known to be there.
    pub(super) fn file(&mut self, dice: &mut Dice, records: u64) -> String {
        let mut file = String::new();
        for number in 0..records {
            let mut content = self.content(dice);
            self.records
                .insert(key(number), vec![Some(content.clone())]);
            content[FIELDS[0].0] = key(number).into();
            file += &format!("{content}\n");
        }
        file
    }

    /// A change of a record that nobody else is changing.
    pub(super) fn change(&mut self, dice: &mut Dice, records: u64) -> Option<Ask> {
        let key = key(dice.below(records + 4));
        if self.busy.contains(&key) {
            return None;
        }
        let there = self.records.get(&key).is_some_and(|may| may[0].is_some());
        let wanted = (!there || dice.chance(0.85)).then(|| self.content(dice));
        self.wish(key, wanted)
    }

    /// The wish that a record be something or be gone, unless somebody else is changing it.
    pub(super) fn wish(&mut self, key: String, wanted: Option<Value>) -> Option<Ask> {
        if self.busy.contains(&key) {
            return None;
        }
        let held = || vec![None];
        self.records
            .entry(key.clone())
            .or_insert_with(held)
            .push(wanted.clone());
        self.busy.insert(key.clone());
        let Some(content) = wanted else {
            self.removed.insert(key.clone());
            return Some(Ask::Remove(key));
        };
        Some(Ask::Write(key, content))
    }

    /// What is asked for in the place of a change; a record of which nothing is, nobody changes.
    pub(super) fn instead(
        &mut self,
        ask: Ask,
        made: impl FnOnce(Ask) -> Option<Ask>,
    ) -> Option<Ask> {
        let key = match &ask {
            Ask::Write(key, _) | Ask::Patch(key, _) | Ask::Remove(key) => Some(key.clone()),
            _ => None,
        };
        let made = made(ask);
        if let (None, Some(key)) = (&made, key) {
            self.busy.remove(&key);
        }
        made
    }

    /// Asks, and lets the appliance do it in its own time.
    pub(super) fn ask(&mut self, appliance: &Appliance, place: Place, ask: Ask) {
        self.waiting += 1;
        let (datasets, syncs) = (appliance.datasets.clone(), appliance.syncs.clone());
        let (answers, by, scope) = (Arc::clone(&self.answers), self.by.clone(), self.scope);
        appliance.tasks.start(async move {
            let told = match &ask {
                Ask::Write(..) | Ask::Patch(..) | Ask::Remove(_) => {
                    change(&datasets, place, &ask, &scope, &by)
                        .await
                        .map_err(|error| error.to_string())
                }
                _ => request(&syncs, place, &ask, &scope, &by)
                    .await
                    .map_err(|error| error.to_string()),
            };
            answers.lock().unwrap().push(Answered { ask, told });
        });
    }

    /// What was answered since.
    pub(super) fn hear(&mut self) -> Vec<Answered> {
        let answers = std::mem::take(&mut *self.answers.lock().unwrap());
        for Answered { ask, told } in &answers {
            self.waiting -= 1;
            let (key, wanted) = match ask {
                Ask::Write(key, content) | Ask::Patch(key, content) => (key, Some(content.clone())),
                Ask::Remove(key) => (key, None),
                _ => continue,
            };
            self.busy.remove(key);
            if told.is_ok() {
                self.records.insert(key.clone(), vec![wanted]);
            }
        }
        answers
    }

    /// The process has died: nobody is answered any more.
    pub(super) fn give_up(&mut self) {
        self.answers.lock().unwrap().clear();
        self.busy.clear();
        self.waiting = 0;
    }
}

/// The key of a record: plain ones, and some that a formula has to quote.
pub(super) fn key(number: u64) -> String {
    match number % 7 {
        3 => format!("K'{number:02}\""),
        5 => format!("Kö\\{number:02}"),
        _ => format!("K{number:02}"),
    }
}

async fn change(
    datasets: &datasets::Datasets,
    place: Place,
    ask: &Ask,
    scope: &Scope,
    by: &Actor,
) -> Result<Told, datasets::Error> {
    let dataset = datasets.open(scope, place.dataset)?;
    match ask {
        Ask::Write(key, content) => {
            let body = json!(content).to_string();
            let write = Write {
                key,
                body: body.as_bytes(),
                mode: Mode::Replace,
                only_if: &Precondition::None,
            };
            dataset.write(write, by).await?;
        }
        Ask::Patch(key, content) => {
            let body = json!(content).to_string();
            let write = Write {
                key,
                body: body.as_bytes(),
                mode: Mode::Merge,
                only_if: &Precondition::None,
            };
            dataset.write(write, by).await?;
        }
        Ask::Remove(key) => dataset.remove(key, &Precondition::None, by).await?,
        _ => {}
    }
    Ok(Told::Done)
}

async fn request(
    syncs: &sync::Syncs,
    place: Place,
    ask: &Ask,
    scope: &Scope,
    by: &Actor,
) -> Result<Told, sync::Error> {
    let sync = syncs.open(scope, place.sync)?;
    match ask {
        Ask::Push => return Ok(Told::Run(sync.queue(by).await?.id)),
        Ask::Plan { read_first } => return Ok(Told::Plan(sync.plan(*read_first, by).await?.0)),
        Ask::Approve(plan) => return Ok(Told::Run(syncs.approve(scope, *plan, by).await?.id)),
        Ask::Undo(run) => return Ok(Told::Plan(syncs.undo(scope, *run, by).await?.0)),
        Ask::Retry(run) => return Ok(Told::Run(sync.retry(*run, by).await?.id)),
        Ask::Cancel(run) => drop(syncs.cancel(scope, *run, by).await?),
        Ask::Resolve(side) => drop(sync.resolve_all(side, by).await?),
        Ask::Write(..) | Ask::Patch(..) | Ask::Remove(_) => {}
    }
    Ok(Told::Done)
}
