//! Random batches with crashes and faults between and within them, against a map.

use std::collections::BTreeMap;
use std::io;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use weighbridge::base::Blocking;
use weighbridge::store::{Batch, Counter, Error, Key as _, Scan, Store, Version};

use super::disk::SimulatedDisk;
use super::ledger::Ledger;
use super::people::{self, BY_EMAIL, BY_TOWN, People, Person};

/// What the store must hold.
#[derive(Clone, Debug, Default, PartialEq)]
struct Model {
    people: BTreeMap<u64, (Person, Version)>,
    counted: i64,
}

#[derive(Debug)]
enum Step {
    Insert(u64, Person),
    Replace(u64, Person, Version),
    Delete(u64, Version, bool),
    Add(i64),
}

fn counter() -> Counter {
    Counter::new("people", &())
}

impl Model {
    /// Takes the steps, or says why the store must refuse them.
    fn take(&self, steps: &[Step], version: Version) -> Result<Self, &'static str> {
        let mut after = self.clone();
        for step in steps {
            match step {
                Step::Insert(key, person) => {
                    if after.people.contains_key(key) {
                        return Err("conflict");
                    }
                    after.put(*key, person, version)?;
                }
                Step::Replace(key, person, seen) => {
                    after.at(*key, *seen)?;
                    after.put(*key, person, version)?;
                }
                Step::Delete(key, seen, all) => {
                    after.at(*key, *seen)?;
                    after.delete(*key, *all)?;
                }
                Step::Add(by) => after.counted += by,
            }
        }
        Ok(after)
    }

    fn at(&self, key: u64, seen: Version) -> Result<(), &'static str> {
        let there = self
            .people
            .get(&key)
            .is_some_and(|(_, version)| *version == seen);
        there.then_some(()).ok_or("conflict")
    }

    fn put(&mut self, key: u64, person: &Person, version: Version) -> Result<(), &'static str> {
        let same = |(other, (held, _)): (&u64, &(Person, Version))| {
            *other != key && held.email == person.email
        };
        if self.people.iter().any(same) {
            return Err("taken");
        }
        let known = person
            .boss
            .is_none_or(|boss| boss == key || self.people.contains_key(&boss));
        self.people.insert(key, (person.clone(), version));
        known.then_some(()).ok_or("dangling")
    }

    fn delete(&mut self, key: u64, all: bool) -> Result<(), &'static str> {
        let serves = |(other, (held, _)): (&u64, &(Person, Version))| {
            (*other != key && held.boss == Some(key)).then_some(*other)
        };
        let servants: Vec<u64> = self.people.iter().filter_map(serves).collect();
        if !servants.is_empty() && !all {
            return Err("referenced");
        }
        self.people.remove(&key);
        for servant in servants {
            self.delete(servant, true)?;
        }
        Ok(())
    }

    /// Reads everything, by each of its ways.
    fn read(store: &Store) -> Self {
        let rows = store.scan::<People>(&Scan::all(1000)).unwrap().rows;
        for row in &rows {
            let found = store
                .find::<People>(&BY_EMAIL, &row.value.email)
                .unwrap()
                .unwrap();
            assert_eq!(found.key, row.key, "the unique index leads elsewhere");
        }
        let towns = store
            .scan::<People>(&Scan::all(1000).by(&BY_TOWN))
            .unwrap()
            .rows;
        assert_eq!(towns.len(), rows.len(), "an index has more or fewer rows");
        assert!(towns.is_sorted_by_key(|row| row.value.town.bytes()));
        let people = rows
            .into_iter()
            .map(|row| (row.key, (row.value, row.version)))
            .collect();
        Self {
            people,
            counted: store.count(&counter()).unwrap(),
        }
    }
}

fn steps(rng: &mut StdRng, model: &Model) -> Vec<Step> {
    let count = rng.random_range(1..4);
    (0..count).map(|_| step(rng, model)).collect()
}

fn step(rng: &mut StdRng, model: &Model) -> Step {
    let key = rng.random_range(0..12);
    let seen = model
        .people
        .get(&key)
        .map_or(Version(0), |(_, version)| *version);
    let seen = if rng.random_bool(0.1) {
        Version(seen.0 + 1)
    } else {
        seen
    };
    // Nobody is their own boss: who would then stand in the way of their leaving?
    let boss = Some(rng.random_range(0..12)).filter(|boss| *boss != key && rng.random_bool(0.3));
    let person = Person {
        email: format!("p{}@example.org", rng.random_range(0..20)),
        town: ["Ulm", "Köln", "Bonn"][rng.random_range(0..3)].to_owned(),
        boss,
    };
    match rng.random_range(0..10) {
        0..4 => Step::Insert(key, person),
        4..7 => Step::Replace(key, person, seen),
        7 => Step::Delete(key, seen, rng.random_bool(0.3)),
        _ => Step::Add(rng.random_range(-5..10)),
    }
}

fn fill(mut batch: Batch, steps: &[Step]) -> Batch {
    for step in steps {
        match step {
            Step::Insert(key, person) => batch.insert::<People>(key, person),
            Step::Replace(key, person, seen) => batch.replace::<People>(key, person, *seen),
            Step::Delete(key, seen, false) => batch.delete::<People>(key, *seen),
            Step::Delete(key, seen, true) => batch.delete_all::<People>(key, *seen),
            Step::Add(by) => batch.add(&counter(), *by),
        };
    }
    batch
}

fn kind(error: &Error) -> &'static str {
    match error {
        Error::Conflict(_) => "conflict",
        Error::Taken(_) => "taken",
        Error::Dangling(_) => "dangling",
        Error::Referenced(_) => "referenced",
        Error::Audit(_) => "audit",
        _ => "fault",
    }
}

struct World {
    rng: StdRng,
    disk: SimulatedDisk,
    ledger: Ledger,
    store: Store,
    model: Model,
    acts: Vec<String>,
}

impl World {
    fn new(seed: u64) -> Self {
        let (disk, ledger) = (SimulatedDisk::default(), Ledger::default());
        let store = people::open(&disk.disk(), &ledger, Blocking::Inline).unwrap();
        let rng = StdRng::seed_from_u64(seed);
        Self {
            rng,
            disk,
            ledger,
            store,
            model: Model::default(),
            acts: Vec::new(),
        }
    }

    /// One batch, perhaps with a disk or a book that fails on the way.
    async fn commit(&mut self, number: usize) {
        let steps = steps(&mut self.rng, &self.model);
        let trouble = self.rng.random_range(0..10);
        match trouble {
            0 => self
                .disk
                .fail_after(self.rng.random_range(0..20), io::ErrorKind::Other),
            1 => self
                .disk
                .fail_after(self.rng.random_range(0..20), io::ErrorKind::StorageFull),
            2 => self.ledger.fail(true),
            _ => {}
        }
        let name = format!("act {number}");
        let outcome = self.store.commit(fill(people::batch(&name), &steps)).await;
        self.disk.mend();
        self.ledger.fail(false);
        match outcome {
            Ok(version) => {
                self.model = self.model.take(&steps, version).expect("the model refuses");
                self.acts.push(name);
            }
            Err(error) if kind(&error) == "fault" => self.after_fault(&steps, name),
            Err(error) if kind(&error) == "audit" => assert_eq!(trouble, 2),
            Err(error) => {
                let refused = self.model.take(&steps, Version(u64::MAX));
                assert_eq!(refused.err(), Some(kind(&error)), "{steps:?}");
            }
        }
    }

    /// Nobody was told: the batch must be there wholly or not at all.
    fn after_fault(&mut self, steps: &[Step], name: String) {
        let now = Model::read(&self.store);
        if now == self.model {
            return;
        }
        let version = now
            .people
            .values()
            .map(|(_, version)| *version)
            .max()
            .unwrap_or_default();
        let wanted = self
            .model
            .take(steps, version)
            .expect("a refused batch was committed");
        assert_eq!(now, wanted, "a part of a batch was committed");
        self.model = wanted;
        self.acts.push(name);
    }

    fn cut_power(&mut self) {
        self.disk.cut_power(&mut self.rng);
        self.store = people::open(&self.disk.disk(), &self.ledger, Blocking::Inline).unwrap();
    }

    async fn live(&mut self) {
        for number in 0..40 {
            self.commit(number).await;
            if self.rng.random_bool(0.1) {
                self.cut_power();
            }
            assert_eq!(Model::read(&self.store), self.model);
        }
        self.cut_power();
        assert_eq!(Model::read(&self.store), self.model);
        assert_eq!(
            self.ledger.acts(),
            self.acts,
            "an act without its change, or the reverse"
        );
    }
}

#[tokio::test]
async fn the_store_behaves_like_a_map_whatever_the_disk_and_the_book_do() {
    for seed in 0..150 {
        eprintln!("seed {seed}");
        World::new(seed).live().await;
    }
}

#[test]
fn keys_of_a_prefix_lie_together() {
    let prefix = 7_u64.bytes();
    assert!((7_u64, "a".to_owned()).bytes().starts_with(&prefix));
}
