//! Keeps records: reads are `get` and `scan`, a write is one batch with its audit event.
//!
//! The store knows no domain type. A module above declares a [`Collection`] for each kind of row;
//! everything else is bytes in key order, which any backend can hold. One writer takes all batches
//! that wait, checks their preconditions, has the [`Witness`] write the acts
//! of those that pass, and commits them together with one number.

mod apply;
mod backend;
mod batch;
mod collection;
mod disk;
mod error;
mod kept;
mod key;
mod look;
mod migrate;
mod receipt;
mod redb;
mod references;
mod registry;
mod snapshot;
mod undo;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::{Blocking, Witness};

pub use batch::{Batch, Counter};
pub use collection::{Collection, Entry, Index, Json, OnDelete, Raw, Reference, Row, Value};
pub use disk::{Disk, Play};
pub use error::{Dependent, Error};
pub use kept::Kept;
pub use key::{BadKey, Bytes, Float, Key, prefix};
pub use look::{Seen, look};
pub use migrate::Migration;
pub use receipt::{BY_TIME, Receipts, receipt_key};
pub use registry::{Registry, Table};
pub use snapshot::{Page, Scan, Snapshot};

use backend::Backend;
use writer::Writer;

/// The number of the batch that wrote a row last: rising store-wide, never used twice.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Version(pub u64);

/// Where the store lies and what it may use.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The store's file.
    pub file: PathBuf,
    /// Memory for pages that were read or wait to be written, in bytes.
    pub cache_bytes: usize,
}

/// The store. Clones share it.
#[derive(Clone)]
pub struct Store {
    backend: Arc<dyn Backend>,
    registry: Registry,
    writer: Writer,
}

impl Store {
    /// Opens the store, or makes an empty one, and settles with the book what a crash left open.
    ///
    /// Errs when the file is locked by another process, damaged, or written by a newer version.
    pub fn open(
        settings: &Settings,
        registry: Registry,
        witness: Arc<dyn Witness>,
        blocking: Blocking,
    ) -> Result<Self, Error> {
        let disk = Disk::File(settings.file.clone());
        Self::open_on(&disk, settings.cache_bytes, registry, witness, blocking)
    }

    /// Opens the store on any disk, as [`Store::open`] does on a file.
    pub fn open_on(
        disk: &Disk,
        cache_bytes: usize,
        registry: Registry,
        witness: Arc<dyn Witness>,
        blocking: Blocking,
    ) -> Result<Self, Error> {
        let backend: Arc<dyn Backend> = Arc::new(redb::Redb::open(disk, cache_bytes)?);
        migrate::migrate(&*backend, migrate::STEPS, migrate::SCHEMA)?;
        let writer = Writer::start(Arc::clone(&backend), registry.clone(), witness, blocking)?;
        Ok(Self {
            backend,
            registry,
            writer,
        })
    }

    /// A view of the store as it is now, untouched by later writes. Keep it on a blocking thread
    /// when it lives long, and never longer than ten minutes.
    pub fn snapshot(&self) -> Result<Snapshot, Error> {
        Ok(Snapshot::new(self.backend.view()?))
    }

    /// The row under `key`.
    pub fn get<C: Collection>(&self, key: &C::Key) -> Result<Option<Row<C>>, Error> {
        self.snapshot()?.get(key)
    }

    /// What `make` makes of the row under `key`; see [`Snapshot::get_kept`].
    pub fn get_kept<C: Collection, T: Clone, E: From<Error>>(
        &self,
        key: &C::Key,
        kept: &Kept<T>,
        make: impl FnOnce(Row<C>) -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        self.snapshot()?.get_kept(key, kept, make)
    }

    /// The row that a unique index holds under `key`.
    pub fn find<C: Collection>(
        &self,
        index: &'static Index,
        key: &impl Key,
    ) -> Result<Option<Row<C>>, Error> {
        self.snapshot()?.find(index, key)
    }

    /// One page of rows in key order.
    pub fn scan<C: Collection>(&self, scan: &Scan) -> Result<Page<C>, Error> {
        self.snapshot()?.scan(scan)
    }

    /// What a counter has come to.
    pub fn count(&self, counter: &Counter) -> Result<i64, Error> {
        self.snapshot()?.count(counter)
    }

    /// What a deletion of the row under `key` would touch or meet: all rows that need it, directly
    /// or through others (1,000 at most).
    pub fn dependents<C: Collection>(&self, key: &C::Key) -> Result<Vec<Dependent>, Error> {
        self.snapshot()?.dependents::<C>(&self.registry, key)
    }

    /// Tells what the store went through that the book does not know yet, if anything. What `tell`
    /// could not say is told the next time.
    pub fn tell_migration<E: From<Error>>(
        &self,
        tell: impl FnOnce(Migration) -> Result<(), E>,
    ) -> Result<Option<Migration>, E> {
        migrate::tell(&*self.backend, tell)
    }

    /// Brings the store to schema `wanted` and closes it, so that another version can take it over.
    ///
    /// Errs when there is no such schema.
    pub fn leave_at<E: From<Error>>(
        self,
        wanted: u32,
        tell: impl FnOnce(Migration) -> Result<(), E>,
    ) -> Result<Option<Migration>, E> {
        let known = migrate::SCHEMA;
        if wanted == 0 || wanted > known {
            return Err(Error::NoSuchSchema { wanted, known }.into());
        }
        let Self {
            backend, writer, ..
        } = self;
        drop(writer); // what waits is written first
        migrate::migrate(&*backend, migrate::STEPS, wanted)?;
        migrate::tell(&*backend, tell)
    }

    /// Errs when there is no room for a write, without trying one.
    pub fn check_room(&self) -> Result<(), Error> {
        self.backend.check_room()
    }

    /// Errs when a file of so many bytes beside the store would leave it no room for a write.
    pub fn check_room_beside(&self, bytes: u64) -> Result<(), Error> {
        self.backend.check_room_beside(bytes)
    }

    /// Commits a batch durably, with its act in the book, or changes nothing.
    pub async fn commit(&self, batch: Batch) -> Result<Version, Error> {
        self.writer.commit(batch).await
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::base::{Act, WitnessError};

    struct Silent;

    impl Witness for Silent {
        fn attest(&self, commits: &[(u64, &Act)]) -> Result<u64, WitnessError> {
            Ok(commits.last().map_or(0, |(number, _)| *number))
        }
        fn reconcile(&self, _committed: u64) -> Result<u64, WitnessError> {
            Ok(0)
        }
    }

    #[derive(Serialize, Deserialize)]
    struct Person {
        email: String,
        boss: Option<u64>,
    }

    impl Json for Person {}

    struct People;

    static BY_EMAIL: Index = Index {
        name: "person.email",
        unique: true,
    };

    impl Collection for People {
        const NAME: &'static str = "person";
        const INDEXES: &'static [&'static Index] = &[&BY_EMAIL];
        const REFERS: bool = true;
        type Key = u64;
        type Value = Person;
        fn entries(_key: &u64, value: &Person) -> Vec<Entry> {
            vec![Entry::new(&BY_EMAIL, &value.email)]
        }
        fn references(_key: &u64, value: &Person) -> Vec<Reference> {
            let boss = value.boss.iter();
            boss.map(|boss| Reference::to::<Self>(boss, OnDelete::Refuse))
                .collect()
        }
        fn label(_key: &u64, value: &Person) -> String {
            value.email.clone()
        }
    }

    fn store(folder: &tempfile::TempDir) -> Store {
        let settings = Settings {
            file: folder.path().join("store.redb"),
            cache_bytes: 1 << 20,
        };
        let registry = Registry::default().with([Table::of::<People>()]);
        Store::open(&settings, registry, Arc::new(Silent), Blocking::Inline).unwrap()
    }

    fn person(email: &str, boss: Option<u64>) -> Person {
        Person {
            email: email.into(),
            boss,
        }
    }

    async fn insert(store: &Store, key: u64, person: Person) -> Result<Version, Error> {
        let mut batch = Batch::new(Act::default());
        batch.insert::<People>(&key, &person);
        store.commit(batch).await
    }

    #[tokio::test]
    async fn a_refused_batch_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        insert(&store, 1, person("a@example.org", None))
            .await
            .unwrap();
        let mut batch = Batch::new(Act::default());
        batch.insert::<People>(&2, &person("b@example.org", None));
        batch.insert::<People>(&3, &person("a@example.org", None));
        assert!(matches!(
            store.commit(batch).await,
            Err(Error::Taken("person.email"))
        ));
        assert!(store.get::<People>(&2).unwrap().is_none());
        let found = store
            .find::<People>(&BY_EMAIL, &"b@example.org".to_owned())
            .unwrap();
        assert!(found.is_none());
    }

    struct Notes;

    impl Collection for Notes {
        const NAME: &'static str = "note";
        type Key = u64;
        type Value = Raw;
    }

    #[test]
    fn a_sorted_batch_leaves_rows_where_they_are_whose_order_decides() {
        let mut batch = Batch::bookkeeping();
        for key in [3, 1] {
            batch.put::<Notes>(&key, &Raw::default());
        }
        for (key, email) in [(9, "a@example.org"), (2, "b@example.org")] {
            batch.insert::<People>(&key, &person(email, None));
        }
        batch.discard::<Notes>(&7);
        batch.put::<Notes>(&5, &Raw::default());
        batch.put::<Notes>(&7, &Raw(vec![1]));
        batch.sort();
        let key = |op: &batch::Op| match op {
            batch::Op::Put { key, .. } | batch::Op::Delete { key, .. } => key[7],
            _ => 0,
        };
        let keys: Vec<u8> = batch.ops.iter().map(key).collect();
        assert_eq!(keys, [1, 3, 9, 2, 5, 7, 7]);
        let last = batch.ops.last();
        assert!(
            matches!(last, Some(batch::Op::Put { .. })),
            "it was put last"
        );
    }

    #[tokio::test]
    async fn a_deletion_names_who_stands_in_its_way() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        let version = insert(&store, 1, person("boss@example.org", None))
            .await
            .unwrap();
        insert(&store, 2, person("b@example.org", Some(1)))
            .await
            .unwrap();
        let mut batch = Batch::new(Act::default());
        batch.delete::<People>(&1, version);
        let Err(Error::Referenced(dependents)) = store.commit(batch).await else {
            panic!("the deletion passed")
        };
        assert_eq!(dependents[0].label, "b@example.org");
        assert_eq!(store.dependents::<People>(&1).unwrap(), dependents);
        let mut batch = Batch::new(Act::default());
        batch.delete_all::<People>(&1, version);
        store.commit(batch).await.unwrap();
        assert!(
            store
                .scan::<People>(&Scan::all(10))
                .unwrap()
                .rows
                .is_empty()
        );
    }
}
