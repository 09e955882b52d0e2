//! Gathers the changes that are committed together.

use super::collection::{Collection, Value as _};
use super::key::Key;
use super::receipt::{Receipts, receipt_key};
use super::registry::{Links, Table};
use super::{Version, backend};
use crate::base::Act;

/// Puts and deletes with their preconditions, and the act that they are.
///
/// A batch of a change cannot be built without its act.
pub struct Batch {
    pub(super) act: Option<Act>,
    pub(super) ops: Vec<Op>,
}

/// A number that batches add to, such as the records of a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter(pub(super) Vec<u8>);

impl Counter {
    /// The counter `name` of what `key` stands for.
    pub fn new(name: &'static str, key: &impl Key) -> Self {
        Self((name.to_owned(), super::Bytes(key.bytes())).bytes())
    }
}

pub(super) enum Op {
    /// `row` is the stored form, its version yet to be filled in.
    Put {
        table: Table,
        key: Vec<u8>,
        row: Vec<u8>,
        links: Links,
        expect: Expect,
    },
    Delete {
        table: Table,
        key: Vec<u8>,
        expect: Expect,
        cascade: bool,
    },
    Clear {
        table: Table,
        prefix: Vec<u8>,
        most: usize,
    },
    Add {
        counter: Counter,
        by: i64,
    },
    Check {
        table: Table,
        key: Vec<u8>,
        expect: Expect,
    },
}

impl Op {
    /// Where a plain row lies that is put or deleted; none for everything else.
    fn place(&self) -> Option<(&'static str, &[u8])> {
        match self {
            Self::Put { table, key, .. } | Self::Delete { table, key, .. } if table.plain => {
                Some((table.name, key))
            }
            Self::Put { .. }
            | Self::Delete { .. }
            | Self::Clear { .. }
            | Self::Add { .. }
            | Self::Check { .. } => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    Anything,
    Absent,
    At(Version),
    /// No row, or one with the very content that is put.
    AbsentOrSame,
}

impl Batch {
    /// A change, with the act that the book will hold.
    ///
    /// When the act carries the receipt of its request, the batch puts it, and passes only if no
    /// other request has left one under the same key.
    pub fn new(act: Act) -> Self {
        let receipt = act.receipt.clone();
        let mut batch = Self {
            act: Some(act),
            ops: Vec::new(),
        };
        if let Some(receipt) = receipt {
            batch.write::<Receipts>(&receipt_key(&receipt), &receipt, Expect::AbsentOrSame);
        }
        batch
    }

    /// Bookkeeping that is no act: progress, a vendor's answer settled, a time last seen.
    /// It never waits for the book.
    pub fn bookkeeping() -> Self {
        Self {
            act: None,
            ops: Vec::new(),
        }
    }

    /// Whether nothing is to be changed.
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// Puts a row that must not be there yet.
    pub fn insert<C: Collection>(&mut self, key: &C::Key, value: &C::Value) -> &mut Self {
        self.write::<C>(key, value, Expect::Absent)
    }

    /// Puts a row in the place of the one that was read at `version`.
    pub fn replace<C: Collection>(
        &mut self,
        key: &C::Key,
        value: &C::Value,
        version: Version,
    ) -> &mut Self {
        self.write::<C>(key, value, Expect::At(version))
    }

    /// Puts a row, whether there is one or not.
    pub fn put<C: Collection>(&mut self, key: &C::Key, value: &C::Value) -> &mut Self {
        self.write::<C>(key, value, Expect::Anything)
    }

    /// Deletes the row that was read at `version`; refused while rows with `OnDelete::Refuse`
    /// refer to it.
    pub fn delete<C: Collection>(&mut self, key: &C::Key, version: Version) -> &mut Self {
        self.remove::<C>(key, Expect::At(version), false)
    }

    /// Deletes the row that was read at `version`, and all that refer to it.
    pub fn delete_all<C: Collection>(&mut self, key: &C::Key, version: Version) -> &mut Self {
        self.remove::<C>(key, Expect::At(version), true)
    }

    /// Deletes the row if it is there.
    pub fn discard<C: Collection>(&mut self, key: &C::Key) -> &mut Self {
        self.remove::<C>(key, Expect::Anything, false)
    }

    /// Deletes the first `most` rows whose keys begin with `prefix`, with their index entries.
    /// They must not be referred to. Repeat it for long ranges, so that others get their turn.
    pub fn clear<C: Collection>(&mut self, prefix: Vec<u8>, most: usize) -> &mut Self {
        self.ops.push(Op::Clear {
            table: Table::of::<C>(),
            prefix,
            most,
        });
        self
    }

    /// Lets the batch pass only while the row is at `version`.
    pub fn require<C: Collection>(&mut self, key: &C::Key, version: Version) -> &mut Self {
        let (table, key) = (Table::of::<C>(), key.bytes());
        self.ops.push(Op::Check {
            table,
            key,
            expect: Expect::At(version),
        });
        self
    }

    /// Adds to a counter.
    pub fn add(&mut self, counter: &Counter, by: i64) -> &mut Self {
        self.ops.push(Op::Add {
            counter: counter.clone(),
            by,
        });
        self
    }

    /// Puts plain rows in the order of their tables and keys: a batch of many then comes to each
    /// page of the store once. Rows that refer to others or stand in unique indexes stay where they
    /// are, since what passes may depend on what came before.
    pub fn sort(&mut self) {
        for plain in self
            .ops
            .chunk_by_mut(|one, next| one.place().is_some() && next.place().is_some())
        {
            plain.sort_by(|one, other| one.place().cmp(&other.place()));
        }
    }

    fn write<C: Collection>(
        &mut self,
        key: &C::Key,
        value: &C::Value,
        expect: Expect,
    ) -> &mut Self {
        let mut row = backend::header(C::SHAPE);
        value.encode(&mut row);
        let links = Links {
            entries: C::entries(key, value),
            references: C::references(key, value),
        };
        self.ops.push(Op::Put {
            table: Table::of::<C>(),
            key: key.bytes(),
            row,
            links,
            expect,
        });
        self
    }

    fn remove<C: Collection>(&mut self, key: &C::Key, expect: Expect, cascade: bool) -> &mut Self {
        self.ops.push(Op::Delete {
            table: Table::of::<C>(),
            key: key.bytes(),
            expect,
            cascade,
        });
        self
    }
}
