//! Keeps which requests were carried out, each in the batch of its change.

use super::collection::{Collection, Entry, Index, Json};
use super::key::Bytes;
use crate::base::Receipt;

/// Receipts, by their key.
pub struct Receipts;

/// When their requests came.
pub static BY_TIME: Index = Index {
    name: "receipt.at",
    unique: false,
};

impl Collection for Receipts {
    const NAME: &'static str = "receipt";
    const INDEXES: &'static [&'static Index] = &[&BY_TIME];
    type Key = Bytes;
    type Value = Receipt;

    fn entries(_key: &Bytes, value: &Receipt) -> Vec<Entry> {
        vec![Entry::new(&BY_TIME, &value.at)]
    }
}

impl Json for Receipt {}

/// The key under which a receipt is kept.
pub fn receipt_key(receipt: &Receipt) -> Bytes {
    Bytes(receipt.key.to_vec())
}
